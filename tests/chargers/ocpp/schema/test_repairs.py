"""What does not conform is repaired where its meaning is plain, and the repair recorded."""

from __future__ import annotations

from typing import Any

import pytest

from chargers.ocpp.schema import PayloadError, validate_call
from chargers.ocpp.v16.messages import (
    BootNotificationReq,
    HeartbeatReq,
    MeterValue,
    MeterValuesReq,
    StartTransactionReq,
    StopTransactionReq,
)
from tests.chargers.ocpp.schema.conforming import TIME
from tests.chargers.ocpp.schema.validated import call, codes, readings, result


class TestRepairOfTypes:
    @pytest.mark.parametrize(
        ("sent", "stored", "code"),
        [
            (26008.333, 26008.333, "fraction-for-integer"),
            (26008.0, 26008, "float-for-integer"),
            ("26008", 26008, "text-for-number"),
            (" 26008 ", 26008, "text-for-number"),
            ("26008.5", 26008.5, "text-for-number"),
            (True, 1, "boolean-for-number"),
        ],
    )
    def test_a_meter_is_kept_however_it_is_written(self, sent: object, stored: float, code: str) -> None:
        validated = call("StopTransaction", {"transactionId": 1, "meterStop": sent, "timestamp": TIME})

        assert validated.message.meter_stop == stored
        assert code in codes(validated)

    def test_a_decimal_comma_in_a_meter_is_read(self) -> None:
        validated = call("StopTransaction", {"transactionId": 1, "meterStop": "1,5", "timestamp": TIME})

        assert validated.message.meter_stop == 1.5
        assert codes(validated) == ["decimal-comma", "fraction-for-integer", "text-for-number"]

    @pytest.mark.parametrize("sent", [{}, [], "many", "", "١٢", "1e", "0x10", "--1"])
    def test_an_unusable_meter_is_unknown(self, sent: object) -> None:
        validated = call("StopTransaction", {"transactionId": 1, "meterStop": sent, "timestamp": TIME})

        assert validated.message.meter_stop == -1
        assert "missing-field" in codes(validated)

    @pytest.mark.parametrize(("sent", "stored"), [(5, "5"), (5.5, "5.5"), (True, "true"), ("5", "5")])
    def test_a_value_is_text_whatever_was_sent(self, sent: object, stored: str) -> None:
        validated = result(
            "GetConfiguration", {"configurationKey": [{"key": "K", "readonly": True, "value": sent}]}
        )

        assert validated.message.configuration_key[0].value == stored

    @pytest.mark.parametrize(
        ("sent", "stored"),
        [("true", True), ("False", False), (1, True), (0, False), (None, False), ("?", False)],
    )
    def test_a_truth_value_is_read_from_text(self, sent: object, stored: bool) -> None:
        validated = result("GetConfiguration", {"configurationKey": [{"key": "K", "readonly": sent}]})

        assert validated.message.configuration_key[0].readonly is stored
        assert validated.deviations

    def test_one_element_instead_of_a_list_is_wrapped(self) -> None:
        payload = {"connectorId": 1, "meterValue": {"timestamp": TIME, "sampledValue": {"value": "1"}}}

        validated = call("MeterValues", payload)

        assert validated.message.meter_value[0].sampled_value[0].value == "1"
        assert codes(validated) == ["object-for-list", "object-for-list"]

    def test_a_list_instead_of_its_one_object_is_unwrapped(self) -> None:
        schedule = {"chargingRateUnit": "W", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": "1,5"}]}

        validated = result("GetCompositeSchedule", {"status": "Accepted", "chargingSchedule": [schedule]})

        assert validated.message.charging_schedule.charging_schedule_period[0].limit == 1.5
        assert "list-for-object" in codes(validated)

    def test_an_object_in_vendor_data_becomes_json_text(self) -> None:
        validated = call("DataTransfer", {"vendorId": "EN+", "data": {"duty": 0}})

        assert validated.message.data == '{"duty":0}'
        assert codes(validated) == ["json-in-text", "object-for-text"]


class TestRepairOfText:
    def test_too_long_text_is_kept(self) -> None:
        validated = call("Authorize", {"idTag": "A" * 21})

        assert validated.message.id_tag == "A" * 21
        assert [each.detail for each in validated.deviations] == ["idTag: 21 of 20 characters"]

    def test_absurdly_long_text_is_cut(self) -> None:
        assert len(call("Authorize", {"idTag": "A" * 10_000}).message.id_tag) == 255

    def test_id_tags_never_appear_in_a_deviation(self) -> None:
        validated = call("Authorize", {"IDTAG": "SECRET" * 9, "x": "SECRET"})

        assert validated.message.id_tag == "SECRET" * 9
        assert codes(validated) == ["extra-property", "property-spelling", "string-too-long"]
        assert "SECRET" not in str(validated.deviations)

    def test_an_empty_optional_string_is_dropped(self) -> None:
        validated = call(
            "StopTransaction", {"transactionId": 1, "meterStop": 1, "timestamp": TIME, "idTag": ""}
        )

        assert validated.message.id_tag is None
        assert codes(validated) == ["empty-string"]

    def test_an_empty_required_string_is_kept(self) -> None:
        validated = call("BootNotification", {"chargePointVendor": "", "chargePointModel": "M"})

        assert validated.message.charge_point_vendor == ""
        assert codes(validated) == ["empty-string"]

    def test_half_a_surrogate_pair_never_reaches_a_struct(self) -> None:
        validated = validate_call("1.6", "Authorize", b'{"idTag":"a\\ud800b\\u0000"}')

        assert validated.message.id_tag == "a\ufffdb"
        assert codes(validated) == ["lone-surrogate", "nul-character"]


class TestRepairOfEnumerations:
    def test_an_unknown_value_is_kept(self) -> None:
        validated = call(
            "StatusNotification",
            {"connectorId": 1, "errorCode": "Error", "status": "Faulted", "timestamp": TIME},
        )

        assert validated.message.error_code == "Error"
        assert [each.detail for each in validated.deviations] == ["errorCode: Error"]

    def test_wrong_case_is_put_right(self) -> None:
        validated = call(
            "StatusNotification",
            {"connectorId": 1, "errorCode": "noerror", "status": "AVAILABLE", "timestamp": TIME},
        )

        assert (validated.message.error_code, validated.message.status) == ("NoError", "Available")
        assert codes(validated) == ["enum-spelling", "enum-spelling"]

    @pytest.mark.parametrize(
        ("sent", "stored"),
        [("Hz", "Hertz"), ("degC", "Celsius"), ("Celcius", "Celsius"), ("%", "Percent"), ("KWh", "kWh")],
    )
    def test_units_are_put_right(self, sent: str, stored: str) -> None:
        validated = call("MeterValues", readings({"value": "1", "measurand": "RPM", "unit": sent}))

        assert validated.message.meter_value[0].sampled_value[0].unit == stored
        assert codes(validated) == ["enum-spelling"]

    def test_hertz_is_allowed_in_stop_transaction(self) -> None:
        data = readings({"value": "50", "measurand": "Frequency", "unit": "Hertz"})["meterValue"]

        validated = call(
            "StopTransaction",
            {"transactionId": 1, "meterStop": 1, "timestamp": TIME, "transactionData": data},
        )

        assert validated.deviations == ()


class TestRepairOfProperties:
    def test_an_extra_property_is_dropped(self) -> None:
        validated = call("Authorize", {"idTag": "A", "connectorId": 1})

        assert validated.message.id_tag == "A"
        assert codes(validated) == ["extra-property"]

    def test_a_null_option_is_dropped(self) -> None:
        validated = call(
            "StopTransaction", {"transactionId": 1, "meterStop": 1, "timestamp": TIME, "reason": None}
        )

        assert validated.message.reason is None
        assert codes(validated) == ["null-value"]

    def test_a_property_in_wrong_case_is_understood(self) -> None:
        validated = call("Authorize", {"idtag": "A"})

        assert validated.message.id_tag == "A"
        assert codes(validated) == ["property-spelling"]

    def test_of_a_duplicated_key_the_last_counts(self) -> None:
        validated = validate_call("1.6", "Authorize", b'{"idTag":"A","x":1,"idTag":"B"}')

        assert validated.message.id_tag == "B"
        assert codes(validated) == ["duplicated-key", "extra-property"]

    @pytest.mark.parametrize(
        ("action", "message"),
        [
            ("BootNotification", BootNotificationReq(charge_point_vendor="", charge_point_model="")),
            ("Heartbeat", HeartbeatReq()),
            ("MeterValues", MeterValuesReq(connector_id=0, meter_value=[])),
            ("StartTransaction", StartTransactionReq(connector_id=0, id_tag="", meter_start=-1)),
            ("StopTransaction", StopTransactionReq(transaction_id=-1, meter_stop=-1)),
        ],
    )
    def test_what_can_be_done_without_is_filled_in(self, action: str, message: object) -> None:
        assert call(action, {}).message == message

    @pytest.mark.parametrize(
        ("action", "payload"),
        [
            ("Authorize", {}),
            ("Authorize", {"idTag": None}),
            ("Authorize", {"idTag": {"value": "A"}}),
            ("StatusNotification", {"connectorId": 1, "errorCode": "NoError"}),
            ("FirmwareStatusNotification", {"status": ""}),
        ],
    )
    def test_what_cannot_be_done_without_is_refused(self, action: str, payload: dict[str, Any]) -> None:
        with pytest.raises(PayloadError, match="missing or unusable") as refusal:
            call(action, payload)

        assert refusal.value.code == "OccurenceConstraintViolation"

    def test_a_confirmation_without_status_is_refused(self) -> None:
        with pytest.raises(PayloadError, match="status is missing"):
            result("Reset", {})


class TestRepairOfReadings:
    def test_one_bad_sample_does_not_lose_the_good_ones(self) -> None:
        validated = call("MeterValues", readings({"value": "1"}, "rubbish", None, {"value": "2", "unit": 5}))

        values = [sample.value for sample in validated.message.meter_value[0].sampled_value]
        assert values == ["1", "2"]
        assert codes(validated) == ["bad-element", "number-for-text", "unknown-enum-value"]

    def test_a_number_becomes_text(self) -> None:
        validated = call("MeterValues", readings({"value": 604.213}, {"value": 0}))

        assert [each.value for each in validated.message.meter_value[0].sampled_value] == ["604.213", "0"]
        assert codes(validated) == ["number-for-text"]

    def test_a_decimal_comma_becomes_a_point(self) -> None:
        validated = call("MeterValues", readings({"value": "230,5"}, {"value": "1"}))

        assert [each.value for each in validated.message.meter_value[0].sampled_value] == ["230.5", "1"]
        assert codes(validated) == ["decimal-comma"]

    def test_signed_data_is_left_alone(self) -> None:
        validated = call("MeterValues", readings({"value": "1,5", "format": "SignedData"}))

        assert validated.message.meter_value[0].sampled_value[0].value == "1,5"
        assert validated.deviations == ()

    def test_an_empty_value_is_kept_for_the_metering_to_skip(self) -> None:
        validated = call("MeterValues", readings({"value": ""}, {"value": "1"}))

        assert [each.value for each in validated.message.meter_value[0].sampled_value] == ["", "1"]
        assert codes(validated) == ["empty-string"]

    @pytest.mark.parametrize("value", ["NaN", "inf", "abc", "1.2.3", "0x1F"])
    def test_a_value_that_is_no_number_is_kept_and_recorded(self, value: str) -> None:
        validated = call("MeterValues", readings({"value": value}, {"value": "1"}))

        assert validated.message.meter_value[0].sampled_value[0].value == value
        assert codes(validated) == ["not-a-number"]

    def test_no_samples_and_no_time_are_kept(self) -> None:
        validated = call("MeterValues", {"connectorId": 1, "meterValue": [{}]})

        assert validated.message.meter_value == [MeterValue(timestamp=None, sampled_value=[])]
        assert codes(validated) == ["missing-field", "missing-timestamp"]
