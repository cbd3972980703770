"""Reads the badges that wait for an answer of the viewer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from chargers.models import DeferredAnswer, Evse
from evkit.console.selectors.badges import open_questions, tag_of
from evkit.console.selectors.overview import charge_point_url
from sites.permissions import Principal, Right


@dataclass(frozen=True, slots=True)
class Ask:
    """A badge that asks at a charge point; `connector` is where a vehicle waits, None if that is not clear.

    `left_s` and `whole_s` are the seconds left and those there were at first.
    """

    pk: int
    tag: str
    charge_point: str
    site: str
    href: str
    connector: int | None
    left_s: float
    whole_s: float


_SHOWN: Final = (
    "request", "asked_at", "deadline", "charge_point__identity", "charge_point__name",
    "charge_point__site__code", "charge_point__site__name_en", "charge_point__site__name_fr",
)  # fmt: skip


def waiting_asks(principal: Principal, now: datetime) -> list[Ask]:
    """Return the badges that the principal may accept or refuse, the most urgent first."""
    found = open_questions(now).select_related("charge_point__site").only(*_SHOWN)
    rows = [row for row in found if principal.may(Right.COMMAND, row.charge_point.site_id)]
    places = _places([row.charge_point_id for row in rows])
    return [_ask(row, places.get(row.charge_point_id, []), now) for row in rows]


def _ask(row: DeferredAnswer, waiting: list[int], now: datetime) -> Ask:
    point = row.charge_point
    return Ask(
        pk=row.pk,
        tag=tag_of(row),
        charge_point=str(point),
        site=point.site.name if point.site else "",
        href=charge_point_url(point),
        connector=waiting[0] if len(waiting) == 1 else None,
        left_s=max((row.deadline - now).total_seconds(), 0.0),
        whole_s=(row.deadline - row.asked_at).total_seconds(),
    )


def _places(ids: list[int]) -> dict[int, list[int]]:
    """Return the connectors of charge points where a vehicle waits for a badge."""
    found: dict[int, list[int]] = {}
    if ids:
        waiting = Evse.objects.filter(charge_point__in=ids, state__status="Preparing")
        for point, number in waiting.values_list("charge_point_id", "number"):
            found.setdefault(point, []).append(number)
    return found
