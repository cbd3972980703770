from __future__ import annotations

import pytest

from charging.models import DecisionRecord
from charging.services.overriding import override_charge
from charging.services.smart.decisions import shares_of
from charging.smart.planner import Why
from charging.types import OverrideKind
from sites.models import Site
from tests.charging.services.smart.yard import HAND, Yard, at, only

pytestmark = pytest.mark.django_db

AC_W = 3 * 230


def records() -> list[DecisionRecord]:
    return list(DecisionRecord.objects.order_by("id"))


class TestNoteDecisions:
    def test_a_start_is_kept_with_shares_and_reasons_as_they_were(self) -> None:
        yard = Yard(limit_a=40)
        one, other = only(yard.point()), only(yard.point())
        yard.start(one)
        yard.start(other, 1)
        yard.cycle(2)
        (record,) = records()
        assert (record.limit_w, record.raised + record.lowered, record.waiting) == (40 * AC_W, 2, 0)
        shares = {share.evse_id: share for share in shares_of(record)}
        assert shares[one.pk].share_w == 20 * AC_W
        assert (shares[one.pk].why, shares[one.pk].decided) == (Why.SHARE, ())

    def test_a_cycle_that_changes_nothing_is_not_kept(self) -> None:
        yard = Yard(limit_a=40)
        yard.start(only(yard.point()))
        yard.settle(2)
        count = len(records())
        yard.settle(12)
        yard.settle(22)
        assert len(records()) == count

    def test_another_limit_is_kept_although_nobody_is_told_anything(self) -> None:
        yard = Yard(limit_a=40)
        yard.point()
        yard.cycle(0)
        Site.objects.update(limit_value=50)
        yard.cycle(10)
        assert [record.limit_w for record in records()] == [40 * AC_W, 50 * AC_W]

    def test_who_held_a_charge_stays_known_after_it_is_over(self) -> None:
        yard = Yard(limit_a=40)
        evse = only(yard.point())
        charge = yard.start(evse)
        yard.settle(2)
        override_charge(
            evse=evse, kind=OverrideKind.HOLD, until=at(900), reason="late", now=at(10), actor=HAND
        )
        yard.cycle(11)
        yard.stop(charge, 20)
        (share,) = shares_of(records()[-1])
        assert (share.why, share.decided, share.change) == (Why.BARRED, ("hold", HAND.name, "late"), -1)
