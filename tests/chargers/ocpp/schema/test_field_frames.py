"""Frames that real charge points sent: each is understood or refused as it should be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chargers.ocpp.deviations import Deviation
from chargers.ocpp.schema import PayloadError, validate_call, validate_result
from chargers.ocpp.session import CallReceived, Event, Rejected, ResultReceived, Session, Unsolicited

FRAMES = Path(__file__).parents[3] / "data" / "field_frames.jsonl"
CASES: list[dict[str, Any]] = [json.loads(line) for line in FRAMES.read_text().splitlines()]
BY_ID = {case["id"]: case for case in CASES}

ONLY_KNOWN_WITH_STATE = {"ts-status-late", "start-dup-new-id", "mv-tx-unknown"}
"""What is odd about these is not in the frame: a missing boot, a repeated start, an unknown id."""

SPOKEN = {"1.6"}
PENDING = "189ce671-e12c-4b3d-b2bf-4112ee759f26"

calls = [
    pytest.param(case, id=case["id"])
    for case in CASES
    if case["via"] == "call" and case["ocpp"] in SPOKEN and case["frame"].startswith("[2")
]


def receive(case: dict[str, Any]) -> Event:
    session = Session()
    session.call(PENDING, "GetConfiguration", b"{}", 0.0, 30.0)
    return session.receive(case["frame"].replace("TX", "42").replace("PENDING", PENDING), 1.0)


class TestCallsFromTheField:
    @pytest.mark.parametrize("case", calls)
    def test_it_is_answered_as_expected_and_the_deviation_recorded(self, case: dict[str, Any]) -> None:
        event = receive(case)

        if case["expect"]["answer"].startswith("CALLRESULT"):
            assert isinstance(event, CallReceived)
            validated = validate_call(case["ocpp"], event.action, event.payload)
            deviations: tuple[Deviation, ...] = event.deviations + validated.deviations
        else:
            assert isinstance(event, Rejected)
            assert event.reply is not None
            assert json.loads(event.reply)[:3] == [4, event.message_id, "FormationViolation"]
            deviations = event.deviations
        if case["id"] in ONLY_KNOWN_WITH_STATE:
            assert deviations == ()
        else:
            assert deviations
            assert all(deviation.action == event.action for deviation in deviations)

    def test_a_version_that_is_not_spoken_is_not_implemented(self) -> None:
        event = receive(BY_ID["te-evse-always"])

        assert isinstance(event, CallReceived)
        with pytest.raises(PayloadError, match="not spoken") as refusal:
            validate_call("2.0.1", event.action, event.payload)
        assert refusal.value.code == "NotImplemented"


class TestAnswersFromTheField:
    def test_a_truncated_result_fails_the_pending_call(self) -> None:
        event = receive(BY_ID["json-truncated-result"])

        assert isinstance(event, Rejected)
        assert event.failed_call == PENDING

    def test_an_error_for_an_unknown_id_is_only_logged(self) -> None:
        event = receive(BY_ID["callerror-unknown-id"])

        assert isinstance(event, Unsolicited)
        assert not event.late
        assert event.deviations

    def test_a_configuration_value_sent_as_a_number_is_stored_as_text(self) -> None:
        event = receive(BY_ID["getconf-number"])

        assert isinstance(event, ResultReceived)
        validated = validate_result("1.6", event.action, event.payload)
        assert validated.message.configuration_key[0].value == "1"
        assert [each.code for each in validated.deviations] == ["number-for-text"]


class TestSequencesFromTheField:
    def test_a_call_before_the_previous_answer_is_received_and_recorded(self) -> None:
        session = Session()
        first, second = BY_ID["pipelined-calls"]["frame"].split(" + ")

        session.receive(first, 0.0)
        event = session.receive(second, 0.1)

        assert isinstance(event, CallReceived)
        assert [each.code for each in event.deviations] == ["call-before-answer"]
