"""The limit of a site over the coming week, drawn as steps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from sites.limits import limit_steps
from sites.models import Site

DAYS: Final = 7
WHOLE: Final = 100
"""Places and heights are percent of the drawing."""

APART: Final = 14
"""Values that stand nearer to each other are named once."""


@dataclass(frozen=True, slots=True)
class Step:
    """A stretch with one limit: where it lies and how high it is, in percent; W, None for none."""

    x: float
    width: float
    height: float
    limit_w: float | None
    since: datetime

    @property
    def y(self) -> float:
        """Its upper edge."""
        return round(WHOLE - self.height, 2)

    @property
    def end(self) -> float:
        """Where it ends."""
        return round(self.x + self.width, 2)


@dataclass(frozen=True, slots=True)
class Level:
    """A limit in W that holds at some time, and how high it is drawn, in percent from the top."""

    limit_w: float
    y: float


@dataclass(frozen=True, slots=True)
class LimitPreview:
    """The coming seven days from today's midnight; `top_w` is the full height."""

    steps: tuple[Step, ...]
    levels: tuple[Level, ...]
    days: tuple[tuple[date, float], ...]
    top_w: float
    now_x: float


def limit_preview(site: Site, now: datetime) -> LimitPreview:
    """Return the coming week of a site's limits; a stretch without any reaches to the top."""
    today = now.astimezone(site.zone).date()
    edges = [datetime.combine(today + timedelta(days=n), time(), site.zone) for n in range(DAYS + 1)]
    since, until = edges[0], edges[-1]
    length = until.timestamp() - since.timestamp()

    def place(at: datetime) -> float:
        return round(WHOLE * (at.timestamp() - since.timestamp()) / length, 2)

    found = limit_steps(site, since, until)
    top = max((value for _at, value in found if value is not None), default=0.0) * 1.15 or 1.0
    ends = [moment for moment, _value in found[1:]] + [until]
    steps = tuple(
        Step(
            x=place(moment),
            width=round(place(end) - place(moment), 2),
            height=WHOLE if value is None else round(WHOLE * value / top, 2),
            limit_w=value,
            since=moment,
        )
        for (moment, value), end in zip(found, ends, strict=True)
    )
    days = tuple((edge.date(), place(edge)) for edge in edges[:-1])
    return LimitPreview(steps, _levels(steps), days, top, place(now))


def _levels(steps: tuple[Step, ...]) -> tuple[Level, ...]:
    """Return the limits that are named, the highest first."""
    levels: list[Level] = []
    for limit_w, y in sorted(
        {(step.limit_w, step.y) for step in steps if step.limit_w is not None}, reverse=True
    ):
        if not levels or y - levels[-1].y >= APART:
            levels.append(Level(limit_w, y))
    return tuple(levels)
