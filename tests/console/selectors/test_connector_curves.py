from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from chargers.models import Connection
from charging.models import LimitChange, MeterSample
from charging.types import LimitKind, LimitReason
from evkit.console.charts import charts_of
from evkit.console.periods import Period
from evkit.console.selectors.connector_curves import allowed_silence, connector_curves
from evkit.console.selectors.measured import NARROWEST, WIDEST, figures_within
from history.services.rollups import roll_up
from tests.factories import EARLY, EvseFactory, TransactionFactory

HOUR = Period(EARLY, EARLY + timedelta(hours=1))


@pytest.fixture
def evse(db):
    return EvseFactory()


def measure(evse, seconds, **values):
    at = EARLY + timedelta(seconds=seconds)
    return MeterSample(
        charge_point_id=evse.charge_point_id, evse_number=evse.number, measured_at=at, received_at=at,
        fingerprint=int(seconds * 10), **values,
    )  # fmt: skip


def place(evse):
    return evse.charge_point_id, evse.number


def read(evse, period=HOUR, width=NARROWEST):
    return connector_curves(evse, period, width=width, voltage_v=230)


def known(curves, column):
    pairs = zip(curves.times, curves.values[column], strict=True)
    return [(at - EARLY.timestamp(), value) for at, value in pairs if value is not None]


class TestConnectorCurves:
    def test_few_samples_are_sent_as_they_are(self, evse):
        MeterSample.objects.bulk_create(
            [measure(evse, 10, power_w=1000.0, soc_percent=40.0), measure(evse, 20, power_w=2000.0)]
        )
        curves = read(evse)
        assert not curves.reduced
        assert known(curves, "power_w") == [(10, 1000), (20, 2000)]
        assert known(curves, "soc_percent") == [(10, 40)]
        assert (curves.times[0], curves.times[-1]) == (HOUR.since.timestamp(), HOUR.until.timestamp())

    def test_many_samples_keep_the_lowest_and_the_highest_of_every_pixel(self, evse):
        samples = [measure(evse, second, power_w=5000.0) for second in range(3600)]
        samples[1234].power_w, samples[2345].power_w = 9999.0, 1.0
        MeterSample.objects.bulk_create(samples)
        curves = read(evse)
        values = [value for _at, value in known(curves, "power_w")]
        assert curves.reduced
        assert len(values) <= 2 * NARROWEST
        assert (min(values), max(values)) == (1.0, 9999.0)

    def test_long_periods_come_from_roll_ups_and_keep_their_peaks(self, evse):
        samples = [measure(evse, 300 * each, power_w=5000.0 + each % 7) for each in range(12 * 24 * 60)]
        samples[4321].power_w, samples[9876].power_w = 99_999.0, 1.0
        MeterSample.objects.bulk_create(samples)
        end = EARLY + timedelta(days=60)
        roll_up(now=end)
        for days, step_s in ((2, 60), (20, 900), (60, 3600)):
            curves = read(evse, Period(EARLY, EARLY + timedelta(days=days)), width=WIDEST)
            values = [value for _at, value in known(curves, "power_w")]
            assert curves.step_s == step_s
            assert len(curves.times) <= 2000
            assert max(values) == (99_999.0 if days > 15 else 5006)
            assert min(values) == (1.0 if days > 35 else 5000)

    def test_what_is_not_rolled_up_yet_is_shown_all_the_same(self, evse):
        MeterSample.objects.bulk_create([measure(evse, 60 * each, power_w=1.0) for each in range(60)])
        roll_up(now=EARLY + timedelta(hours=1))
        MeterSample.objects.bulk_create([measure(evse, 3605, power_w=77.0)])
        week = Period(EARLY - timedelta(days=7), EARLY + timedelta(hours=2))
        assert max(value for _at, value in known(read(evse, week), "power_w")) == 77

    def test_many_changes_of_limits_stay_few_points(self, evse):
        LimitChange.objects.bulk_create(
            LimitChange(
                evse=evse, at=EARLY + timedelta(seconds=each), kind=LimitKind.ACCEPTED, power_w=1.0 * each,
                reason=LimitReason.PROFILE,
            )
            for each in range(3000)
        )  # fmt: skip
        curves = read(evse)
        assert len(curves.times) < 300
        assert curves.limits[LimitKind.ACCEPTED][-1] == 2999

    def test_times_without_a_connection_are_told(self, evse):
        Connection.objects.create(
            token=uuid4(), charge_point=evse.charge_point, opened_at=EARLY - timedelta(hours=1),
            closed_at=EARLY + timedelta(minutes=10),
        )  # fmt: skip
        point = evse.charge_point
        Connection.objects.create(token=uuid4(), charge_point=point, opened_at=EARLY + timedelta(minutes=30))
        (outage,) = read(evse).outages
        assert (outage.start, outage.end) == (EARLY + timedelta(minutes=10), EARLY + timedelta(minutes=30))

    def test_a_silence_breaks_every_line(self, evse):
        MeterSample.objects.bulk_create(
            [measure(evse, second, power_w=1.0) for second in (*range(0, 100, 10), 2000, 2010)]
        )
        curves = read(evse)
        inside = [at - EARLY.timestamp() for at in curves.times if 91 < at - EARLY.timestamp() < 1999]
        assert inside == [1045]
        assert curves.gap_s["power_w"] == 180

    def test_limits_are_those_of_their_time(self, evse):
        def change(minutes, kind, power_w=None, current_a=None):
            at = EARLY + timedelta(minutes=minutes)
            LimitChange.objects.create(
                evse=evse, at=at, kind=kind, power_w=power_w, current_a=current_a,
                reason=LimitReason.PROFILE,
            )  # fmt: skip

        change(-90, LimitKind.ACCEPTED, power_w=5000.0)
        change(-60, LimitKind.ACCEPTED, current_a=16.0)
        change(20, LimitKind.ACCEPTED, power_w=6000.0)
        change(30, LimitKind.ACCEPTED)
        change(25, LimitKind.REQUESTED, power_w=7000.0)
        MeterSample.objects.bulk_create([measure(evse, 60 * minute, power_w=1.0) for minute in range(60)])
        curves = read(evse)
        limits = dict(zip(curves.times, curves.limits[LimitKind.ACCEPTED], strict=True))
        moments = [0, 19, 20, 29, 30, 59]
        assert [limits[EARLY.timestamp() + 60 * minute] for minute in moments] == [
            16 * 230 * 3, 16 * 230 * 3, 6000, 6000, None, None,
        ]  # fmt: skip
        asked = dict(zip(curves.times, curves.limits[LimitKind.REQUESTED], strict=True))
        assert [asked[EARLY.timestamp() + 60 * minute] for minute in (24, 25)] == [None, 7000]

    def test_sessions_overlap_the_period(self, evse):
        before = EARLY - timedelta(hours=3)
        TransactionFactory(evse=evse, started_at=before, ended_at=before + timedelta(hours=1))
        running = TransactionFactory(evse=evse, started_at=EARLY - timedelta(minutes=5))
        assert read(evse).sessions == [running]

    def test_nothing_measured_is_nothing_drawn(self, evse):
        assert charts_of(read(evse), direct=False) == []


class TestCharts:
    def test_units_are_those_of_the_axes_and_phases_stand_together(self, evse):
        MeterSample.objects.bulk_create(
            [measure(evse, 1, power_w=2500.0, current_l1_a=16.0, current_l2_a=15.0, energy_wh=1_234_567.0)]
        )
        charts: dict[Any, Any] = {chart["key"]: chart for chart in charts_of(read(evse), direct=False)}
        assert set(charts) == {"power", "current", "energy"}
        assert [each["label"] for each in charts["current"]["series"]] == ["L1", "L2"]
        assert 2.5 in charts["power"]["series"][0]["values"]
        assert 1234.567 in charts["energy"]["series"][0]["values"]


class TestFigures:
    def test_tell_lowest_mean_and_highest(self, evse):
        MeterSample.objects.bulk_create(
            [measure(evse, second, power_w=float(second)) for second in (1, 2, 6)]
        )
        figures = figures_within(place(evse), HOUR)
        assert set(figures) == {"power_w"}
        assert (figures["power_w"].low, figures["power_w"].mean, figures["power_w"].high) == (1, 3, 6)

    def test_of_long_periods_are_exact_at_their_ends(self, evse):
        samples = [measure(evse, 60 * each, power_w=float(each)) for each in range(60 * 24 * 3)]
        MeterSample.objects.bulk_create(samples)
        roll_up(now=EARLY + timedelta(days=4))
        period = Period(EARLY + timedelta(minutes=7), EARLY + timedelta(days=2, minutes=22))
        found = figures_within(place(evse), period)["power_w"]
        last = 2 * 24 * 60 + 22
        assert (found.low, found.high) == (7, last)
        assert found.mean == pytest.approx((7 + last) / 2)


class TestAllowedSilence:
    def test_a_slow_meter_may_be_silent_longer(self):
        assert allowed_silence([0, 900, 1800], [1.0, 1.0, 1.0]) == 2700
        assert allowed_silence([0, 5, 900], [1.0, None, 1.0]) == 2700
        assert allowed_silence([], []) == 180
