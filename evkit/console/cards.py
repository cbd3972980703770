"""What an overview shows of charge points and connectors: plain values, ready for templates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from evkit.console.states import Group, State

GONE: Final = frozenset({State.IDLE, State.RESERVED, State.UNAVAILABLE, State.FAULTED})
"""Where a connector says that the vehicle has left."""


@dataclass(frozen=True, slots=True)
class ConnectorCard:
    """One connector: its state, its vehicle and its power against limit and maximum (W).

    `vehicle_href` leads to the vehicle's page; empty where none is known.
    """

    number: int
    state: State
    vehicle: str = ""
    vehicle_href: str = ""
    id_tag: str = ""
    soc_percent: float | None = None
    power_w: float = 0.0
    limit_w: float | None = None
    max_w: float | None = None
    since: datetime | None = None
    measured_at: datetime | None = None
    fault: str = ""
    transaction: int | None = None

    @property
    def busy(self) -> bool:
        """Whether a vehicle is charging or held there."""
        return self.state in {State.CHARGING, State.SUSPENDED_EV, State.SUSPENDED_SITE}

    @property
    def occupied(self) -> bool:
        """Whether the vehicle is worth naming there: not where the connector says it is gone."""
        return bool(self.who) and self.state not in GONE

    @property
    def who(self) -> str:
        """The vehicle, or the badge when no vehicle is known for it."""
        return self.vehicle or self.id_tag


@dataclass(frozen=True, slots=True)
class ChargePointCard:
    """One charge point with its connectors."""

    pk: int
    identity: str
    name: str
    zone: str
    href: str
    state: State
    connectors: Sequence[ConnectorCard]
    fault: str = ""
    offline_since: datetime | None = None
    last_seen_at: datetime | None = None

    @property
    def title(self) -> str:
        """The given name, or the identity."""
        return self.name or self.identity

    @property
    def online(self) -> bool:
        """Whether the charge point is connected."""
        return self.state is not State.OFFLINE

    @property
    def never_connected(self) -> bool:
        """Whether the charge point has never been heard of."""
        return not self.online and self.last_seen_at is None

    @property
    def power_w(self) -> float:
        """Power drawn now by all connectors, in W."""
        return sum(connector.power_w for connector in self.connectors)

    @property
    def charging(self) -> int:
        """How many connectors are charging."""
        return sum(connector.state is State.CHARGING for connector in self.connectors)

    @property
    def single(self) -> ConnectorCard | None:
        """The only connector, when there is just one."""
        return self.connectors[0] if len(self.connectors) == 1 else None

    @property
    def faulty(self) -> ConnectorCard | None:
        """The first connector that is faulted."""
        return next((c for c in self.connectors if c.state is State.FAULTED), None)

    @property
    def since(self) -> datetime | None:
        """When the state shown began, as far as it is known."""
        if not self.online:
            return self.offline_since
        times = [c.since for c in self.connectors if c.state is self.state and c.since]
        return min(times, default=None)

    @property
    def groups(self) -> frozenset[Group]:
        """The groups of states found on the charge point."""
        states = [c.state for c in self.connectors] or [self.state]
        return frozenset(state.group for state in states)

    def matches(self, *, group: Group | None, query: str) -> bool:
        """Tell whether the card passes a filter; `query` is found in names, vehicles, badges."""
        if group is not None and group not in self.groups:
            return False
        words = [self.identity, self.name, self.zone]
        for connector in self.connectors:
            words += [connector.vehicle, connector.id_tag]
        return query.casefold() in "\n".join(words).casefold()


@dataclass(frozen=True, slots=True)
class Zone:
    """Charge points that stand together."""

    key: str
    name: str
    cards: Sequence[ChargePointCard]

    @property
    def power_w(self) -> float:
        """Power drawn in the zone, in W."""
        return sum(card.power_w for card in self.cards)


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over a site; powers in W. `allotted_w` is promised by limits but not drawn."""

    power_w: float
    limit_w: float | None
    allotted_w: float
    counts: Mapping[Group, int]
    connectors: int

    @property
    def free_w(self) -> float | None:
        """Power left under the limit, never negative."""
        return None if self.limit_w is None else max(self.limit_w - self.power_w, 0.0)

    @property
    def excess_w(self) -> float:
        """Power drawn above the limit."""
        return 0.0 if self.limit_w is None else max(self.power_w - self.limit_w, 0.0)

    @property
    def exceeded(self) -> bool:
        """Whether more is drawn than the limit allows."""
        return self.limit_w is not None and self.power_w > self.limit_w


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter of an overview."""

    label: str
    count: int
    href: str
    current: bool
    state: State | None


def totals_of(cards: Sequence[ChargePointCard], limit_w: float | None) -> Totals:
    """Add up the cards of a site."""
    connectors = [connector for card in cards for connector in card.connectors]
    drawing = [c for c in connectors if c.busy]
    unused = sum(max((c.limit_w or 0.0) - c.power_w, 0.0) for c in drawing)
    counts = dict.fromkeys(Group, 0)
    for connector in connectors:
        counts[connector.state.group] += 1
    return Totals(
        power_w=sum(c.power_w for c in connectors),
        limit_w=limit_w,
        allotted_w=unused,
        counts=counts,
        connectors=len(connectors),
    )


def zones_of(cards: Sequence[ChargePointCard]) -> list[Zone]:
    """Group cards by zone, in the order in which zones first appear."""
    grouped: dict[str, list[ChargePointCard]] = {}
    for card in cards:
        grouped.setdefault(card.zone, []).append(card)
    return [
        Zone(key=str(index), name=name, cards=members)
        for index, (name, members) in enumerate(grouped.items(), start=1)
    ]
