from __future__ import annotations

from datetime import timedelta

import pytest

from charging.models import LimitChange, MeterSample
from charging.types import LimitKind, LimitReason
from evkit.console.periods import Period
from evkit.console.point_charts import point_charts
from evkit.console.selectors.limits import LimitSteps
from evkit.console.selectors.point_curves import limit_together, point_curves
from history.services.rollups import roll_up
from tests.factories import EARLY, EvseFactory

pytestmark = pytest.mark.django_db

HOUR = Period(EARLY, EARLY + timedelta(hours=1))


def measure(evse, seconds, **values):
    at = EARLY + timedelta(seconds=seconds)
    return MeterSample(
        charge_point_id=evse.charge_point_id, evse_number=evse.number, measured_at=at, received_at=at,
        fingerprint=int(seconds * 10), **values,
    )  # fmt: skip


def limit(evse, minute, power_w, kind=LimitKind.ACCEPTED):
    at = EARLY + timedelta(minutes=minute)
    LimitChange.objects.create(evse=evse, at=at, kind=kind, power_w=power_w, reason=LimitReason.PROFILE)


def read(evse, period=HOUR):
    return point_curves(evse.charge_point.site, evse.charge_point, period, width=800)


def known(series):
    return [value for value in series["values"] if value is not None]


@pytest.fixture
def pair():
    first = EvseFactory()
    return first, EvseFactory(charge_point=first.charge_point, number=2)


class TestPointCurves:
    def test_power_is_added_up_and_the_rest_stands_by_connector(self, pair):
        first, second = pair
        for minute in range(10):
            MeterSample.objects.bulk_create(
                [
                    measure(first, minute * 60, power_w=4000.0, current_l1_a=6.0, soc_percent=40.0 + minute),
                    measure(second, minute * 60 + 20, power_w=7000.0, current_l1_a=10.0, current_l2_a=10.0),
                ]
            )
        charts = {chart["key"]: chart["series"] for chart in point_charts(read(first))}
        assert max(known(charts["power"][0])) == 11
        assert [(each["label"], each["style"], each["dash"]) for each in charts["current"]] == [
            ("Connector 1 L1", "main", 0), ("Connector 2 L1", "main", 1), ("Connector 2 L2", "accent", 1),
        ]  # fmt: skip
        assert known(charts["current"][1]) == [10.0] * 10
        assert known(charts["soc"][0]) == [40.0 + minute for minute in range(10)]
        assert set(charts) == {"power", "current", "soc"}

    def test_every_curve_has_a_value_or_a_gap_at_every_time(self, pair):
        first, second = pair
        MeterSample.objects.bulk_create(
            [measure(first, 10, voltage_v=230.0), measure(second, 1800, voltage_v=231.0)]
        )
        curves = read(first)
        lengths = {len(values) for each in curves.connectors for values in each.values.values()}
        assert lengths == {len(curves.whole.times)} == {len(curves.whole.values["power_w"])}
        assert list(curves.whole.times) == sorted(set(curves.whole.times))

    def test_energy_counts_from_the_start_of_the_period(self, pair):
        first, second = pair
        MeterSample.objects.bulk_create(
            [measure(first, minute * 60, energy_wh=5_000_000.0 + 100 * minute) for minute in range(5)]
            + [measure(second, minute * 60, energy_wh=200.0 * minute) for minute in range(5)]
        )
        energy = next(chart for chart in point_charts(read(first)) if chart["key"] == "energy")
        assert [max(known(each)) for each in energy["series"]] == [0.4, 0.8]

    def test_a_month_keeps_its_peaks_by_connector(self, pair):
        first, _second = pair
        samples = [measure(first, 600 * place, current_l1_a=6.0) for place in range(6 * 24 * 30)]
        samples[2000].current_l1_a = 32.0
        MeterSample.objects.bulk_create(samples)
        roll_up(now=EARLY + timedelta(days=31))
        charts = point_charts(read(first, Period(EARLY, EARLY + timedelta(days=60))))
        (current,) = next(chart["series"] for chart in charts if chart["key"] == "current")
        assert (max(known(current)), min(known(current))) == (32, 6)
        assert len(current["values"]) <= 2000

    def test_limits_are_added_up_as_they_change(self, pair):
        first, second = pair
        measure(first, 60, power_w=1.0).save(force_insert=True)
        limit(first, 10, 8_000)
        limit(second, 20, 5_000)
        curves = read(first).whole
        at = dict(zip(curves.times, curves.limits[LimitKind.ACCEPTED], strict=True))
        start = EARLY.timestamp()
        assert (at[start], at[start + 600], at[start + 1200]) == (None, 30_000, 13_000)
        assert set(curves.limits[LimitKind.REQUESTED]) == {None}


class TestLimitTogether:
    def test_nobody_knows_it_where_a_connector_without_limit_has_no_rating(self):
        steps = [LimitSteps([(0, 8000.0)]), LimitSteps([])]
        assert limit_together(steps, [22_000, None], 10) is None
        assert limit_together(steps, [None, 22_000], 10) == 30_000
