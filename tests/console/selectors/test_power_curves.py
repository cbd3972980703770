from __future__ import annotations

from datetime import timedelta

import pytest

from charging.models import MeterSample
from evkit.console.periods import Period
from evkit.console.selectors import running
from evkit.console.selectors.power_curves import power_curves
from history.services.rollups import roll_up
from tests.factories import EARLY, ChargePointFactory, EvseFactory, TransactionFactory

pytestmark = pytest.mark.django_db


def measure(evse, minute, power_w):
    at = EARLY + timedelta(minutes=minute)
    return MeterSample(
        charge_point_id=evse.charge_point_id, evse_number=evse.number, measured_at=at, received_at=at,
        fingerprint=minute, power_w=power_w,
    )  # fmt: skip


def charge(evse, start, end):
    """Let a transaction run between two minutes; without an end it still does."""
    started, ended = (
        None if minute is None else EARLY + timedelta(minutes=minute) for minute in (start, end)
    )
    TransactionFactory(evse=evse, started_at=started, ended_at=ended, meter_start_wh=0)


@pytest.fixture
def evse():
    return EvseFactory()


def power_of(curves):
    return [value for value in curves.values["power_w"] if value is not None]


class TestPowerCurves:
    @pytest.mark.parametrize("rolled", [True, False])
    def test_a_day_is_added_up_by_minute(self, evse, rolled):
        site = evse.charge_point.site
        other = EvseFactory(charge_point=ChargePointFactory(site=site))
        MeterSample.objects.bulk_create(
            measure(each, minute, 1000.0) for each in (evse, other) for minute in range(120)
        )
        if rolled:
            roll_up(now=EARLY + timedelta(hours=3))
        curves = power_curves(site, None, Period(EARLY, EARLY + timedelta(hours=1)), width=800)
        assert set(power_of(curves)) == {2000}
        alone = power_curves(site, evse.charge_point, Period(EARLY, EARLY + timedelta(hours=1)), width=800)
        assert set(power_of(alone)) == {1000}

    def test_a_month_keeps_its_highest_minute(self, evse):
        samples = [measure(evse, minute, 1000.0) for minute in range(0, 60 * 24 * 30, 5)]
        samples[5000].power_w = 88_000.0
        MeterSample.objects.bulk_create(samples)
        roll_up(now=EARLY + timedelta(days=31))
        month = Period(EARLY, EARLY + timedelta(days=60))
        curves = power_curves(evse.charge_point.site, None, month, width=800)
        assert (curves.step_s, max(power_of(curves)), min(power_of(curves))) == (3600, 88_000, 1000)
        assert len(curves.times) <= 2000

    def test_a_silence_stays_open(self, evse):
        MeterSample.objects.bulk_create(measure(evse, minute, 1.0) for minute in (*range(10), *range(50, 60)))
        curves = power_curves(
            evse.charge_point.site, None, Period(EARLY, EARLY + timedelta(hours=1)), width=800
        )
        inside = [at - EARLY.timestamp() for at in curves.times if 900 < at - EARLY.timestamp() < 2900]
        assert len(inside) == 1

    def test_a_site_tells_how_many_transactions_ran_at_once(self, evse):
        other = EvseFactory(charge_point=ChargePointFactory(site=evse.charge_point.site))
        for each, start, end in ((evse, -30, 20), (other, 10, None), (evse, 30, 40), (EvseFactory(), 5, 50)):
            charge(each, start, end)
        hour = Period(EARLY, EARLY + timedelta(hours=1))
        curves = power_curves(evse.charge_point.site, None, hour, width=800)
        at = dict(zip(curves.times, curves.values["running"], strict=True))
        begin = EARLY.timestamp()
        assert [at[begin + 60 * minute] for minute in (0, 10, 20, 30, 40, 60)] == [1, 2, 1, 2, 1, 1]
        assert (
            "running" not in power_curves(evse.charge_point.site, evse.charge_point, hour, width=800).values
        )

    def test_nothing_ran_nothing_is_drawn(self, evse):
        hour = Period(EARLY, EARLY + timedelta(hours=1))
        assert "running" not in power_curves(evse.charge_point.site, None, hour, width=800).values


class TestRunningLevels:
    @pytest.fixture
    def other(self, evse):
        return EvseFactory(charge_point=evse.charge_point, number=2)

    def test_one_after_the_other_is_never_two_at_once(self, evse):
        for start, end in ((1, 3), (3, 5), (5, 7)):
            charge(evse, start, end)
        assert max(number for _at, number in self.read(evse)) == 1

    def test_a_pixel_keeps_its_highest_number_and_its_last(self, evse, other, monkeypatch):
        monkeypatch.setattr(running, "MOST_LEVELS", 4)
        for each, start, end in ((evse, 1, 5), (other, 3, 4), (evse, 70, 80), (evse, 90, None)):
            charge(each, start, end)
        begin = EARLY.timestamp()
        assert self.read(evse) == [(begin + 180, 2), (begin + 300, 0), (begin + 4200, 1)]

    def read(self, evse):
        period = Period(EARLY, EARLY + timedelta(hours=2))
        point = evse.charge_point
        return running.running_levels(point.site_id, [point.pk], period, bucket_s=3600)
