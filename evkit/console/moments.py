"""Moments as an operator reads them: by the clock of the active zone, and never two that look alike."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format


def moment_text(moment: datetime) -> str:
    """Return day and time ("25 Oct. 2026 14:30:00"), in an hour that comes twice with its offset from UTC."""
    return told(moment, "j N Y H:i:s")


def told(moment: datetime, form: str) -> str:
    """Return a moment by a format of Django's; what comes twice with its offset from UTC."""
    local = timezone.localtime(moment)
    return date_format(local, form) + offset_text(local)


def clock_text(moment: datetime, day: date | None) -> str:
    """Return the time ("14:30:00"), with its day where that is not `day` ("24 Oct. 14:30:00")."""
    return told(moment, "H:i:s" if timezone.localtime(moment).date() == day else "j N H:i:s")


def common_day(moments: Iterable[datetime]) -> date | None:
    """Return the local day on which all moments lie; None where they lie on several."""
    days = {timezone.localtime(moment).date() for moment in moments}
    return days.pop() if len(days) == 1 else None


def offset_text(moment: datetime) -> str:
    """Return " (UTC+2)" for a time that the clock shows twice, else nothing (PEP 495)."""
    local = timezone.localtime(moment)
    first, second = (local.replace(fold=fold).utcoffset() for fold in (0, 1))
    offset = local.utcoffset()
    if first == second or offset is None:
        return ""
    minutes, sign = abs(offset) // timedelta(minutes=1), "-" if offset < timedelta() else "+"
    rest = f":{minutes % 60:02d}" if minutes % 60 else ""
    return f" (UTC{sign}{minutes // 60}{rest})"
