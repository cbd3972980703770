from __future__ import annotations

from datetime import UTC, datetime

import pytest

from chargers.simulator.connector import Connector, Reservation, Transaction
from chargers.simulator.spec import ConnectorSpec
from tests.chargers.simulator.conftest import BUS

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


@pytest.fixture
def connector():
    return Connector(ConnectorSpec(1, "DC"), obey_delay_s=0.0, register_wh=1_234.9)


class TestStatus:
    def test_an_empty_connector_is_available(self, connector):
        assert connector.status == "Available"

    def test_a_vehicle_or_an_authorisation_prepares(self, connector):
        connector.authorised = "TAG"
        assert connector.status == "Preparing"
        connector.authorised = None
        connector.plug(BUS)
        assert connector.status == "Preparing"

    def test_a_reservation_shows_only_on_a_free_connector(self, connector):
        connector.reservation = Reservation(1, "TAG", NOON)
        assert connector.status == "Reserved"
        connector.plug(BUS)
        assert connector.status == "Preparing"

    @pytest.mark.parametrize(
        ("offered_w", "wanted_w", "status"),
        [
            (10.0, 10.0, "Charging"),
            (0.0, 10.0, "SuspendedEVSE"),
            (10.0, 0.0, "SuspendedEV"),
            (0.0, 0.0, "SuspendedEVSE"),
        ],
    )
    def test_a_transaction_charges_or_waits(self, connector, offered_w, wanted_w, status):
        connector.plug(BUS)
        connector.transaction = Transaction(1, "TAG", NOON, 0)
        connector.offered_w, connector.wanted_w = offered_w, wanted_w
        assert connector.status == status

    def test_a_transaction_without_its_vehicle_waits_for_it(self, connector):
        connector.transaction = Transaction(1, "TAG", NOON, 0)
        connector.wanted_w = 10.0
        assert connector.status == "SuspendedEV"

    def test_a_refused_transaction_gets_nothing(self, connector):
        connector.plug(BUS)
        connector.transaction = Transaction(1, "TAG", NOON, 0, refused=True)
        connector.wanted_w = 10.0
        assert connector.status == "SuspendedEVSE"

    def test_it_finishes_before_it_becomes_unavailable(self, connector):
        connector.plug(BUS)
        connector.finishing = True
        connector.operative = False
        assert connector.status == "Finishing"
        connector.unplug()
        assert connector.status == "Unavailable"

    def test_a_fault_hides_everything(self, connector):
        connector.plug(BUS)
        connector.transaction = Transaction(1, "TAG", NOON, 0)
        connector.error_code = "GroundFailure"
        assert connector.status == "Faulted"


class TestPlug:
    def test_the_register_stays_with_the_connector_and_the_charge_with_the_vehicle(self, connector):
        connector.plug(BUS)
        assert connector.charge.soc_percent == 40.0
        assert connector.register_wh == 1_234
