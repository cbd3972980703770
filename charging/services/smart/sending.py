"""Telling connectors their limits and defaults: SetChargingProfile commands (OCPP 1.6 §5.16)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils.translation import gettext as _

from chargers.models import Command
from chargers.services.many_commands import Wanted, queue_commands
from charging.services.smart.foreign import Foreign
from charging.services.smart.ladder import AGAIN, Way, has_given_up, way_of
from charging.services.smart.marks import (
    CLEAR,
    DEFAULT_ID,
    LEVEL,
    LIMIT_ID,
    SET,
    SMART,
    TX_DEFAULT,
    TX_PROFILE,
)
from charging.services.smart.places import Place
from charging.services.smart.settings_of import limit_of, other_unit
from charging.services.smart.storing import LimitRow
from evkit.core.units import LimitUnit

PATIENCE: Final = timedelta(seconds=20)
FALLS_AFTER: Final = timedelta(minutes=15)
"""A limit falls to the share that a charge begins with unless it is told again: evkit may be gone."""

EARLY: Final = timedelta(hours=1)
"""A schedule begins so long before now, so that it rules although the clocks differ somewhat."""

CLOCKS_AGREE_S: Final = 300.0


class Outbox:
    """What a cycle sends, queued in one go at its end."""

    def __init__(self) -> None:
        self._wanted: list[tuple[Wanted, LimitRow | None, str]] = []

    def add(
        self, place: Place, action: str, payload: Mapping[str, Any], *, field: str = "", reason: str = ""
    ) -> None:
        """Send something to the charge point of a place; its row keeps the command in `field`."""
        point = place.evse.charge_point
        wanted = Wanted(point.id, point.identity, point.site_id, action, payload, reason, place.evse.number)
        self._wanted.append((wanted, place.row if field else None, field))

    def send(self, now: datetime) -> None:
        """Queue everything in the order in which it was added."""
        if not self._wanted:
            return
        commands = queue_commands(
            [wanted for wanted, _row, _field in self._wanted], now=now, actor=SMART, patience=PATIENCE
        )
        for command, (_wanted, row, field) in zip(commands, self._wanted, strict=True):
            if row is not None:
                setattr(row, field, command)
        self._wanted.clear()


def send_limit(place: Place, setting: float, now: datetime, outbox: Outbox, *, raises: bool) -> None:
    """Tell the running charge of a connector its limit, unless it is not the time for it."""
    row = place.row
    recently = row.refused_at is not None and now - row.refused_at < AGAIN
    if place.charge is None or place.covered or (recently and (raises or has_given_up(row))):
        return
    if row.sent is not None:
        row.doubtful = max(row.sent, row.doubtful or 0.0)
    _uncover(place, outbox)
    latest = row.confirmed if row.sent is None else row.sent
    if latest != setting:
        row.changed_at = now
    row.sent_falls_at = now + FALLS_AFTER if _falls(place, setting) else None
    outbox.add(place, SET, _payload(place, _limit(place, setting, now)), field="command")
    row.sent = setting


def install_default(place: Place, now: datetime, outbox: Outbox) -> None:
    """Tell a connector what a new charge begins with, so that a start is never more than the reserve."""
    row = place.row
    if not place.connected or row.default == place.settings.start or _rules_by_default(place):
        return
    asked = row.default_command
    if asked is not None and (asked.finished_at is None or now - asked.finished_at < 10 * AGAIN):
        return
    profile = _profile(place, DEFAULT_ID, TX_DEFAULT, _steady(place, place.settings.start, place.unit))
    outbox.add(place, SET, _payload(place, profile), field="default_command")


def _limit(place: Place, setting: float, now: datetime) -> Mapping[str, Any]:
    way = way_of(place.row)
    if way == Way.AS_DEFAULT:
        return _profile(place, DEFAULT_ID, TX_DEFAULT, _steady(place, setting, place.unit))
    unit = other_unit(place.unit) if way == Way.OTHER_UNIT else place.unit
    number = place.charge.number if place.charge else None
    if not _falls(place, setting):
        return _profile(place, LIMIT_ID, TX_PROFILE, _steady(place, setting, unit), transactionId=number)
    return _profile(
        place, LIMIT_ID, TX_PROFILE, _falling(place, setting, unit, now),
        transactionId=number, chargingProfileKind="Absolute",
    )  # fmt: skip


def _profile(
    place: Place, first_id: int, purpose: str, schedule: Mapping[str, object], **more: object
) -> Mapping[str, Any]:
    return {
        "chargingProfileId": first_id + place.evse.number,
        "stackLevel": LEVEL,
        "chargingProfilePurpose": purpose,
        "chargingProfileKind": "Relative",
        "chargingSchedule": schedule,
        **more,
    }


def _steady(place: Place, setting: float, unit: LimitUnit) -> Mapping[str, object]:
    limit = limit_of(place.evse, setting, unit, place.site.voltage_v)
    return {"chargingRateUnit": str(unit), "chargingSchedulePeriod": [{"startPeriod": 0, "limit": limit}]}


def _falling(place: Place, setting: float, unit: LimitUnit, now: datetime) -> Mapping[str, object]:
    """Return a schedule that falls to the share of a beginning charge unless another one replaces it."""
    offset_s = place.own.clock_offset_s or 0.0 if place.own else 0.0
    begins = now + timedelta(seconds=offset_s) - EARLY
    limits = [
        limit_of(place.evse, each, unit, place.site.voltage_v) for each in (setting, place.settings.start)
    ]
    falls = int((EARLY + FALLS_AFTER).total_seconds())
    return {
        "startSchedule": begins.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "chargingRateUnit": str(unit),
        "chargingSchedulePeriod": [
            {"startPeriod": 0, "limit": limits[0]},
            {"startPeriod": falls, "limit": limits[1]},
        ],
    }


def _falls(place: Place, setting: float) -> bool:
    """Tell whether a limit falls by itself: it is above that of a beginning charge, and the clocks agree."""
    clock = place.own.clock_offset_s if place.own else None
    agree = clock is not None and abs(clock) <= CLOCKS_AGREE_S
    return (
        agree
        and setting > place.settings.start
        and place.periods >= 2
        and way_of(place.row) != Way.AS_DEFAULT
    )


def _rules_by_default(place: Place) -> bool:
    return place.charge is not None and way_of(place.row) == Way.AS_DEFAULT


def _uncover(place: Place, outbox: Outbox) -> None:
    """Take away what others put above the limit of a connector."""
    for each in place.foreign:
        if each.at is not None and each.covers is not None and not _is_cleared(each):
            outbox.add(
                place,
                CLEAR,
                {"id": each.covers},
                reason=_("Smart charging limits this connector: another limit above its own is taken away."),
            )


def _is_cleared(foreign: Foreign) -> bool:
    mine = Command.objects.filter(
        charge_point=foreign.charge_point_id, action=CLEAR, requested_name=SMART.name, pk__gt=foreign.command
    )
    return mine.filter(payload__id=foreign.covers).exists()


def _payload(place: Place, profile: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"connectorId": place.evse.number, "csChargingProfiles": profile}
