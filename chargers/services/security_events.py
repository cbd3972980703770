"""Security events that charge points tell of (security whitepaper, A04 and §8)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from chargers.events import ChargePointChanged
from chargers.models import SecurityEvent
from chargers.ocpp.handling import Batch
from evkit.core.texts import storable

CRITICAL: Final = frozenset(
    {
        "firmwareupdated",
        "memoryexhaustion",
        "resetorreboot",
        "securitylogwascleared",
        "settingsystemtime",
        "startupofthedevice",
        "tamperdetectionactivated",
    }
)
"""The types that §8 calls critical, in lower case."""

KEPT: Final = 500
"""Events kept of each charge point, critical and others apart: a flood of one hides none of the other."""


@dataclass(frozen=True, slots=True)
class ToldEvent:
    """What a SecurityEventNotification says; `at` is None where its time cannot be used."""

    charge_point_id: int
    site_id: int | None
    type: str
    at: datetime | None
    tech_info: str


def is_critical(kind: str) -> bool:
    """Tell whether §8 calls events of this type critical."""
    return kind.strip().lower() in CRITICAL


def store_security_event(event: ToldEvent, *, message_id: str, at: datetime, batch: Batch) -> bool:
    """Store an event that arrived at `at`, once per message and content; tell whether it was new."""
    content = repr((message_id, event.type, event.at, event.tech_info))
    row = SecurityEvent(
        charge_point_id=event.charge_point_id,
        type=storable(event.type, 64),
        critical=is_critical(event.type),
        at=event.at or at,
        received_at=at,
        tech_info=storable(event.tech_info, 255),
        digest=hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest(),
    )
    mine = SecurityEvent.objects.filter(charge_point_id=event.charge_point_id)
    if mine.filter(digest=row.digest).exists():
        return False
    row.save(force_insert=True)
    _drop_oldest(row)
    batch.publish(ChargePointChanged(event.charge_point_id, event.site_id))
    return True


def _drop_oldest(newest: SecurityEvent) -> None:
    alike = SecurityEvent.objects.filter(charge_point_id=newest.charge_point_id, critical=newest.critical)
    last = alike.order_by("-id").values_list("id", flat=True)[KEPT - 1 : KEPT]
    for pk in last:
        alike.filter(id__lt=pk).delete()
