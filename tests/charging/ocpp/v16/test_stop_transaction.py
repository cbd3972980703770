from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from chargers.events import ChargePointChanged
from chargers.models import Command, EvseState
from chargers.types import CommandState, Effect
from charging.events import TransactionEnded
from charging.models import MeterSample, OrphanStop, Transaction
from charging.types import Step
from tests.charging.ocpp.desk import NOW, Desk
from tests.factories import ChargePointFactory, TransactionFactory

AT = datetime(2026, 1, 10, 11, 59, 0, tzinfo=UTC)


@pytest.fixture
def running(desk, tag) -> Transaction:
    return TransactionFactory(evse=desk.charge_point.evses.get(number=1), id_token=tag)


def payload(number, **changes):
    return {"transactionId": number, "meterStop": 5000, "timestamp": "2026-01-10T11:59:00Z"} | changes


def stored(row):
    return Transaction.objects.get(pk=row.pk)


class TestStop:
    def test_it_ends_the_transaction(self, desk, running):
        assert desk.send("StopTransaction", payload(running.pk, reason="EVDisconnected")) == {}
        row = stored(running)
        assert (row.ended_at, row.ended_received_at, row.step) == (AT, NOW, Step.STOPPED)
        assert (row.meter_stop_wh, row.meter_last_wh, row.energy_wh) == (5000, 5000, 4000)
        assert (row.stop_reason, row.stop_id_tag, row.flags) == ("EVDisconnected", "", [])
        assert desk.batch.events == [
            TransactionEnded(row.pk, row.charge_point_id, desk.link.site_id, row.evse_id),
            ChargePointChanged(row.charge_point_id, desk.link.site_id),
        ]

    def test_a_reason_left_out_is_local(self, desk, running):
        desk.send("StopTransaction", payload(running.pk))
        assert stored(running).stop_reason == "Local"

    def test_a_tag_is_judged(self, desk, running, tag):
        answer = desk.send("StopTransaction", payload(running.pk, idTag=tag.value.lower()))
        assert answer == {"idTagInfo": {"status": "Accepted"}}
        assert stored(running).stop_id_tag == "b4a63cdf2212"

    def test_an_unknown_tag_is_denied_but_ends_the_transaction(self, desk, running):
        answer = desk.send("StopTransaction", payload(running.pk, idTag="FFFF"))
        assert answer == {"idTagInfo": {"status": "Invalid"}}
        assert stored(running).step == Step.STOPPED

    @pytest.mark.parametrize("value", ["", "  ", None])
    def test_no_tag_means_no_tag_info(self, desk, running, value):
        assert desk.send("StopTransaction", payload(running.pk, idTag=value)) == {}

    def test_a_tag_charging_elsewhere_may_stop(self, desk, running, tag):
        TransactionFactory(id_token=tag)
        answer = desk.send("StopTransaction", payload(running.pk, idTag=tag.value))
        assert answer == {"idTagInfo": {"status": "Accepted"}}

    def test_the_connector_draws_nothing_any_more(self, desk, running):
        EvseState.objects.update(power_w=11_000, current_l1_a=16, measured_at=AT)
        desk.send("StopTransaction", payload(running.pk))
        first, second = EvseState.objects.order_by("evse__number")
        assert (first.power_w, first.current_l1_a, first.current_l2_a) == (0, 0, None)
        assert second.power_w == 11_000

    def test_a_newer_measurement_stays(self, desk, running):
        EvseState.objects.update(power_w=3, measured_at=NOW)
        desk.send("StopTransaction", payload(running.pk))
        assert EvseState.objects.get(evse=running.evse).power_w == 3

    def test_a_stop_with_a_fraction_is_kept_with_it(self, desk, running):
        desk.send("StopTransaction", payload(running.pk, meterStop=26008.333))
        assert stored(running).energy_wh == pytest.approx(25008.333)


class TestRepeated:
    def test_twice_is_once(self, desk, running):
        first = desk.send("StopTransaction", payload(running.pk, idTag="FFFF"))
        before = stored(running)
        again = desk.send("StopTransaction", payload(running.pk, idTag="FFFF"), NOW + timedelta(minutes=5))
        assert again == first
        assert stored(running).ended_received_at == before.ended_received_at
        assert (desk.codes, OrphanStop.objects.count()) == (["repeated-stop"], 0)

    def test_another_stop_of_an_ended_transaction_changes_nothing(self, desk, running):
        desk.send("StopTransaction", payload(running.pk))
        desk.send("StopTransaction", payload(running.pk, meterStop=9000))
        assert (stored(running).energy_wh, desk.codes) == (4000, ["second-stop"])

    def test_an_orphan_is_kept_once(self, desk):
        for _ in range(2):
            assert desk.send("StopTransaction", payload(-1)) == {}
        assert OrphanStop.objects.count() == 1


class TestUnknown:
    @pytest.mark.parametrize("number", [-1, 0, 2**63 - 1, 2**31, 2**70, 1762770182])
    def test_it_is_confirmed_and_kept(self, desk, number):
        assert desk.send("StopTransaction", payload(number, reason="Other")) == {}
        orphan = OrphanStop.objects.get()
        assert (orphan.meter_stop_wh, orphan.stopped_at, orphan.received_at) == (5000, AT, NOW)
        assert (orphan.reason, orphan.transaction) == ("Other", None)
        assert orphan.payload["meterStop"] == 5000
        assert desk.codes == ["unknown-transaction"]

    def test_the_tag_is_judged_all_the_same(self, desk, tag):
        assert desk.send("StopTransaction", payload(-1, idTag=tag.value)) == {
            "idTagInfo": {"status": "Accepted"}
        }

    def test_another_charge_points_transaction_is_unknown(self, desk, running):
        other = Desk(ChargePointFactory(evses=1))
        other.send("StopTransaction", payload(running.pk))
        assert stored(running).ended_at is None
        assert OrphanStop.objects.get().claimed_id == running.pk

    @pytest.mark.parametrize("number", [-1, 0, 2**63 - 1, 1762770182])
    def test_the_only_transaction_that_fits_is_meant(self, desk, running, number):
        assert desk.send("StopTransaction", payload(number)) == {}
        row = stored(running)
        assert (row.energy_wh, row.flags, row.step) == (4000, ["matched_stop"], Step.STOPPED)
        assert OrphanStop.objects.get().transaction == running
        desk.send("StopTransaction", payload(number))
        assert desk.codes == ["repeated-stop"]

    def test_the_tag_decides_between_several(self, desk, running, tag):
        other = TransactionFactory(evse=desk.charge_point.evses.get(number=2))
        desk.send("StopTransaction", payload(-1, idTag=tag.value))
        assert stored(running).step == Step.STOPPED
        assert stored(other).ended_at is None

    def test_the_meter_decides_between_several(self, desk, running):
        other = TransactionFactory(evse=desk.charge_point.evses.get(number=2), meter_start_wh=90_000)
        desk.send("StopTransaction", payload(-1))
        assert stored(running).step == Step.STOPPED
        assert stored(other).ended_at is None

    def test_between_several_that_fit_nothing_is_guessed(self, desk, running):
        other = TransactionFactory(evse=desk.charge_point.evses.get(number=2))
        desk.send("StopTransaction", payload(-1))
        assert stored(running).ended_at is None
        assert stored(other).ended_at is None
        assert OrphanStop.objects.get().transaction is None

    @pytest.mark.parametrize("changes", [{"meterStop": 10}, {"timestamp": "2026-01-10T09:00:00Z"}])
    def test_what_does_not_fit_is_not_meant(self, desk, running, changes):
        desk.send("StopTransaction", payload(-1, **changes))
        assert stored(running).ended_at is None

    def test_an_old_number_does_not_keep_the_present_transaction_open(self, desk, running):
        old = TransactionFactory(
            evse=running.evse,
            started_at=AT - timedelta(days=2),
            ended_at=AT - timedelta(days=1),
            ended_received_at=AT - timedelta(days=1),
            meter_stop_wh=900,
        )
        desk.send("StopTransaction", payload(old.pk))
        assert (stored(running).energy_wh, stored(running).flags) == (4000, ["matched_stop"])
        assert stored(old).meter_stop_wh == 900

    def test_a_stop_that_came_before_its_start_counts_when_it_comes_again(self, desk, tag):
        desk.send("StopTransaction", payload(-1))
        start = {
            "connectorId": 1,
            "idTag": tag.value,
            "meterStart": 1000,
            "timestamp": "2026-01-10T11:00:00Z",
        }
        desk.send("StartTransaction", start)
        desk.send("StopTransaction", payload(-1))
        row = Transaction.objects.get()
        assert (row.energy_wh, row.step) == (4000, Step.STOPPED)
        assert OrphanStop.objects.get().transaction == row

    def test_without_a_clock_equal_stops_end_session_after_session(self, desk, tag):
        for hour in range(2):
            at = NOW + timedelta(hours=hour)
            start = {"connectorId": 1, "idTag": tag.value, "meterStart": 0}
            number = desk.send("StartTransaction", start, at)["transactionId"]
            desk.send("StopTransaction", {"transactionId": -1, "meterStop": 0}, at)
            assert Transaction.objects.get(pk=number).step == Step.STOPPED


class TestOddities:
    def test_a_stop_before_the_start_is_flagged(self, desk, running):
        desk.send("StopTransaction", payload(running.pk, timestamp="2026-01-10T09:00:00Z"))
        row = stored(running)
        assert set(row.flags) == {"offline_stop", "stop_before_start"}
        assert (row.energy_wh, row.step) == (4000, Step.STOPPED)

    def test_a_meter_that_went_down_gives_no_negative_energy(self, desk, running):
        desk.send("StopTransaction", payload(running.pk, meterStop=10))
        row = stored(running)
        assert (row.energy_wh, row.meter_stop_wh, row.flags) == (0, 10, ["meter_down"])

    @pytest.mark.parametrize("meter", [-1, 4296944685000])
    def test_an_unknown_meter_leaves_what_was_measured(self, desk, running, meter):
        Transaction.objects.update(meter_last_wh=2500, energy_wh=1500)
        desk.send("StopTransaction", payload(running.pk, meterStop=meter))
        row = stored(running)
        assert (row.energy_wh, row.meter_stop_wh, row.flags) == (1500, None, ["meter_unknown"])

    def test_a_late_stop_was_made_offline(self, desk, running):
        desk.send("StopTransaction", payload(running.pk, timestamp="2026-01-10T11:00:00Z"))
        assert stored(running).flags == ["offline_stop"]

    @pytest.mark.parametrize("timestamp", ["1970-01-01T00:00:00Z", "2099-01-01T00:00:00Z", "", None])
    def test_a_wrong_clock_gives_way_to_the_receipt(self, desk, running, timestamp):
        desk.send("StopTransaction", payload(running.pk, timestamp=timestamp))
        assert (stored(running).ended_at, stored(running).flags) == (NOW, ["clock"])

    def test_an_offline_session_is_replayed_whole(self, desk, tag):
        start = {
            "connectorId": 1,
            "idTag": tag.value,
            "meterStart": 100,
            "timestamp": "2026-01-09T10:00:00Z",
        }
        number = desk.send("StartTransaction", start)["transactionId"]
        for minute, register in ((10, 600), (20, 1100)):
            values = [
                {"timestamp": f"2026-01-09T10:{minute}:00Z", "sampledValue": [{"value": str(register)}]}
            ]
            desk.send("MeterValues", {"connectorId": 1, "transactionId": number, "meterValue": values})
        desk.send("StopTransaction", payload(-1, meterStop=1200, timestamp="2026-01-09T10:30:00Z"))
        row = Transaction.objects.get()
        assert row.energy_wh == 1100
        assert set(row.flags) == {"offline_start", "offline_stop", "matched_stop"}
        assert (row.started_at, row.ended_at) == (
            datetime(2026, 1, 9, 10, 0, tzinfo=UTC),
            datetime(2026, 1, 9, 10, 30, tzinfo=UTC),
        )


class TestTransactionData:
    def test_it_is_stored_as_meter_samples(self, desk, running):
        data = [
            {
                "timestamp": "2026-01-10T11:58:00Z",
                "sampledValue": [
                    {"value": "44", "measurand": "SoC", "unit": "Percent"},
                    {"value": "21000", "measurand": "Power.Active.Import", "unit": "W"},
                ],
            }
        ]
        desk.send("StopTransaction", payload(running.pk, transactionData=data))
        sample = MeterSample.objects.get()
        assert (sample.transaction_number, sample.soc_percent, sample.evse_number) == (running.pk, 44, 1)
        row = stored(running)
        assert (row.soc_last_percent, row.power_peak_w, row.energy_wh) == (44, 21_000, 4000)

    @pytest.mark.parametrize("data", [[], [{"timestamp": "2026-01-10T11:58:00Z", "sampledValue": []}], None])
    def test_empty_data_are_nothing(self, desk, running, data):
        assert desk.send("StopTransaction", payload(running.pk, transactionData=data)) == {}
        assert (MeterSample.objects.count(), stored(running).step) == (0, Step.STOPPED)


class TestRemoteStop:
    @pytest.mark.parametrize(("offset", "effect"), [(0, Effect.SEEN), (1, Effect.NOT_SEEN)])
    def test_the_effect_is_seen_at_the_stop_of_its_transaction(self, desk, running, offset, effect):
        command = Command.objects.create(
            charge_point=desk.charge_point,
            action="RemoteStopTransaction",
            payload={"transactionId": running.pk + offset},
            state=CommandState.ACCEPTED,
            effect=Effect.NOT_SEEN,
            created_at=NOW,
            deadline=NOW,
        )
        desk.send("StopTransaction", payload(running.pk))
        command.refresh_from_db()
        assert command.effect == effect
