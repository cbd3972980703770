from __future__ import annotations

from datetime import timedelta

import pytest

from chargers.models import ObservedDeviation
from chargers.ocpp.deviations import Deviation
from chargers.services.deviations import count_deviations
from tests.chargers.exchange import NOW
from tests.factories import ChargePointFactory

pytestmark = pytest.mark.django_db


class TestCountDeviations:
    def test_adds_to_the_counters_in_one_statement(self, django_assert_num_queries):
        one, two = ChargePointFactory.create_batch(2)
        first = Deviation("enum-spelling", "StatusNotification", "status: a")
        second = Deviation("enum-spelling", "StatusNotification", "status: b")
        with django_assert_num_queries(1):
            count_deviations([(one.pk, first), (one.pk, second), (two.pk, first)], now=NOW)
        count_deviations([(one.pk, first)], now=NOW + timedelta(hours=1))
        row = ObservedDeviation.objects.get(charge_point=one)
        assert (row.code, row.action, row.count, row.detail) == (
            "enum-spelling",
            "StatusNotification",
            3,
            "status: a",
        )
        assert (row.first_at, row.last_at) == (NOW, NOW + timedelta(hours=1))
        assert ObservedDeviation.objects.get(charge_point=two).count == 1

    def test_nothing_takes_no_statement(self, django_assert_num_queries):
        with django_assert_num_queries(0):
            count_deviations([], now=NOW)

    def test_texts_too_long_or_unstorable_are_cut(self):
        charge_point = ChargePointFactory()
        count_deviations([(charge_point.pk, Deviation("c" * 99, "a\x00" * 99, "d" * 999))], now=NOW)
        row = ObservedDeviation.objects.get()
        assert (len(row.code), len(row.action), len(row.detail)) == (64, 64, 500)

    def test_more_than_one_statement_holds(self):
        charge_point = ChargePointFactory()
        pairs = [(charge_point.pk, Deviation(f"c{number}", "", "")) for number in range(1200)]
        count_deviations(pairs, now=NOW)
        assert ObservedDeviation.objects.count() == 1200
