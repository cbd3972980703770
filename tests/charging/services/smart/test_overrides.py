from __future__ import annotations

from datetime import timedelta

import pytest

from charging.models import ChargeOverride
from charging.services.overriding import UnableToOverrideError, end_override, override_charge
from charging.smart.planner import Why
from charging.types import OverrideKind
from history.models import AuditEntry
from sites.models import Site
from tests.charging.services.smart.yard import HAND, Yard, at, only

pytestmark = pytest.mark.django_db


def decide(evse, kind=OverrideKind.BOOST, *, seconds=100.0, length_s=3600.0, reason="departs early"):
    return override_charge(
        evse=evse, kind=kind, until=at(seconds + length_s), reason=reason, now=at(seconds), actor=HAND
    )


@pytest.fixture
def pair():
    """Two charges that share 40 A equally."""
    yard = Yard(limit_a=40)
    one, other = only(yard.point()), only(yard.point())
    yard.start(one)
    yard.start(other, 1)
    yard.settle(60)
    assert (yard.row(one).target, yard.row(other).target) == (20, 20)
    return yard, one, other


class TestOverrideCharge:
    @pytest.mark.parametrize("rule", ["equal", "first_come", "capacity", "priority", "hybrid"])
    def test_a_boosted_charge_is_filled_first_under_every_rule(self, pair, rule) -> None:
        yard, _one, other = pair
        Site.objects.update(distribution=rule)
        decide(other)
        yard.settle(101)
        assert yard.row(other).target == 32

    def test_a_held_charge_gets_nothing_and_the_others_have_its_share(self, pair) -> None:
        yard, one, other = pair
        decide(one, OverrideKind.HOLD)
        yard.settle(101)
        assert (yard.row(one).target, yard.row(one).why) == (0, Why.BARRED)
        yard.settle(200)
        assert yard.row(other).target == 32
        assert yard.told(one)[-1] == 0

    def test_it_ends_by_itself(self, pair) -> None:
        yard, one, other = pair
        decide(one, OverrideKind.HOLD, length_s=900)
        yard.settle(101)
        yard.settle(999)
        assert yard.row(one).target == 0
        yard.settle(1001)
        yard.settle(1100)
        assert (yard.row(one).target, yard.row(other).target) == (20, 20)

    def test_a_new_charge_on_the_connector_is_not_touched(self, pair) -> None:
        yard, one, _other = pair
        decide(one, OverrideKind.HOLD)
        yard.stop(one.transactions.get(), 110)
        yard.start(one, 120)
        yard.settle(121)
        assert yard.row(one).target == 20

    def test_it_is_audited_with_its_reason(self, pair) -> None:
        _yard, one, _other = pair
        decide(one)
        entry = AuditEntry.objects.get(object_type="transaction")
        assert (entry.verb, entry.object_key) == ("boost", str(one.transactions.get().number))
        assert entry.details["reason"] == "departs early"

    def test_the_newest_word_counts(self, pair) -> None:
        yard, one, _other = pair
        decide(one)
        decide(one, OverrideKind.HOLD, seconds=150)
        assert ChargeOverride.objects.in_force(at(151)).get().kind == OverrideKind.HOLD
        assert ChargeOverride.objects.get(kind=OverrideKind.BOOST).ended_at == at(150)
        yard.settle(151)
        assert yard.row(one).target == 0

    def test_one_that_is_over_leaves_room_for_another(self, pair) -> None:
        _yard, one, _other = pair
        first = decide(one, length_s=10)
        decide(one, seconds=200)
        first.refresh_from_db()
        assert (first.ended_at, first.ended_name) == (at(200), "")

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"reason": "  "}, "reason"),
            ({"length_s": 0}, "until"),
            ({"length_s": timedelta(days=2).total_seconds() + 1}, "until"),
        ],
    )
    def test_without_reason_or_a_near_end_it_is_refused(self, pair, change, field) -> None:
        _yard, one, _other = pair
        with pytest.raises(UnableToOverrideError) as caught:
            decide(one, **change)
        assert caught.value.field == field
        assert not ChargeOverride.objects.exists()

    def test_nothing_is_decided_where_no_charge_runs_or_nobody_shares(self, pair) -> None:
        yard, one, _other = pair
        with pytest.raises(UnableToOverrideError, match="No charge is running"):
            decide(only(yard.point()))
        Site.objects.update(smart_charging_enabled=False)
        one.refresh_from_db()
        with pytest.raises(UnableToOverrideError, match="Smart charging is off"):
            decide(type(one).objects.get(pk=one.pk))


class TestEndOverride:
    def test_the_charge_follows_the_rule_again(self, pair) -> None:
        yard, one, other = pair
        decide(one)
        yard.settle(101)
        end_override(evse=one, now=at(200), actor=HAND)
        yard.settle(201)
        yard.settle(300)
        assert (yard.row(one).target, yard.row(other).target) == (20, 20)
        assert ChargeOverride.objects.get().ended_name == HAND.name
        with pytest.raises(UnableToOverrideError):
            end_override(evse=one, now=at(201), actor=HAND)
