from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from chargers.events import ChargePointChanged, CommandChanged
from chargers.models import Command, ConfigurationKey, Evse, EvseState
from chargers.types import CommandState, Effect
from charging.events import TransactionEnded, TransactionStarted
from charging.models import LastAuthorization, Transaction
from charging.types import Step
from tests.charging.ocpp.desk import NOW, Desk
from tests.factories import ChargePointFactory, IdTokenFactory, TransactionFactory, VehicleFactory

AT = datetime(2026, 1, 10, 11, 59, 58, 123456, tzinfo=UTC)


def payload(**changes):
    return {
        "connectorId": 1,
        "idTag": "B4A63CDF2212",
        "meterStart": 1000,
        "timestamp": "2026-01-10T11:59:58.123456Z",
    } | changes


def only():
    return Transaction.objects.get()


class TestStart:
    def test_it_is_stored_and_answered(self, desk, tag):
        tag.vehicle = VehicleFactory()
        tag.save()
        answer = desk.send("StartTransaction", payload(idTag="b4a63cdf2212", reservationId=7))
        row = only()
        assert answer == {"transactionId": row.number, "idTagInfo": {"status": "Accepted"}}
        assert row.number > 0
        assert (row.charge_point_id, row.evse.number) == (desk.charge_point.pk, 1)
        assert (row.id_token, row.id_tag, row.vehicle) == (tag, "b4a63cdf2212", tag.vehicle)
        assert (row.started_at, row.started_received_at) == (AT, NOW)
        assert (row.meter_start_wh, row.reservation_id) == (1000, 7)
        assert (row.step, row.flags, row.ended_at) == (Step.STARTED, [], None)
        assert desk.batch.events == [
            TransactionStarted(row.number, row.charge_point_id, desk.link.site_id, row.evse_id),
            ChargePointChanged(row.charge_point_id, desk.link.site_id),
        ]

    def test_numbers_are_never_reused(self, desk, tag):
        first = desk.send("StartTransaction", payload())["transactionId"]
        Transaction.objects.all().delete()
        second = desk.send("StartTransaction", payload(meterStart=2000))["transactionId"]
        assert second > first

    @pytest.mark.parametrize("value", ["FFFF", ""])
    def test_a_denied_one_is_stored_and_flagged(self, desk, value):
        answer = desk.send("StartTransaction", payload(idTag=value))
        assert answer == {"transactionId": only().number, "idTagInfo": {"status": "Invalid"}}
        assert (only().authorization, only().flags) == ("Invalid", ["not_authorised"])
        assert only().id_token is None

    def test_the_steps_before_are_known(self, desk, tag):
        plugged_in = AT - timedelta(seconds=30)
        EvseState.objects.filter(evse__number=1).update(status="Preparing", status_since=plugged_in)
        desk.send("Authorize", {"idTag": tag.value.lower()}, AT - timedelta(seconds=10))
        desk.send("StartTransaction", payload())
        assert (only().connected_at, only().authorised_at) == (plugged_in, AT - timedelta(seconds=10))

    def test_a_free_connector_was_not_plugged_in(self, desk, tag):
        EvseState.objects.filter(evse__number=1).update(status="Available", status_since=AT)
        desk.send("StartTransaction", payload())
        assert only().connected_at is None

    def test_a_refused_tag_is_no_authorised_step(self, desk, tag):
        LastAuthorization.objects.create(charge_point=desk.charge_point, key=tag.key, status="Blocked", at=AT)
        desk.send("StartTransaction", payload())
        assert only().authorised_at is None

    def test_an_old_state_of_charge_is_forgotten(self, desk, tag):
        EvseState.objects.update(soc_percent=80)
        desk.send("StartTransaction", payload())
        assert list(EvseState.objects.values_list("soc_percent", flat=True).order_by("evse__number")) == [
            None,
            80,
        ]


class TestRepeated:
    def test_the_same_start_gets_the_same_answer(self, desk, tag):
        first = desk.send("StartTransaction", payload())
        again = desk.send("StartTransaction", payload(idTag=tag.value.lower()), NOW + timedelta(hours=9))
        assert again == first
        assert Transaction.objects.count() == 1
        assert desk.codes == ["repeated-start"]
        assert desk.batch.events == []

    def test_the_first_decision_stays(self, desk, tag):
        desk.send("StartTransaction", payload())
        tag.blocked = True
        tag.save()
        assert desk.send("StartTransaction", payload())["idTagInfo"] == {"status": "Accepted"}

    def test_a_denial_stays_too(self, desk):
        first = desk.send("StartTransaction", payload())
        IdTokenFactory(value="B4A63CDF2212")
        assert desk.send("StartTransaction", payload()) == first

    def test_it_is_not_concurrent_with_itself(self, desk, tag):
        assert desk.send("StartTransaction", payload())["idTagInfo"] == {"status": "Accepted"}
        assert desk.send("StartTransaction", payload())["idTagInfo"] == {"status": "Accepted"}

    def test_it_stays_the_same_after_its_end(self, desk, tag):
        number = desk.send("StartTransaction", payload())["transactionId"]
        desk.send(
            "StopTransaction",
            {"transactionId": number, "meterStop": 2000, "timestamp": "2026-01-10T12:30:00Z"},
        )
        assert desk.send("StartTransaction", payload())["transactionId"] == number

    @pytest.mark.parametrize("changes", [{"timestamp": "1970-01-01T00:00:00Z"}, {"timestamp": None}])
    def test_without_a_clock_the_same_after_its_end_is_a_new_session(self, desk, tag, changes):
        start = {name: value for name, value in payload(**changes).items() if value is not None}
        numbers = []
        for hour in range(3):
            at = NOW + timedelta(hours=hour)
            number = desk.send("StartTransaction", start, at)["transactionId"]
            assert desk.send("StartTransaction", start, at)["transactionId"] == number
            desk.send("StopTransaction", {"transactionId": number, "meterStop": 1000}, at)
            numbers.append(number)
        assert len(set(numbers)) == 3
        assert all("clock" in row.flags for row in Transaction.objects.all())

    def test_the_same_at_another_charge_point_is_another(self, desk, tag):
        other = Desk(ChargePointFactory(evses=1))
        first = desk.send("StartTransaction", payload())
        second = other.send("StartTransaction", payload())
        assert first["transactionId"] != second["transactionId"]
        assert second["idTagInfo"] == {"status": "ConcurrentTx"}

    @pytest.mark.parametrize(
        "changes", [{"meterStart": 1001}, {"timestamp": "2026-01-10T11:59:59Z"}, {"connectorId": 2}]
    )
    def test_any_difference_is_another(self, desk, tag, changes):
        desk.send("StartTransaction", payload())
        desk.send("StartTransaction", payload(**changes))
        assert Transaction.objects.count() == 2


class TestBusyConnector:
    def test_what_was_open_is_presumed_ended(self, desk, tag):
        before = TransactionFactory(
            evse=desk.charge_point.evses.get(number=1), meter_last_wh=900, energy_wh=100
        )
        number = desk.send("StartTransaction", payload())["transactionId"]
        before.refresh_from_db()
        assert (before.ended_at, before.ended_received_at, before.step) == (AT, None, Step.STOPPED)
        assert before.flags == ["presumed_ended", "presumed_newer"]
        assert (before.meter_stop_wh, before.energy_wh) == (900, 100)
        assert Transaction.objects.open().get().number == number
        assert TransactionEnded(before.pk, before.charge_point_id, desk.link.site_id, before.evse_id) in (
            desk.batch.events
        )

    @pytest.mark.parametrize(
        ("measured", "end"),
        [(timedelta(days=-2), AT - timedelta(days=2)), (timedelta(hours=1), AT)],
        ids=["long ago", "by a clock that is ahead"],
    )
    def test_it_ended_with_its_last_meter_value(self, desk, tag, measured, end):
        evse = desk.charge_point.evses.get(number=1)
        start = AT - timedelta(days=3)
        before = TransactionFactory(evse=evse, started_at=start, measured_at=AT + measured)
        desk.send("StartTransaction", payload())
        before.refresh_from_db()
        assert before.ended_at == end

    def test_its_late_stop_still_counts(self, desk, tag):
        before = TransactionFactory(evse=desk.charge_point.evses.get(number=1))
        desk.send("StartTransaction", payload())
        desk.send(
            "StopTransaction",
            {"transactionId": before.pk, "meterStop": 4000, "timestamp": "2026-01-10T11:00:00Z"},
        )
        before.refresh_from_db()
        assert (before.energy_wh, before.flags) == (3000, ["offline_stop"])
        assert before.ended_at == datetime(2026, 1, 10, 11, tzinfo=UTC)

    def test_an_older_offline_start_does_not_end_the_present_one(self, desk, tag):
        present = TransactionFactory(evse=desk.charge_point.evses.get(number=1))
        number = desk.send("StartTransaction", payload(timestamp="2026-01-10T08:00:00Z"))["transactionId"]
        older = Transaction.objects.get(pk=number)
        assert set(older.flags) == {"offline_start", "presumed_ended", "presumed_newer"}
        assert Transaction.objects.open().get() == present
        desk.send(
            "StopTransaction",
            {"transactionId": number, "meterStop": 3000, "timestamp": "2026-01-10T09:00:00Z"},
        )
        older.refresh_from_db()
        assert (older.energy_wh, older.step) == (2000, Step.STOPPED)
        assert Transaction.objects.open().get() == present

    def test_two_starts_of_different_content_leave_one_open(self, desk, tag):
        desk.send("StartTransaction", payload())
        desk.send("StartTransaction", payload(meterStart=1001, timestamp="2026-01-10T11:59:59Z"))
        assert Transaction.objects.open().count() == 1


class TestConnector:
    @pytest.mark.parametrize("connector", [0, -1, 100_000, 2**40])
    def test_without_a_connector_the_only_one_is_meant(self, tag, connector):
        desk = Desk(ChargePointFactory())
        Evse.objects.create(charge_point=desk.charge_point, number=3)
        desk.send("StartTransaction", payload(connectorId=connector))
        assert (only().evse.number, only().flags) == (3, ["unknown_connector"])
        assert "start-without-connector" in desk.codes

    def test_without_a_connector_the_first_of_several_is_meant(self, desk, tag):
        desk.send("StartTransaction", payload(connectorId=0))
        assert only().evse.number == 1

    def test_an_undeclared_connector_is_created(self, desk, tag):
        desk.send("StartTransaction", payload(connectorId=4))
        evse = desk.charge_point.evses.get(number=4)
        assert (evse.declared, only().evse, only().flags) == (False, evse, ["unknown_connector"])
        assert EvseState.objects.filter(evse=evse).exists()
        assert desk.codes == ["undeclared-connector"]

    def test_a_charge_point_without_connectors_gets_one(self, tag):
        desk = Desk(ChargePointFactory())
        desk.send("StartTransaction", payload(connectorId=0))
        assert list(desk.charge_point.evses.values_list("number", "declared")) == [(1, False)]


class TestTime:
    def test_an_old_start_was_made_offline_and_is_judged_as_of_then(self, desk, tag):
        tag.expires_at = NOW - timedelta(hours=1)
        tag.save()
        answer = desk.send("StartTransaction", payload(timestamp="2026-01-09T12:00:00Z"))
        assert answer["idTagInfo"]["status"] == "Accepted"
        assert only().flags == ["offline_start"]
        assert only().started_at == NOW - timedelta(days=1)

    @pytest.mark.parametrize(
        "timestamp", ["1970-01-01T00:00:00Z", "2099-01-01T00:00:00Z", "222222-01-01T00:00:00Z", "soon"]
    )
    def test_a_wrong_clock_gives_way_to_the_receipt(self, desk, tag, timestamp):
        desk.send("StartTransaction", payload(timestamp=timestamp))
        assert (only().started_at, only().flags) == (NOW, ["clock"])

    def test_a_time_without_zone_is_utc(self, desk, tag):
        desk.send("StartTransaction", payload(timestamp="2026-01-10T11:59:58"))
        assert (only().started_at, only().flags) == (AT.replace(microsecond=0), [])

    def test_a_zone_is_respected(self, desk, tag):
        desk.send("StartTransaction", payload(timestamp="2026-01-10T13:59:58+02"))
        assert only().started_at == AT.replace(microsecond=0)


class TestRemoteStart:
    def command(self, desk, **changes):
        values = {
            "charge_point": desk.charge_point,
            "action": "RemoteStartTransaction",
            "payload": {"idTag": "b4a63cdf2212", "connectorId": 1},
            "state": CommandState.ACCEPTED,
            "effect": Effect.NOT_SEEN,
            "created_at": NOW - timedelta(seconds=100),
            "sent_at": NOW - timedelta(seconds=90),
            "deadline": NOW,
        }
        return Command.objects.create(**values | changes)

    def test_its_effect_is_seen(self, desk, tag):
        command = self.command(desk)
        desk.send("StartTransaction", payload())
        command.refresh_from_db()
        assert (command.effect, command.effect_at) == (Effect.SEEN, NOW)
        assert CommandChanged(command.pk, desk.charge_point.pk, desk.link.site_id) in desk.batch.events

    @pytest.mark.parametrize(
        "changes",
        [
            {"payload": {"idTag": "OTHER", "connectorId": 1}},
            {"payload": {"idTag": "B4A63CDF2212", "connectorId": 2}},
            {"sent_at": NOW - timedelta(seconds=121)},
            {"state": CommandState.REJECTED, "effect": Effect.NOT_APPLICABLE},
        ],
    )
    def test_another_start_is_not_its_effect(self, desk, tag, changes):
        command = self.command(desk, **changes)
        desk.send("StartTransaction", payload())
        command.refresh_from_db()
        assert command.effect != Effect.SEEN

    def test_the_charge_points_own_time_out_counts(self, desk, tag):
        ConfigurationKey.objects.create(
            charge_point=desk.charge_point, key="ConnectionTimeOut", value="300", reported_at=NOW
        )
        command = self.command(desk, sent_at=NOW - timedelta(seconds=200))
        desk.send("StartTransaction", payload())
        command.refresh_from_db()
        assert command.effect == Effect.SEEN

    def test_one_start_fulfils_one_command(self, desk, tag):
        first, second = self.command(desk), self.command(desk)
        desk.send("StartTransaction", payload())
        first.refresh_from_db()
        second.refresh_from_db()
        assert (first.effect, second.effect) == (Effect.SEEN, Effect.NOT_SEEN)

    def test_any_connector_will_do_if_none_was_given(self, desk, tag):
        command = self.command(desk, payload={"idTag": "B4A63CDF2212"})
        desk.send("StartTransaction", payload(connectorId=2))
        command.refresh_from_db()
        assert command.effect == Effect.SEEN
