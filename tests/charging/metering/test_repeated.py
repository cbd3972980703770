"""The quick way of repeated MeterValues says what the ordinary way says, or nothing."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chargers.ocpp.schema import validate_call, validate_plain_call
from chargers.ocpp.v16.messages.repeated import MAX_KNOWN, RepeatedMeterValues, TemplateValue
from chargers.ocpp.v16.messages.requests import MeterValuesReq
from charging.metering.reading import read_moments
from charging.metering.shapes import Shapes
from charging.metering.vendor_names import VendorNames

RECEIVED = datetime(2026, 1, 10, 12, 0, tzinfo=UTC)
AT = "2026-01-10T11:59:58Z"

METADATA = st.fixed_dictionaries(
    {},
    optional={
        "context": st.sampled_from(["Sample.Periodic", "Transaction.Begin", "Sample.Clock"]),
        "format": st.sampled_from(["Raw", "SignedData"]),
        "measurand": st.sampled_from(
            ["Power.Active.Import", "Energy.Active.Import.Register", "Current.Import", "Voltage", "SoC"]
        ),
        "phase": st.sampled_from(["L1", "L2", "L3", "N", "L1-N", "L1-L2"]),
        "location": st.sampled_from(["Outlet", "Inlet", "Body"]),
        "unit": st.sampled_from(["W", "kW", "Wh", "kWh", "A", "V", "Percent"]),
    },
)
NUMBERS = st.one_of(
    st.decimals(-1000000, 1000000, places=2).map(str),
    st.integers(-5, 10**12).map(str),
    st.sampled_from(["-0", "007", "1e3", "1E400", "NaN", "", " 5", "1,5", "1.", ".5", "--1", "abc", "٣"]),
)
SEPARATORS = st.sampled_from([(",", ":"), (", ", ": ")])


def payload(metadata, numbers, *, separators=(",", ":"), value_first=True, **others):
    def sample(names, number):
        return {"value": number, **names} if value_first else {**names, "value": number}

    samples = [sample(*each) for each in zip(metadata, numbers, strict=True)]
    message = {"connectorId": 1, "meterValue": [{"timestamp": AT, "sampledValue": samples}], **others}
    return json.dumps(message, separators=separators, ensure_ascii=False).encode()


def is_quick(validated):
    return type(validated.message.meter_value[0]) is TemplateValue


def said(validated):
    message = validated.message
    values = [
        (value.timestamp, [msgspec.structs.asdict(each) for each in value.sampled_value])
        for value in message.meter_value
    ]
    return message.connector_id, message.transaction_id, values, validated.deviations


def power(number, **others):
    return payload([{"measurand": "Power.Active.Import", "unit": "W"}], [number], **others)


@settings(deadline=None, derandomize=True, max_examples=200)
@given(data=st.data(), separators=SEPARATORS, value_first=st.booleans(), transaction=st.integers(-1, 3))
def test_the_quick_way_says_what_the_ordinary_way_says(data, separators, value_first, transaction):
    metadata = data.draw(st.lists(METADATA, min_size=1, max_size=6))
    others = {"separators": separators, "value_first": value_first}
    if transaction:
        others["transactionId"] = transaction
    known = Shapes(VendorNames())
    for plain in (True, False, False):
        drawn = ["12.5"] * len(metadata) if plain else [data.draw(NUMBERS) for _ in metadata]
        text = payload(metadata, drawn, **others)
        ordinary = validate_call("1.6", "MeterValues", text)
        quick = validate_plain_call("1.6", "MeterValues", text)
        if quick is None:
            continue
        assert said(quick) == said(ordinary)
        ordinary_moments = read_moments(ordinary.message.meter_value, RECEIVED, known)
        assert read_moments(quick.message.meter_value, RECEIVED, known) == ordinary_moments


class TestTaken:
    def test_the_second_message_of_a_kind_takes_the_quick_way(self):
        validate_plain_call("1.6", "MeterValues", power("1.0"))
        assert is_quick(validate_plain_call("1.6", "MeterValues", power("-2.75")))

    def test_another_timestamp_and_transaction_are_read(self):
        validate_plain_call("1.6", "MeterValues", power("1.0", transactionId=7))
        text = power("2.0", transactionId=8).replace(AT.encode(), b"2026-01-10T11:59:59Z")
        quick = validate_plain_call("1.6", "MeterValues", text)
        assert quick is not None
        assert is_quick(quick)
        assert quick.message.transaction_id == 8
        assert quick.message.meter_value[0].timestamp == "2026-01-10T11:59:59Z"


class TestNotTaken:
    @pytest.mark.parametrize("number", ["1e3", "1e999", "nan", "1,5", "", "٣", "1.2.3", "x", "9" * 400])
    def test_what_is_no_plain_number(self, number):
        validate_plain_call("1.6", "MeterValues", power("1.0"))
        validated = validate_plain_call("1.6", "MeterValues", power(number))
        assert validated is None or not is_quick(validated)

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            (b'"connectorId":1', b'"connectorId":0'),
            (b'"connectorId":1', b'"connectorId":-1'),
            (b'"connectorId":1', b'"connectorId":1,"transactionId":-1'),
            (b'"connectorId":1', b'"connectorId":1,"extra":1'),
            (AT.encode(), b"1970-01-01T00:00:00Z"),
            (AT.encode(), b"yesterday"),
            (b'"unit":"W"', b'"unit":"A"'),
            (b'"unit":"W"', b'"unit":"\\u0057"'),
            (b"}]}]}", b'}]},{"timestamp":"2026-01-10T11:59:59Z","sampledValue":[{"value":"3"}]}]}'),
            (b"}]}]}", b'}]},{"timestamp":"2026-01-10T11:59:59Z","sampledValue":[{"value" :"3"}]}]}'),
        ],
    )
    def test_what_is_notable_or_unknown(self, old, new):
        validate_plain_call("1.6", "MeterValues", power("1.0"))
        text = power("2.0").replace(old, new)
        assert new in text
        validated = validate_plain_call("1.6", "MeterValues", text)
        assert validated is None or not is_quick(validated)
        ordinary = validate_call("1.6", "MeterValues", text)
        assert validated is None or said(validated) == said(ordinary)

    def test_broken_json_is_left_to_the_repair(self):
        validate_plain_call("1.6", "MeterValues", power("1.0"))
        for end in (1, 2, 4):
            assert validate_plain_call("1.6", "MeterValues", power("2.0")[:-end]) is None


def test_templates_are_bounded():
    decoder = msgspec.json.Decoder(MeterValuesReq)
    repeated = RepeatedMeterValues(decoder.decode)
    for number in range(MAX_KNOWN + 5):
        text = payload([{"measurand": f"Vendor{number}"}], ["1"])
        repeated.learn(text, decoder.decode(text))
        assert repeated.read(text) is not None
    assert repeated.read(payload([{"measurand": "Vendor0"}], ["1"])) is None
