"""Connectors of one phase load their own one where it is declared, and every one where it is not."""

from __future__ import annotations

import pytest

from chargers.models import Evse
from charging.services.smart.facts import read_evses
from charging.services.smart.settings_of import load_of
from sites.models import Project
from sites.services.external import MeterReading, record_meter_reading
from tests.charging.services.smart.yard import Yard, at, only

pytestmark = pytest.mark.django_db


def connector(yard: Yard, rotation: str, phases: int = 1) -> Evse:
    evse = only(yard.point())
    Evse.objects.filter(pk=evse.pk).update(
        phases=phases, phase_rotation=rotation, max_current_a=32.0, max_power_w=None
    )
    return evse


def shares(yard: Yard, evses: list[Evse]) -> list[float | None]:
    """Return what they are told once they all charge."""
    yard.settle(0)
    for evse in evses:
        yard.start(evse, 1)
    for second in range(2, 200, 20):
        yard.settle(second)
    return [yard.row(evse).confirmed for evse in evses]


@pytest.mark.parametrize(
    ("rotations", "expected"),
    [
        (("RST", "STR", "TRS"), [32.0, 32.0, 32.0]),
        (("RTS", "RST", "SRT"), [16.0, 16.0, 32.0]),
        (("", "", ""), [11.0, 11.0, 10.0]),
        (("RST", "STR", ""), [16.0, 16.0, 16.0]),
        (("TSR", "", ""), [11.0, 11.0, 10.0]),
    ],
)
def test_three_connectors_share_what_each_phase_has(
    rotations: tuple[str, ...], expected: list[float]
) -> None:
    yard = Yard(limit_a=32.0)
    assert shares(yard, [connector(yard, rotation) for rotation in rotations]) == expected


def test_beside_three_phases_each_shares_the_phase_that_it_hangs_on() -> None:
    yard = Yard(limit_a=32.0)
    evses = [connector(yard, "", phases=3), connector(yard, "RST"), connector(yard, "SRT")]
    assert shares(yard, evses) == [8.0, 24.0, 24.0], "the same power each"


@pytest.mark.parametrize(("rotation", "left_a"), [("RST", 32.0), ("SRT", 15.0), ("TRS", 30.0), ("", 15.0)])
def test_the_building_counts_on_the_phase_of_the_connector(rotation: str, left_a: float) -> None:
    yard = Yard(limit_a=40.0)
    evse = connector(yard, rotation)
    reading = MeterReading(at=at(0), current_a=(5.0, 25.0, 10.0))
    record_meter_reading(site=yard.site, reading=reading, now=at(0))
    yard.settle(0)
    yard.start(evse, 1)
    yard.settle(2)
    assert yard.told(evse)[-1] == left_a


@pytest.mark.parametrize(("rotation", "left_a"), [("RST", 32.0), ("STR", 8.0), ("", 8.0)])
def test_hardware_without_smart_charging_counts_on_its_phase_of_the_project(
    rotation: str, left_a: float
) -> None:
    Project.objects.update_or_create(pk=1, defaults={"limit_value": 40.0, "limit_unit": "A"})
    yard, off = Yard(limit_a=63.0), Yard(limit_a=63.0, smart_charging_enabled=False)
    connector(off, "SRT")
    evse = connector(yard, rotation)
    yard.settle(0)
    yard.start(evse, 1)
    yard.settle(2)
    assert yard.row(evse).confirmed == left_a


@pytest.mark.parametrize(
    ("rotation", "phases", "counts_on"),
    [
        ("", 1, (1, 2, 3)),
        ("", 2, (1, 2, 3)),
        ("STR", 1, (2,)),
        ("TRS", 2, (3, 1)),
        ("TSR", 3, (3, 2, 1)),
    ],
)
def test_current_counts_wherever_it_may_hang_and_power_once(
    rotation: str, phases: int, counts_on: tuple[int, ...]
) -> None:
    yard = Yard()
    connector(yard, rotation, phases)
    [facts] = read_evses([yard.site])
    load = load_of(facts, 230.0)
    assert (load.phases, load.watts, load.amperes) == (counts_on, phases * 230.0, 1.0)


def test_the_rotation_of_direct_current_says_nothing() -> None:
    yard = Yard()
    evse = connector(yard, "STR")
    Evse.objects.filter(pk=evse.pk).update(current="DC", max_power_w=50_000.0)
    [facts] = read_evses([yard.site])
    load = load_of(facts, 230.0)
    assert (load.phases, load.watts) == ((1, 2, 3), 1.0)
    assert load.amperes == pytest.approx(1 / 690)
