from __future__ import annotations

import asyncio
import base64
import json

import pytest

from chargers.simulator.calls import CallFailedError
from chargers.simulator.charge_point import SimulatedChargePoint
from tests.chargers.simulator.conftest import BUS, quick_spec
from tests.chargers.simulator.csms import running_csms


class TestBoot:
    async def test_a_charge_point_registers_and_reports_every_connector(self, csms, connect):
        await connect(vendor="Volthaus", model="DC 50", serial="S1", firmware="2.0")
        await csms.until(lambda: len(csms.of("StatusNotification")) == 3)
        assert csms.of("BootNotification") == [
            {
                "chargePointVendor": "Volthaus",
                "chargePointModel": "DC 50",
                "chargePointSerialNumber": "S1",
                "firmwareVersion": "2.0",
            }
        ]
        assert [row["connectorId"] for row in csms.of("StatusNotification")] == [0, 1, 2]
        assert {row["status"] for row in csms.of("StatusNotification")} == {"Available"}
        assert csms.link.socket.subprotocol == "ocpp1.6"

    async def test_a_pending_charge_point_sends_nothing_else_until_it_is_accepted(self, csms, connect):
        csms.boot_answers = ["Pending", "Accepted"]
        csms.interval_s = 1
        cp = await connect(boot=False)
        await csms.until(lambda: len(csms.calls) == 1)
        assert not cp.online
        answer = await csms.ask("GetConfiguration", key=["NumberOfConnectors"])
        assert answer.configuration_key[0]["value"] == "2"
        assert csms.actions() == ["BootNotification"]
        await cp.booted()
        await csms.until(lambda: len(csms.calls) == 5)
        assert csms.actions() == ["BootNotification"] * 2 + ["StatusNotification"] * 3

    async def test_a_pending_charge_point_sends_what_it_is_triggered_for(self, csms, connect):
        csms.boot_answers = ["Pending"]
        await connect(boot=False)
        await csms.until(lambda: len(csms.calls) == 1)
        await csms.ask("TriggerMessage", "StatusNotification", 1)
        await csms.until(lambda: len(csms.calls) == 2)
        assert csms.actions() == ["BootNotification", "StatusNotification"]

    async def test_a_rejected_charge_point_answers_nothing(self, csms, connect):
        csms.boot_answers = ["Rejected"]
        csms.response_timeout_s = 0.3
        await connect(boot=False)
        await csms.until(lambda: len(csms.calls) == 1)
        with pytest.raises(asyncio.TimeoutError):
            await csms.ask("ClearCache")

    async def test_it_sends_heartbeats_at_the_interval_of_the_central_system(self, csms, connect):
        csms.interval_s = 1
        await connect()
        await csms.until(lambda: len(csms.of("Heartbeat")) == 2)

    async def test_it_sends_its_password(self):
        headers = []
        async with running_csms(process_request=lambda _, request: headers.append(request.headers)) as csms:
            spec = quick_spec("CP:1 é", password="secret:words")
            async with SimulatedChargePoint(spec, url=csms.url) as cp:
                await cp.booted()
            assert csms.links[0].request.path == "/ocpp/CP%3A1%20%C3%A9"
        scheme, secret = headers[0]["Authorization"].split()
        assert scheme == "Basic"
        assert base64.b64decode(secret).decode() == "CP:1 é:secret:words"

    async def test_it_tries_again_after_a_refusal(self):
        refusals = [401, 503]

        def refuse(connection, _):
            return connection.respond(refusals.pop(0), "no") if refusals else None

        async with (
            running_csms(process_request=refuse) as csms,
            SimulatedChargePoint(quick_spec(), url=csms.url) as cp,
        ):
            await cp.booted()
            assert cp.wire.counters.errors == 2
            assert "HTTP 503" in cp.wire.counters.last_error


class TestSession:
    async def test_a_whole_session_goes_through_its_steps(self, csms, connect):
        cp = await connect()
        await cp.plug_in(1, BUS)
        assert await cp.present_tag(1, BUS.id_tag) == "Accepted"
        assert await cp.started(1) == 1001
        await csms.until(lambda: len(csms.of("MeterValues")) >= 3)
        assert await cp.present_tag(1, BUS.id_tag.lower()) == "Accepted"
        await cp.stopped(1)
        await cp.unplug(1)
        await csms.until(lambda: csms.status_of(1) == "Available")
        assert csms.statuses_of(1) == [
            "Available",
            "Preparing",
            "Charging",
            "Finishing",
            "Available",
        ]
        names = csms.actions("StatusNotification", "MeterValues")
        assert names == ["BootNotification", "Authorize", "StartTransaction", "StopTransaction"]
        start, stop = csms.of("StartTransaction")[0], csms.of("StopTransaction")[0]
        assert (start["connectorId"], start["idTag"]) == (1, "B4A63CDF2212")
        assert (stop["transactionId"], stop["reason"]) == (1001, "Local")
        assert stop["idTag"] == "b4a63cdf2212"
        assert stop["meterStop"] >= start["meterStart"]
        contexts = [value["sampledValue"][0]["context"] for value in stop["transactionData"]]
        assert contexts[0] == "Transaction.Begin"
        assert contexts[-1] == "Transaction.End"

    async def test_meter_values_carry_the_configured_measurands(self, csms, connect):
        cp = await connect(speed=3600.0)
        await cp.plug_in(1, BUS)
        await cp.present_tag(1, BUS.id_tag)
        await csms.until(lambda: len(csms.of("MeterValues")) >= 5)
        last = csms.of("MeterValues")[-1]
        assert (last["connectorId"], last["transactionId"]) == (1, 1001)
        values = {}
        for item in last["meterValue"][0]["sampledValue"]:
            key = item["measurand"] + (f"/{item['phase']}" if "phase" in item else "")
            values[key] = float(item["value"])
        assert set(values) == {
            "Energy.Active.Import.Register",
            "Power.Active.Import",
            "Current.Import/L1",
            "Current.Import/L2",
            "Current.Import/L3",
            "Voltage/L1-N",
            "Voltage/L2-N",
            "Voltage/L3-N",
            "SoC",
            "Temperature",
        }
        assert 20_000 < values["Power.Active.Import"] <= 22_080
        assert values["SoC"] > 40.0
        registers = [_register(row) for row in csms.of("MeterValues")]
        assert registers == sorted(registers)
        assert registers[-1] > registers[0]

    async def test_identification_may_come_first(self, csms, connect):
        cp = await connect()
        assert await cp.present_tag(2, BUS.id_tag) == "Accepted"
        await cp.status(2, "Preparing")
        await cp.plug_in(2, BUS)
        assert await cp.started(2) == 1001

    async def test_an_authorisation_without_a_vehicle_expires(self, csms, connect):
        cp = await connect(configuration=(("ConnectionTimeOut", "0.2"),))
        await cp.present_tag(2, BUS.id_tag)
        await csms.until(lambda: csms.statuses_of(2) == ["Available", "Preparing", "Available"])
        assert csms.of("StartTransaction") == []

    async def test_a_refused_tag_starts_nothing(self, csms, connect):
        csms.statuses[BUS.id_tag] = "Blocked"
        cp = await connect()
        await cp.plug_in(1, BUS)
        assert await cp.present_tag(1, BUS.id_tag) == "Blocked"
        assert cp.connectors[1].status == "Preparing"
        assert csms.of("StartTransaction") == []

    async def test_a_tag_of_the_same_group_may_stop(self, csms, connect):
        csms.parents = {BUS.id_tag: "FLEET", "OTHER": "FLEET"}
        cp = await connect()
        await cp.authorisation.ask("OTHER")
        await cp.plug_in(1, BUS)
        await cp.present_tag(1, BUS.id_tag)
        await cp.started(1)
        assert await cp.present_tag(1, "STRANGER") == "Rejected"
        assert await cp.present_tag(1, "OTHER") == "Accepted"
        await cp.stopped(1)

    async def test_unplugging_ends_the_transaction(self, csms, connect):
        cp = await connect()
        await cp.plug_in(1, BUS)
        await cp.present_tag(1, BUS.id_tag)
        await cp.started(1)
        await cp.unplug(1)
        await cp.stopped(1)
        assert csms.of("StopTransaction")[0]["reason"] == "EVDisconnected"

    async def test_a_full_vehicle_suspends_and_is_stopped_only_by_its_driver(self, csms, connect):
        cp = await connect(speed=20_000.0)
        await cp.plug_in(2, BUS)
        await cp.present_tag(2, BUS.id_tag)
        await cp.status(2, "SuspendedEV")
        assert cp.connectors[2].charge.soc_percent == pytest.approx(100.0)
        assert csms.of("StopTransaction") == []

    async def test_a_start_that_is_not_accepted_ends_as_deauthorized(self, csms, connect):
        cp = await connect(configuration=(("LocalPreAuthorize", "true"),))
        cp.authorisation.remember(BUS.id_tag, {"status": "Accepted"})
        csms.statuses[BUS.id_tag] = "Expired"
        await cp.plug_in(1, BUS)
        await cp.present_tag(1, BUS.id_tag)
        await csms.until(lambda: bool(csms.of("StopTransaction")))
        assert csms.of("Authorize") == []
        assert csms.of("StopTransaction")[0]["reason"] == "DeAuthorized"

    async def test_a_refused_start_may_also_just_get_no_energy(self, csms, connect):
        cp = await connect(
            configuration=(
                ("LocalPreAuthorize", "true"),
                ("StopTransactionOnInvalidId", "false"),
            )
        )
        cp.authorisation.remember(BUS.id_tag, {"status": "Accepted"})
        csms.statuses[BUS.id_tag] = "Expired"
        await cp.plug_in(1, BUS)
        await cp.present_tag(1, BUS.id_tag)
        await cp.status(1, "SuspendedEVSE")
        await cp.until(lambda: cp.connectors[1].charge.power_w == 0.0)

    async def test_a_fault_ends_the_transaction_until_it_is_repaired(self, csms, connect):
        cp = await connect()
        await cp.plug_in(1, BUS)
        await cp.present_tag(1, BUS.id_tag)
        await cp.started(1)
        cp.fault(1, "GroundFailure")
        await cp.stopped(1)
        await csms.until(lambda: csms.status_of(1) == "Faulted")
        assert csms.of("StatusNotification")[-1]["errorCode"] == "GroundFailure"
        assert csms.of("StopTransaction")[0]["reason"] == "Other"
        cp.repair(1)
        await csms.until(lambda: csms.status_of(1) == "Finishing")


class TestOffline:
    async def test_a_session_begun_and_ended_offline_is_replayed_in_order(self, csms, connect):
        cp = await connect()
        cp.drop(1.0)
        await cp.until(lambda: not cp.online)
        await cp.plug_in(1, BUS)
        assert await cp.present_tag(1, BUS.id_tag) == "Accepted"
        started_at = cp.connectors[1].transaction.started_at
        await asyncio.sleep(0.5)
        await cp.present_tag(1, BUS.id_tag)
        stopped_at = cp.clock.now()
        assert not cp.online
        await cp.booted()
        await cp.stopped(1)
        names = csms.actions("StatusNotification")[1:]
        assert names[:2] == ["BootNotification", "StartTransaction"]
        assert names[-1] == "StopTransaction"
        assert set(names[2:-1]) == {"MeterValues"}
        start, stop = csms.of("StartTransaction")[0], csms.of("StopTransaction")[0]
        assert start["timestamp"] == started_at.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
        assert stop["timestamp"] <= stopped_at.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
        assert stop["transactionId"] == 1001
        assert {row["transactionId"] for row in csms.of("MeterValues")} == {1001}
        times = [row["meterValue"][0]["timestamp"] for row in csms.of("MeterValues")]
        assert times == sorted(times)
        assert times[-1] < csms.of("StopTransaction")[0]["timestamp"]

    async def test_a_message_without_an_answer_is_sent_again_unchanged(self, csms, connect):
        cp = await connect()
        await cp.plug_in(1, BUS)
        await cp.present_tag(1, BUS.id_tag)
        await cp.started(1)
        seen = len(csms.frames)
        original = csms.link.route_message

        async def deaf(raw: str) -> None:
            frame = json.loads(raw)
            if frame[2:3] == ["StopTransaction"]:
                csms.frames.append(raw)
                cp.drop()
                return
            await original(raw)

        csms.link.route_message = deaf
        await cp.present_tag(1, BUS.id_tag)
        await cp.stopped(1)
        stops = [raw for raw in csms.frames[seen:] if "StopTransaction" in raw]
        assert len(stops) == 2
        assert stops[0] == stops[1]

    async def test_a_call_without_connection_fails(self, csms, connect):
        cp = await connect()
        cp.drop(5.0)
        await cp.until(lambda: not cp.online)
        with pytest.raises(CallFailedError, match="ConnectionLost"):
            await cp.send_call("Heartbeat", {})
        with pytest.raises(CallFailedError, match="ConnectionLost"):
            await cp.send_raw("[]")

    async def test_a_call_in_flight_fails_with_its_connection(self, csms, connect):
        cp = await connect()
        csms.link.route_message = _never
        waiting = asyncio.create_task(cp.send_call("Heartbeat", {}))
        await asyncio.sleep(0.05)
        cp.drop()
        with pytest.raises(CallFailedError, match="ConnectionLost"):
            await waiting

    async def test_a_transaction_message_that_is_refused_too_often_is_given_up(self, csms, connect):
        cp = await connect(
            configuration=(
                ("TransactionMessageAttempts", "2"),
                ("TransactionMessageRetryInterval", "0.05"),
                ("MeterValueSampleInterval", "0"),
            )
        )
        csms.link.route_map.pop("StartTransaction")
        await cp.plug_in(1, BUS)
        await cp.present_tag(1, BUS.id_tag)
        await cp.until(lambda: not cp.wire.outbox.durable)
        await csms.until(lambda: len(csms.of("StartTransaction")) == 2)
        await cp.present_tag(1, BUS.id_tag)
        await cp.stopped(1)
        assert csms.of("StopTransaction")[0]["transactionId"] == -1

    async def test_only_one_call_is_outstanding(self, csms, connect):
        cp = await connect()
        await csms.until(lambda: len(csms.of("StatusNotification")) == 3)
        await cp.until(lambda: not len(cp.wire.outbox))
        csms.link.route_message = _never
        calls = [asyncio.create_task(cp.send_call("Heartbeat", {})) for _ in range(3)]
        await asyncio.sleep(0.2)
        assert cp.sent.actions().count("Heartbeat") == 1
        cp.drop()
        failures = await asyncio.gather(*calls, return_exceptions=True)
        assert [type(failure) for failure in failures] == [CallFailedError] * 3


def _register(row):
    for item in row["meterValue"][0]["sampledValue"]:
        if item["measurand"] == "Energy.Active.Import.Register":
            return float(item["value"])
    raise AssertionError(row)


async def _never(_: str) -> None:
    return None
