from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from chargers.models import EvseState
from charging.models import Transaction
from charging.services.reconciliation import close_abandoned
from charging.types import Step
from tests.factories import TransactionFactory

NOW = datetime(2026, 1, 10, 12, 0, tzinfo=UTC)
AGO = timedelta(minutes=6)


@pytest.fixture
def forgotten(charge_point) -> Transaction:
    return TransactionFactory(evse=charge_point.evses.get(number=1), meter_last_wh=1500, energy_wh=500)


def free(since=NOW - AGO, status="Available"):
    EvseState.objects.update(status=status, status_since=since)


class TestCloseAbandoned:
    def test_a_free_connector_has_no_transaction(self, forgotten):
        free()
        assert close_abandoned(now=NOW) == 1
        forgotten.refresh_from_db()
        assert (forgotten.ended_at, forgotten.ended_received_at) == (NOW - AGO, None)
        assert (forgotten.step, forgotten.flags) == (Step.STOPPED, ["presumed_ended"])
        assert (forgotten.meter_stop_wh, forgotten.energy_wh) == (1500, 500)

    def test_the_connector_draws_nothing_any_more(self, forgotten):
        free()
        EvseState.objects.update(power_w=7000, measured_at=NOW - timedelta(hours=1))
        close_abandoned(now=NOW)
        assert EvseState.objects.get(evse=forgotten.evse).power_w == 0

    def test_twice_is_once(self, forgotten):
        free()
        assert [close_abandoned(now=NOW), close_abandoned(now=NOW)] == [1, 0]

    @pytest.mark.parametrize(
        ("since", "status"),
        [
            (NOW - timedelta(minutes=4), "Available"),
            (NOW - AGO, "Charging"),
            (NOW - AGO, "Faulted"),
            (None, ""),
        ],
    )
    def test_within_the_grace_time_or_otherwise_it_stays(self, forgotten, since, status):
        free(since, status)
        assert close_abandoned(now=NOW) == 0

    def test_a_connector_that_is_measured_is_left_alone(self, forgotten):
        free()
        Transaction.objects.update(measured_at=NOW - timedelta(minutes=1))
        assert close_abandoned(now=NOW) == 0

    def test_a_start_just_replayed_waits_for_its_stop(self, forgotten):
        free()
        Transaction.objects.update(started_received_at=NOW - timedelta(minutes=1))
        assert close_abandoned(now=NOW) == 0

    def test_free_since_before_the_start_it_ended_with_its_last_value(self, forgotten):
        free(since=forgotten.started_at - AGO)
        measured = NOW - timedelta(hours=1)
        Transaction.objects.update(measured_at=measured)
        assert close_abandoned(now=NOW) == 1
        forgotten.refresh_from_db()
        assert forgotten.ended_at == measured
