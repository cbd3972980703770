from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from chargers.models import ChargePointState, EvseState
from charging.models import ClosingRules, Transaction
from charging.services.reconciliation import close_abandoned
from charging.types import Step
from tests.factories import SiteFactory, TransactionFactory

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
        assert (forgotten.step, forgotten.flags) == (Step.STOPPED, ["presumed_ended", "presumed_free"])
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


def link(charge_point, **state):
    ChargePointState.objects.filter(pk=charge_point.pk).update(**state)


class TestRules:
    """What a site decides about transactions whose stop was lost."""

    DAY = timedelta(days=1)

    def closed(self, row, now=NOW):
        close_abandoned(now=now)
        row.refresh_from_db()
        return [flag for flag in row.flags if flag != "presumed_ended"]

    def old(self, row, measured=None):
        long_ago = NOW - 30 * self.DAY
        Transaction.objects.update(started_at=long_ago, started_received_at=long_ago, measured_at=measured)

    def test_a_connected_charge_point_without_meter_values(self, forgotten, charge_point):
        free(status="Charging")
        measured = NOW - 2 * self.DAY
        self.old(forgotten, measured)
        link(charge_point, connected=True, connected_at=NOW - 3 * self.DAY, last_seen_at=NOW)
        assert self.closed(forgotten) == ["presumed_silent"]
        assert forgotten.ended_at == measured

    @pytest.mark.parametrize(
        ("status", "measured"),
        [("SuspendedEV", NOW - 2 * DAY), ("SuspendedEVSE", None), ("Charging", None)],
    )
    def test_a_charge_that_its_charge_point_still_tells_of_stays(
        self, forgotten, charge_point, status, measured
    ):
        """A bus over the weekend, or a charge point that never sends meter values."""
        free(status=status)
        self.old(forgotten, measured)
        link(charge_point, connected=True, connected_at=NOW - 3 * self.DAY, last_seen_at=NOW)
        assert self.closed(forgotten) == []

    def test_one_that_has_just_come_back_may_send_what_it_kept(self, forgotten, charge_point):
        free(status="Charging")
        self.old(forgotten, NOW - 2 * self.DAY)
        link(charge_point, connected=True, connected_at=NOW - timedelta(minutes=1), last_seen_at=NOW)
        assert self.closed(forgotten) == []

    @pytest.mark.parametrize(("days", "expected"), [(6, []), (8, ["presumed_gone"])])
    def test_a_charge_point_that_is_gone(self, forgotten, charge_point, days, expected):
        free(status="Charging")
        self.old(forgotten)
        link(charge_point, connected=False, last_seen_at=NOW - days * self.DAY)
        assert self.closed(forgotten) == expected

    def test_a_site_has_its_own_times(self, forgotten, charge_point):
        ClosingRules.objects.create(site=charge_point.site, free_min=60)
        free()
        assert self.closed(forgotten) == []
        assert self.closed(forgotten, NOW + timedelta(hours=1)) == ["presumed_free"]

    def test_a_rule_can_be_off(self, forgotten, charge_point):
        ClosingRules.objects.create(site=charge_point.site, free_min=None, silent_min=None, gone_min=None)
        free()
        self.old(forgotten)
        link(charge_point, connected=True, connected_at=NOW - self.DAY)
        assert self.closed(forgotten) == []

    def test_the_rules_of_one_site_are_not_those_of_another(self, forgotten):
        ClosingRules.objects.create(site=SiteFactory(), free_min=None)
        free()
        assert self.closed(forgotten) == ["presumed_free"]

    def test_a_stop_that_arrives_takes_the_reason_away(self, forgotten, desk):
        free()
        assert self.closed(forgotten) == ["presumed_free"]
        stop = {"transactionId": forgotten.pk, "meterStop": 2000, "timestamp": "2026-01-10T11:59:00Z"}
        desk.send("StopTransaction", stop)
        forgotten.refresh_from_db()
        assert (forgotten.flags, forgotten.energy_wh) == ([], 1000)

    def test_times_of_nothing_are_refused(self, charge_point):
        with pytest.raises(IntegrityError), transaction.atomic():
            ClosingRules.objects.create(site=charge_point.site, free_min=0)
