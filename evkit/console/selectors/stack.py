"""Reads the power of a site over the last hours, connector by connector, under the limit of that time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from django.utils.translation import gettext as _

from chargers.models import ChargePoint, Evse
from charging.models import DecisionRecord
from evkit.console.selectors.base_curve import base_minutes
from evkit.console.selectors.curves import bucket_powers, connected_minutes
from history.rollups.breaks import breaks_of
from history.rollups.carrying import BUCKET_S, carried_each
from sites.limits import limit_steps
from sites.models import Site

LAYERS: Final = 12
"""So many connectors have a layer of their own; the smaller ones are one together."""

SHORTEST_S: Final = 600

Powers = Mapping[int, float]


@dataclass(frozen=True, slots=True)
class Layer:
    """The power of a connector, or of several together, in W at the times of the stack.

    None where no charge point of the site was connected: nobody knows what was drawn.
    """

    label: str
    power_w: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Stack:
    """Times in epoch seconds; layers from the largest to the smallest; the limit in W.

    `base_w` is what was drawn beside the charge points, empty without a meter; None while that was silent.
    """

    times: Sequence[int]
    base_w: Sequence[float | None]
    layers: Sequence[Layer]
    limit_w: Sequence[float | None]


def site_stack(site: Site, now: datetime, hours: int) -> Stack:
    """Return the power of every connector over the last hours, one point per minute."""
    end = int(now.timestamp()) // BUCKET_S
    start_s, end_s = (end - hours * 60) * BUCKET_S, (end + 1) * BUCKET_S
    points = list(ChargePoint.objects.of_site(site).values_list("pk", flat=True))
    breaks = breaks_of(points, start_s, end_s)
    powers = carried_each(bucket_powers(points, start_s, end_s), end, breaks)
    base = base_minutes(site, start_s // BUCKET_S, end)
    first = min((min(each) for each in (*powers.values(), base) if each), default=end)
    buckets = range(min(first, end - SHORTEST_S // BUCKET_S), end + 1)
    times = [bucket * BUCKET_S for bucket in buckets]
    known = connected_minutes(points, times[0], now).union(*powers.values())
    base_w = [base.get(bucket) for bucket in buckets] if base else []
    return Stack(times, base_w, _layers(powers, buckets, known), _limits(site, times, now))


def _layers(powers: Mapping[tuple[int, int], Powers], buckets: range, known: Container[int]) -> list[Layer]:
    drawing = {place: each for place, each in powers.items() if any(each.values())}
    order = sorted(drawing, key=lambda place: -sum(drawing[place].values()))
    named, others = order[:LAYERS], order[LAYERS:]
    labels = _labels({point for point, _number in named})

    def layer(label: str, places: Sequence[tuple[int, int]]) -> Layer:
        return Layer(
            label,
            [
                sum(drawing[place].get(bucket, 0.0) for place in places) if bucket in known else None
                for bucket in buckets
            ],
        )

    layers = [layer(labels.get(place, ""), [place]) for place in named]
    return [*layers, layer(_("Others"), others)] if others else layers


def _labels(point_ids: set[int]) -> dict[tuple[int, int], str]:
    evses = Evse.objects.filter(charge_point__in=point_ids).select_related("charge_point")
    return {(evse.charge_point_id, evse.number): str(evse) for evse in evses}


def _limits(site: Site, times: Sequence[int], now: datetime) -> list[float | None]:
    """Return the limit at these times: as it was when decisions were taken, else as it is set now."""
    since = datetime.fromtimestamp(times[0], UTC)
    steps = {
        moment.timestamp(): value for moment, value in limit_steps(site, since, now + timedelta(minutes=1))
    }
    records = DecisionRecord.objects.filter(site=site, at__gte=since).order_by("at", "id")
    told = list(records.values_list("at", "limit_w"))
    if told:
        steps = {at: value for at, value in steps.items() if at < told[0][0].timestamp()}
        steps |= {at.timestamp(): value for at, value in told}
    starts = sorted(steps)
    return [steps[starts[max(bisect_right(starts, at) - 1, 0)]] for at in times]
