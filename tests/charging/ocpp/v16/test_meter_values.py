from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chargers.events import ChargePointChanged
from chargers.models import ChargePointState, Evse, EvseState
from charging.metering.reading import Quality
from charging.models import Measurand, MeterSample, Transaction
from charging.selectors import quantities_of
from charging.types import Step
from tests.charging.ocpp.desk import NOW, Desk
from tests.factories import ChargePointFactory, TransactionFactory

AT = datetime(2026, 1, 10, 11, 59, 0, tzinfo=UTC)


def value(number, measurand=None, unit=None, **others):
    given = {"value": str(number), "measurand": measurand, "unit": unit} | others
    return {name: each for name, each in given.items() if each is not None}


def payload(*samples, at="2026-01-10T11:59:00Z", connector=1, **changes):
    values = [{"timestamp": at, "sampledValue": list(samples)}]
    return {"connectorId": connector, "meterValue": values} | changes


@pytest.fixture
def running(desk) -> Transaction:
    return TransactionFactory(evse=desk.charge_point.evses.get(number=1))


def send(desk, *samples, now=NOW, **changes):
    return desk.send("MeterValues", payload(*samples, **changes), now)


def stored(row):
    return Transaction.objects.get(pk=row.pk)


class TestSamples:
    def test_everything_is_stored(self, desk, running):
        answer = send(
            desk,
            value("1500", unit="Wh"),
            value("11", "Power.Active.Import", "kW"),
            value("16", "Current.Import", "A", phase="L1"),
            value("230", "Voltage", "V", phase="L1-N"),
            value("50", "Frequency"),
            transactionId=running.pk,
        )
        assert answer == {}
        row = MeterSample.objects.get()
        assert (row.charge_point_id, row.evse_number) == (desk.charge_point.pk, 1)
        assert (row.measured_at, row.received_at) == (AT, NOW)
        assert (row.transaction_number, row.context, row.quality) == (running.pk, 0, 0)
        assert (row.energy_wh, row.power_w, row.current_l1_a, row.voltage_v) == (1500, 11_000, 16, 230)
        assert [(q.measurand, q.phase, q.value, q.unit) for q in quantities_of([row])] == [
            ("Power.Active.Import", "", 11_000, "W"),
            ("Energy.Active.Import.Register", "", 1500, "Wh"),
            ("Current.Import", "L1", 16, "A"),
            ("Voltage", "", 230, "V"),
            ("Voltage", "L1-N", 230, "V"),
            ("Frequency", "", 50, "Hertz"),
        ]

    def test_a_replay_is_stored_once(self, desk, running):
        for hour in range(2):
            send(
                desk,
                value("1500"),
                value("3", "Vendor.X"),
                transactionId=running.pk,
                now=NOW + timedelta(hours=hour),
            )
        assert MeterSample.objects.count() == 1
        assert stored(running).energy_wh == 500

    def test_a_replay_within_a_batch_is_stored_once_beside_new_ones(self, desk):
        calls = [
            desk.inbound("MeterValues", payload(value(n), at=f"2026-01-10T11:0{n}:00Z")) for n in (1, 1, 2)
        ]
        assert desk.send_all(calls) == [{}, {}, {}]
        assert MeterSample.objects.count() == 2

    def test_other_values_of_the_same_moment_are_kept(self, desk):
        send(desk, value("1500"))
        send(desk, value("230", "Voltage", "V"))
        assert MeterSample.objects.count() == 2

    def test_a_vendors_names_are_numbered_once(self, desk):
        for n in range(2):
            send(desk, value("1", "Vendor.Fan.Speed", "krpm"), at=f"2026-01-10T11:0{n}:00Z")
        assert sorted(Measurand.objects.values_list("kind", "name")) == [
            ("measurand", "Vendor.Fan.Speed"),
            ("unit", "krpm"),
        ]
        names = {(q.measurand, q.value, q.unit) for q in quantities_of(MeterSample.objects.all())}
        assert names == {("Vendor.Fan.Speed", 1.0, "krpm")}

    def test_signed_data_are_kept(self, desk):
        send(desk, value("5A0F00", format="SignedData"), value("7", "Voltage", "V"))
        quantities = list(quantities_of(MeterSample.objects.all()))
        assert [(q.measurand, q.value) for q in quantities] == [
            ("Voltage", 7.0),
            ("Energy.Active.Import.Register", "5A0F00"),
        ]

    @pytest.mark.parametrize("samples", [[], [value("")], [value("", "Voltage")]])
    def test_values_that_say_nothing_are_answered(self, desk, samples):
        assert send(desk, *samples) == {}
        assert MeterSample.objects.count() == 0

    def test_a_connector_beyond_belief_is_kept_as_the_main_meter(self, desk):
        send(desk, value("1"), connector=2**40)
        assert (MeterSample.objects.get().evse_number, desk.codes) == (0, ["connector-out-of-range"])

    def test_an_undeclared_connector_is_created(self, desk):
        send(desk, value("5", "Power.Active.Import", "W"), connector=7)
        assert EvseState.objects.get(evse__number=7).power_w == 5
        assert (Evse.objects.get(number=7).declared, desk.codes) == (False, ["undeclared-connector"])

    def test_old_and_future_months_are_stored(self, desk):
        for at in ("2019-05-01T00:00:00Z", "2022-05-19T03:59:59Z"):
            send(desk, value("37645"), at=at)
        assert MeterSample.objects.count() == 2


class TestState:
    def test_the_newest_values_show(self, desk):
        send(
            desk,
            value("11000", "Power.Active.Import", "W"),
            value("40", "SoC", "Percent"),
            value("31", "Temperature", "Celsius"),
            value("900"),
        )
        send(desk, value("7000", "Power.Active.Import", "W"), at="2026-01-10T11:59:30Z")
        state = EvseState.objects.get(evse__number=1)
        assert (state.power_w, state.soc_percent, state.temperature_c, state.energy_wh) == (7000, 40, 31, 900)
        assert state.measured_at == AT + timedelta(seconds=30)

    def test_older_values_do_not(self, desk):
        send(desk, value("7000", "Power.Active.Import", "W"))
        send(desk, value("1", "Power.Active.Import", "W"), at="2026-01-09T10:00:00Z")
        assert EvseState.objects.get(evse__number=1).power_w == 7000
        assert MeterSample.objects.count() == 2

    def test_a_clock_ahead_does_not_block_later_values(self, desk):
        send(desk, value("1", "Power.Active.Import", "W"), at="2026-01-10T20:00:00Z")
        later = NOW + timedelta(minutes=1)
        send(desk, value("2", "Power.Active.Import", "W"), at="2026-01-10T12:01:00Z", now=later)
        assert EvseState.objects.get(evse__number=1).power_w == 2

    def test_connector_0_is_the_main_meter(self, desk):
        send(desk, value("734.6"), value("5", "Power.Active.Import", "kW"), connector=0)
        state = ChargePointState.objects.get()
        assert (state.energy_wh, state.power_w, state.measured_at) == (734.6, 5000, AT)
        assert EvseState.objects.exclude(power_w=None).count() == 0
        assert MeterSample.objects.get().evse_number == 0

    def test_an_overflowing_register_is_kept_but_not_shown(self, desk):
        send(desk, value("4296944685", unit="Wh"), value("3", "Power.Active.Import", "W"), connector=0)
        state = ChargePointState.objects.get()
        assert (state.energy_wh, state.power_w) == (None, 3)
        row = MeterSample.objects.get()
        assert (row.energy_wh, row.quality, desk.codes) == (
            4296944685,
            Quality.ENERGY,
            ["implausible-register"],
        )

    def test_a_state_of_charge_is_clipped(self, desk):
        send(desk, value("104", "SoC", "Percent"))
        assert EvseState.objects.get(evse__number=1).soc_percent == 100
        assert desk.codes == ["soc-out-of-range"]

    def test_a_power_that_cannot_be_is_kept_but_does_not_count(self, desk, running):
        for shown in ("11000", "4294967295"):
            send(
                desk,
                value("1000"),
                value(shown, "Power.Active.Import", "W"),
                transactionId=running.pk,
            )
        assert EvseState.objects.get(evse__number=1).power_w == 11000
        assert Transaction.objects.get(pk=running.pk).power_peak_w == 11000
        last = MeterSample.objects.get(power_w=None)
        assert (last.power_w, last.energy_wh, (last.packed or [])[1:], last.quality) == (
            None,
            1000,
            [4294967295],
            Quality.IMPOSSIBLE,
        )
        assert desk.codes == ["implausible-value"]


class TestTransaction:
    def test_it_moves_on(self, desk, running):
        send(
            desk,
            value("1000"),
            value("0", "Power.Active.Import", "W"),
            value("20", "SoC"),
            transactionId=running.pk,
        )
        row = stored(running)
        assert (row.step, row.charging_at, row.energy_wh) == (Step.STARTED, None, 0)
        for minute, register, power, soc in ((10, 3000, 12_000, 30), (20, 4500, 9_000, 45)):
            send(
                desk,
                value(register),
                value(power, "Power.Active.Import", "W"),
                value(soc, "SoC"),
                transactionId=running.pk,
                at=f"2026-01-10T12:{minute}:00Z",
                now=NOW + timedelta(minutes=minute),
            )
        row = stored(running)
        assert (row.step, row.charging_at) == (Step.CHARGING, NOW + timedelta(minutes=10))
        assert (row.meter_last_wh, row.energy_wh, row.power_peak_w) == (4500, 3500, 12_000)
        assert (row.soc_start_percent, row.soc_last_percent) == (20, 45)
        assert row.measured_at == NOW + timedelta(minutes=20)

    def test_energy_alone_shows_that_it_charges(self, desk, running):
        send(desk, value("2000"), transactionId=running.pk)
        assert stored(running).step == Step.CHARGING

    def test_a_register_restart_begins_a_segment(self, desk, running):
        for minute, register in ((10, 3000), (20, 100), (30, 600)):
            send(desk, value(register), transactionId=running.pk, at=f"2026-01-10T11:{minute}:00Z")
        row = stored(running)
        assert (row.energy_wh, row.segments_wh, row.segment_start_wh) == (2600, 2000, 0)
        desk.send(
            "StopTransaction",
            {"transactionId": running.pk, "meterStop": 700, "timestamp": "2026-01-10T11:59:00Z"},
        )
        assert (stored(running).energy_wh, stored(running).flags) == (2700, ["meter_down"])

    def test_a_restart_is_a_deviation(self, desk, running):
        send(desk, value("3000"), transactionId=running.pk, at="2026-01-10T11:10:00Z")
        send(desk, value("100"), transactionId=running.pk, at="2026-01-10T11:20:00Z")
        assert desk.codes == ["register-restarted"]

    def test_readings_out_of_order_do_not_look_like_a_restart(self, desk, running):
        for minute, register in ((30, 3000), (10, 1500), (20, 2000)):
            send(desk, value(register), transactionId=running.pk, at=f"2026-01-10T11:{minute}:00Z")
        assert (stored(running).energy_wh, stored(running).segments_wh) == (2000, 0)

    @pytest.mark.parametrize("number", [None, 0, -1])
    def test_without_a_number_the_connectors_transaction_is_meant(self, desk, running, number):
        send(desk, value("2000"), transactionId=number)
        assert (MeterSample.objects.get().transaction_number, stored(running).energy_wh) == (running.pk, 1000)
        assert desk.codes == []

    def test_without_a_number_what_was_measured_before_is_outside(self, desk, running):
        send(desk, value("2000"), at="2026-01-10T09:00:00Z")
        assert MeterSample.objects.get().transaction_number is None

    def test_without_a_number_the_other_connector_is_outside(self, desk, running):
        send(desk, value("2000"), connector=2)
        assert MeterSample.objects.get().transaction_number is None

    @pytest.mark.parametrize("number", [1936029036, 2**31, 2**63 - 1])
    def test_an_unknown_number_is_outside(self, desk, running, number):
        send(desk, value("37645"), transactionId=number)
        row = MeterSample.objects.get()
        assert (row.transaction_number, row.quality) == (None, Quality.NO_TRANSACTION)
        assert (desk.codes, stored(running).energy_wh) == (["unknown-transaction"], 0)

    def test_another_charge_points_number_is_unknown(self, desk, running):
        other = Desk(ChargePointFactory(evses=1))
        send(other, value("2000"), transactionId=running.pk)
        assert (other.codes, stored(running).energy_wh) == (["unknown-transaction"], 0)

    def test_values_after_the_stop_belong_to_it_and_change_nothing(self, desk, running):
        desk.send(
            "StopTransaction",
            {"transactionId": running.pk, "meterStop": 5000, "timestamp": "2026-01-10T11:58:00Z"},
        )
        send(desk, value("6000"), transactionId=running.pk)
        assert MeterSample.objects.get().transaction_number == running.pk
        assert (stored(running).energy_wh, stored(running).step) == (4000, Step.STOPPED)

    def test_an_old_number_does_not_take_the_values_of_the_present_one(self, desk, running):
        old = TransactionFactory(
            evse=running.evse,
            started_at=AT - timedelta(days=2),
            ended_at=AT - timedelta(days=1),
            ended_received_at=AT - timedelta(days=1),
        )
        send(desk, value("2000"), transactionId=old.pk)
        assert MeterSample.objects.get().transaction_number == running.pk
        assert (desk.codes, stored(running).energy_wh) == (["stale-transaction"], 1000)

    def test_the_number_decides_over_connector_0(self, desk, running):
        send(desk, value("2000"), transactionId=running.pk, connector=0)
        assert (MeterSample.objects.get().evse_number, stored(running).energy_wh) == (1, 1000)
        assert EvseState.objects.get(evse=running.evse).energy_wh == 2000

    def test_another_connector_is_recorded_and_does_not_count(self, desk, running):
        send(desk, value("2000"), transactionId=running.pk, connector=2)
        assert MeterSample.objects.get().transaction_number == running.pk
        assert (desk.codes, stored(running).energy_wh) == (["transaction-on-other-connector"], 0)


class TestBatch:
    def batch(self, desks, minute):
        calls = []
        for n, desk in enumerate(desks):
            body = payload(
                value(1000 + minute * (n + 1)),
                value(n, "Power.Active.Import", "W"),
                at=f"2026-01-10T11:{minute}:00Z",
            )
            calls.append(desk.inbound("MeterValues", body))
        return calls

    def test_any_number_of_calls_costs_a_handful_of_statements(self, db):
        desks = []
        for _ in range(20):
            transaction = TransactionFactory(evse=ChargePointFactory(evses=1).evses.get())
            desks.append(Desk(transaction.charge_point))
        desks[0].send_all(self.batch(desks, 10))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            answers = desks[0].send_all(self.batch(desks, 20))
        assert answers == [{}] * 20
        selects = [each for each in queries if each["sql"].startswith("SELECT")]
        assert len(selects) <= 3
        assert MeterSample.objects.count() == 40
        assert [row.energy_wh for row in Transaction.objects.order_by("pk")] == [
            20 * (n + 1) for n in range(20)
        ]
        assert len(desks[0].batch.events) == 20

    def test_each_charge_point_is_told_of_once(self, desk):
        calls = [
            desk.inbound("MeterValues", payload(value(n), at=f"2026-01-10T11:0{n}:00Z")) for n in range(3)
        ]
        desk.send_all(calls)
        assert desk.batch.events == [ChargePointChanged(desk.charge_point.pk, desk.link.site_id)]

    def test_calls_count_in_the_order_of_their_arrival(self, desk, running):
        calls = [
            desk.inbound("MeterValues", payload(value(r, unit="Wh"), at="2026-01-10T11:00:00Z"))
            for r in (1500, 1600, 1700)
        ]
        desk.send_all(list(reversed(calls)))
        assert (stored(running).meter_last_wh, stored(running).segments_wh) == (1700, 0)
