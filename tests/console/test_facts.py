"""Facts as they are read from what services stored, and what is told of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from pytest_django import DjangoAssertNumQueries

from chargers.models import ChargePoint, Command, DeferredAnswer, EvseState, JobStatus
from charging.models import LastAuthorization, Transaction
from charging.services.smart.marks import SMART
from evkit.console.selectors.facts import connector_facts
from evkit.console.why import why
from sites.models import Site
from tests.console.depot import NOW, Depot, add_charge_point, add_connector, add_transaction

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def point(depot: Depot) -> ChargePoint:
    """A connected charge point with a plugged-in vehicle at connector 1 and a free connector 2."""
    row = add_charge_point(depot.site, "A_009")
    add_connector(row, 1, "Preparing")
    add_connector(row, 2)
    return row


def codes(point: ChargePoint) -> dict[int, str | None]:
    rows = list(ChargePoint.objects.filter(pk=point.pk).with_live_state())
    running = {row.evse_id: row for row in Transaction.objects.open().filter(charge_point=point)}
    found = connector_facts(rows, running, NOW)
    answers = {facts.number: why(facts, NOW) for facts in found.values()}
    return {number: answer.code if answer else None for number, answer in answers.items()}


def order(point: ChargePoint, action: str, number: int | None = 1, **fields: Any) -> Command:
    known = {
        "state": "accepted",
        "created_at": NOW - MINUTE,
        "deadline": NOW,
        "requested_name": "ann",
        **fields,
    }
    known.setdefault("payload", {"connectorId": number})
    return Command.objects.create(charge_point=point, action=action, evse_number=number, **known)


def decided(point: ChargePoint, status: str, minutes_ago: float = 1) -> None:
    at = NOW - minutes_ago * MINUTE
    LastAuthorization.objects.create(charge_point=point, key=f"TAG{minutes_ago}", status=status, at=at)


def asked(point: ChargePoint, **fields: Any) -> None:
    DeferredAnswer.objects.create(
        charge_point=point,
        connection_token=uuid4(),
        message_id="m1",
        action="Authorize",
        request={"idTag": "FFFF"},
        default={"idTagInfo": {"status": "Invalid"}},
        asked_at=NOW - MINUTE / 4,
        deadline=NOW + MINUTE / 4,
        **fields,
    )


class TestBadges:
    def test_a_refusal_is_about_the_vehicle_that_waits(self, point: ChargePoint) -> None:
        decided(point, "Blocked")
        assert codes(point) == {1: "badge-blocked", 2: None}

    def test_a_refusal_before_the_vehicle_came_is_not_about_it(self, point: ChargePoint) -> None:
        decided(point, "Blocked", minutes_ago=18)
        assert codes(point) == {1: "no-badge", 2: None}

    def test_where_no_vehicle_waits_it_is_about_the_free_connectors_for_ten_minutes(
        self, point: ChargePoint
    ) -> None:
        EvseState.objects.filter(evse__charge_point=point, evse__number=1).update(status="Available")
        decided(point, "Invalid", minutes_ago=9)
        assert codes(point) == {1: "badge-unknown", 2: "badge-unknown"}
        LastAuthorization.objects.update(at=NOW - 11 * MINUTE)
        assert codes(point) == {1: None, 2: None}

    def test_the_last_decision_counts(self, point: ChargePoint) -> None:
        decided(point, "Blocked", minutes_ago=2)
        decided(point, "Accepted", minutes_ago=1)
        assert codes(point)[1] == "badge-without-start"

    def test_a_question_is_open_then_answered_or_not(self, point: ChargePoint) -> None:
        asked(point)
        assert codes(point) == {1: "question", 2: None}
        row = DeferredAnswer.objects.all()
        row.update(answered_at=NOW, answer={"idTagInfo": {"status": "Invalid"}})
        assert codes(point)[1] == "badge-unanswered"
        row.update(answered_by="ann")
        assert codes(point)[1] == "badge-refused-by-operator"
        row.update(answer={"idTagInfo": {"status": "Accepted"}})
        assert codes(point)[1] == "badge-without-start"

    def test_the_place_where_a_badge_charges_already_is_named(self, depot: Depot, point: ChargePoint) -> None:
        LastAuthorization.objects.create(
            charge_point=point, key="T", status="ConcurrentTx", at=NOW, elsewhere=depot.transaction.number
        )
        rows = list(ChargePoint.objects.filter(pk=point.pk).with_live_state())
        found = [why(facts, NOW) for facts in connector_facts(rows, {}, NOW).values()]
        assert found[0] is not None
        assert found[0].sentence.endswith("it is charging at A_001 / 1.")


class TestOrders:
    @pytest.mark.parametrize(
        ("fields", "code"),
        [
            ({"state": "sent"}, "start-unsent"),
            ({"state": "rejected", "response": {"status": "Rejected"}}, "start-refused"),
            ({"state": "timed_out"}, "start-unanswered"),
            ({"effect": "not_seen", "effect_deadline": NOW + MINUTE}, "start-awaited"),
            ({"effect": "not_seen"}, "start-in-vain"),
            ({"effect": "seen"}, "no-badge"),
            ({"state": "rejected", "created_at": NOW - 11 * MINUTE}, "no-badge"),
        ],
    )
    def test_tell_what_came_of_a_start(self, point: ChargePoint, fields: dict[str, Any], code: str) -> None:
        order(point, "RemoteStartTransaction", **fields)
        assert codes(point) == {1: code, 2: None}

    def test_a_badge_after_a_failed_start_overtakes_it(self, point: ChargePoint) -> None:
        order(point, "RemoteStartTransaction", state="rejected", created_at=NOW - 3 * MINUTE)
        decided(point, "Expired")
        assert codes(point)[1] == "badge-expired"

    def test_who_closed_a_connector_is_known_until_it_is_opened_again(self, point: ChargePoint) -> None:
        EvseState.objects.filter(evse__charge_point=point).update(status="Unavailable")
        closing = {"connectorId": 2, "type": "Inoperative"}
        order(point, "ChangeAvailability", 2, payload=closing, created_at=NOW - timedelta(days=9))
        assert codes(point) == {1: "closed-by-itself", 2: "closed-by-order"}
        order(point, "ChangeAvailability", 0, payload={"connectorId": 0, "type": "Operative"})
        assert codes(point) == {1: "closed-by-itself", 2: "closed-by-itself"}
        order(point, "ChangeAvailability", 0, payload={"connectorId": 0, "type": "Inoperative"})
        assert codes(point) == {1: "closed-by-order", 2: "closed-by-order"}

    def test_an_ordered_restart_explains_a_lost_connection(self, depot: Depot) -> None:
        order(
            depot.offline,
            "Reset",
            None,
            payload={"type": "Soft"},
            effect="not_seen",
            effect_deadline=NOW + MINUTE,
        )
        assert codes(depot.offline) == {1: "restarting"}


class TestCharges:
    @pytest.mark.parametrize(
        ("status", "live", "code"),
        [
            ("SuspendedEVSE", {"limit_w": 500}, "limit-by-site"),
            ("SuspendedEVSE", {"limit_w": 20_000}, "held-under-limit"),
            ("SuspendedEVSE", {}, "held"),
            ("SuspendedEV", {"soc_percent": 98}, "vehicle-full"),
            ("SuspendedEV", {"soc_percent": 40}, "vehicle-paused"),
            ("Charging", {"power_w": 0}, "no-power"),
            ("Charging", {"power_w": 7_000}, None),
            ("Available", {}, "stop-lost"),
            ("Finishing", {}, "finished"),
        ],
    )
    def test_tell_why_a_transaction_does_not_charge(
        self, depot: Depot, status: str, live: dict[str, Any], code: str | None
    ) -> None:
        row = add_charge_point(depot.site, "A_009")
        add_transaction(add_connector(row, 1, status, **live), "Bus 9", measured_at=NOW)
        assert codes(row) == {1: code}

    def test_a_limit_is_named_after_who_set_it_and_a_refused_one_told(self, depot: Depot) -> None:
        row = add_charge_point(depot.site, "A_009")
        add_transaction(add_connector(row, 1, "SuspendedEVSE", limit_w=500), "Bus 9", measured_at=NOW)
        order(row, "SetChargingProfile")
        assert codes(row) == {1: "limit-by-user"}
        order(row, "SetChargingProfile", state="rejected", response={"status": "NotSupported"})
        assert codes(row) == {1: "profile-refused"}

    def test_a_limit_that_smart_charging_set_is_the_sites(self, depot: Depot) -> None:
        row = add_charge_point(depot.site, "A_009")
        add_transaction(add_connector(row, 1, "SuspendedEVSE", limit_w=500), "Bus 9", measured_at=NOW)
        order(row, "SetChargingProfile", requested_name=SMART.name)
        assert codes(row) == {1: "limit-by-site"}
        Site.objects.filter(pk=depot.site.pk).update(smart_charging_enabled=True)
        assert codes(ChargePoint.objects.get(pk=row.pk)) == {1: "share-too-small"}

    def test_ac_needs_six_amperes(self, depot: Depot) -> None:
        row = add_charge_point(depot.site, "A_009")
        evse = add_connector(row, 1, "SuspendedEVSE", limit_a=5.9)
        evse.current = "AC"
        evse.save()
        add_transaction(evse, "Bus 9", measured_at=NOW)
        assert codes(row) == {1: "limit-by-site"}
        EvseState.objects.filter(evse=evse).update(limit_a=6)
        assert codes(row) == {1: "held-under-limit"}


class TestDevice:
    def test_an_update_of_the_firmware_is_told_until_it_is_over(self, point: ChargePoint) -> None:
        for status, code in (("Installing", "firmware"), ("Installed", "no-badge")):
            JobStatus.objects.create(charge_point=point, kind="firmware", status=status, at=NOW - MINUTE)
            assert codes(point)[1] == code

    def test_a_charge_point_that_never_came_has_no_state(self, depot: Depot) -> None:
        row = ChargePoint.objects.create(identity="NEW", site=depot.site)
        add_connector(row, 1, "")
        assert codes(row) == {1: "never-connected"}

    def test_many_charge_points_take_the_same_queries(
        self, depot: Depot, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        for number in range(20):
            add_connector(add_charge_point(depot.site, f"X_{number}"), 1, "Preparing")
        rows = list(ChargePoint.objects.with_live_state())
        with django_assert_max_num_queries(9):
            assert len(connector_facts(rows, {}, NOW)) == 24
