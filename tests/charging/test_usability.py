from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from chargers.models import Evse
from charging.usability import barred, usability
from sites.models import ScheduleException, ScheduleGroup
from sites.types import AtEnd
from tests.factories import SiteFactory, TransactionFactory

DAY = {"days": ["mon", "tue", "wed", "thu", "fri"], "from": "08:00", "to": "18:00"}
NIGHT = {"days": ["mon", "tue", "wed", "thu", "fri"], "from": "20:00", "to": "06:00"}
NOON = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)  # a Monday, 12:00 in Paris
EVENING = NOON + timedelta(hours=7)  # 19:00
NIGHTFALL = NOON + timedelta(hours=9)  # 21:00


@pytest.fixture
def evse(charge_point) -> Evse:
    return charge_point.evses.get(number=1)


@pytest.fixture
def group(charge_point, evse) -> ScheduleGroup:
    group = ScheduleGroup.objects.create(site=charge_point.site, number=1, name="Day", ranges=[DAY])
    evse.groups.add(group)
    return group


@pytest.fixture
def nights(charge_point) -> ScheduleGroup:
    return ScheduleGroup.objects.create(site=charge_point.site, number=2, name="Night", ranges=[NIGHT])


class TestUsability:
    def test_a_connector_without_a_group_is_not_named(self, evse) -> None:
        assert usability([evse.pk], NOON) == {}

    def test_is_active_until_the_end_of_the_range(self, evse, group) -> None:
        how = usability([evse.pk], NOON)[evse.pk]
        assert (how.active, how.until) == (True, NOON + timedelta(hours=6))
        assert how.groups == (group,)

    def test_is_active_when_one_of_its_groups_is(self, evse, group, nights) -> None:
        evse.groups.add(nights)
        assert usability([evse.pk], NIGHTFALL)[evse.pk].active
        assert not usability([evse.pk], EVENING)[evse.pk].active
        assert usability([evse.pk], EVENING)[evse.pk].until == NOON + timedelta(hours=8)

    def test_the_group_of_another_site_does_not_count(self, charge_point, evse, group) -> None:
        ScheduleGroup.objects.update(site=SiteFactory())
        assert usability([evse.pk], EVENING) == {}

    def test_an_exception_closes_a_day(self, evse, group) -> None:
        day = NOON.date()
        ScheduleException.objects.create(group=group, first_day=day, last_day=day)
        assert not usability([evse.pk], NOON)[evse.pk].active

    def test_of_two_exceptions_for_a_day_the_later_one_counts(self, evse, group) -> None:
        day = NOON.date()
        ScheduleException.objects.create(group=group, first_day=day, last_day=day)
        ScheduleException.objects.create(group=group, first_day=day, last_day=day, spans=[["11:00", "13:00"]])
        assert usability([evse.pk], NOON)[evse.pk].until == NOON + timedelta(hours=1)

    def test_a_holiday_of_the_sites_region_counts(self, evse, group) -> None:
        group.site.holiday_region = "FR"
        group.site.save()
        group.on_holidays = "inactive"
        group.save()
        bastille = datetime(2026, 7, 14, 10, 0, tzinfo=UTC)
        assert not usability([evse.pk], bastille)[evse.pk].active
        assert usability([evse.pk], bastille - timedelta(days=1))[evse.pk].active


class TestRunningCharge:
    @pytest.mark.parametrize(
        ("at_end", "permitted", "stopped"),
        [(AtEnd.PAUSE, False, False), (AtEnd.FINISH, True, False), (AtEnd.STOP, False, True)],
    )
    def test_does_at_the_end_what_its_group_says(self, evse, group, at_end, permitted, stopped) -> None:
        ScheduleGroup.objects.filter(pk=group.pk).update(at_end=at_end)
        charge = TransactionFactory(evse=evse, started_at=NOON)
        how = usability([evse.pk], EVENING)[evse.pk]
        assert (how.permits(charge), how.stops(charge)) == (permitted, stopped)

    @pytest.mark.parametrize("at_end", list(AtEnd))
    def test_one_that_begins_outside_waits(self, evse, group, at_end) -> None:
        ScheduleGroup.objects.filter(pk=group.pk).update(at_end=at_end)
        charge = TransactionFactory(evse=evse, started_at=EVENING)
        how = usability([evse.pk], EVENING + timedelta(hours=1))[evse.pk]
        assert (how.permits(charge), how.stops(charge)) == (False, False)

    def test_the_group_that_was_active_last_decides(self, evse, group, nights) -> None:
        evse.groups.add(nights)
        ScheduleGroup.objects.filter(pk=nights.pk).update(at_end=AtEnd.STOP)
        charge = TransactionFactory(evse=evse, started_at=NOON)
        assert not usability([evse.pk], EVENING)[evse.pk].stops(charge)
        assert usability([evse.pk], NIGHTFALL + timedelta(hours=10))[evse.pk].stops(charge)

    def test_barred_names_those_that_wait(self, charge_point, evse, group) -> None:
        other = charge_point.evses.get(number=2)
        charge = TransactionFactory(evse=evse, started_at=EVENING)
        assert barred({evse.pk: charge, other.pk: None}, EVENING) == {evse.pk}
        assert barred({evse.pk: charge, other.pk: None}, NOON + timedelta(days=1)) == frozenset()
