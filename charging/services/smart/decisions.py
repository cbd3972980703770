"""Keeping what a cycle decided: the last one of every site for its page, and those that changed something."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from charging.models import ChargeOverride, DecisionRecord, SiteDecision
from charging.services.smart.base_load import base_load_w
from charging.services.smart.places import Place
from charging.services.smart.situation import Situation
from charging.smart.planner import Plan, Why
from charging.smart.reserve import reserve_w
from sites.limits import limit_w_at
from sites.models import Site


@dataclass(frozen=True, slots=True)
class Share:
    """What a connector had in a decision, in W; `change` is 1 if it was told more, -1 if less, else 0.

    `decided` is what somebody had decided about its charge: kind, by whom, why; empty without.
    """

    evse_id: int
    share_w: float
    limit_w: float | None
    power_w: float | None
    why: str
    change: int
    decided: tuple[str, ...] = ()

    def row(self) -> list[Any]:
        """Return it as it is stored."""
        return [
            self.evse_id, round(self.share_w), _rounded(self.limit_w), _rounded(self.power_w), self.why,
            self.change, list(self.decided),
        ]  # fmt: skip


def shares_of(record: DecisionRecord) -> list[Share]:
    """Return the connectors of a past decision."""
    return [_share(*row) for row in record.shares]


def _share(
    evse_id: int, share_w: float, limit_w: float | None, power_w: float | None, why: str, change: int,
    decided: Sequence[str],
) -> Share:  # fmt: skip
    return Share(evse_id, share_w, limit_w, power_w, why, change, tuple(decided))


def note_decisions(situation: Situation, found: Plan, moved: Collection[int], now: datetime) -> None:
    """Store what every site of a cycle draws elsewhere, keeps for starts, and may draw in all.

    A decision is kept that told somebody something, that changed the limit of a site, or where a connector
    got another reason for what it has: `moved` are the ids of these sites.
    """
    decisions = []
    for index, site in enumerate(situation.sites):
        mine = [each for each in situation.connectors if each.site == index]
        base, reserve = base_load_w(site, situation.loads[site.pk]), reserve_w(mine, site.launch_reserve)
        envelopes = zip(situation.connectors, found.envelope.tolist(), strict=True)
        drawn = sum(envelope * each.load.watts for each, envelope in envelopes if each.site == index)
        values = {"base_w": base, "reserve_w": reserve, "used_w": base + reserve + drawn}
        decisions.append(SiteDecision(site=site, at=now, **values))
        told = [order for order in found.orders if situation.connectors[order.index].site == index]
        limit_w = limit_w_at(site, now)
        if told or site.pk in moved or _has_another_limit(site, limit_w):
            _keep(site, list(_shares(situation, found, index)), {**values, "limit_w": limit_w}, now)
    SiteDecision.objects.bulk_create(
        decisions,
        update_conflicts=True,
        unique_fields=["site"],
        update_fields=["at", "base_w", "reserve_w", "used_w"],
    )


def _keep(site: Site, shares: list[Share], values: dict[str, Any], now: datetime) -> None:
    DecisionRecord.objects.create(
        site=site,
        at=now,
        power_w=sum(share.power_w or 0.0 for share in shares),
        raised=sum(share.change > 0 for share in shares),
        lowered=sum(share.change < 0 for share in shares),
        waiting=sum(share.why == Why.NO_ROOM for share in shares),
        shares=[share.row() for share in shares],
        **values,
    )


def _has_another_limit(site: Site, limit_w: float | None) -> bool:
    last = DecisionRecord.objects.filter(site=site).values_list("limit_w", flat=True).first()
    return last != limit_w


def _shares(situation: Situation, found: Plan, site: int) -> Iterator[Share]:
    """Yield the connectors of a site that charge, or may draw."""
    changes = {order.index: 1 if order.raises else -1 for order in found.orders}
    again = {
        order.index for order in found.orders if _says_the_same(situation.places[order.index], order.setting)
    }
    for index, (place, each) in enumerate(zip(situation.places, situation.connectors, strict=True)):
        if each.site != site or not (each.charging or found.envelope[index] > 0):
            continue
        watts = each.load.watts
        yield Share(
            evse_id=place.evse.id,
            share_w=float(found.target[index]) * watts,
            limit_w=None if each.confirmed is None else each.confirmed * watts,
            power_w=None if each.measured is None else each.measured * watts,
            why=found.why[index],
            change=0 if index in again else changes.get(index, 0),
            decided=_decided(place.override),
        )


def _says_the_same(place: Place, setting: float) -> bool:
    """Tell whether an order only repeats what a connector has."""
    return place.row.confirmed is not None and abs(place.row.confirmed - setting) < 1e-6


def _decided(override: ChargeOverride | None) -> tuple[str, ...]:
    return () if override is None else (override.kind, override.set_name, override.reason)


def _rounded(value: float | None) -> int | None:
    return None if value is None else round(value)
