"""Filters and drawings of the pages of one charge point."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Final

from django import template
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evkit.console import formats
from evkit.console.drawing import soc_span, uptime
from evkit.console.moments import moment_text
from evkit.console.selectors.connections import Availability

register = template.Library()

PERIODS: Final[dict[str, Promise]] = {
    "1h": gettext_lazy("1 hour"),
    "6h": gettext_lazy("6 hours"),
    "24h": gettext_lazy("24 hours"),
    "7d": gettext_lazy("7 days"),
    "30d": gettext_lazy("30 days"),
    "1y": gettext_lazy("1 year"),
}


@register.filter
def duration(seconds: float | str | None) -> str:
    """Format a duration in s."""
    return formats.duration(seconds if isinstance(seconds, int | float) else None)


@register.filter
def moment(value: datetime) -> str:
    """Format a moment to the second, with its day and year."""
    return moment_text(value)


@register.filter
def latency(seconds: float | None) -> str:
    """Format a short time in s as milliseconds, or as seconds from one second on."""
    if seconds is None:
        return formats.NOTHING
    return formats.quantity(seconds, "s", 1) if seconds >= 1 else formats.quantity(seconds * 1000, "ms")


@register.filter
def pretty_json(frame: str) -> str:
    """Return a frame indented; one that is not JSON as it is."""
    try:
        return json.dumps(json.loads(frame), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return frame


@register.filter
def period_label(name: str) -> str:
    """Return a preset period in words."""
    return str(PERIODS.get(name, name))


@register.simple_tag
def soc_range(start: float | None, end: float | None) -> SafeString:
    """Draw from which to which state of charge a battery was charged."""
    return soc_span(start, end)


@register.simple_tag
def uptime_bar(availability: Availability) -> SafeString:
    """Draw when a charge point was online within a period."""
    period = availability.period
    total = period.length.total_seconds() or 1.0

    def share(seconds: float) -> float:
        return 100 * seconds / total

    spans = [
        (share((span.since - period.since).total_seconds()), share((span.until - span.since).total_seconds()))
        for span in availability.spans
    ]
    watched = availability.watched
    begins = share((watched.since - period.since).total_seconds()) if watched else 100.0
    percent = formats.quantity(availability.percent, "%", 2)
    label = _("Online %(percent)s of the time watched") % {"percent": percent}
    return uptime(spans, unknown=begins, label=label)
