from __future__ import annotations

from datetime import timedelta

import pytest

from charging.models import MeterSample
from evkit.console.periods import Period
from evkit.console.selectors.power_curves import power_curves
from history.services.rollups import roll_up
from tests.factories import EARLY, ChargePointFactory, EvseFactory

pytestmark = pytest.mark.django_db


def measure(evse, minute, power_w):
    at = EARLY + timedelta(minutes=minute)
    return MeterSample(
        charge_point_id=evse.charge_point_id, evse_number=evse.number, measured_at=at, received_at=at,
        fingerprint=minute, power_w=power_w,
    )  # fmt: skip


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
