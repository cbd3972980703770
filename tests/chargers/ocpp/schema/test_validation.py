"""What conforms passes untouched; what does not and cannot be repaired is recorded or refused."""

from __future__ import annotations

from typing import Any

import pytest

from chargers.ocpp.schema import PayloadError, validate_call
from chargers.ocpp.v16.messages import (
    GetCompositeScheduleConf,
    MeterValue,
    MeterValuesReq,
    SampledValue,
)
from chargers.ocpp.v16.messages.tables import CONFIRMATIONS as CONFIRMATION_STRUCTS
from chargers.ocpp.v16.messages.tables import REQUESTS as REQUEST_STRUCTS
from tests.chargers.ocpp.schema.conforming import CONFIRMATIONS, REQUESTS, TIME
from tests.chargers.ocpp.schema.validated import call, codes, readings, result


class TestConformingMessages:
    @pytest.mark.parametrize(("action", "payload"), REQUESTS)
    def test_a_request_yields_no_deviation(self, action: str, payload: dict[str, Any]) -> None:
        validated = call(action, payload)

        assert validated.deviations == ()
        assert isinstance(validated.message, REQUEST_STRUCTS[action])

    @pytest.mark.parametrize(("action", "payload"), CONFIRMATIONS)
    def test_a_confirmation_yields_no_deviation(self, action: str, payload: dict[str, Any]) -> None:
        validated = result(action, payload)

        assert validated.deviations == ()
        assert isinstance(validated.message, CONFIRMATION_STRUCTS[action])

    def test_every_message_has_a_conforming_example(self) -> None:
        assert {action for action, _ in REQUESTS} == set(REQUEST_STRUCTS)
        assert {action for action, _ in CONFIRMATIONS} == set(CONFIRMATION_STRUCTS)

    def test_the_fields_arrive_typed(self) -> None:
        message = call("StartTransaction", REQUESTS[9][1]).message

        assert message.connector_id == 1
        assert (message.id_tag, message.meter_start) == ("A", 0)
        assert (message.timestamp, message.reservation_id) == (TIME, None)

    def test_readings_arrive_typed(self) -> None:
        message = call("MeterValues", readings({"value": "1.5", "unit": "kWh"})).message

        sample = message.meter_value[0].sampled_value[0]
        assert isinstance(message, MeterValuesReq)
        assert isinstance(message.meter_value[0], MeterValue)
        assert isinstance(sample, SampledValue)
        assert (sample.value, sample.unit, sample.measurand) == ("1.5", "kWh", None)

    def test_a_composite_schedule_arrives_typed(self) -> None:
        message = result("GetCompositeSchedule", CONFIRMATIONS[7][1]).message

        assert isinstance(message, GetCompositeScheduleConf)
        assert message.charging_schedule is not None
        assert message.charging_schedule.charging_schedule_period[0].limit == 16.1


class TestUnknownActions:
    @pytest.mark.parametrize(
        "action", ["Nonsense", "", "HeartbeatResponse", "../Heartbeat", "heartbeat", "X" * 500]
    )
    def test_an_unknown_action_is_not_implemented(self, action: str) -> None:
        with pytest.raises(PayloadError) as refusal:
            call(action, {})

        assert refusal.value.code == "NotImplemented"

    @pytest.mark.parametrize("action", ["Reset", "SetChargingProfile", "GetLog"])
    def test_an_action_of_the_central_system_is_not_supported(self, action: str) -> None:
        with pytest.raises(PayloadError) as refusal:
            call(action, {})

        assert refusal.value.code == "NotSupported"

    def test_an_answer_to_an_action_of_the_charge_point_is_not_supported(self) -> None:
        with pytest.raises(PayloadError) as refusal:
            result("BootNotification", {})

        assert refusal.value.code == "NotSupported"


class TestHugeNumbers:
    @pytest.mark.parametrize(
        ("digits", "stored"),
        [
            ("4294967296", 4294967296),
            ("9223372036854775807", 2**63 - 1),
            ("-9223372036854775808", -(2**63 - 1)),
            ("9" * 5000, 2**63 - 1),
            ("-" + "9" * 5000, -(2**63 - 1)),
        ],
    )
    def test_a_transaction_id_is_clipped_to_64_bits(self, digits: str, stored: int) -> None:
        payload = f'{{"transactionId":{digits},"meterStop":1,"timestamp":"{TIME}"}}'

        validated = validate_call("1.6", "StopTransaction", payload.encode())

        assert validated.message.transaction_id == stored
        assert "integer-out-of-range" in codes(validated)

    def test_an_infinite_number_is_unusable(self) -> None:
        payload = f'{{"transactionId":1,"meterStop":1e999,"timestamp":"{TIME}"}}'

        assert validate_call("1.6", "StopTransaction", payload.encode()).message.meter_stop == -1


class TestNotableMessages:
    @pytest.mark.parametrize("transaction_id", [0, -1])
    def test_a_transaction_id_that_is_never_issued(self, transaction_id: int) -> None:
        stop = {"transactionId": transaction_id, "meterStop": 1, "timestamp": TIME}
        values = readings({"value": "1"}) | {"transactionId": transaction_id}

        assert codes(call("StopTransaction", stop)) == ["transaction-id-not-positive"]
        assert codes(call("MeterValues", values)) == ["transaction-id-not-positive"]

    def test_a_transaction_on_connector_zero(self) -> None:
        start = {"connectorId": 0, "idTag": "A", "meterStart": 0, "timestamp": TIME}

        assert codes(call("StartTransaction", start)) == ["connector-not-positive"]

    def test_a_status_without_time(self) -> None:
        status = {"connectorId": 1, "errorCode": "NoError", "status": "Available"}

        assert codes(call("StatusNotification", status)) == ["missing-timestamp"]

    def test_the_main_meter_at_an_outlet(self) -> None:
        values = readings({"value": "1", "location": "Outlet"}) | {"connectorId": 0}

        assert codes(call("MeterValues", values)) == ["main-meter-at-outlet"]

    @pytest.mark.parametrize(
        ("sample", "code"),
        [
            ({"value": "1", "measurand": "Frequency"}, "missing-unit"),
            ({"value": "1", "measurand": "Power.Active.Import"}, "missing-unit"),
            ({"value": "1", "measurand": "Current.Import", "unit": "W"}, "unit-not-fitting"),
            (
                {"value": "1", "measurand": "Current.Import", "unit": "A", "phase": "L1-N"},
                "phase-not-fitting",
            ),
            ({"value": "1", "unit": "V"}, "unit-not-fitting"),
        ],
    )
    def test_units_and_phases_that_do_not_fit(self, sample: dict[str, Any], code: str) -> None:
        assert codes(call("MeterValues", readings(sample))) == [code]

    def test_several_meter_values_of_one_moment(self) -> None:
        value = {"timestamp": TIME, "sampledValue": [{"value": "1"}]}

        assert codes(call("MeterValues", {"connectorId": 1, "meterValue": [value, value]})) == [
            "repeated-timestamp"
        ]


class TestBrokenPayloads:
    @pytest.mark.parametrize(
        "payload",
        [b"", b"null", b"[]", b'"x"', b"5", b"{", b"\xff", b"[" * 100_000, b'{"a":' * 100_000, b"9" * 5000],
        ids=lambda payload: repr(payload[:8]),
    )
    @pytest.mark.parametrize("action", ["Heartbeat", "MeterValues", "Authorize"])
    def test_what_is_no_object_is_refused(self, action: str, payload: bytes) -> None:
        with pytest.raises(PayloadError) as refusal:
            validate_call("1.6", action, payload)

        assert refusal.value.code == "FormationViolation"

    def test_nesting_deeper_than_any_message_is_refused(self) -> None:
        deep = b'{"idTag":"A","x":' + b"[" * 100 + b"]" * 100 + b"}"

        with pytest.raises(PayloadError, match="deeper"):
            validate_call("1.6", "Authorize", deep)
