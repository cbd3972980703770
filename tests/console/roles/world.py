"""Rows behind every address of the roles matrix, and the people who ask for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from uuid import uuid4

from django.apps import apps
from django.db import connection
from django.db.models import Model
from django.test import Client

from chargers.models import Command, DeferredAnswer, FileJob, IssuedCertificate
from charging.models import (
    DecisionRecord,
    OperationBatch,
    OperationLine,
    OrphanStop,
    Reservation,
    Transaction,
    Vehicle,
)
from evkit.core.clock import utc_now
from evkit.core.recorders import SYSTEM
from history.models import ExportJob, Message
from history.types import Direction, ExportState
from sites.models import ApiToken, Membership, SavedFilter, ScheduleException, ScheduleGroup, Site, User
from sites.services.links import invite_user
from sites.services.tokens import create_token
from sites.services.users import Profile
from sites.types import Role
from tests.console.depot import (
    NOW,
    Depot,
    add_certificate,
    add_depot,
    add_received_file,
    add_reservation,
    add_site,
)

PASSWORD = "a long password"
UNWATCHED = frozenset({"sessions.session", "evsites.browsersession", "evsites.loginfailure"})
UNWATCHED_FIELDS = frozenset({"last_seen_at", "last_login"})


@dataclass(frozen=True, slots=True)
class World:
    """A depot with something of everything, a site elsewhere, and what addresses name."""

    depot: Depot
    elsewhere: Site
    command: Command
    message: Message
    token: ApiToken
    saved_filter: SavedFilter
    batch: OperationBatch
    ask: DeferredAnswer
    orphan: OrphanStop
    invited: User
    link: str
    file: FileJob
    exception: ScheduleException
    reservation: Reservation
    ended: Transaction
    certificate: IssuedCertificate
    export: ExportJob
    exported: ExportJob
    decision: DecisionRecord
    idle_vehicle: Vehicle

    @property
    def point(self) -> list[object]:
        """The arguments of addresses below a charge point."""
        return [self.depot.site.code, self.depot.charging.identity]


def make_world(owner: User) -> World:
    """Create the world; `owner` keeps a filter."""
    depot, elsewhere = add_depot(), add_site("elsewhere", name_en="Elsewhere", name_fr="Ailleurs")
    Site.objects.filter(pk=depot.site.pk).update(smart_charging_enabled=True)
    now = utc_now()
    command = Command.objects.create(
        charge_point=depot.charging, action="Reset", payload={"type": "Soft"}, created_at=NOW,
        deadline=NOW + timedelta(minutes=1), requested_name="operator",
    )  # fmt: skip
    message = Message.objects.create(
        charge_point_id=depot.charging.pk, at=NOW, sequence=1, direction=Direction.IN, message_id="1",
        action="Heartbeat", frame='[2,"1","Heartbeat",{}]', answer='[3,"1",{}]', answered_at=NOW,
    )  # fmt: skip
    token, _secret = create_token(name="dashboard", role=Role.GUEST, sites=[depot.site], now=now)
    invited, link = invite_user(
        username="invited", role=Role.GUEST, sites=[depot.site], profile=Profile("", "", "", "en"),
        actor=SYSTEM, now=now,
    )  # fmt: skip
    kept = SavedFilter.objects.create(user=owner, page="charge_points", name="Mine", query="q=A")
    batch = OperationBatch.objects.create(
        site=depot.site, operation="reset", token=uuid4(), requested_name="operator", created_at=now
    )
    OperationLine.objects.create(batch=batch, position=1, charge_point=depot.charging, command=command)
    ask = DeferredAnswer.objects.create(
        charge_point=depot.charging, connection_token=uuid4(), message_id="m1", action="Authorize",
        request={"idTag": "FFFF"}, default={"idTagInfo": {"status": "Invalid"}}, asked_at=now,
        deadline=now + timedelta(hours=1),
    )  # fmt: skip
    orphan = OrphanStop.objects.create(
        charge_point=depot.charging, digest="d1", claimed_id=-1, meter_stop_wh=9000.0, stopped_at=now,
        received_at=now, payload={},
    )  # fmt: skip
    return World(
        depot,
        elsewhere,
        command,
        message,
        token,
        kept,
        batch,
        ask,
        orphan,
        invited,
        link,
        add_received_file(depot),
        add_exception(depot.site),
        add_reservation(depot, depot.faulted, 1),
        add_ended(depot),
        add_certificate(depot),
        add_export(owner, ExportState.QUEUED),
        add_export(owner, ExportState.DONE),
        add_decision(depot),
        Vehicle.objects.create(code="idle", name="Idle"),
    )


def add_ended(depot: Depot) -> Transaction:
    """Add a transaction that ended a while ago, with energy in doubt."""
    return Transaction.objects.create(
        charge_point=depot.faulted, evse=depot.faulted.evses.get(), start_key="ended", step="stopped",
        started_at=NOW, started_received_at=NOW, ended_at=NOW, meter_start_wh=0, energy_wh=21.0,
        energy_judged_at=NOW, energy_suspect=True, energy_proposal_wh=21_000.0, flags=["unit_kwh"],
    )  # fmt: skip


def add_export(owner: User, state: ExportState) -> ExportJob:
    """Add an export of somebody's: a file that is ready has a content."""
    now = utc_now()
    job = ExportJob.objects.create(
        user=owner, table="transactions", kind="csv", language="en", state=state, created_at=now, beat_at=now,
        expires_at=now + timedelta(hours=1),
    )  # fmt: skip
    job.path.parent.mkdir(parents=True, exist_ok=True)
    job.path.write_text("Number\n")
    return job


def add_decision(depot: Depot) -> DecisionRecord:
    """Add a past decision of smart charging about the connector that charges."""
    share = [depot.transaction.evse_id, 40_000, 40_000, 38_400, "share", 1, []]
    return DecisionRecord.objects.create(
        site=depot.site, at=utc_now(), limit_w=100_000, base_w=0, reserve_w=0, used_w=40_000, power_w=38_400,
        raised=1, lowered=0, waiting=0, shares=[share],
    )  # fmt: skip


def add_exception(site: Site) -> ScheduleException:
    """Add a group of the nights, with a day on which it does not follow them."""
    nights = {"days": ["mon", "tue"], "from": "20:00", "to": "06:00"}
    group = ScheduleGroup.objects.create(site=site, number=1, name="Night", ranges=[nights])
    return ScheduleException.objects.create(group=group, first_day=NOW.date(), last_day=NOW.date())


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody who asks: `role` "" is a stranger; `here` is a member of the depot."""

    name: str
    role: str = ""
    here: bool = False


ADMINISTRATOR = Who("administrator", Role.ADMINISTRATOR)
OPERATOR = Who("operator", Role.OPERATOR, here=True)
GUEST = Who("guest", Role.GUEST, here=True)
OTHER_OPERATOR = Who("operator-elsewhere", Role.OPERATOR)
OTHER_GUEST = Who("guest-elsewhere", Role.GUEST)
STRANGER = Who("stranger")
EVERYBODY = (ADMINISTRATOR, OPERATOR, GUEST, OTHER_OPERATOR, OTHER_GUEST, STRANGER)


def add_people() -> dict[str, User]:
    """Add everybody who can log in; their sites come with `place`."""
    return {
        who.name: User.objects.create_user(who.name, password=PASSWORD, role=who.role)
        for who in EVERYBODY
        if who.role
    }


def place(people: dict[str, User], world: World) -> None:
    """Make everybody a member of the site where they belong."""
    for who in EVERYBODY:
        if who.role:
            site = world.depot.site if who.here else world.elsewhere
            Membership.objects.create(user=people[who.name], site=site)


def browser(who: Who, people: dict[str, User], *, checks_csrf: bool = False) -> Client:
    """Return a browser in which somebody is logged in."""
    client = Client(enforce_csrf_checks=checks_csrf, raise_request_exception=False)
    if who.role:
        client.force_login(people[who.name])
    return client


def fingerprint() -> str:
    """Return the rows of every table that a refused request must leave as it is, a line each."""
    with connection.cursor() as cursor:
        cursor.execute(_every_row())
        return "\n".join(sorted(row for (row,) in cursor.fetchall()))


def watched_models() -> Iterable[type[Model]]:
    """Return every model whose rows are compared."""
    models = apps.get_models(include_auto_created=True)
    return [model for model in models if model._meta.managed and model._meta.label_lower not in UNWATCHED]


@cache
def _every_row() -> str:
    """Return the SQL that reads all of it at once: sixty tables are read six thousand times."""
    return " UNION ALL ".join(_rows_of(model) for model in watched_models())


def _rows_of(model: type[Model]) -> str:
    """Return the SQL that reads what is watched of `model`, as texts that begin with its name."""
    quoted = connection.ops.quote_name
    fields = [quoted(str(f.column)) for f in model._meta.concrete_fields if f.attname not in UNWATCHED_FIELDS]
    if connection.vendor == "postgresql":
        text = f"ROW({', '.join(fields)})::text"
    else:
        text = " || ',' || ".join(f"quote({field})" for field in fields)
    return f"SELECT '{model._meta.label_lower} ' || {text} FROM {quoted(model._meta.db_table)}"
