from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from charging.models import MeterSample
from history.models import HourRollup, MinuteRollup, PowerRollup, QuarterRollup, RollupDue, RollupState
from history.models.rollup import MEASURED, PARTS
from history.rollups.rolling import STEPS
from history.services.rollups import make_due, roll_up
from tests.factories import EARLY, ChargePointFactory, EvseFactory

pytestmark = pytest.mark.django_db
SOON = EARLY + timedelta(hours=2)


def measure(evse, seconds, *, received=None, **values: Any) -> None:
    at = EARLY + timedelta(seconds=seconds)
    MeterSample.objects.create(
        charge_point_id=evse.charge_point_id, evse_number=evse.number, measured_at=at,
        received_at=received or at, fingerprint=int(seconds), **values,
    )  # fmt: skip


def kept(model, column="power_w") -> dict[float, Any]:
    """Return (count, low, high, mean, first, last) by seconds since `EARLY`."""
    names = [f"{column}_{part}" for part in ("count", "low", "high", "mean", "first", "last")]
    rows = model.objects.order_by("at").values_list("at", *names)
    return {(at - EARLY).total_seconds(): tuple(values) for at, *values in rows}


class TestRollUp:
    def test_takes_everything_that_is_stored_the_first_time(self, evse):
        for seconds, power in ((0, 10.0), (30, 4.0), (61, 7.0), (3599, 1.0), (3600, 99.0)):
            measure(evse, seconds, power_w=power, soc_percent=None)
        roll_up(now=SOON)
        assert kept(MinuteRollup) == {
            0: (2, 4, 10, 7, 10, 4), 60: (1, 7, 7, 7, 7, 7), 3540: (1, 1, 1, 1, 1, 1),
            3600: (1, 99, 99, 99, 99, 99),
        }  # fmt: skip
        assert kept(QuarterRollup)[0] == (3, 4, 10, 7, 10, 7)
        assert kept(HourRollup)[0] == (4, 1, 10, 5.5, 10, 1)
        assert kept(HourRollup, "soc_percent")[0] == (None,) * 6
        assert not RollupDue.objects.exists()

    def test_takes_what_was_received_since(self, evse):
        roll_up(now=EARLY)
        measure(evse, 10, power_w=5.0)
        roll_up(now=EARLY + timedelta(minutes=1))
        measure(evse, 50, power_w=7.0)
        roll_up(now=EARLY + timedelta(minutes=2))
        assert kept(MinuteRollup) == {0: (2, 5, 7, 6, 5, 7)}
        assert kept(HourRollup) == {0: (2, 5, 7, 6, 5, 7)}

    def test_takes_what_was_measured_offline_and_replayed_days_later(self, evse):
        measure(evse, 5, power_w=100.0)
        roll_up(now=SOON)
        later = EARLY + timedelta(days=3)
        measure(evse, 40, power_w=300.0, received=later)
        measure(evse, 7200, power_w=50.0, received=later)
        roll_up(now=later + timedelta(seconds=1))
        assert kept(MinuteRollup) == {0: (2, 100, 300, 200, 100, 300), 7200: (1, 50, 50, 50, 50, 50)}
        assert kept(HourRollup)[0] == (2, 100, 300, 200, 100, 300)

    def test_takes_a_commit_that_came_a_little_later_than_its_receipt(self, evse):
        roll_up(now=SOON)
        measure(evse, 7190, power_w=1.0)
        roll_up(now=SOON + timedelta(seconds=60))
        assert kept(MinuteRollup) == {7140: (1, 1, 1, 1, 1, 1)}

    def test_again_changes_nothing(self, evse):
        for seconds in range(0, 7200, 30):
            measure(evse, seconds, power_w=float(seconds), energy_wh=float(seconds))
        roll_up(now=SOON)
        before = stored()
        assert make_due(until=SOON) == 1
        roll_up(now=SOON)
        assert stored() == before

    def test_stops_when_its_time_is_over_and_goes_on_the_next_time(self, evse):
        for day in range(0, 30, 3):
            measure(evse, day * 86400, power_w=1.0)
        end = EARLY + timedelta(days=30)
        turns = iter([True, False])
        roll_up(now=end, go_on=lambda: next(turns))
        assert 0 < HourRollup.objects.count() < 10
        roll_up(now=end)
        assert HourRollup.objects.count() == 10

    def test_leaves_a_stretch_alone_whose_samples_were_removed(self, evse):
        for seconds in (0, 10, 20):
            measure(evse, seconds, power_w=1.0)
        roll_up(now=SOON)
        MeterSample.objects.all().delete()
        RollupState.objects.update(samples_from=SOON)
        measure(evse, 15, power_w=9.0, received=SOON + timedelta(seconds=1))
        roll_up(now=SOON + timedelta(seconds=2))
        assert kept(HourRollup) == {0: (3, 1, 1, 1, 1, 1)}


class TestByTheDatabase:
    """The same as what `summing` works out in Python, of whatever was measured."""

    @pytest.mark.parametrize("seed", range(3))
    def test_of_several_connectors_in_any_order_with_gaps_and_ties(self, seed: int) -> None:
        chance = Random(seed)
        evses = [EvseFactory() for _each in range(3)]
        samples = []
        for evse in evses:
            for fingerprint in range(120):
                at = EARLY + timedelta(seconds=chance.randrange(0, 3 * 3600, 20), milliseconds=seed)
                values = {name: chance.choice([None, chance.uniform(-9, 99)]) for name in MEASURED}
                samples.append(
                    MeterSample(
                        charge_point_id=evse.charge_point_id, evse_number=evse.number, measured_at=at,
                        received_at=EARLY + chance.choice([timedelta(), timedelta(hours=5)]),
                        fingerprint=fingerprint, **values,
                    )
                )  # fmt: skip
        first, later = [each for each in samples if each.received_at == EARLY], samples
        MeterSample.objects.bulk_create(first)
        roll_up(now=EARLY + timedelta(hours=4))
        assert stored() == expected(first)
        MeterSample.objects.bulk_create([each for each in later if each.received_at > EARLY])
        roll_up(now=EARLY + timedelta(hours=6))
        assert stored() == expected(later)


Kept = dict[tuple[int, int, int, float], dict[str, Any]]
"""By length of the stretch in s, connector and begin: column and value, rounded."""


def stored() -> Kept:
    found: Kept = {}
    for step_s, model in STEPS.items():
        for values in model._default_manager.values():
            row: dict[str, Any] = {**values}
            place = (step_s, row.pop("charge_point_id"), row.pop("evse_number"), row.pop("at").timestamp())
            found[place] = {name: rounded(value) for name, value in row.items()}
    return found


def expected(samples: list[MeterSample]) -> Kept:
    """Return what a plain computation gives, from samples alone for every length."""
    groups: dict[tuple[int, int, int, float], list[MeterSample]] = defaultdict(list)
    for each in sorted(samples, key=lambda each: (each.measured_at, each.fingerprint)):
        for step_s in STEPS:
            begin = each.measured_at.timestamp() // step_s * step_s
            groups[step_s, each.charge_point_id, each.evse_number, begin].append(each)
    return {place: told_of(group) for place, group in groups.items()}


def rounded(value: Any) -> Any:
    return value if value is None else round(value, 9)


def told_of(group: list[MeterSample]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for name in MEASURED:
        values = [value for each in group if (value := getattr(each, name)) is not None]
        parts: tuple[Any, ...] = (None,) * len(PARTS)
        if values:
            mean = sum(values) / len(values)
            parts = (len(values), min(values), max(values), mean, values[0], values[-1])
        told |= {f"{name}_{part}": rounded(value) for part, value in zip(PARTS, parts, strict=True)}
    return told


class TestAddedUpPower:
    def test_adds_up_the_connectors_of_charge_points_and_sites(self):
        point = ChargePointFactory(evses=2)
        other = EvseFactory(charge_point=ChargePointFactory(site=point.site))
        first, second = point.evses.order_by("number")
        for minute in range(15):
            measure(first, 60 * minute, power_w=1000.0)
            measure(second, 60 * minute + 1, power_w=2000.0 if minute != 7 else 6000.0)
            measure(other, 60 * minute + 2, power_w=500.0)
        roll_up(now=SOON)
        found: dict[Any, Any] = {
            (row.charge_point_id, row.step_s): (row.low_w, row.high_w, row.mean_w)
            for row in PowerRollup.objects.filter(site_id=point.site_id, at=EARLY)
        }
        assert found[0, 900] == (3500, 7500, pytest.approx(3500 + 4000 / 15))
        assert found[point.pk, 900] == (3000, 7000, pytest.approx(3000 + 4000 / 15))
        assert found[other.charge_point_id, 900] == (500, 500, 500)
        assert found[0, 3600][1] == 7500
