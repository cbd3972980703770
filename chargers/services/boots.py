"""What a charge point says of itself when it starts (OCPP 1.6 §4.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from chargers.events import ChargePointChanged
from chargers.models import Boot, ChargePoint, ChargePointState
from chargers.ocpp.handling import Batch
from chargers.services.effects import awaited, mark_seen
from chargers.services.read_back import read_back_after_boot
from evkit.core.texts import storable


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
class BootDecision:
    """Our answer: a registration (`accepted`, `pending`, `rejected`) and an interval in s, never 0."""

    registration: str
    interval_s: int


def register_boot(*, charge_point_id: int, facts: BootFacts, at: datetime, batch: Batch) -> BootDecision:
    """Store a boot and decide about it; ends no transaction.

    A reboot that was asked for by a Reset is thereby seen, and none is required any more.
    """
    known = {name: storable(text, 255) for name, text in asdict(facts).items()}
    charge_point = ChargePoint.objects.only(
        "identity", "registration", "heartbeat_interval_s", "site_id"
    ).get(pk=charge_point_id)
    Boot.objects.create(
        charge_point_id=charge_point_id,
        at=at,
        facts={name: text for name, text in known.items() if text},
        status=charge_point.registration,
    )
    ChargePointState.objects.filter(pk=charge_point_id).update(
        booted_at=at, last_seen_at=at, reboot_required=False, **_columns(known)
    )
    mark_seen(awaited("Reset", [charge_point_id]).select_related("charge_point"), at, batch)
    read_back_after_boot(charge_point=charge_point, now=batch.now)
    batch.publish(ChargePointChanged(charge_point_id, charge_point.site_id))
    return BootDecision(charge_point.registration, max(1, charge_point.heartbeat_interval_s))


def _columns(known: Mapping[str, str]) -> dict[str, str]:
    """Return the state's columns; the deprecated charge box serial number stands in for a missing one."""
    found = dict(known)
    box = found.pop("charge_box_serial_number")
    found["serial_number"] = found["serial_number"] or box
    return found
