"""The envelope of OCPP-J: what is split, what is mended, what is refused."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargers.ocpp.framing import (
    MAX_DEPTH,
    MAX_FRAME_BYTES,
    Broken,
    Call,
    Error,
    Frame,
    Result,
    call_frame,
    error_frame,
    parse,
    result_frame,
)

texts = st.text(max_size=60)
ids = st.text(
    alphabet=st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1, max_size=36
)
names = st.text(alphabet=st.characters(codec="ascii", categories=["L"]), min_size=1, max_size=30)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
objects = st.dictionaries(texts, json_values, max_size=5)
JsonObject = dict[str, Any]


def codes(text: str) -> set[str]:
    return {deviation.code for deviation in parse(text)[1]}


def frame_of(text: str) -> Frame:
    return parse(text)[0]


class TestParseConformingFrames:
    def test_a_call_is_split_without_decoding_its_payload(self) -> None:
        frame, deviations = parse('[2,"19223201","BootNotification",{"chargePointModel":"M"}]')

        assert isinstance(frame, Call)
        assert (frame.message_id, frame.action) == ("19223201", "BootNotification")
        assert bytes(frame.payload) == b'{"chargePointModel":"M"}'
        assert deviations == ()

    def test_a_result_is_split(self) -> None:
        frame, deviations = parse('[3,"1",{"status":"Accepted"}]')

        assert isinstance(frame, Result)
        assert (frame.message_id, bytes(frame.payload)) == ("1", b'{"status":"Accepted"}')
        assert deviations == ()

    def test_an_error_is_split(self) -> None:
        frame, deviations = parse('[4,"162376037","NotSupported","not implemented",{}]')

        assert isinstance(frame, Error)
        assert (frame.code, frame.description) == ("NotSupported", "not implemented")
        assert deviations == ()

    def test_blanks_between_elements_are_no_deviation(self) -> None:
        assert codes(' [ 2 , "a" , "Heartbeat" , { } ]\n') == set()

    def test_null_stands_for_an_empty_payload(self) -> None:
        frame, deviations = parse('[2,"a","Heartbeat",null]')

        assert isinstance(frame, Call)
        assert bytes(frame.payload) == b"{}"
        assert deviations == ()

    @given(ids, names, objects)
    def test_what_is_written_is_read_back(self, message_id: str, action: str, payload: JsonObject) -> None:
        raw = json.dumps(payload).encode()

        call = frame_of(call_frame(message_id, action, raw))
        result = frame_of(result_frame(message_id, raw))

        assert isinstance(call, Call)
        assert (call.message_id, call.action) == (message_id, action)
        assert isinstance(result, Result)
        assert result.message_id == message_id

    @given(ids, texts, texts)
    def test_an_error_is_read_back_with_its_description(
        self, message_id: str, code: str, description: str
    ) -> None:
        frame = frame_of(error_frame(message_id, code or "GenericError", description.replace("\x00", "")))

        assert isinstance(frame, Error)
        assert frame.description == description.replace("\x00", "")


class TestParseOddFrames:
    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ('[2,"","Heartbeat",{}]', "message-id-empty"),
            ('[2,491,"Heartbeat",{}]', "message-id-not-text"),
            ('[2,"' + "x" * 40 + '","Heartbeat",{}]', "message-id-too-long"),
            ('["2","a","Heartbeat",{}]', "message-type-not-integer"),
            ('[2.0,"a","Heartbeat",{}]', "message-type-not-integer"),
            ('[2,"a"," Heartbeat ",{}]', "blank-in-action"),
            ('[2,"a","Heartbeat"]', "missing-payload"),
            ('[2,"a","Heartbeat",[]]', "payload-not-object"),
            ('[2,"a","Heartbeat",{},1]', "extra-element"),
            ('\ufeff[2,"a","Heartbeat",{}]', "byte-order-mark"),
            ('[2,"a","Heartbeat",{}]\x00\x00', "nul-character"),
            ('[2,"a","Heartbeat",{"x":"\\u0000"}]', "nul-character"),
            ('[2,"a","Heartbeat",{"x":"\\ud800"}]', "lone-surrogate"),
            ('[2,"a","Heartbeat",{"x":"\ud800"}]', "lone-surrogate"),
            ('[2,"a","Heartbeat",{"x":"a\nb"}]', "control-character"),
            ('[2,"a","Heartbeat",{"x":"\\q"}]', "bad-escape"),
            ('[2,"a","Heartbeat",{"x":[1,],}]', "stray-comma"),
            ('[2,"a","Heartbeat",{"x":NaN,"y":-Infinity}]', "not-a-number"),
        ],
    )
    def test_a_recoverable_frame_is_read_and_the_deviation_recorded(self, text: str, code: str) -> None:
        frame, deviations = parse(text)

        assert isinstance(frame, Call)
        assert frame.action == "Heartbeat"
        assert isinstance(json.loads(bytes(frame.payload)), dict)
        assert [deviation.code for deviation in deviations] == [code]

    def test_a_number_as_message_id_becomes_text(self) -> None:
        frame = frame_of('[2,491,"Heartbeat",{}]')

        assert isinstance(frame, Call)
        assert frame.message_id == "491"

    def test_nul_characters_are_taken_out_of_strings(self) -> None:
        frame = frame_of('[2,"a","DataTransfer",{"data":"x\\u0000y\x00z"}]')

        assert isinstance(frame, Call)
        assert bytes(frame.payload) == b'{"data":"xyz"}'

    def test_an_escaped_backslash_before_u0000_is_left_alone(self) -> None:
        frame, deviations = parse('[2,"a","DataTransfer",{"data":"\\\\u0000"}]')

        assert isinstance(frame, Call)
        assert bytes(frame.payload) == b'{"data":"\\\\u0000"}'
        assert deviations == ()

    def test_a_surrogate_pair_is_left_alone(self) -> None:
        assert codes('[2,"a","DataTransfer",{"data":"\\ud83d\\ude00\\u0000"}]') == {"nul-character"}

    def test_commas_and_names_inside_strings_are_left_alone(self) -> None:
        frame = frame_of('[2,"a","DataTransfer",{"data":",] NaN ,}",}]')

        assert isinstance(frame, Call)
        assert bytes(frame.payload) == b'{"data":",] NaN ,}"}'

    @pytest.mark.parametrize("text", ['[4,"a"]', '[4,"a",5,null]', '[4,"a","","",[]]', '[4,"a",null,7,"x"]'])
    def test_an_error_with_missing_parts_is_still_an_error(self, text: str) -> None:
        frame = frame_of(text)

        assert isinstance(frame, Error)
        assert frame.code == "GenericError"
        assert bytes(frame.payload) == b"{}"


class TestParseBrokenFrames:
    @pytest.mark.parametrize(
        "text",
        ["", " ", "[", "]", "null", "{}", '"x"', "[]", "[2]", "[null]", "[[2]]", "[2,null]", "[true,1]"],
    )
    def test_nobody_can_be_answered_without_a_message_id(self, text: str) -> None:
        frame, deviations = parse(text)

        assert isinstance(frame, Broken)
        assert frame.message_id is None
        assert [deviation.code for deviation in deviations] == ["broken-frame"]

    @pytest.mark.parametrize(
        ("text", "action"),
        [
            ('[2,"a"]', ""),
            ('[2,"a",[],{}]', ""),
            ('[2,"a","",{}]', ""),
            ('[2,"a",7,{}]', ""),
            ('[2,"a","Heartbeat",5]', "Heartbeat"),
            ('[2,"a","Heartbeat",[1]]', "Heartbeat"),
            ('[2,"a","MeterValues",{"sampledValue":[,{"value":"1"}]}]', "MeterValues"),
            ('[2,"a","MeterValues",{"sampledValue":[{"value":"1"', "MeterValues"),
            ('[2,"a","MeterValues', ""),
            ('[2,"a","X",' + "[" * 100_000, "X"),
        ],
    )
    def test_the_message_id_and_the_action_are_recovered(self, text: str, action: str) -> None:
        frame = frame_of(text)

        assert isinstance(frame, Broken)
        assert (frame.kind, frame.message_id, frame.action) == (2, "a", action)
        assert frame.code == "FormationViolation"

    @pytest.mark.parametrize("kind", [0, 1, 5, 6, 9999])
    def test_other_message_types_are_refused_with_their_number(self, kind: int) -> None:
        frame = frame_of(f'[{kind},"a","X",{{}}]')

        assert isinstance(frame, Broken)
        assert (frame.kind, frame.message_id) == (kind, "a")

    def test_a_truncated_result_shows_whose_answer_it_was(self) -> None:
        frame = frame_of('[3,"189ce671-e12c-4b3d-b2bf-4112ee759f26",{"configurationKey":[]')

        assert isinstance(frame, Broken)
        assert (frame.kind, frame.message_id) == (3, "189ce671-e12c-4b3d-b2bf-4112ee759f26")

    def test_an_absurdly_long_message_id_is_not_echoed(self) -> None:
        frame = frame_of('[2,"' + "x" * 5000 + '","Heartbeat",{}]')

        assert isinstance(frame, Broken)
        assert frame.message_id is None

    def test_too_long_a_frame_is_not_looked_at_further(self) -> None:
        frame = frame_of('[2,"a","DataTransfer",{"data":"' + "x" * MAX_FRAME_BYTES + '"}]')

        assert isinstance(frame, Broken)
        assert (frame.message_id, frame.action) == ("a", "DataTransfer")

    def test_too_deep_a_broken_frame_is_refused(self) -> None:
        depth = MAX_DEPTH + 1
        frame = frame_of('[2,"a","X",{"x":NaN,"y":' + "[" * depth + "]" * depth + "}]")

        assert isinstance(frame, Broken)
        assert "deeper" in frame.description


class TestParseHostileFrames:
    @pytest.mark.parametrize(
        "text",
        [
            "[" * 1_000_000,
            '{"a":' * 200_000,
            '[2,"a","X",' + '{"a":' * 150_000,
            '"' * 1_000_000,
            '[2,"' + '\\"' * 500_000,
            '[2,"a","X",{"y":"' + "\\" * 999_999,
            '[2,"a","X",' + ",   " * 250_000,
            '[2,"a","X",[' + "1," * 500_000,
            " " * 1_000_000,
            '[2,"a","X",{"y":' + "9" * 5_000 + "}]",
            "9" * 1_000_000,
            "[" + "9" * 5_000 + ',"a","X",{}]',
            "[2," + "9" * 5_000 + ',"X",{}]',
            "-" * 1_000_000,
            "NaN" * 300_000,
        ],
        ids=lambda text: f"{text[:12]}… {len(text)}",
    )
    def test_no_text_takes_long(self, text: str) -> None:
        started = time.thread_time()

        parse(text)

        assert time.thread_time() - started < 2.0

    @given(st.text())
    def test_no_text_raises(self, text: str) -> None:
        parse(text)

    @given(st.binary())
    def test_no_bytes_read_as_latin_raise(self, raw: bytes) -> None:
        parse(raw.decode("latin-1"))

    @given(st.text(alphabet='[]{}",:\\u0d8n2345 \ufeff\x00\ud800aNI.-+e', max_size=200))
    def test_no_text_of_json_characters_raises(self, text: str) -> None:
        parse(text)

    @given(json_values)
    def test_no_json_raises(self, value: object) -> None:
        parse(json.dumps(value))

    @given(st.lists(json_values, max_size=6), st.sampled_from([2, 3, 4]))
    def test_no_array_raises(self, elements: list[Any], kind: int) -> None:
        parse(json.dumps([kind, *elements]))

    @given(ids, names, objects, st.data())
    def test_any_cut_of_a_call_is_answerable_or_silent(
        self, message_id: str, action: str, payload: JsonObject, data: st.DataObject
    ) -> None:
        whole = call_frame(message_id, action, json.dumps(payload).encode())

        frame = frame_of(whole[: data.draw(st.integers(0, len(whole) - 1))])

        assert isinstance(frame, Broken)
        assert frame.message_id in (None, message_id)


class TestErrorFrame:
    def test_the_description_is_cut_to_255_characters(self) -> None:
        frame = json.loads(error_frame("a", "InternalError", "x" * 300))

        assert frame == [4, "a", "InternalError", "x" * 255, {}]
