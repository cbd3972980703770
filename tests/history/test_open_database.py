"""The views for other tools: what they hold, who reads them, and that tables can still change below them."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ProjectState
from psycopg import errors

from charging.metering.codec import Facets, pack
from charging.models import Measurand, MeterSample
from history.open_database.making import VIEWS, after_migrations, before_migrations, views_of
from history.rollups.noticing import ignore_changes, notice_changes
from tests.factories import EARLY, ChargePointFactory, TransactionFactory

DOCUMENT = Path(__file__).parents[2] / "docs" / "database.md"
READER = "evkit_test_reader"


def rows(statement: str) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def sample(**fields: Any) -> MeterSample:
    return MeterSample.objects.create(
        **{"evse_number": 1, "measured_at": EARLY, "fingerprint": 1, "received_at": EARLY, **fields}
    )


@pytest.mark.django_db
class TestViews:
    @pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
    def test_each_has_the_columns_that_are_documented_in_that_order(self, view):
        if connection.vendor not in view.vendors:
            pytest.skip("SQLite cannot unpack arrays: this view is of PostgreSQL alone")
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {view.name}")
            names = [column[0] for column in cursor.description]
        section = DOCUMENT.read_text(encoding="utf-8").split(f"## {view.name}\n")[1].split("\n## ")[0]
        documented = re.findall(r"^\| `(\w+)` \| (.*) \| (.*) \|$", section, re.MULTILINE)
        assert [name for name, _unit, _text in documented] == names
        assert documented == [(column.name, column.unit, column.text) for column in view.columns]

    def test_energy_counts_as_on_the_pages(self):
        measured = TransactionFactory(energy_wh=1000.0, ended_at=EARLY + timedelta(minutes=90))
        doubtful = TransactionFactory(energy_wh=9e9, energy_suspect=True)
        corrected = TransactionFactory(energy_wh=9e9, energy_suspect=True, corrected_wh=500.0)
        found = {row["transaction_number"]: row for row in rows("SELECT * FROM report_transactions")}
        counted = [found[one.number]["energy_counted_wh"] for one in (measured, doubtful, corrected)]
        assert counted == [1000.0, None, 500.0]
        assert found[measured.number]["duration_s"] == pytest.approx(5400)
        assert found[measured.number]["charge_point"] == measured.charge_point.identity
        assert found[doubtful.number]["ended_at"] is None

    def test_meter_values_say_what_is_doubtful(self):
        point = ChargePointFactory(evses=1)
        sample(charge_point_id=point.pk, power_w=7000.0, context=1, quality=2)
        (row,) = rows("SELECT * FROM report_meter_values")
        assert (row["power_w"], row["context"]) == (7000.0, "Sample.Clock")
        assert [bool(row[f"{name}_doubtful"]) for name in ("clock", "energy", "soc")] == [False, True, False]

    def test_other_quantities_are_unpacked(self):
        if connection.vendor != "postgresql":
            pytest.skip("SQLite cannot unpack arrays: this view is of PostgreSQL alone")
        point = ChargePointFactory(evses=1)
        vendors = Measurand.objects.create(kind="measurand", name="Fan.Speed")
        codes = [pack(Facets(18, 11)), pack(Facets(64 + vendors.pk, 12, 3, 1, 2))]
        sample(charge_point_id=point.pk, packed=[float(codes[0]), 50.0, float(codes[1]), 900.0])
        sample(charge_point_id=point.pk, fingerprint=2, packed=None)
        found = rows("SELECT * FROM report_meter_quantities ORDER BY value")
        assert [(row["measurand"], row["unit"], row["phase"], row["value"]) for row in found] == [
            ("Frequency", "Hertz", "", 50.0),
            ("Fan.Speed", "RPM", "L3", 900.0),
        ]
        assert (found[1]["location"], found[1]["context"]) == ("Body", "Sample.Clock")

    def test_none_holds_anything_secret(self):
        names = {column.name for view in VIEWS for column in view.columns}
        assert not [name for name in names if re.search("password|digest|secret|token|key|frame$", name)]


@pytest.mark.django_db(transaction=True)
class TestMigrating:
    def test_a_table_below_them_can_be_changed_and_they_are_there_again(self):
        state = ProjectState.from_apps(apps)
        change = migrations.AlterField("Transaction", "remote_id", models.CharField(max_length=80))
        after = state.clone()
        change.state_forwards("charging", after)
        with self.migrating() as editor:
            change.database_forwards("charging", editor, state, after)
        assert rows("SELECT remote_id FROM report_transactions") == []
        with self.migrating() as editor:
            change.database_backwards("charging", editor, after, state)

    @contextmanager
    def migrating(self) -> Iterator[BaseDatabaseSchemaEditor]:
        """Change tables as migrations do: SQLite makes a table anew, without the triggers it had."""
        for prepare in (before_migrations, ignore_changes):
            prepare(using="default", plan=[("any", False)])
        with connection.schema_editor() as editor:
            yield editor
        for make in (after_migrations, notice_changes):
            make(using="default", plan=[])

    def test_one_that_is_not_as_it_is_to_be_is_made_anew(self):
        with connection.cursor() as cursor:
            cursor.execute("DROP VIEW report_sites")
            cursor.execute("CREATE VIEW report_sites AS SELECT 1 AS old")
        after_migrations(using="default", plan=[])
        assert rows("SELECT site_code FROM report_sites") == []

    def test_they_wait_for_the_end_of_migrations(self):
        ((_app, last),) = MigrationLoader(connection).graph.leaf_nodes("history")
        recorder = MigrationRecorder(connection)
        with connection.cursor() as cursor:
            cursor.execute("DROP VIEW report_sites")
        recorder.record_unapplied("history", last)
        try:
            after_migrations(using="default", plan=[])
            assert "report_sites" not in connection.introspection.table_names(include_views=True)
        finally:
            recorder.record_applied("history", last)
            after_migrations(using="default", plan=[])
        assert rows("SELECT site_code FROM report_sites") == []


def make_reader(*arguments: str) -> str:
    out = io.StringIO()
    call_command("report_reader", READER, *arguments, stdout=out, stderr=io.StringIO())
    return out.getvalue()


@pytest.fixture
def password() -> Iterator[str]:
    """The password of a reader; the role is of the whole cluster and goes afterwards."""
    shown = re.search(rf"user {READER}, password (\S+)", make_reader())
    assert shown
    yield shown[1]
    make_reader("--remove")


def log_in(password: str) -> psycopg.Connection[Any]:
    given = connection.get_connection_params()
    return psycopg.connect(
        host=given.get("host"), port=given.get("port"), dbname=given["dbname"], user=READER, password=password
    )


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
class TestReportReader:
    @pytest.fixture(autouse=True)
    def _on_postgresql(self) -> None:
        if connection.vendor != "postgresql":
            pytest.skip("SQLite has no roles (DATABASE_URL)")

    def test_reads_every_view_and_nothing_else(self, password):
        TransactionFactory(energy_wh=1000.0)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT c.oid::regclass::text FROM pg_class c WHERE relkind IN ('r', 'p', 'v', 'm', 'S') "
                "AND relnamespace = current_schema()::regnamespace"
            )
            everything = {row[0] for row in cursor.fetchall()}
        views = {view.name for view in views_of("postgresql")}
        assert len(everything - views) > 50
        refused = set()
        with log_in(password) as reader:
            reader.autocommit = True
            for name in sorted(everything):
                try:
                    reader.execute(f"SELECT * FROM {name} LIMIT 1")
                except errors.InsufficientPrivilege:
                    refused.add(name)
            assert everything - refused == views
            assert reader.execute("SELECT energy_counted_wh FROM report_transactions").fetchall() == [
                (1000.0,)
            ]

    @pytest.mark.parametrize(
        "statement",
        [
            "DELETE FROM report_sites",
            "UPDATE report_sites SET name_en = ''",
            "CREATE TABLE mine (a int)",
            "CREATE ROLE other",
            "COPY (SELECT 1) TO '/tmp/stolen'",
            "SELECT pg_read_file('/etc/passwd')",
            "SELECT rolpassword FROM pg_authid",
        ],
    )
    def test_may_not_write_nor_reach_out_even_where_it_says_that_it_writes(self, password, statement):
        with log_in(password) as reader:
            reader.autocommit = True
            reader.execute("SET default_transaction_read_only = off")
            with pytest.raises(errors.InsufficientPrivilege):
                reader.execute(statement)

    def test_goes_with_what_it_left(self, password):
        with log_in(password) as reader:
            reader.execute("SET default_transaction_read_only = off")
            reader.commit()
            reader.execute("SELECT lo_create(0)")
        make_reader("--remove")
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_roles WHERE rolname = %s", [READER])
            assert cursor.fetchone() == (0,)
        make_reader()  # the fixture takes it away

    def test_keeps_its_rights_when_the_views_are_made_anew(self, password):
        before_migrations(using="default", plan=[("any", False)])
        after_migrations(using="default", plan=[])
        with log_in(password) as reader:
            assert reader.execute("SELECT count(*) FROM report_charge_points").fetchone() == (0,)

    def test_gets_another_password_when_it_is_asked_for_again(self, password):
        again = re.search(rf"user {READER}, password (\S+)", make_reader())
        assert again
        assert again[1] != password
        with connection.cursor() as cursor:
            cursor.execute("SELECT rolpassword FROM pg_authid WHERE rolname = %s", [READER])
            assert cursor.fetchone()[0].startswith("SCRAM-SHA-256$")

    def test_a_role_of_somebody_else_is_left_alone(self):
        with pytest.raises(CommandError, match="not made by this command"):
            call_command("report_reader", connection.settings_dict["USER"] or "postgres")

    def test_a_name_that_is_none_is_refused(self):
        with pytest.raises(CommandError, match="small letters"):
            call_command("report_reader", 'x"; DROP ROLE y')


@pytest.mark.django_db
def test_on_sqlite_the_command_says_what_to_do_instead():
    if connection.vendor == "postgresql":
        pytest.skip("about SQLite")
    with pytest.raises(CommandError, match="copy of the file"):
        call_command("report_reader")
