from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from charging.models import Transaction
from tests.factories import ChargePointFactory, EvseFactory, TransactionFactory, VehicleFactory

pytestmark = pytest.mark.django_db


class TestTransaction:
    def test_there_is_one_open_transaction_per_connector(self):
        first = TransactionFactory()
        with pytest.raises(IntegrityError), transaction.atomic():
            TransactionFactory(evse=first.evse)
        assert Transaction.objects.open().count() == 1

    def test_energy_is_never_negative(self):
        with pytest.raises(IntegrityError), transaction.atomic():
            TransactionFactory(energy_wh=-1)


class TestFactories:
    def test_a_charge_point_has_its_states(self):
        charge_point = ChargePointFactory(evses=2)
        assert [evse.state.status for evse in charge_point.evses.all()] == ["", ""]
        assert charge_point.state.connected is False

    def test_a_connector_can_be_given_a_status(self):
        assert EvseFactory(state__status="Charging").state.status == "Charging"

    def test_a_vehicle_has_a_battery(self):
        assert VehicleFactory().battery_wh == 350_000
