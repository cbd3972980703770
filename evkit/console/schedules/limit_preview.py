"""The limit of a site over the coming week, drawn as steps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from sites.limits import limit_steps
from sites.models import Site

DAYS: Final = 7
WIDTH: Final = 1000
HEIGHT: Final = 100


@dataclass(frozen=True, slots=True)
class Step:
    """A stretch with one limit: where it lies and how high it is, of WIDTH and HEIGHT; W, None for none."""

    x: float
    width: float
    height: float
    limit_w: float | None
    since: datetime

    @property
    def y(self) -> float:
        """Its upper edge."""
        return HEIGHT - self.height


@dataclass(frozen=True, slots=True)
class LimitPreview:
    """The coming seven days from today's midnight; `top_w` is the full height."""

    steps: tuple[Step, ...]
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
        return round(WIDTH * (at.timestamp() - since.timestamp()) / length, 2)

    found = limit_steps(site, since, until)
    top = max((value for _at, value in found if value is not None), default=0.0) * 1.1 or 1.0
    ends = [moment for moment, _value in found[1:]] + [until]
    steps = tuple(
        Step(
            x=place(moment),
            width=round(place(end) - place(moment), 2),
            height=HEIGHT if value is None else round(HEIGHT * value / top, 2),
            limit_w=value,
            since=moment,
        )
        for (moment, value), end in zip(found, ends, strict=True)
    )
    days = tuple((edge.date(), place(edge)) for edge in edges[:-1])
    return LimitPreview(steps, days, top, place(now))
