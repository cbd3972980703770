"""The audit journal is append-only: the database refuses what code would do by mistake."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from chargers.models.command import SHARING
from evkit.core.clock import utc_now
from history.append_only import KEPT_DAYS, guard_audit
from history.models import AuditEntry
from sites.models import Project, User
from sites.types import Role
from tests.factories import SiteFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _guarded() -> None:
    guard_audit(using="default", plan=[])


def entry(days: float = 0, **fields: object) -> AuditEntry:
    return AuditEntry.objects.create(
        **{
            "at": utc_now() - timedelta(days=days), "user_name": "ada", "verb": "command",
            "object_type": "charge_point", "object_key": "CP_1", "details": {"action": "Reset"}, **fields,
        }
    )  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [{"verb": "nothing"}, {"user_name": "eve"}, {"details": {}}, {"at": utc_now()}, {"address": "1.2.3.4"}],
    ids=lambda change: next(iter(change)),
)
def test_an_entry_never_changes(change):
    row = entry()
    with pytest.raises(IntegrityError, match="never change"), transaction.atomic():
        AuditEntry.objects.filter(pk=row.pk).update(**change)
    row.refresh_from_db()
    assert (row.verb, row.user_name, row.details, row.address) == ("command", "ada", {"action": "Reset"}, "")


def test_an_entry_is_not_replaced_by_another_one():
    row = entry()
    columns = [str(field.column) for field in AuditEntry._meta.concrete_fields]
    forged = ", ".join("'eve'" if name == "user_name" else name for name in columns)
    insert, otherwise = (
        ("INSERT", "ON CONFLICT DO NOTHING") if connection.vendor == "postgresql" else ("REPLACE", "")
    )
    table = AuditEntry._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"{insert} INTO {table} ({', '.join(columns)}) SELECT {forged} FROM {table} {otherwise}"
        )
    assert [each.user_name for each in AuditEntry.objects.all()] == ["ada"]
    assert entry().pk != row.pk


@pytest.mark.parametrize(
    ("kept", "age", "goes"),
    [
        (None, 9_999, False), (KEPT_DAYS, KEPT_DAYS - 1, False), (KEPT_DAYS, KEPT_DAYS + 1, True),
        (400, 399, False), (400, 401, True),
    ],
)  # fmt: skip
def test_an_entry_is_removed_only_once_it_is_older_than_an_administrator_set(kept, age, goes):
    Project.objects.update_or_create(pk=1, defaults={"audit_days": kept})
    entry(days=age)
    if not goes:
        with pytest.raises(IntegrityError, match="storage settings"), transaction.atomic():
            AuditEntry.objects.all().delete()
    else:
        AuditEntry.objects.all().delete()
    assert AuditEntry.objects.count() == (0 if goes else 1)


@pytest.mark.parametrize(
    ("routine_kept", "kept", "age", "goes"),
    [
        (None, None, 9_999, False), (400, None, 399, False), (400, None, 401, True), (400, 100, 101, True),
        (None, 100, 101, True), (KEPT_DAYS, None, KEPT_DAYS - 1, False),
    ],
)  # fmt: skip
def test_routine_of_smart_charging_goes_earlier_than_the_deeds_of_people(routine_kept, kept, age, goes):
    days = {"audit_days": kept, "audit_routine_days": routine_kept}
    Project.objects.update_or_create(pk=1, defaults=days)
    entry(days=age, user_name=SHARING)
    if not goes:
        with pytest.raises(IntegrityError, match="storage settings"), transaction.atomic():
            AuditEntry.objects.all().delete()
    else:
        AuditEntry.objects.all().delete()
    assert AuditEntry.objects.count() == (0 if goes else 1)


@pytest.mark.parametrize(
    "fields", [{}, {"user_name": SHARING, "verb": "change"}], ids=["person", "other verb"]
)
def test_nothing_else_goes_with_the_routine(fields):
    Project.objects.update_or_create(pk=1, defaults={"audit_days": None, "audit_routine_days": KEPT_DAYS})
    entry(days=9_999, **fields)
    with pytest.raises(IntegrityError, match="storage settings"), transaction.atomic():
        AuditEntry.objects.all().delete()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no TRUNCATE")
@pytest.mark.parametrize("table", ["history_auditentry", "evsites_site"])
def test_the_journal_is_not_emptied_at_once_not_even_with_what_it_refers_to(table):
    Project.objects.update_or_create(pk=1, defaults={"audit_days": KEPT_DAYS})
    entry(days=9_999)
    cursor = connection.cursor()
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # else the test's own row keeps PostgreSQL from it
    with pytest.raises(IntegrityError, match="audit entries are kept"), transaction.atomic():
        cursor.execute(f"TRUNCATE {table} CASCADE")
    assert AuditEntry.objects.count() == 1


def test_without_a_project_nothing_is_removed():
    Project.objects.all().delete()
    entry(days=9_999)
    with pytest.raises(IntegrityError, match="storage settings"), transaction.atomic():
        AuditEntry.objects.all().delete()


def test_less_than_the_least_cannot_be_set():
    with pytest.raises(IntegrityError, match="project_audit_kept_long_enough"), transaction.atomic():
        Project.objects.update_or_create(pk=1, defaults={"audit_days": KEPT_DAYS - 1})


def test_an_entry_survives_its_user_and_its_site_and_belongs_to_no_other():
    user, site = User.objects.create_user("ada", role=Role.OPERATOR), SiteFactory()
    other = User.objects.create_user("eve", role=Role.OPERATOR)
    row = entry(user=user, site=site)
    with pytest.raises(IntegrityError), transaction.atomic():
        AuditEntry.objects.filter(pk=row.pk).update(user=other)
    user.delete()
    site.delete()
    row.refresh_from_db()
    assert (row.user_id, row.site_id, row.user_name) == (None, None, "ada")


def test_the_guard_is_there_after_migrations_and_may_be_made_again():
    guard_audit(using="default", plan=[])
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'audit_entr%'")
        else:
            cursor.execute(
                "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'audit_entr%'"
            )
        assert cursor.fetchone()[0] == 3
