"""Charge points that are away, come back, or are there when smart charging is switched off."""

from __future__ import annotations

import pytest

from chargers.models import ChargePoint, Command
from charging.models import ConnectorLimit
from charging.services.smart.balancing import rebalance_all
from sites.models import Site
from tests.charging.services.smart.yard import Yard, at, only

pytestmark = pytest.mark.django_db


@pytest.fixture
def yard() -> Yard:
    return Yard(limit_a=40.0)


@pytest.fixture
def evse(yard):
    evse = only(yard.point())
    yard.settle(0)
    yard.start(evse, 1)
    yard.settle(2)
    return evse


def cleared(evse) -> list[int]:
    found = Command.objects.filter(charge_point=evse.charge_point, action="ClearChargingProfile")
    return sorted(command.payload["id"] for command in found)


class TestComingBack:
    @pytest.mark.parametrize("boots", [False, True])
    def test_the_limit_is_unknown_until_it_is_told_again(self, yard, evse, boots) -> None:
        yard.leave(evse.charge_point)
        yard.come_back(evse.charge_point, 300, boots=boots)
        before = len(yard.told(evse))
        yard.cycle(301)
        row = yard.row(evse)
        assert (row.confirmed, row.default, row.envelope) == (None, None, 32.0)
        assert len(yard.told(evse)) == before + 1
        yard.settle(302)
        row = yard.row(evse)
        assert (row.confirmed, row.default) == (32.0, 6.0)

    def test_a_limit_below_the_default_is_unknown_as_well(self, yard, evse) -> None:
        """The default profile alone says nothing about a limit that was kept over the boot."""
        yard.come_back(evse.charge_point, 300, boots=True)
        yard.cycle(301)
        row = yard.row(evse)
        Command.objects.filter(pk=row.default_command_id).update(state="accepted", finished_at=at(301))
        Command.objects.filter(pk=row.command_id).update(state="expired", finished_at=at(320))
        yard.cycle(321)
        row = yard.row(evse)
        assert (row.default, row.envelope) == (6.0, 32.0)


class TestAway:
    def test_a_charge_that_may_have_begun_unseen_is_reserved(self, yard, evse) -> None:
        idle = yard.point(connectors=2)
        yard.settle(50)
        yard.leave(idle)
        plan = yard.cycle(60)
        assert plan is not None
        assert plan.used[0] == 32.0 + 2 * 6.0
        for second in range(70, 120, 10):
            yard.settle(second)
        assert yard.row(evse).confirmed == 28.0

    def test_without_a_default_profile_it_is_all_of_its_hardware(self, yard, evse) -> None:
        idle = yard.point()
        yard.leave(idle)
        plan = yard.cycle(60)
        assert plan is not None
        assert plan.used[0] == 32.0 + 32.0

    def test_a_charge_point_that_never_connected_is_not_there(self, yard, evse) -> None:
        new = yard.point()
        yard.set_state(new, connected=False, connected_at=None, booted_at=None)
        plan = yard.cycle(60)
        assert plan is not None
        assert plan.used[0] == 32.0


class TestSwitchingOff:
    def switch_off(self, yard, seconds) -> None:
        Site.objects.update(smart_charging_enabled=False)
        yard.cycle(seconds)

    def test_clears_what_was_set_and_forgets_it_then(self, yard, evse) -> None:
        self.switch_off(yard, 60)
        assert cleared(evse) == [920_001, 930_001]
        assert ConnectorLimit.objects.count() == 1
        yard.answer_all(61)
        yard.cycle(62)
        assert not ConnectorLimit.objects.exists()

    def test_what_was_learned_of_a_connector_is_known_when_it_is_switched_on_again(self, yard, evse) -> None:
        learned = {"distrusted": True, "latency_s": 70.0, "overdraw": 0.04, "way": 1}
        ConnectorLimit.objects.update(**learned)
        self.switch_off(yard, 60)
        yard.answer_all(61)
        yard.cycle(62)
        [row] = ConnectorLimit.objects.values(*learned)
        assert row == learned
        assert not ConnectorLimit.objects.in_use().exists(), "nothing of it is left to be taken back"
        sent = len(cleared(evse))
        rebalance_all(now=at(200))
        assert len(cleared(evse)) == sent
        yard.stop(evse.transactions.get(), 300)
        Site.objects.update(smart_charging_enabled=True, launch_reserve=1)
        plan = yard.settle(301)
        assert plan is not None
        assert plan.reserve[0] == 32.0, "its next start counts with all of its hardware"
        yard.start(evse, 310)
        yard.settle(311)
        assert (yard.row(evse).confirmed, yard.row(evse).latency_s) == (32.0, 70.0)

    def test_a_limit_of_a_charge_is_not_remembered_with_it(self, yard, evse) -> None:
        ConnectorLimit.objects.update(distrusted=True, rests=3, tries=2)
        self.switch_off(yard, 60)
        yard.answer_all(61)
        yard.cycle(62)
        row = ConnectorLimit.objects.get()
        assert (row.transaction, row.confirmed, row.target, row.command) == (None, None, None, None)
        assert (row.rests, row.tries, row.why) == (0, 0, "")

    def test_reaches_an_offline_charge_point_when_it_comes_back(self, yard, evse) -> None:
        yard.leave(evse.charge_point)
        self.switch_off(yard, 60)
        assert (cleared(evse), ConnectorLimit.objects.count()) == ([], 1)
        yard.come_back(evse.charge_point, 500)
        rebalance_all(now=at(501))
        assert cleared(evse) == [920_001, 930_001]
        yard.answer_all(502)
        rebalance_all(now=at(503))
        assert not ConnectorLimit.objects.exists()

    def test_asks_again_where_it_was_refused(self, yard, evse) -> None:
        self.switch_off(yard, 60)
        Command.objects.filter(action="ClearChargingProfile").update(state="failed", finished_at=at(61))
        yard.cycle(100)
        assert len(cleared(evse)) == 2
        yard.cycle(122)
        assert len(cleared(evse)) == 4

    def test_a_limit_goes_with_its_charge(self, yard, evse) -> None:
        yard.leave(evse.charge_point)
        yard.stop(yard.row(evse).transaction, 50)
        self.switch_off(yard, 60)
        yard.come_back(evse.charge_point, 500)
        yard.cycle(501)
        assert cleared(evse) == [930_001]

    def test_switched_on_again_meanwhile_everything_is_told_again(self, yard, evse) -> None:
        self.switch_off(yard, 60)
        Site.objects.update(smart_charging_enabled=True)
        yard.cycle(61)
        assert yard.row(evse).envelope == 32.0
        yard.settle(62)
        row = yard.row(evse)
        assert (row.confirmed, row.default, row.doubtful) == (32.0, 6.0, None)


class TestLeavingTheSite:
    @pytest.mark.parametrize("online", [True, False])
    def test_what_was_set_is_cleared_as_soon_as_it_can_be_told(self, yard, evse, online) -> None:
        if not online:
            yard.leave(evse.charge_point)
        ChargePoint.objects.filter(pk=evse.charge_point_id).update(site=None)
        rebalance_all(now=at(60))
        assert cleared(evse) == ([920_001, 930_001] if online else [])
        if not online:
            yard.come_back(evse.charge_point, 60)
            rebalance_all(now=at(60))
        yard.answer_all(61)
        rebalance_all(now=at(62))
        assert cleared(evse) == [920_001, 930_001]
        assert not ConnectorLimit.objects.exists()

    def test_what_was_learned_goes_along(self, yard, evse) -> None:
        ConnectorLimit.objects.update(distrusted=True)
        ChargePoint.objects.filter(pk=evse.charge_point_id).update(site=None)
        rebalance_all(now=at(60))
        yard.answer_all(61)
        rebalance_all(now=at(62))
        assert ConnectorLimit.objects.get().distrusted
        assert not ConnectorLimit.objects.in_use().exists()

    def test_others_keep_theirs(self, yard, evse) -> None:
        ChargePoint.objects.filter(pk=yard.point().pk).update(site=None)
        rebalance_all(now=at(60))
        assert yard.row(evse).confirmed == 32.0
