"""What charge points say of themselves when they start (OCPP 1.6 §4.2), set-based.

After a power cut a whole fleet boots at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from chargers.events import ChargePointChanged
from chargers.models import Boot, ChargePoint, Command
from chargers.ocpp.handling import Batch
from chargers.services.configuration import CHANGE
from chargers.services.effects import awaited, mark_seen
from chargers.services.read_back import queue_read_back
from evkit.core.db import columns, update_rows
from evkit.core.literals import Row
from evkit.core.texts import storable

RESET = "Reset"


@dataclass(frozen=True, slots=True)
class BootFacts:
    """Versions and serial numbers as reported; "" for what was not."""

    vendor: str = ""
    model: str = ""
    serial_number: str = ""
    charge_box_serial_number: str = ""
    firmware_version: str = ""
    iccid: str = ""
    imsi: str = ""
    meter_type: str = ""
    meter_serial_number: str = ""


@dataclass(frozen=True, slots=True)
class BootReport:
    """One boot: who, what it said, when it was received."""

    charge_point_id: int
    facts: BootFacts
    at: datetime


@dataclass(frozen=True, slots=True)
class BootDecision:
    """Our answer: a registration (`accepted`, `pending`, `rejected`) and an interval in s, never 0."""

    registration: str
    interval_s: int


_STATE = columns(
    charge_point_id="bigint",
    booted_at="timestamptz",
    last_seen_at="timestamptz",
    reboot_required="boolean",
    vendor="text",
    model="text",
    serial_number="text",
    firmware_version="text",
    iccid="text",
    imsi="text",
    meter_type="text",
    meter_serial_number="text",
)


def register_boots(reports: Sequence[BootReport], batch: Batch) -> list[BootDecision]:
    """Store boots and decide about them; ends no transaction.

    A reboot that was asked for by a Reset is thereby seen, and none is required any more; changed
    configuration that waited for it is read back.

    Raises:
        ChargePoint.DoesNotExist: a charge point was removed while it was connected.
    """
    charge_points = ChargePoint.objects.in_bulk({report.charge_point_id for report in reports})
    latest: dict[int, Row] = {}
    boots = []
    for report in reports:
        charge_point = charge_points.get(report.charge_point_id)
        if charge_point is None:
            raise ChargePoint.DoesNotExist
        known = {name: storable(text, 255) for name, text in asdict(report.facts).items()}
        boots.append(_boot(charge_point, report.at, known))
        latest[charge_point.pk] = (charge_point.pk, report.at, report.at, False, *_texts(known))
    Boot.objects.bulk_create(boots)
    update_rows("chargers_chargepointstate", _STATE, list(latest.values()))
    _follow_up(charge_points, batch)
    for charge_point in charge_points.values():
        batch.publish(ChargePointChanged(charge_point.pk, charge_point.site_id))
    return [_decision(charge_points[report.charge_point_id]) for report in reports]


def _decision(charge_point: ChargePoint) -> BootDecision:
    return BootDecision(charge_point.registration, max(1, charge_point.heartbeat_interval_s))


def _boot(charge_point: ChargePoint, at: datetime, known: Mapping[str, str]) -> Boot:
    facts = {name: text for name, text in known.items() if text}
    return Boot(charge_point=charge_point, at=at, facts=facts, status=charge_point.registration)


def _texts(known: Mapping[str, str]) -> tuple[str, ...]:
    """Return the state's columns; the deprecated charge box serial number stands in for a missing one."""
    serial_number = known["serial_number"] or known["charge_box_serial_number"]
    row = {**known, "serial_number": serial_number}
    return tuple(row[column.name] for column in _STATE[4:])


def _follow_up(charge_points: Mapping[int, ChargePoint], batch: Batch) -> None:
    """Confirm resets, and read back what waited for a reboot."""
    waiting = list(awaited((RESET, CHANGE), charge_points).select_related("charge_point"))
    mark_seen([command for command in waiting if command.action == RESET], batch.now, batch)
    changes: dict[int, list[Command]] = {}
    for command in waiting:
        if command.action == CHANGE:
            changes.setdefault(command.charge_point_id, []).append(command)
    for pk, commands in changes.items():
        keys = list(dict.fromkeys(str(command.payload["key"]) for command in commands))
        queue_read_back(charge_point=charge_points[pk], keys=keys, now=batch.now)
