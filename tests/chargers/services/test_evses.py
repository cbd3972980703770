from __future__ import annotations

import pytest

from chargers.models import Evse
from chargers.ocpp.handling import Batch
from chargers.services.evses import ensure_evses
from tests.chargers.exchange import NOW, call_of, codes, link_of
from tests.factories import ChargePointFactory

pytestmark = pytest.mark.django_db


def calls(count):
    charge_points = ChargePointFactory.create_batch(count, evses=2)
    return [call_of(link_of(each), "Heartbeat", {}) for each in charge_points]


class TestEnsureEvses:
    def test_returns_exactly_the_connectors_that_were_asked_for(self):
        first, second = calls(2)
        found = ensure_evses([(first, 1), (second, 2), (second, 2)], Batch(NOW))
        assert found == {
            (first.link.charge_point_id, 1): first.link.evse_ids[1],
            (second.link.charge_point_id, 2): second.link.evse_ids[2],
        }

    def test_creates_undeclared_ones(self):
        (call,), batch = calls(1), Batch(NOW)
        place = (call.link.charge_point_id, 7)
        found = ensure_evses([(call, 7)], batch)
        row = Evse.objects.get(charge_point_id=place[0], number=7)
        assert (found, row.declared, codes(batch)) == ({place: row.pk}, False, ["undeclared-connector"])

    def test_needs_one_query_for_any_number_of_charge_points(self, django_assert_num_queries):
        wanted = [(call, 1) for call in calls(5)]
        with django_assert_num_queries(1):
            assert len(ensure_evses(wanted, Batch(NOW))) == 5

    def test_leaves_out_impossible_numbers(self, django_assert_num_queries):
        (call,) = calls(1)
        with django_assert_num_queries(0):
            assert ensure_evses([(call, 0), (call, 1000)], Batch(NOW)) == {}
