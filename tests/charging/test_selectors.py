from __future__ import annotations

from datetime import timedelta

import pytest

from charging.models import MeterSample
from charging.selectors import open_transactions, quantities_of, recent_transactions, samples_of
from tests.factories import EARLY, EvseFactory, TransactionFactory, VehicleFactory

pytestmark = pytest.mark.django_db


def sample(row, *, number=None, at=EARLY, **values):
    return MeterSample.objects.create(
        charge_point_id=row.charge_point_id,
        evse_number=row.evse.number,
        measured_at=at,
        fingerprint=len(values),
        received_at=at,
        transaction_number=number,
        **values,
    )


class TestOpenTransactions:
    def test_they_come_by_connector_in_one_query(self, django_assert_num_queries):
        row = TransactionFactory(vehicle=VehicleFactory())
        TransactionFactory(charge_point=row.charge_point, ended_at=EARLY)
        TransactionFactory()
        with django_assert_num_queries(1):
            found = open_transactions([row.charge_point_id])
            assert found[row.evse_id].vehicle == row.vehicle
        assert list(found) == [row.evse_id]


class TestRecentTransactions:
    def test_the_newest_come_first(self):
        evse = EvseFactory()
        rows = [
            TransactionFactory(evse=evse, started_at=EARLY + timedelta(hours=n), ended_at=EARLY)
            for n in range(3)
        ]
        TransactionFactory()
        found = recent_transactions([evse.charge_point_id], limit=2)
        assert list(found) == [rows[2], rows[1]]


class TestSamplesOf:
    def test_they_come_in_order_without_those_of_others(self):
        row = TransactionFactory()
        for n in (2, 1):
            sample(row, number=row.pk, at=EARLY + timedelta(minutes=n), power_w=n)
        sample(row, at=EARLY, power_w=0)
        assert [each.power_w for each in samples_of(row)] == [1, 2]


class TestQuantitiesOf:
    def test_columns_are_named(self):
        row = TransactionFactory()
        sample(row, context=1, power_w=7000, soc_percent=55, current_l2_a=10)
        found = [
            (each.measurand, each.phase, each.value, each.unit, each.context, each.location)
            for each in quantities_of(MeterSample.objects.all())
        ]
        assert found == [
            ("Power.Active.Import", "", 7000, "W", "Sample.Clock", "Outlet"),
            ("Current.Import", "L2", 10, "A", "Sample.Clock", "Outlet"),
            ("SoC", "", 55, "Percent", "Sample.Clock", "Outlet"),
        ]
