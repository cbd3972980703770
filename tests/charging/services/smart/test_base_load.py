"""What a site draws beside its charge points takes its part of the limit, also while the meter is silent."""

from __future__ import annotations

import pytest

from chargers.models import Evse
from charging.services.smart.base_load import base_load, base_load_w
from evkit.core.errors import InvalidInputError
from sites.models import Project, Site, SiteMeterReading
from sites.services.external import MeterReading, record_meter_reading
from tests.charging.services.smart.yard import Yard, at, only

pytestmark = pytest.mark.django_db

HOUR = 3600.0


@pytest.fixture
def yard() -> Yard:
    return Yard(limit_a=40.0)


@pytest.fixture
def evse(yard: Yard) -> Evse:
    evse = only(yard.point())
    yard.settle(0)
    yard.start(evse, 1)
    yard.settle(2)
    assert yard.row(evse).confirmed == 32.0
    return evse


def read(yard: Yard, seconds: float, *amperes: float) -> None:
    reading = MeterReading(at=at(seconds), current_a=amperes)
    record_meter_reading(site=yard.site, reading=reading, now=at(seconds))


def told(yard: Yard, evse: Evse, seconds: float) -> float:
    """What the only charge is told at last."""
    yard.settle(seconds)
    return yard.told(evse)[-1]


def test_the_fullest_phase_counts(yard: Yard, evse: Evse) -> None:
    read(yard, 10, 5.0, 25.0, 10.0)
    assert told(yard, evse, 11) == 15.0


@pytest.mark.parametrize("limited", ["site", "project"])
def test_a_connector_of_one_phase_may_hang_on_the_fullest(yard: Yard, limited: str) -> None:
    if limited == "project":
        Site.objects.filter(pk=yard.site.pk).update(limit_value=None)
        Project.objects.update_or_create(pk=1, defaults={"limit_value": 40.0, "limit_unit": "A"})
    single = only(yard.point())
    Evse.objects.filter(pk=single.pk).update(phases=1)
    yard.settle(0)
    yard.start(single, 1)
    yard.settle(2)
    read(yard, 10, 5.0, 10.0, 25.0)
    assert told(yard, single, 11) == 15.0


@pytest.mark.parametrize("amperes", [(20.0,), (5.0, 20.0)])
def test_a_phase_that_is_not_told_counts_as_the_fullest(yard: Yard, evse: Evse, amperes) -> None:
    Site.objects.filter(pk=yard.site.pk).update(limit_value=40.0 * 3 * 230, limit_unit="W")
    read(yard, 10, *amperes)
    assert told(yard, evse, 11) == (20.0 if len(amperes) == 1 else 25.0)


@pytest.mark.parametrize(
    ("before", "latest", "left_a"),
    [
        ((None, 5.0, 25.0, 10.0), (None, 5.0), 15.0),
        ((None, 5.0, 5.0, 25.0), (None, 10.0, 20.0), 15.0),
        ((None, 5.0, 25.0, 10.0), (None, 30.0), 10.0),
        ((None, 5.0, 25.0, 10.0), (5 * 690.0,), 15.0),
        ((None, 5.0, 25.0, 10.0), (30 * 690.0,), 10.0),
        ((None, 25.0), (None, 5.0), 32.0),
        ((25 * 690.0,), (5 * 690.0,), 32.0),
    ],
    ids=["phase", "phases", "more", "power", "more power", "always one phase", "always power"],
)
def test_what_a_reading_does_not_tell_counts_as_the_one_before_told_it_where_that_is_more(
    yard: Yard, evse: Evse, before, latest, left_a
) -> None:
    for seconds, (power_w, *currents) in ((8, before), (10, latest)):
        reading = MeterReading(at=at(seconds), power_w=power_w, current_a=tuple(currents))
        record_meter_reading(site=yard.site, reading=reading, now=at(seconds))
    assert told(yard, evse, 11) == left_a


@pytest.mark.parametrize("seconds", [20.0, 125.0])
def test_power_that_is_told_no_more_counts_while_it_is_fresh(yard: Yard, evse: Evse, seconds: float) -> None:
    record_meter_reading(site=yard.site, reading=MeterReading(at=at(0), power_w=20_000.0), now=at(0))
    read(yard, seconds, 5.0, 5.0, 5.0)
    expected = 20_000.0 if seconds < 120 else 15 * 230.0
    assert base_load_w(yard.site, base_load(yard.site, at(seconds))) == expected


def test_a_reading_of_the_future_is_refused_and_hides_no_real_one(yard: Yard, evse: Evse) -> None:
    ahead = MeterReading(at=at(365 * 24 * HOUR), current_a=(0.0, 0.0, 0.0))
    with pytest.raises(InvalidInputError, match="check the clock"):
        record_meter_reading(site=yard.site, reading=ahead, now=at(5))
    SiteMeterReading.objects.create(site=yard.site, at=ahead.at, received_at=at(5), current_l1_a=0.0)
    read(yard, 10, 20.0, 20.0, 20.0)
    assert told(yard, evse, 11) == 20.0


def test_a_clock_a_minute_ahead_is_taken(yard: Yard, evse: Evse) -> None:
    record_meter_reading(site=yard.site, reading=MeterReading(at=at(70), current_a=(20.0,) * 3), now=at(10))
    assert told(yard, evse, 11) == 20.0


def test_a_meter_of_power_alone_counts_on_every_phase(yard: Yard, evse: Evse) -> None:
    reading = MeterReading(at=at(10), power_w=20.0 * 3 * 230)
    record_meter_reading(site=yard.site, reading=reading, now=at(10))
    assert told(yard, evse, 11) == 20.0


@pytest.mark.parametrize("silent_s", [130.0, 3 * HOUR, 100 * HOUR])
def test_while_it_is_silent_the_most_of_the_day_before_counts(
    yard: Yard, evse: Evse, silent_s: float
) -> None:
    read(yard, -30 * HOUR, 39.0, 39.0, 39.0)
    read(yard, -2 * HOUR, 25.0, 25.0, 25.0)
    read(yard, 10, 5.0, 5.0, 5.0)
    yard.settle(11)
    assert told(yard, evse, 10 + silent_s) == 15.0


def test_a_last_reading_of_nothing_ends_that_after_a_day(yard: Yard, evse: Evse) -> None:
    read(yard, 10, 25.0, 25.0, 25.0)
    assert told(yard, evse, 11 + 30 * HOUR) == 15.0
    read(yard, 31 * HOUR, 0.0, 0.0, 0.0)
    for minutes in range(1, 20):
        yard.settle(31 * HOUR + minutes * 60)
    assert yard.told(evse)[-1] == 32.0


def test_what_is_fed_in_is_no_room(yard: Yard, evse: Evse) -> None:
    reading = MeterReading(at=at(10), power_w=-50_000.0)
    record_meter_reading(site=yard.site, reading=reading, now=at(10))
    assert told(yard, evse, 11) == 32.0
