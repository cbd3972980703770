"""The limit of a site at a moment: its fixed one and those of its week; the strictest counts (R17, R20).

A schedule is a list of levels: `{"value": 120000, "unit": "W", "ranges": [{"days": ["mon"], "from": "17:00",
"to": "20:00"}]}`, value in W in total or A per phase, ranges in the site's wall time (`sites.calendar`). It
may have `on_holidays` (`HolidayRule`) and `exceptions` (`sites.exceptions`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from evkit.core.units import MOST_POWER_W
from sites.calendar import Window
from sites.exceptions import Weekly, read_exceptions
from sites.ranges import check_ranges
from sites.types import HolidayRule, Unit

if TYPE_CHECKING:
    from sites.models import Site

MOST_LEVELS: Final = 20
MOMENT: Final = timedelta(microseconds=1)
_NEEDED: Final = frozenset({"value", "unit", "ranges"})
_OPTIONAL: Final = frozenset({"on_holidays", "exceptions"})


@dataclass(frozen=True, slots=True)
class SiteLimits:
    """What a site may draw: in W in total, in A on each phase; None is no limit."""

    power_w: float | None
    current_a: float | None

    def total_w(self, voltage_v: float) -> float | None:
        """Return the stricter of both in W, on three phases of this voltage."""
        from_current = None if self.current_a is None else self.current_a * voltage_v * 3
        return _strictest([self.power_w, from_current])


def limits_within(site: Site, since: datetime, until: datetime) -> SiteLimits:
    """Return the strictest limits of a site that hold at any moment of [since, until)."""
    values: dict[str, list[float | None]] = {Unit.WATT: [], Unit.AMPERE: []}
    values[site.limit_unit].append(site.limit_value)
    for level in site.limit_schedule:
        if _windows(site, level, since, until):
            values[level["unit"]].append(level["value"])
    return SiteLimits(_strictest(values[Unit.WATT]), _strictest(values[Unit.AMPERE]))


def limit_w_at(site: Site, at: datetime) -> float | None:
    """Return in W what a site may draw at a moment, None without a limit."""
    return limits_within(site, at, at + MOMENT).total_w(site.voltage_v)


def fixed_limit_w(site: Site) -> float | None:
    """Return in W what a site may draw without its weekly limits, None without a limit."""
    in_watts = site.limit_unit == Unit.WATT
    fixed = SiteLimits(site.limit_value, None) if in_watts else SiteLimits(None, site.limit_value)
    return fixed.total_w(site.voltage_v)


def limit_steps(site: Site, since: datetime, until: datetime) -> list[tuple[datetime, float | None]]:
    """Return from when on which limit in W holds within [since, until); the first one begins at `since`."""
    windows = [each for level in site.limit_schedule for each in _windows(site, level, since, until)]
    edges = {edge for window in windows for edge in (window.start, window.end)}
    moments = [since, *sorted(edge for edge in edges if since < edge < until)]
    steps: list[tuple[datetime, float | None]] = []
    for moment in moments:
        value = limit_w_at(site, moment)
        if not steps or steps[-1][1] != value:
            steps.append((moment, value))
    return steps


def check_limit_schedule(value: Any) -> None:
    """Raise ValidationError unless `value` is a list of levels with weekly ranges."""
    if not isinstance(value, list) or not all(map(_is_level, value)):
        raise ValidationError(
            _('Write a list like [{"value": 120000, "unit": "W", "ranges": [...]}] with one limit per level.')
        )
    if len(value) > MOST_LEVELS:
        raise ValidationError(_("A site has twenty weekly limits at most."))
    for level in value:
        check_ranges(level["ranges"])
        read_exceptions(level.get("exceptions", []))


def level_of(limit: tuple[float, str], weekly: Weekly) -> dict[str, Any]:
    """Return a weekly limit as it is stored: `limit` is value and unit; what is usual is left out."""
    value, unit = limit
    level: dict[str, Any] = {"value": value, "unit": unit, "ranges": list(weekly.ranges)}
    if weekly.on_holidays != HolidayRule.USUAL:
        level["on_holidays"] = str(weekly.on_holidays)
    others = [each.plain() for each in weekly.exceptions]
    return {**level, "exceptions": others} if others else level


def weekly_of(level: Mapping[str, Any]) -> Weekly:
    """Return when a weekly limit holds."""
    rule = HolidayRule(level.get("on_holidays", HolidayRule.USUAL))
    return Weekly(level["ranges"], read_exceptions(level.get("exceptions", [])), rule)


def _is_level(value: Any) -> bool:
    if not isinstance(value, Mapping) or not _NEEDED <= set(value) <= _NEEDED | _OPTIONAL:
        return False
    if value.get("on_holidays", HolidayRule.USUAL) not in HolidayRule.values:
        return False
    number = value["value"]
    if isinstance(number, bool) or not isinstance(number, int | float):
        return False
    return 0 <= number <= MOST_POWER_W and value["unit"] in Unit.values


def _windows(site: Site, level: Mapping[str, Any], since: datetime, until: datetime) -> Sequence[Window]:
    calendar = weekly_of(level).calendar(ZoneInfo(site.timezone), site.holiday_region, since, until)
    return calendar.windows(since, until)


def _strictest(values: Iterable[float | None]) -> float | None:
    return min((each for each in values if each is not None), default=None)
