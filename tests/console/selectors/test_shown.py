from __future__ import annotations

import pytest

from chargers.models import ChargePoint, ChargePointState, Evse, EvseState
from chargers.types import ConnectorStatus
from evkit.console.selectors.overview import site_cards
from evkit.console.selectors.shown import group_counts, ranked_charge_points, ranked_connectors, ranks_of
from evkit.console.states import URGENCY, Group
from tests.console.depot import Depot, add_charge_point, add_connector

pytestmark = pytest.mark.django_db

EVERY = [*ConnectorStatus.values, "Occupied"]


@pytest.fixture
def busy(depot: Depot) -> Depot:
    """The depot with a charge point in every status, and with every odd way of not being known."""
    for number, status in enumerate(EVERY):
        add_connector(add_charge_point(depot.site, f"S_{number}"), 1, status, power_w=1000.0)
        own = add_charge_point(depot.site, f"O_{number}")
        ChargePointState.objects.filter(charge_point=own).update(status=status)
        add_connector(own, 1, "Charging", power_w=2000.0)
        alone = add_charge_point(depot.site, f"N_{number}")
        ChargePointState.objects.filter(charge_point=alone).update(status=status)
    mixed = add_charge_point(depot.site, "MIXED")
    for number, status in enumerate(EVERY, start=1):
        add_connector(mixed, number, status, power_w=500.0)
    ChargePoint.objects.create(identity="NEVER", site=depot.site)
    Evse.objects.create(charge_point=add_charge_point(depot.site, "SILENT"), number=1)
    return depot


class TestRankedChargePoints:
    def test_says_the_same_as_the_cards(self, busy: Depot) -> None:
        told = {card.identity: (card.state, card.power_w) for card in site_cards(busy.site)}
        rows = ranked_charge_points(ChargePoint.objects.of_site(busy.site))
        assert {row.identity: (URGENCY[row.rank], row.drawn_w) for row in rows} == told


class TestRankedConnectors:
    def test_says_the_same_as_the_cards(self, busy: Depot) -> None:
        told = {
            (card.identity, conn.number): (conn.state, conn.power_w)
            for card in site_cards(busy.site)
            for conn in card.connectors
        }
        rows = ranked_connectors(Evse.objects.filter(charge_point__site=busy.site)).select_related(
            "charge_point"
        )
        assert {
            (row.charge_point.identity, row.number): (URGENCY[row.rank], row.drawn_w) for row in rows
        } == told


class TestGroupCounts:
    def test_adds_up_to_all(self, busy: Depot) -> None:
        rows = ranked_connectors(Evse.objects.filter(charge_point__site=busy.site))
        counts = group_counts(rows)
        assert sum(counts.values()) == rows.count()
        assert counts[Group.FAULTED] == rows.filter(rank__in=ranks_of(Group.FAULTED)).count() == 3

    def test_knows_groups_without_rows(self, depot: Depot) -> None:
        EvseState.objects.update(status="Available")
        assert group_counts(ranked_connectors(Evse.objects.all()))[Group.RESERVED] == 0
