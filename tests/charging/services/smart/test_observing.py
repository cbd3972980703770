"""When something was measured, and what that tells of a connector."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chargers.models import EvseState as StoredState
from charging.services.smart.facts import EvseState, PointState
from charging.services.smart.observing import learn, measured_at, measuring_time
from charging.services.smart.settings_of import Range
from charging.services.smart.storing import LimitRow
from tests.charging.ocpp.desk import NOW, Desk
from tests.factories import ChargePointFactory

RANGE = Range(32.0, 6.0, 1.0, 6.0, in_watts=False)


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


def state(device_s: float, received_s: float) -> EvseState:
    at = NOW + seconds(min(device_s, received_s))
    return EvseState(
        "Charging", None, None, None, None, None, None, at, NOW + seconds(device_s), NOW + seconds(received_s)
    )


def point_ahead_by(offset_s: float | None) -> PointState:
    return PointState(True, NOW, NOW, offset_s, "", "", "")


class TestMeasuredAt:
    @pytest.mark.parametrize("offset", [-600.0, -5.0, 0.0, 5.0, 600.0])
    def test_a_clock_that_is_off_does_not_matter(self, offset: float) -> None:
        assert measured_at(state(100 + offset, 101), offset) == NOW + seconds(100)

    def test_values_that_are_late_were_measured_long_before(self) -> None:
        assert measured_at(state(100 + 600, 3600), 600.0) == NOW + seconds(100)

    def test_nothing_is_measured_after_it_was_received(self) -> None:
        assert measured_at(state(700, 101), None) == NOW + seconds(101)

    def test_a_clock_that_lives_in_1970_leaves_the_time_of_receipt(self) -> None:
        assert measured_at(state(101, 101), -1.7e9) == NOW + seconds(101)
        assert measured_at(state(101, 101), -1e300) == NOW + seconds(101)


class TestMeasuringTime:
    def test_of_a_clock_far_behind_is_now(self) -> None:
        own = point_ahead_by(-3600.0)
        now = NOW + seconds(102)
        assert measuring_time(state(100 - 3600, 101), own, None, now) == NOW + seconds(100)

    def test_of_a_clock_ahead_is_not_after_what_was_confirmed_later(self) -> None:
        own = point_ahead_by(600.0)
        found = measuring_time(state(100 + 600, 101), own, NOW + seconds(100.5), NOW + seconds(102))
        assert found is None

    def test_old_values_tell_nothing(self) -> None:
        assert measuring_time(state(0, 1), point_ahead_by(None), None, NOW + seconds(91)) is None


@pytest.mark.django_db
def test_meter_values_keep_both_times() -> None:
    point = ChargePointFactory(evses=1)
    told = (NOW - seconds(600)).isoformat().replace("+00:00", "Z")
    value = {"value": "16.0", "measurand": "Current.Import", "phase": "L1", "unit": "A"}
    Desk(point).send(
        "MeterValues", {"connectorId": 1, "meterValue": [{"timestamp": told, "sampledValue": [value]}]}
    )
    found = StoredState.objects.get(evse__charge_point=point)
    assert found.measured_device_at == NOW - seconds(600)
    assert found.measured_received_at == NOW


class TestLearn:
    def row(self, **more: Any) -> LimitRow:
        return LimitRow(1, **{"confirmed": 10.0, "confirmed_at": NOW, "before": 20.0, **more})

    def test_how_fast_it_obeys(self) -> None:
        row = self.row()
        for _time in range(12):
            row.before = 20.0
            learn(row, RANGE, 9.9, NOW + seconds(4))
        assert row.latency_s == 6.0
        assert row.before is None

    def test_one_slow_time_is_believed_at_once(self) -> None:
        row = self.row(latency_s=6.0)
        learn(row, RANGE, 10.0, NOW + seconds(40))
        assert row.latency_s == 60.0

    def test_nothing_of_a_connector_that_is_still_above(self) -> None:
        row = self.row()
        learn(row, RANGE, 12.0, NOW + seconds(40))
        assert (row.latency_s, row.before, row.overdraw) == (None, 20.0, 0.0)

    def test_nothing_of_the_latency_where_it_was_raised(self) -> None:
        row = self.row(before=5.0)
        learn(row, RANGE, 9.0, NOW + seconds(4))
        assert (row.latency_s, row.before) == (None, 5.0)

    def test_how_exactly_it_keeps_a_limit(self) -> None:
        row = self.row(before=None)
        learn(row, RANGE, 10.3, NOW + seconds(40))
        assert row.overdraw == 0.03
        learn(row, RANGE, 4.0, NOW + seconds(50))
        assert row.overdraw == 0.03, "a vehicle that takes little shows nothing"
        learn(row, RANGE, 10.0, NOW + seconds(60))
        assert row.overdraw == 0.0
