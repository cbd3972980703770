from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
from django.db import connection

from chargers.models import ChargePoint
from charging.models import Transaction
from evkit.console.periods import Period
from evkit.console.selectors.running import running_at, running_levels
from history.models import RunningDue, RunningRollup, RunningState
from history.rollups.noticing import ignore_changes, notice_changes
from history.rollups.running import counted_until
from history.services.running import count_running, forget_counts
from tests.factories import EARLY, ChargePointFactory, EvseFactory, SiteFactory, TransactionFactory

pytestmark = pytest.mark.django_db
QUARTER = timedelta(minutes=15)
NOON = EARLY + timedelta(hours=2)


def charge(evse, start, end=None):
    """Let a transaction run between two minutes after `EARLY`; without an end it still does."""
    ended = None if end is None else EARLY + timedelta(minutes=end)
    return TransactionFactory(evse=evse, started_at=EARLY + timedelta(minutes=start), ended_at=ended)


def counted() -> dict[float, tuple[int, int]]:
    """Return the highest and the last number by minutes since `EARLY`."""
    rows = RunningRollup.objects.order_by("at").values_list("at", "high", "last")
    return {(at - EARLY).total_seconds() / 60: (high, last) for at, high, last in rows}


@pytest.fixture
def site():
    return SiteFactory()


@pytest.fixture
def evses(site):
    point = ChargePointFactory(site=site)
    return [EvseFactory(charge_point=point, number=number) for number in (1, 2, 3)]


class TestCountRunning:
    def test_keeps_the_highest_and_the_last_number_of_every_quarter_with_a_change(self, evses):
        for evse, start, end in zip(evses, (1, 3, 4), (50, 5, 16), strict=True):
            charge(evse, start, end)
        count_running(now=NOON)
        assert counted() == {0: (3, 2), 15: (1, 1), 45: (0, 0)}

    def test_one_after_the_other_is_never_two_at_once(self, evses):
        for start in (1, 3, 5):
            charge(evses[0], start, start + 2)
        count_running(now=NOON)
        assert counted() == {0: (1, 0)}

    def test_goes_on_where_it_was(self, evses):
        charge(evses[0], 1)
        count_running(now=EARLY + QUARTER)
        charge(evses[1], 20, 40)
        count_running(now=EARLY + 2 * QUARTER)
        assert counted() == {0: (1, 1), 15: (2, 2)}
        count_running(now=NOON)
        assert counted() == {0: (1, 1), 15: (2, 2), 30: (1, 1)}
        assert not RunningDue.objects.exists()

    def test_a_quarter_that_is_not_over_waits(self, evses):
        charge(evses[0], 1)
        count_running(now=EARLY + timedelta(minutes=14))
        assert counted() == {}

    def test_a_charge_told_late_counts_from_its_start_on(self, evses):
        charge(evses[0], 1)
        charge(evses[0].charge_point.evses.get(number=2), 61, 62)
        count_running(now=NOON)
        charge(evses[2], 20, 65)
        count_running(now=NOON)
        assert counted() == {0: (1, 1), 15: (2, 2), 60: (3, 1)}

    def test_an_end_that_came_late_moved_or_was_taken_back_counts(self, evses):
        rows = Transaction.objects.filter(pk=charge(evses[0], 1).pk)
        charge(evses[1], 31, 32)
        count_running(now=NOON)
        for end, found in (
            (20, {0: (1, 1), 15: (0, 0), 30: (1, 0)}),
            (50, {0: (1, 1), 30: (2, 1), 45: (0, 0)}),
            (None, {0: (1, 1), 30: (2, 1)}),
        ):
            rows.update(ended_at=None if end is None else EARLY + timedelta(minutes=end))
            count_running(now=NOON)
            assert counted() == found

    def test_a_charge_that_is_removed_counts_no_longer(self, evses):
        charge(evses[0], 1, 20)
        charge(evses[1], 2, 50)
        count_running(now=NOON)
        Transaction.objects.filter(evse=evses[0]).delete()
        count_running(now=NOON)
        assert counted() == {0: (1, 1), 45: (0, 0)}

    def test_what_ended_before_it_began_counts_nothing(self, evses):
        charge(evses[0], 30, 10)
        charge(evses[1], 1, 50)
        count_running(now=NOON)
        assert counted() == {0: (1, 1), 45: (0, 0)}

    def test_a_charge_point_that_moves_takes_its_charges_along(self, evses, site):
        other = EvseFactory(charge_point=ChargePointFactory(site=site))
        charge(evses[0], 1, 20)
        charge(other, 2, 50)
        count_running(now=NOON)
        ChargePoint.objects.filter(pk=other.charge_point_id).update(site=SiteFactory())
        count_running(now=NOON)
        mine = RunningRollup.objects.filter(site_id=site.pk).order_by("at")
        assert list(mine.values_list("high", "last")) == [(1, 1), (0, 0)]
        ChargePoint.objects.update(site=None)
        count_running(now=NOON)
        assert not RunningRollup.objects.exists()
        assert not RunningState.objects.exists()

    def test_goes_on_later_where_there_is_no_time(self, evses):
        for month in range(3):
            charge(evses[0], month * 49_500, month * 49_500 + 10)
        now, turns = EARLY + timedelta(days=150), iter([True, False])
        count_running(now=now, go_on=lambda: next(turns))
        assert len(counted()) == 1
        count_running(now=now)
        assert len(counted()) == 3

    def test_measured_values_of_a_running_charge_make_nothing_due(self, evses):
        row = charge(evses[0], 1)
        count_running(now=NOON)
        Transaction.objects.filter(pk=row.pk).update(energy_wh=5.0, ended_at=None, started_at=row.started_at)
        assert not RunningDue.objects.exists()


class TestCountedUntil:
    def test_a_change_in_the_past_waits_to_be_counted(self, evses, site):
        members = [evses[0].charge_point_id]
        assert counted_until(site.pk, members) is None
        charge(evses[0], 1)
        count_running(now=NOON)
        assert counted_until(site.pk, members) == NOON.timestamp()
        charge(evses[1], 40)
        assert counted_until(site.pk, members) == (EARLY + 2 * QUARTER).timestamp()
        count_running(now=NOON)
        assert counted_until(site.pk, members) == NOON.timestamp()

    def test_other_charge_points_were_not_counted(self, evses, site):
        count_running(now=NOON)
        assert counted_until(site.pk, [evses[0].charge_point_id, 0]) is None


class TestRunningLevels:
    """Whatever comes, moves or goes, and whenever it is counted: what is read is what ran."""

    @pytest.mark.parametrize("seed", range(6))
    def test_counted_or_not_it_is_the_same(self, evses, site, seed):
        random, now = Random(seed), EARLY
        for _turn in range(25):
            now += timedelta(minutes=random.randint(1, 200))
            self.change(evses, random, now)
            if random.random() < 0.6:
                count_running(now=now)
            members, length = [evses[0].charge_point_id], timedelta(hours=random.choice([1, 9, 40]))
            since = now - length + timedelta(minutes=random.randint(-30, 30))
            self.compare(site, members, Period(since, since + length), random.choice([60, 900, 3600]))

    def change(self, evses, random, now):
        going = list(Transaction.objects.filter(ended_at=None))
        deed = random.choice(["start", "start", "end", "late", "late", "move", "remove"])
        minutes = (now - EARLY).total_seconds() / 60
        begun = minutes - random.choice([0, random.randint(0, 2000)])
        if deed == "start" and len(going) < len(evses):
            charge(next(each for each in evses if each.pk not in {row.evse_id for row in going}), begun)
        elif deed == "late":
            charge(random.choice(evses), begun, begun + random.randint(-5, 300))
        rows = list(Transaction.objects.all())
        if not rows:
            return
        row = random.choice(going) if deed == "end" and going else random.choice(rows)
        if deed in {"end", "move"} and (deed == "move" or row.ended_at is None):
            row.ended_at = row.started_at + timedelta(minutes=random.randint(0, 500))
            row.started_at += timedelta(minutes=random.choice([0, 0, -100, 100]))
            row.save()
        elif deed == "remove":
            row.delete()

    def compare(self, site, members, period, bucket_s):
        found = running_levels(site.pk, members, period, bucket_s=bucket_s)
        kept, states = list(RunningRollup.objects.all()), list(RunningState.objects.all())
        forget_counts()
        exact = running_levels(site.pk, members, period, bucket_s=1)
        RunningState.objects.bulk_create(states)
        assert list(RunningRollup.objects.all()) == kept
        assert bool(found) == bool(exact)
        if not exact:
            return
        assert found[-1][1] == exact[-1][1]
        if bucket_s < 900:
            assert found == exact
            return
        assert max(number for _at, number in found) == max(number for _at, number in exact)
        edges = [at for at in range(int(exact[0][0]), int(period.until.timestamp())) if not at % bucket_s]
        before = [at - 1 for at in edges]
        assert running_at(found, before) == running_at(exact, before)


class TestTriggers:
    def test_they_are_taken_away_for_migrations_that_alter_tables_and_come_back(self, evses):
        ignore_changes(using="default", plan=["a migration"])
        charge(evses[0], 1)
        assert RunningDue.objects.count() == (1 if connection.vendor == "postgresql" else 0)
        notice_changes(using="default", plan=[])
        notice_changes(using="default", plan=[])
        charge(evses[1], 1)
        assert RunningDue.objects.filter(charge_point_id=evses[1].charge_point_id).exists()
