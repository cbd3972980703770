"""Charges that start by themselves, against the database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from chargers.models import Command, Evse, EvseState
from chargers.types import CommandState
from charging.models import AutomaticCharge, Transaction
from charging.services.automatic import AUTOMATIC, drive_automatic_charges
from charging.types import AutomaticFailure, AutomaticState
from evkit.console.selectors.facts import connector_facts
from evkit.console.why import brief
from history.models import AuditEntry
from tests.factories import ChargePointFactory, SiteFactory, TransactionFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def evse() -> Evse:
    """Return a connector with a vehicle, on a site that starts by itself with FLEET."""
    site = SiteFactory(automatic_tag="FLEET", automatic_restart=True)
    point = ChargePointFactory(
        site=site,
        state__connected=True,
        state__booted_at=NOW,
        evses=1,
        evses__state__status="Preparing",
        evses__state__status_since=NOW,
    )
    row: Evse = point.evses.get()
    return row


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def settle(state: CommandState) -> None:
    Command.objects.update(state=state)


def give_up(evse: Evse) -> None:
    """Let the charge point refuse three times."""
    for seconds in (5, 40, 170, 300):
        drive_automatic_charges(now=after(seconds))
        settle(CommandState.REJECTED)
    assert AutomaticCharge.objects.get(pk=evse.pk).state == AutomaticState.FAILED


def test_a_vehicle_is_started_once_with_the_tag_of_its_site(evse: Evse) -> None:
    assert drive_automatic_charges(now=after(5)) == 1
    assert drive_automatic_charges(now=after(10)) == 0
    command = Command.objects.get()
    assert (command.action, command.payload) == (
        "RemoteStartTransaction",
        {"connectorId": 1, "idTag": "FLEET"},
    )
    assert AuditEntry.objects.get().user_name == AUTOMATIC.name


def test_the_tag_of_the_connector_goes_first(evse: Evse) -> None:
    Evse.objects.update(automatic_tag="BUS-1")
    drive_automatic_charges(now=after(5))
    assert Command.objects.get().payload["idTag"] == "BUS-1"


def test_other_sites_are_left_alone() -> None:
    ChargePointFactory(
        state__connected=True, evses=1, evses__state__status="Preparing", evses__state__status_since=NOW
    )
    assert drive_automatic_charges(now=after(60)) == 0


def test_three_refusals_are_told_with_their_reason(evse: Evse) -> None:
    give_up(evse)
    tried = AutomaticCharge.objects.get()
    assert (tried.tries, tried.failure) == (3, AutomaticFailure.REFUSED)
    assert Command.objects.count() == 3
    facts = connector_facts([evse.charge_point], {}, after(301))[evse.pk]
    assert brief(facts, after(301)) == "automatic start given up: the charge point refused the start"


def test_unplugging_begins_anew(evse: Evse) -> None:
    give_up(evse)
    EvseState.objects.update(status="Available", status_since=after(400))
    drive_automatic_charges(now=after(405))
    assert not AutomaticCharge.objects.exists()
    EvseState.objects.update(status="Preparing", status_since=after(500))
    assert drive_automatic_charges(now=after(505)) == 1


def test_power_makes_it_a_success(evse: Evse) -> None:
    drive_automatic_charges(now=after(5))
    settle(CommandState.ACCEPTED)
    TransactionFactory(
        evse=evse, charge_point=evse.charge_point, started_received_at=after(7), id_tag="FLEET"
    )
    EvseState.objects.update(status="Charging", power_w=7000.0)
    drive_automatic_charges(now=after(10))
    assert AutomaticCharge.objects.get().state == AutomaticState.DONE


def test_a_charge_without_power_is_stopped_and_started_again(evse: Evse) -> None:
    drive_automatic_charges(now=after(5))
    settle(CommandState.ACCEPTED)
    row = TransactionFactory(
        evse=evse, charge_point=evse.charge_point, started_received_at=after(7), id_tag="FLEET"
    )
    EvseState.objects.update(status="SuspendedEVSE", power_w=0.0)
    assert drive_automatic_charges(now=after(70)) == 1
    stop = Command.objects.order_by("-pk")[0]
    assert (stop.action, stop.payload) == ("RemoteStopTransaction", {"transactionId": row.number})
    settle(CommandState.ACCEPTED)
    Transaction.objects.update(ended_at=after(72), stop_reason="Remote")
    EvseState.objects.update(status="Finishing")
    assert drive_automatic_charges(now=after(75)) == 1
    start = Command.objects.order_by("-pk")[0]
    assert (start.action, start.payload["idTag"]) == ("RemoteStartTransaction", "FLEET")
    assert AutomaticCharge.objects.get().tries == 2


def test_a_limit_of_nothing_holds_it_back(evse: Evse) -> None:
    EvseState.objects.update(limit_w=0.0)
    assert drive_automatic_charges(now=after(60)) == 0
