from __future__ import annotations

import pytest

from chargers.models import Command, Evse
from charging.models import ConnectorLimit, DecisionRecord
from charging.services.smart.what_if import Change, what_if
from charging.smart.planner import Why
from sites.models import Site
from sites.services.settings import SiteLimit
from tests.charging.services.smart.yard import Yard, at, only

pytestmark = pytest.mark.django_db

A_W = 3 * 230


@pytest.fixture
def pair():
    yard = Yard(limit_a=40)
    one, other = only(yard.point()), only(yard.point())
    yard.start(one)
    yard.start(other, 1)
    yard.settle(60)
    return yard, one, other


def shares(site, change, *evses):
    found = what_if(site=site, change=change, now=at(61))
    return [round(found[evse.pk].share_w / A_W) for evse in evses]


class TestWhatIf:
    def test_without_a_change_it_is_what_is(self, pair) -> None:
        yard, one, other = pair
        assert shares(yard.site, Change(), one, other) == [20, 20]

    def test_another_limit(self, pair) -> None:
        yard, one, other = pair
        assert shares(yard.site, Change(limit=SiteLimit(20, "A")), one, other) == [10, 10]

    def test_another_rule_and_priorities(self, pair) -> None:
        yard, one, other = pair
        change = Change(distribution="priority", priorities={other.pk: 5})
        assert shares(yard.site, change, one, other) == [8, 32]

    def test_a_charge_point_would_divide_by_the_priorities_that_are_tried(self) -> None:
        yard = Yard(limit_a=63)
        point = yard.point(2, max_power_w=40 * A_W, division="priority")
        one, other = point.evses.order_by("number")
        yard.settle(0)
        yard.start(one, 1)
        yard.start(other, 2)
        yard.settle(60)
        tried = shares(yard.site, Change(priorities={other.pk: 9}), one, other)
        Evse.objects.filter(pk=other.pk).update(priority=9)
        assert tried == shares(yard.site, Change(), one, other) == [8, 32]

    def test_who_would_wait_is_told(self, pair) -> None:
        yard = pair[0]
        found = what_if(site=yard.site, change=Change(limit=SiteLimit(7, "A")), now=at(61))
        assert sorted(each.why for each in found.values()) == sorted([Why.NO_ROOM, Why.SHARE])

    def test_nothing_is_stored_or_sent(self, pair) -> None:
        yard, _one, other = pair
        before = list(ConnectorLimit.objects.order_by("pk").values())
        counts = Command.objects.count(), DecisionRecord.objects.count()
        what_if(site=yard.site, change=Change(SiteLimit(7, "A"), "first_come", {other.pk: 3}), now=at(61))
        assert list(ConnectorLimit.objects.order_by("pk").values()) == before
        assert (Command.objects.count(), DecisionRecord.objects.count()) == counts
        row = Site.objects.get()
        assert (row.limit_value, row.distribution) == (40, "equal")
        other.refresh_from_db()
        assert other.priority == 0
