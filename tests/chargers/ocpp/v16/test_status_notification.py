from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from chargers.events import ChargePointChanged
from chargers.models import ChargePointState, Evse, EvseState, Outage
from chargers.ocpp.v16.status_notification import handle
from tests.chargers.exchange import NOW, call_of, codes, handled, link_of
from tests.factories import ChargePointFactory

pytestmark = pytest.mark.django_db


def status(link, number, text, *, at=NOW, **more):
    payload = {"connectorId": number, "errorCode": "NoError", "status": text, **more}
    return call_of(link, "StatusNotification", payload, at=at)


class TestStatusNotification:
    def test_stores_the_status_of_a_connector(self):
        charge_point = ChargePointFactory(evses=1)
        call = status(
            link_of(charge_point),
            1,
            "Faulted",
            errorCode="GroundFailure",
            vendorErrorCode="E7",
            info="door open",
            timestamp="2026-03-02T08:30:10Z",
        )
        answers, batch = handled(handle, [call])
        state = EvseState.objects.get(evse__charge_point=charge_point)
        assert answers == [b"{}"]
        assert (state.status, state.error_code) == ("Faulted", "GroundFailure")
        assert (state.vendor_error_code, state.info) == ("E7", "door open")
        assert (state.status_at, state.status_since) == (NOW, NOW)
        assert state.status_device_at == datetime(2026, 3, 2, 8, 30, 10, tzinfo=UTC)
        assert batch.events == [ChargePointChanged(charge_point.pk, charge_point.site_id)]
        assert codes(batch) == []

    def test_status_since_moves_only_when_the_status_changes(self):
        charge_point = ChargePointFactory(evses=1)
        link = link_of(charge_point)
        later, latest = NOW + timedelta(minutes=1), NOW + timedelta(minutes=2)
        handled(handle, [status(link, 1, "Available")])
        handled(handle, [status(link, 1, "Available", at=later)])
        state = EvseState.objects.get(evse__charge_point=charge_point)
        assert (state.status_since, state.status_at) == (NOW, later)
        handled(handle, [status(link, 1, "Preparing", at=latest)])
        state.refresh_from_db()
        assert (state.status_since, state.status_at) == (latest, latest)

    def test_a_change_there_and_back_in_one_batch_moves_status_since(self):
        charge_point = ChargePointFactory(evses=1)
        link = link_of(charge_point)
        handled(handle, [status(link, 1, "Available")])
        later, latest = NOW + timedelta(seconds=1), NOW + timedelta(seconds=2)
        handled(handle, [status(link, 1, "Preparing", at=later), status(link, 1, "Available", at=latest)])
        state = EvseState.objects.get(evse__charge_point=charge_point)
        assert (state.status, state.status_since) == ("Available", latest)

    def test_receipt_decides_the_order_not_the_device_time(self):
        charge_point = ChargePointFactory(evses=1)
        link = link_of(charge_point)
        first = status(link, 1, "Charging", timestamp="2026-03-02T08:30:00Z")
        second = status(link, 1, "Finishing", timestamp="2026-03-02T07:00:00Z")
        handled(handle, [second, first])
        assert EvseState.objects.get(evse__charge_point=charge_point).status == "Finishing"

    def test_connector_zero_is_the_charge_point(self):
        charge_point = ChargePointFactory(evses=1)
        handled(handle, [status(link_of(charge_point), 0, "Unavailable", info="maintenance")])
        state = ChargePointState.objects.get(pk=charge_point.pk)
        assert (state.status, state.info, state.status_at) == ("Unavailable", "maintenance", NOW)
        assert state.last_seen_at == NOW
        assert EvseState.objects.get(evse__charge_point=charge_point).status == ""

    def test_an_undeclared_connector_is_created_and_learned_after_the_commit(
        self, django_capture_on_commit_callbacks
    ):
        charge_point = ChargePointFactory(evses=1)
        link = link_of(charge_point)
        with django_capture_on_commit_callbacks(execute=True):
            _, batch = handled(handle, [status(link, 2, "Available"), status(link, 2, "Preparing")])
        evse = Evse.objects.get(charge_point=charge_point, number=2)
        assert (evse.declared, evse.state.status) == (False, "Preparing")
        assert codes(batch) == ["undeclared-connector"]
        assert link.evse_ids[2] == evse.pk

    def test_a_rolled_back_connector_is_not_learned(self):
        charge_point = ChargePointFactory(evses=1)
        link = link_of(charge_point)
        handled(handle, [status(link, 2, "Available")])
        assert 2 not in link.evse_ids

    def test_a_connector_that_was_removed_meanwhile_comes_back_undeclared(self):
        charge_point = ChargePointFactory(evses=1)
        link = link_of(charge_point)
        charge_point.evses.all().delete()
        _, batch = handled(handle, [status(link, 1, "Available")])
        evse = Evse.objects.get(charge_point=charge_point)
        assert (evse.number, evse.declared, evse.state.status) == (1, False, "Available")
        assert codes(batch) == ["undeclared-connector"]

    @pytest.mark.parametrize("number", [1000, 2**31, 10**18])
    def test_an_impossible_connector_is_confirmed_but_not_kept(self, number):
        charge_point = ChargePointFactory()
        answers, batch = handled(handle, [status(link_of(charge_point), number, "Available")])
        assert answers == [b"{}"]
        assert codes(batch) == ["connector-out-of-range"]
        assert not Evse.objects.filter(charge_point=charge_point).exists()

    def test_an_unknown_status_is_kept_as_it_came(self):
        charge_point = ChargePointFactory(evses=1)
        handled(handle, [status(link_of(charge_point), 1, "OccupiedByAnotherVehicle")])
        assert EvseState.objects.get(evse__charge_point=charge_point).status == "OccupiedByAnothe"

    def test_another_spelling_of_a_status_is_recognised(self):
        charge_point = ChargePointFactory(evses=1)
        handled(handle, [status(link_of(charge_point), 1, "suspendedEV")])
        assert EvseState.objects.get(evse__charge_point=charge_point).status == "SuspendedEV"

    def test_a_status_before_any_boot_is_a_deviation(self):
        charge_point = ChargePointFactory(evses=1)
        _, batch = handled(handle, [status(link_of(charge_point, booted=False), 1, "Available")])
        assert codes(batch) == ["no-boot"]

    def test_many_charge_points_in_one_batch_take_few_queries(self, django_assert_max_num_queries):
        links = [link_of(charge_point) for charge_point in ChargePointFactory.create_batch(10, evses=2)]
        calls = [status(link, number, "Charging") for link in links for number in (0, 1, 2)]
        with django_assert_max_num_queries(14):
            _, batch = handled(handle, calls)
        assert EvseState.objects.filter(status="Charging").count() == 20
        assert len(batch.events) == 10

    def test_a_change_shows_how_far_the_clock_is_off(self):
        charge_point = ChargePointFactory(evses=1)
        link = link_of(charge_point)
        handled(handle, [status(link, 1, "Available", timestamp="2026-03-02T08:30:45.123456Z")])
        handled(handle, [status(link, 1, "Available", timestamp="2026-03-01T00:00:00Z")])
        assert ChargePointState.objects.get(pk=charge_point.pk).clock_offset_s == 30.0

    def test_nul_characters_do_not_reach_the_database(self):
        charge_point = ChargePointFactory(evses=1)
        handled(handle, [status(link_of(charge_point), 1, "Available", info="a\u0000b")])
        assert EvseState.objects.get(evse__charge_point=charge_point).info == "ab"


class TestOutages:
    def told(self, link, *statuses, number=1):
        return [
            status(link, number, text, at=NOW + timedelta(minutes=minutes), errorCode=error)
            for minutes, text, error in statuses
        ]

    def kept(self):
        rows = Outage.objects.order_by("since", "pk").values_list("status", "error_code", "since", "until")
        return [(s, e, *(at and (at - NOW) / timedelta(minutes=1) for at in ends)) for s, e, *ends in rows]

    def test_last_from_the_first_report_to_another_status(self):
        link = link_of(ChargePointFactory(evses=1))
        handled(handle, self.told(link, (0, "Available", "NoError")))
        handled(handle, self.told(link, (1, "Faulted", "GroundFailure")))
        handled(handle, self.told(link, (2, "Faulted", "GroundFailure")))
        assert self.kept() == [("Faulted", "GroundFailure", 1, None)]
        handled(handle, self.told(link, (5, "Unavailable", "NoError")))
        handled(handle, self.told(link, (9, "Available", "NoError")))
        assert self.kept() == [("Faulted", "GroundFailure", 1, 5), ("Unavailable", "NoError", 5, 9)]

    def test_all_in_one_batch_are_told_apart(self):
        link = link_of(ChargePointFactory(evses=2))
        calls = self.told(link, (0, "Faulted", "A"), (1, "Available", "B"), (2, "Faulted", "C"))
        handled(handle, [*calls, *self.told(link, (1, "Unavailable", "D"), number=2)])
        assert self.kept() == [
            ("Faulted", "A", 0, 1),
            ("Unavailable", "D", 1, None),
            ("Faulted", "C", 2, None),
        ]

    def test_one_that_was_left_open_ends_where_the_next_begins(self):
        charge_point = ChargePointFactory(evses=1)
        evse = charge_point.evses.get()
        Outage.objects.create(evse=evse, status="Faulted", since=NOW - timedelta(hours=1))
        handled(handle, self.told(link_of(charge_point), (0, "Unavailable", "NoError")))
        assert self.kept() == [("Faulted", "", -60, 0), ("Unavailable", "NoError", 0, None)]
