"""Sockets of charge points: who may open one, which is the newest, when it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet, UUIDField

from chargers.events import ChargePointChanged
from chargers.models import ChargePoint, ChargePointState, Connection, ConnectionFailure
from chargers.ocpp.handling import Batch
from chargers.quirks import NO_QUIRKS, Model, Quirks, effective, read_switches
from chargers.services.heartbeats import note_seen
from chargers.types import Registration
from evkit.core.events import publish_after_commit
from evkit.core.texts import storable
from sites.models import Site
from sites.types import UnknownChargePointPolicy

MAX_PENDING = 200
"""How many unknown charge points are kept for the administrator: each is a row that anybody can cause."""

MAX_FAILURES = 2000
"""How many kinds of refused connections are told apart; more are counted under `OTHERS`."""

OTHERS = "*"
RESTARTED = "evkit was restarted"

SILENCE = timedelta(seconds=180)
"""Beyond three heartbeats: how long a charge point may be silent before its process counts as gone."""

# A whole fleet reconnects at once: these statements are written out because building them costs more
# than the database needs for them.
_FIND = """
SELECT c.id, c.site_id, c.registration, c.security_profile, c.password_digest,
       c.next_password_digest, c.next_security_profile, c.heartbeat_interval_s, c.quirk_switches,
       s.vendor, s.model, s.firmware_version,
       e.number, e.id
FROM chargers_chargepoint c LEFT JOIN chargers_chargepointstate s ON s.charge_point_id = c.id
     LEFT JOIN chargers_evse e ON e.charge_point_id = c.id
WHERE c.identity = %s ORDER BY e.number
"""
_HELD = "SELECT process, connection_token FROM chargers_chargepointstate WHERE charge_point_id = %s"
_TAKE = """
UPDATE chargers_chargepointstate SET connected = TRUE, connection_token = %s, process = %s,
       connected_at = %s, last_seen_at = %s, protocol = %s
WHERE charge_point_id = %s
"""
_OPEN = """
INSERT INTO chargers_connection (token, charge_point_id, opened_at, address, subprotocol, process,
       security_level, certificate_id, close_reason, frames_in, frames_out)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, '', 0, 0)
"""
_TOKEN = UUIDField()


@dataclass(frozen=True, slots=True)
class HandshakeFacts:
    """What a handshake needs to know; `evse_ids` maps connector numbers to primary keys."""

    charge_point_id: int
    identity: str
    site_id: int | None
    registration: str
    security_profile: int
    password_digest: str
    next_password_digest: str
    next_security_profile: int
    heartbeat_interval_s: int
    evse_ids: Mapping[int, int] = field(default_factory=dict)
    quirks: Quirks = NO_QUIRKS


@dataclass(frozen=True, slots=True)
class Replaced:
    """The process and socket that held the charge point before; "" and None if none did."""

    process: str = ""
    token: UUID | None = None


def find_for_handshake(identity: str) -> HandshakeFacts | None:
    """Return what is known of the charge point with this identity; one query."""
    if not _is_identity(identity):
        return None
    with connection.cursor() as cursor:
        cursor.execute(_FIND, [identity])
        rows = cursor.fetchall()
    if not rows:
        return None
    pk, site_id, registration, profile, digest, *more = rows[0][:-2]
    next_digest, next_profile, interval, switches, *reported = more
    return HandshakeFacts(
        charge_point_id=pk,
        identity=identity,
        site_id=site_id,
        registration=registration,
        security_profile=profile,
        password_digest=digest,
        next_password_digest=next_digest,
        next_security_profile=next_profile,
        heartbeat_interval_s=interval,
        evse_ids={row[-2]: row[-1] for row in rows if row[-2] is not None},
        quirks=effective(Model(*(text or "" for text in reported)), read_switches(switches)),
    )


def keep_pending(identity: str) -> HandshakeFacts | None:
    """Keep an unknown charge point for the administrator's decision, if a site's policy says so.

    At most `MAX_PENDING` wait at a time; None means refuse.
    """
    if not _is_identity(identity):
        return None
    if not Site.objects.filter(unknown_charge_points=UnknownChargePointPolicy.PENDING).exists():
        return None
    if ChargePoint.objects.filter(registration=Registration.PENDING).count() >= MAX_PENDING:
        return None
    charge_point, _ = ChargePoint.objects.get_or_create(
        identity=identity, defaults={"registration": Registration.PENDING}
    )
    ChargePointState.objects.get_or_create(charge_point=charge_point)
    publish_after_commit(ChargePointChanged(charge_point.pk, None))
    return find_for_handshake(identity)


def open_connection(
    *,
    token: UUID,
    charge_point_id: int,
    site_id: int | None,
    address: str,
    subprotocol: str,
    version: str,
    process: str,
    batch: Batch,
    security_level: int = 0,
    certificate_id: int | None = None,
) -> Replaced:
    """Store a new socket; the newest wins, whatever the older ones still do."""
    at, key = connection.ops.adapt_datetimefield_value(batch.now), _TOKEN.get_db_prep_value(token, connection)
    lock = " FOR UPDATE" if connection.features.has_select_for_update else ""
    with connection.cursor() as cursor:
        cursor.execute(_HELD + lock, [charge_point_id])
        before = cursor.fetchone()
        cursor.execute(_TAKE, [key, process, at, at, storable(version, 16), charge_point_id])
        opened = [key, charge_point_id, at, storable(address, 64), storable(subprotocol, 32), process]
        cursor.execute(_OPEN, [*opened, security_level, certificate_id])
    if before is None:
        raise ChargePointState.DoesNotExist
    batch.publish(ChargePointChanged(charge_point_id, site_id))
    return Replaced(before[0], _TOKEN.to_python(before[1])) if before[1] else Replaced()


def close_connection(
    *, token: UUID, code: int | None, reason: str, frames_in: int, frames_out: int, batch: Batch
) -> bool:
    """Store that a socket ended; tell whether the charge point is offline now.

    A late end of an older socket does not touch the newer one.
    """
    Connection.objects.filter(token=token, closed_at=None).update(
        closed_at=batch.now,
        close_code=code,
        close_reason=storable(reason, 255),
        frames_in=frames_in,
        frames_out=frames_out,
    )
    newest = ChargePointState.objects.filter(connection_token=token)
    row = newest.values_list("pk", "charge_point__site_id").first()
    if row is None:  # that socket was let go, or a newer one came
        newest = ChargePointState.objects.filter(connection_token=None, connected=True)
        mine = newest.filter(charge_point__connections__token=token)
        row = mine.values_list("pk", "charge_point__site_id").first()
    if row is None or not newest.filter(pk=row[0]).update(**_offline(batch.now)):
        return False
    batch.publish(ChargePointChanged(*row))
    return True


@transaction.atomic
def close_silent(*, now: datetime) -> int:
    """End the sockets that a living process would have closed long ago: their process is gone.

    Returns how many charge points went offline.
    """
    suspects = ChargePointState.objects.filter(connected=True, last_seen_at__lt=now - SILENCE)
    rows = suspects.values_list("pk", "last_seen_at", "charge_point__heartbeat_interval_s")
    gone = [
        pk for pk, seen, interval in rows if seen and seen < now - SILENCE - 3 * timedelta(seconds=interval)
    ]
    return _close(ChargePointState.objects.filter(pk__in=gone, connected=True), now=now)


@transaction.atomic
def close_stale(*, now: datetime) -> int:
    """End every socket: no process runs (the start of embedded mode)."""
    return _close(ChargePointState.objects.filter(connected=True), now=now)


def let_go(charge_point_id: int) -> None:
    """Have the open socket of a charge point count no more: the process that holds it closes it."""
    ChargePointState.objects.filter(pk=charge_point_id).update(connection_token=None)


def touch(held: Mapping[int, UUID], *, now: datetime) -> list[int]:
    """Store that these charge points were heard at `now`, through the socket of this token.

    Returns those whose socket is no longer the one that counts: another replaced it, or it was taken
    for dead.
    """
    tokens = dict(ChargePointState.objects.filter(pk__any_of=held).values_list("pk", "connection_token"))
    ours = [pk for pk, token in held.items() if tokens.get(pk) == token]
    note_seen((pk, now) for pk in ours)
    return sorted(held.keys() - set(ours))


def note_failure(identity: str, address: str, reason: str, *, now: datetime) -> None:
    """Count a refused connection per identity, address and reason; bounded."""
    name = storable(identity, 255)
    known = ConnectionFailure.objects.filter(identity=name)
    if not known.exists() and ConnectionFailure.objects.count() >= MAX_FAILURES:
        name, address = OTHERS, ""
    at = connection.ops.adapt_datetimefield_value(now)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO chargers_connectionfailure AS known "
            "(identity, address, reason, count, first_at, last_at) VALUES (%s, %s, %s, 1, %s, %s) "
            "ON CONFLICT (identity, address, reason) DO UPDATE SET "
            "count = known.count + 1, last_at = excluded.last_at",
            [name, storable(address, 64), storable(reason, 64), at, at],
        )


def _close(online: QuerySet[ChargePointState], *, now: datetime) -> int:
    gone = list(online.order_by("pk").values_list("pk", "charge_point__site_id"))
    keys = [pk for pk, _site_id in gone]
    Connection.objects.filter(closed_at=None, charge_point_id__in=keys).update(
        closed_at=now, close_reason=RESTARTED
    )
    online.update(**_offline(now))
    publish_after_commit(*(ChargePointChanged(pk, site_id) for pk, site_id in gone))
    return len(gone)


def _offline(now: datetime) -> dict[str, object]:
    return {"connected": False, "connection_token": None, "process": "", "disconnected_at": now}


def _is_identity(identity: str) -> bool:
    return 0 < len(identity) <= 255 and identity.isprintable()
