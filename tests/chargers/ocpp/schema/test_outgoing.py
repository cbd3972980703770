"""What evkit sends follows the specification to the letter."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

import pytest

from chargers.ocpp.schema import InvalidPayload, check_request, encode
from chargers.ocpp.schema.official import official_schema
from chargers.ocpp.v16.messages import SampledValue, StartTransactionReq
from chargers.ocpp.v16.messages.tables import OUTGOING

NOON = datetime(2025, 3, 1, 12, 0, 0, 250000, tzinfo=UTC)

PROFILE: dict[str, Any] = {
    "chargingProfileId": 1,
    "stackLevel": 0,
    "chargingProfilePurpose": "TxDefaultProfile",
    "chargingProfileKind": "Absolute",
    "chargingSchedule": {
        "chargingRateUnit": "A",
        "startSchedule": NOON,
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 16.1}],
    },
}


def refusal(action: str, payload: dict[str, Any]) -> InvalidPayload:
    with pytest.raises(InvalidPayload) as caught:
        check_request("1.6", action, payload)
    return caught.value


def with_limit(limit: object) -> dict[str, Any]:
    schedule = {"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": limit}]}
    return {"connectorId": 1, "csChargingProfiles": PROFILE | {"chargingSchedule": schedule}}


class TestCheckRequest:
    @pytest.mark.parametrize(
        ("action", "payload"),
        [
            ("ClearCache", {}),
            ("ChangeAvailability", {"connectorId": 0, "type": "Inoperative"}),
            ("ChangeConfiguration", {"key": "HeartbeatInterval", "value": "60"}),
            ("ClearChargingProfile", {}),
            ("GetCompositeSchedule", {"connectorId": 1, "duration": 60, "chargingRateUnit": "W"}),
            ("GetConfiguration", {"key": ["HeartbeatInterval"]}),
            ("ExtendedTriggerMessage", {"requestedMessage": "SignChargePointCertificate"}),
            (
                "GetLog",
                {
                    "logType": "SecurityLog",
                    "requestId": 1,
                    "log": {"remoteLocation": "x", "oldestTimestamp": NOON},
                },
            ),
            ("RemoteStartTransaction", {"idTag": "A", "connectorId": 1, "chargingProfile": PROFILE}),
            ("RemoteStopTransaction", {"transactionId": 1}),
            ("Reset", {"type": "Soft"}),
            ("SetChargingProfile", {"connectorId": 1, "csChargingProfiles": PROFILE}),
            ("TriggerMessage", {"requestedMessage": "Heartbeat"}),
            ("UnlockConnector", {"connectorId": 1}),
        ],
    )
    def test_a_conforming_request_passes(self, action: str, payload: dict[str, Any]) -> None:
        check_request("1.6", action, payload)

    @pytest.mark.parametrize("tenths", range(0, 3200, 7))
    def test_every_limit_in_tenths_passes(self, tenths: int) -> None:
        check_request("1.6", "SetChargingProfile", with_limit(tenths / 10))

    @pytest.mark.parametrize(
        ("action", "payload", "field", "message"),
        [
            ("Reset", {}, "type", "type is missing; fill it in."),
            ("Reset", {"type": "Warm"}, "type", "type must be one of: Hard, Soft."),
            ("Reset", {"type": "Soft", "x": 1}, "x", "x is not part of this message; leave it out."),
            (
                "RemoteStopTransaction",
                {"transactionId": "1"},
                "transactionId",
                "transactionId must be a whole number.",
            ),
            ("UnlockConnector", {"connectorId": 1.5}, "connectorId", "connectorId must be a whole number."),
            (
                "RemoteStartTransaction",
                {"idTag": "A" * 21},
                "idTag",
                "idTag is too long; at most 20 characters are allowed.",
            ),
            ("RemoteStartTransaction", {"idTag": 5}, "idTag", "idTag must be text."),
            (
                "GetDiagnostics",
                {"location": "ftp://h/", "startTime": "noon"},
                "startTime",
                "startTime must be a time such as 2025-01-31T08:00:00Z.",
            ),
            ("GetConfiguration", {"key": "x"}, "key", "key must be a list."),
            (
                "SetChargingProfile",
                {"connectorId": 1, "csChargingProfiles": 1},
                "csChargingProfiles",
                "csChargingProfiles must be an object.",
            ),
        ],
    )
    def test_the_refusal_names_the_field_and_what_would_be_right(
        self, action: str, payload: dict[str, Any], field: str, message: str
    ) -> None:
        error = refusal(action, payload)

        assert (error.field, str(error)) == (field, message)
        assert error.code == "invalid_payload"

    def test_nested_fields_are_named_by_their_path(self) -> None:
        error = refusal("SetChargingProfile", with_limit(16.15))

        assert error.field == "csChargingProfiles.chargingSchedule.chargingSchedulePeriod.0.limit"
        assert str(error).endswith("must be a multiple of 0.1.")

    @pytest.mark.parametrize(
        ("version", "action"), [("1.6", "BootNotification"), ("1.6", "Nonsense"), ("9.9", "Reset")]
    )
    def test_only_messages_of_a_central_system_may_be_sent(self, version: str, action: str) -> None:
        with pytest.raises(InvalidPayload, match="lets a central system send"):
            check_request(version, action, {})

    @pytest.mark.parametrize("action", sorted(OUTGOING))
    def test_every_outgoing_message_has_a_schema(self, action: str) -> None:
        assert official_schema("v16", action) is not None


class Colour(Enum):
    RED = "Red"


@dataclass
class Part:
    id_tag: str
    parent_id_tag: str | None


class TestEncode:
    @pytest.mark.parametrize("value", [{}, None, ()])
    def test_nothing_is_an_empty_object(self, value: object) -> None:
        assert encode(value) == b"{}"

    def test_a_mapping_has_its_nulls_left_out_and_its_times_formatted(self) -> None:
        value = {"currentTime": NOON, "interval": 300, "x": None, "list": [{"y": None}], "on": False}

        assert (
            encode(value) == b'{"currentTime":"2025-03-01T12:00:00Z","interval":300,"list":[{}],"on":false}'
        )

    def test_a_struct_has_its_names_on_the_wire(self) -> None:
        message = StartTransactionReq(connector_id=1, id_tag="A", meter_start=0, timestamp="t")

        assert encode(message) == b'{"connectorId":1,"idTag":"A","meterStart":0,"timestamp":"t"}'

    def test_snake_case_becomes_camel_case(self) -> None:
        assert encode({"id_tag_info": Part("A", None)}) == b'{"idTagInfo":{"idTag":"A"}}'

    def test_enumerations_and_decimals_are_plain_values(self) -> None:
        assert (
            encode({"a": Colour.RED, "b": Decimal("16.1"), "c": (1, 2)}) == b'{"a":"Red","b":16.1,"c":[1,2]}'
        )

    def test_readings_are_nested(self) -> None:
        assert encode({"sampledValue": [SampledValue(value="1")]}) == b'{"sampledValue":[{"value":"1"}]}'

    @pytest.mark.parametrize("value", [math.nan, math.inf])
    def test_numbers_that_json_does_not_have_are_refused(self, value: float) -> None:
        with pytest.raises(ValueError, match="leave the value out"):
            encode({"limit": value})

    def test_other_types_are_refused(self) -> None:
        with pytest.raises(TypeError, match="set cannot be written"):
            encode({"x": {1}})
