"""What a charge point was asked for, in words (OCPP 1.6 §6)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evkit.console.commands.catalogue import COMMANDS
from evkit.console.formats import duration
from evkit.console.journal.values import value_text

HEADINGS: Final = {
    **{form.action: form.heading for form in reversed(COMMANDS.values())},
    "SetChargingProfile": gettext_lazy("Limit the power"),
}
"""By action; of several commands with the same action the first that the console offers."""

KEPT_BACK: Final = frozenset({"chargingProfileId", "csChargingProfiles", "chargingProfile", "transactionId"})
SPOKEN: Final = frozenset({"type", "key", "value", "requestedMessage", "vendorId", "data"})
"""Keys whose values say enough."""

TYPES: Final = {
    "Inoperative": gettext_lazy("out of service"),
    "Operative": gettext_lazy("in service"),
    "Soft": gettext_lazy("soft reset"),
    "Hard": gettext_lazy("hard reset"),
}


def action_text(action: str) -> str:
    """Return what an action does in words; of one that is not offered its name."""
    return str(HEADINGS.get(action, action))


def request_text(payload: Mapping[str, Any]) -> str:
    """Return what a request says, without the numbers that only the charge point needs."""
    parts = [_part(key, value) for key, value in payload.items()]
    profile = payload.get("csChargingProfiles") or payload.get("chargingProfile")
    if isinstance(profile, Mapping):
        parts.append(limits_text(profile.get("chargingSchedule")))
    return " · ".join(part for part in parts if part)


def limits_text(schedule: object) -> str:
    """Return the limits of a charging schedule: "50 kW, 5 kW after 1 h 15 min"."""
    if not isinstance(schedule, Mapping):
        return ""
    periods = schedule.get("chargingSchedulePeriod")
    unit = str(schedule.get("chargingRateUnit", ""))
    found = [p for p in periods if isinstance(p, Mapping)] if isinstance(periods, list) else []
    return ", ".join(_period(period, unit) for period in found)


def _period(period: Mapping[str, Any], unit: str) -> str:
    limit = value_text(period.get("limit"), unit=unit)
    start = period.get("startPeriod")
    if not isinstance(start, int | float) or not start:
        return limit
    return _("%(limit)s after %(time)s") % {"limit": limit, "time": duration(start)}


def _part(key: str, value: Any) -> str:
    if key in KEPT_BACK or value is None:
        return ""
    if key == "connectorId":
        return _("connector %(number)s") % {"number": value} if value else _("whole charge point")
    if key in SPOKEN:
        return str(TYPES.get(str(value), value))
    if isinstance(value, dict | list):
        return f"{key} …"
    return _("badge %(tag)s") % {"tag": value} if key == "idTag" else f"{key} {_scalar(value)}"


def _scalar(value: Any) -> str:
    moment: datetime | None = None
    if isinstance(value, str):
        try:
            moment = parse_datetime(value)
        except ValueError:
            moment = None
    return value_text(value) if moment or not isinstance(value, str) else value
