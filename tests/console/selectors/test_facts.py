from __future__ import annotations

from datetime import timedelta

import pytest

from chargers.models import ChargePoint, EvseState
from charging.models import ConnectorLimit, Pause
from charging.services.scheduling import SCHEDULE, enforce_schedules
from charging.smart.resuming import Trial
from evkit.console.selectors.facts import connector_facts
from evkit.console.why import why
from evkit.core.clock import utc_now
from sites.models import ScheduleGroup
from sites.ranges import DAYS
from tests.console.depot import Depot, add_depot, add_reservation


@pytest.fixture
def depot(db) -> Depot:
    return add_depot()


def told(depot: Depot, evse, running=None):
    """Why a connector of the depot's charge point does not charge."""
    now = utc_now()
    rows = list(ChargePoint.objects.of_site(depot.site).with_live_state())
    return why(connector_facts(rows, running or {}, now)[evse.pk], now)


class TestReservation:
    def test_is_told_with_whom_it_is_for(self, depot) -> None:
        evse = depot.charging.evses.get(number=2)
        EvseState.objects.filter(pk=evse.pk).update(status="Reserved")
        booked = add_reservation(depot)
        found = told(depot, evse)
        assert found.code == "reserved-for"
        assert str(booked.id_token.vehicle or booked.id_token.value) in found.sentence
        assert found.query == f"reservation={booked.number}"


class TestSchedule:
    def test_is_told_until_when_even_where_it_paused_the_charge(self, depot) -> None:
        running = depot.transaction
        evse = running.evse
        EvseState.objects.filter(pk=evse.pk).update(status="SuspendedEVSE")
        later = DAYS[(utc_now() + timedelta(days=2)).weekday()]
        ranges = [{"days": [later], "from": "08:00", "to": "12:00"}]
        evse.groups.add(ScheduleGroup.objects.create(site=depot.site, number=1, ranges=ranges))
        enforce_schedules(now=utc_now())
        assert Pause.objects.get().paused_name == SCHEDULE.name
        found = told(depot, evse, {evse.pk: running})
        assert found.code == "group-inactive"


class TestShareThatIsLent:
    def test_a_vehicle_that_takes_nothing_is_no_want_of_power(self, depot) -> None:
        running = depot.transaction
        evse = running.evse
        EvseState.objects.filter(pk=evse.pk).update(status="SuspendedEVSE", limit_w=0.0, soc_percent=97)
        assert told(depot, evse, {evse.pk: running}).code == "limit-by-site"
        ConnectorLimit.objects.update_or_create(
            evse=evse, defaults={"rests_until": utc_now() + timedelta(hours=1)}
        )
        assert told(depot, evse, {evse.pk: running}).code == "full-and-lends"

    @pytest.mark.parametrize("status", ["SuspendedEV", "SuspendedEVSE"])
    def test_a_charge_that_did_not_go_on_is_told_as_that(self, depot, status) -> None:
        running = depot.transaction
        evse = running.evse
        EvseState.objects.filter(pk=evse.pk).update(status=status)
        assert told(depot, evse, {evse.pk: running}).code != "did-not-go-on"
        ConnectorLimit.objects.update_or_create(evse=evse, defaults={"trial": Trial.LOST})
        assert told(depot, evse, {evse.pk: running}).code == "did-not-go-on"
