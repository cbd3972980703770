from __future__ import annotations

from typing import Any

import pytest

from evkit.console.cards import ChargePointCard, ConnectorCard, totals_of, zones_of
from evkit.console.states import Group, State


def card(identity: str = "A_001", *connectors: ConnectorCard, **fields: Any) -> ChargePointCard:
    values: dict[str, Any] = {"name": "", "zone": "", "href": "/", "state": State.IDLE, **fields}
    return ChargePointCard(pk=1, identity=identity, connectors=connectors, **values)


def charging(number: int = 1, **fields: Any) -> ConnectorCard:
    values: dict[str, Any] = {"power_w": 20_000, "limit_w": 25_000, "vehicle": "Bus 212", **fields}
    return ConnectorCard(number=number, state=State.CHARGING, **values)


class TestTotals:
    def test_adds_up_power_and_counts_connectors_by_group(self) -> None:
        idle = ConnectorCard(number=2, state=State.IDLE)
        totals = totals_of([card("A", charging(), idle), card("B", charging())], 100_000)
        assert totals.power_w == 40_000
        assert totals.counts[Group.CHARGING] == 2
        assert totals.counts[Group.FREE] == 1
        assert totals.connectors == 3

    def test_what_is_allowed_but_not_drawn_is_allotted(self) -> None:
        assert totals_of([card("A", charging())], None).allotted_w == 5_000

    def test_free_power_is_what_the_limit_leaves(self) -> None:
        assert totals_of([card("A", charging())], 100_000).free_w == 80_000

    def test_nothing_is_free_above_the_limit(self) -> None:
        totals = totals_of([card("A", charging())], 15_000)
        assert (totals.free_w, totals.excess_w, totals.exceeded) == (0.0, 5_000, True)

    def test_without_a_limit_nothing_is_free_or_exceeded(self) -> None:
        totals = totals_of([card("A", charging())], None)
        assert (totals.free_w, totals.excess_w, totals.exceeded) == (None, 0.0, False)


class TestZones:
    def test_keep_the_order_in_which_they_appear(self) -> None:
        cards = [card("A", zone="Yard"), card("B", zone="Hall"), card("C", zone="Yard")]
        assert [(z.name, [c.identity for c in z.cards]) for z in zones_of(cards)] == [
            ("Yard", ["A", "C"]),
            ("Hall", ["B"]),
        ]


class TestMatching:
    @pytest.mark.parametrize("query", ["a_001", "bus 212", "b4a63", "", "hall"])
    def test_finds_names_vehicles_badges_and_zones(self, query: str) -> None:
        shown = card("A_001", charging(id_tag="B4A63CDF2212"), zone="Hall A")
        assert shown.matches(group=None, query=query)

    def test_does_not_find_what_is_not_there(self) -> None:
        assert not card("A_001", charging()).matches(group=None, query="Bus 999")

    def test_a_group_needs_one_connector_in_it(self) -> None:
        shown = card("A_001", charging(), ConnectorCard(number=2, state=State.IDLE))
        assert shown.matches(group=Group.FREE, query="")
        assert not shown.matches(group=Group.FAULTED, query="")
