"""The project's limit holds over the sum of its sites."""

from __future__ import annotations

import pytest
from django.db import InterfaceError

from charging.services.smart import balancing
from charging.services.smart.balancing import rebalance_all
from sites.models import Feeder, Project, Site
from tests.charging.services.smart.yard import Yard, at, only

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return Project.objects.update_or_create(pk=1, defaults={"limit_value": 40.0, "limit_unit": "A"})[0]


def test_two_sites_share_the_limit_of_the_project(project) -> None:
    yards = [Yard(limit_a=63.0), Yard(limit_a=63.0)]
    evses = [only(yard.point()) for yard in yards]
    for yard, evse in zip(yards, evses, strict=True):
        yard.settle(0)
        yard.start(evse, 1)
    for second in range(2, 200, 20):
        for yard in yards:
            yard.cycle(second)
            yard.answer_all(second)
    settings = [yard.row(evse).confirmed for yard, evse in zip(yards, evses, strict=True)]
    assert settings == [20.0, 20.0]
    assert [yard.row(evse).held_by for yard, evse in zip(yards, evses, strict=True)] == ["project"] * 2


def test_it_is_noted_which_circuit_decides_where_that_is_not_the_sites() -> None:
    yard = Yard(limit_a=20.0)
    feeder = Feeder.objects.create(site=yard.site, code="f1", limit_value=10.0, limit_unit="A")
    below, beside = only(yard.point(feeder=feeder)), only(yard.point())
    yard.settle(0)
    yard.start(below, 1)
    yard.start(beside, 1)
    for second in range(2, 200, 20):
        yard.settle(second)
    assert (yard.row(below).confirmed, yard.row(below).held_by) == (10.0, f"feeder-{feeder.pk}")
    assert (yard.row(beside).confirmed, yard.row(beside).held_by) == (10.0, "")


def test_what_one_site_may_still_draw_is_no_room_for_the_other(project) -> None:
    first, second = Yard(limit_a=63.0), Yard(limit_a=63.0)
    one, other = only(first.point()), only(second.point())
    first.settle(0)
    second.answer_all(0)
    first.start(one, 1)
    first.settle(2)
    assert first.row(one).confirmed == 32.0
    second.start(other, 100)
    second.cycle(101)
    second.answer_all(101)
    assert first.told(one)[-1] < 32.0
    assert second.row(other).envelope == 6.0, "the first one has not answered yet"


def test_a_site_without_smart_charging_counts_with_its_hardware(project) -> None:
    on = Yard(limit_a=63.0)
    off = Yard(limit_a=63.0, smart_charging_enabled=False)
    off.point()
    evse = only(on.point())
    on.settle(0)
    on.start(evse, 1)
    plan = on.settle(2)
    assert plan is not None
    assert on.row(evse).confirmed == 8.0
    assert plan.used[0] == 40.0


def test_without_a_limit_of_the_project_sites_are_balanced_one_by_one() -> None:
    first, second = Yard(limit_a=20.0), Yard(limit_a=20.0)
    one, other = only(first.point()), only(second.point())
    for yard, evse in ((first, one), (second, other)):
        yard.settle(0)
        yard.start(evse, 1)
        yard.settle(2)
    assert (first.row(one).confirmed, second.row(other).confirmed) == (20.0, 20.0)


def test_a_site_that_fails_keeps_no_other_one_from_its_cycle(caplog) -> None:
    broken, whole = Yard(limit_a=20.0), Yard(limit_a=40.0)
    evse = only(whole.point())
    whole.settle(0)
    whole.start(evse, 1)
    whole.settle(2)
    ring = Feeder.objects.create(site=broken.site, code="ring", limit_value=10)
    Feeder.objects.filter(pk=ring.pk).update(parent=ring)
    broken.point()
    Site.objects.filter(pk=whole.site.pk).update(limit_value=10)
    rebalance_all(now=at(60))
    whole.answer_all(61)
    assert whole.row(evse).target == 10.0
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == [
        "rebalance_failed"
    ]


def test_a_database_that_is_away_ends_the_round(monkeypatch) -> None:
    Yard(limit_a=20.0)

    def away(**_cycle: object) -> None:
        raise InterfaceError("connection already closed")

    monkeypatch.setattr(balancing, "rebalance", away)
    with pytest.raises(InterfaceError):
        rebalance_all(now=at(60))
