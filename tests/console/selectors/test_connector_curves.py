from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from charging.models import LimitChange, MeterSample
from charging.types import LimitKind, LimitReason
from evkit.console.charts import charts_of
from evkit.console.periods import Period
from evkit.console.selectors.connector_curves import (
    NARROWEST,
    allowed_silence,
    connector_curves,
    figures_within,
)
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
        figures = figures_within(evse, HOUR)
        assert set(figures) == {"power_w"}
        assert (figures["power_w"].low, figures["power_w"].mean, figures["power_w"].high) == (1, 3, 6)


class TestAllowedSilence:
    def test_a_slow_meter_may_be_silent_longer(self):
        assert allowed_silence([0, 900, 1800], [1.0, 1.0, 1.0]) == 2700
        assert allowed_silence([0, 5, 900], [1.0, None, 1.0]) == 2700
        assert allowed_silence([], []) == 180
