"""One connection: their calls, our one outstanding call, repetitions, late answers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargers.ocpp.inbox import MAX_ANSWER, PIPELINED_S, REMEMBERED_S
from chargers.ocpp.session import (
    CallReceived,
    CallRepeated,
    ErrorReceived,
    PendingCall,
    Rejected,
    ResultReceived,
    Session,
    SessionBusy,
    Unsolicited,
)
from tests.chargers.ocpp.test_framing import JsonObject, ids, json_values, names, objects

START = '[2,"s1","StartTransaction",{"connectorId":1,"idTag":"A","meterStart":0,"timestamp":"t"}]'
HEARTBEAT = '[2,"h","Heartbeat",{}]'


def codes(event: object) -> list[str]:
    return [deviation.code for deviation in event.deviations]  # type: ignore[attr-defined]  # of any event


def waiting(timeout_s: float = 30.0) -> Session:
    session = Session()
    session.call("ours", "GetConfiguration", b"{}", 100.0, timeout_s)
    return session


class TestReceiveCall:
    def test_a_call_is_reported_with_its_raw_payload(self) -> None:
        event = Session().receive('[2,"a","Authorize",{"idTag":"T"}]', 0.0)

        assert event == CallReceived("a", "Authorize", b'{"idTag":"T"}', ())

    def test_the_deviations_of_the_frame_carry_the_action(self) -> None:
        event = Session().receive('[2,7,"Heartbeat",{}]', 0.0)

        assert isinstance(event, CallReceived)
        assert [(each.code, each.action) for each in event.deviations] == [
            ("message-id-not-text", "Heartbeat")
        ]

    @pytest.mark.parametrize("sent", ["7", "-7", "0", "7.0", "1e3"])
    def test_a_message_id_that_is_a_number_goes_back_as_it_came(self, sent: str) -> None:
        session, call = Session(), f'[2,{sent},"Authorize",{{"idTag":"T"}}]'

        event = session.receive(call, 0.0)
        assert isinstance(event, CallReceived)
        assert session.answer(event.message_id, b"{}") == f"[3,{sent},{{}}]"
        again = session.receive(call, 1.0)
        assert isinstance(again, CallRepeated)
        assert again.answer == f"[3,{sent},{{}}]"
        assert session.refuse(event.message_id, "InternalError", "") == f'[4,{sent},"InternalError","",{{}}]'

    def test_a_refused_frame_keeps_the_number_too(self) -> None:
        event = Session().receive('[2,7,"Authorize",[1]]', 0.0)

        assert isinstance(event, Rejected)
        assert str(event.reply).startswith('[4,7,"FormationViolation",')

    def test_what_is_no_number_in_json_goes_back_as_text(self) -> None:
        event = Session().receive('[2,007,"Authorize",{}]', 0.0)

        assert isinstance(event, Rejected)
        assert str(event.reply).startswith('[4,"007",')

    def test_a_call_is_received_while_ours_waits(self) -> None:
        session = waiting()

        assert isinstance(session.receive(HEARTBEAT, 101.0), CallReceived)
        assert session.pending is not None

    def test_a_call_sent_before_the_previous_answer_is_handled_and_recorded(self) -> None:
        session = Session()
        session.receive('[2,"a","BootNotification",{}]', 0.0)

        event = session.receive('[2,"b","StatusNotification",{}]', 1.0)

        assert isinstance(event, CallReceived)
        assert codes(event) == ["call-before-answer"]

    def test_a_call_sent_long_after_an_unanswered_one_is_no_deviation(self) -> None:
        session = Session()
        session.receive('[2,"a","BootNotification",{}]', 0.0)

        assert codes(session.receive('[2,"b","StatusNotification",{}]', PIPELINED_S)) == []

    @pytest.mark.parametrize("refused", [True, False])
    def test_a_call_after_the_answer_is_no_deviation(self, refused: bool) -> None:
        session = Session()
        session.receive('[2,"a","BootNotification",{}]', 0.0)
        if refused:
            session.refuse("a", "InternalError", "")
        else:
            session.answer("a", b"{}")

        assert codes(session.receive('[2,"b","StatusNotification",{}]', 1.0)) == []

    @given(ids, names, objects)
    def test_a_valid_call_is_always_received(self, message_id: str, action: str, payload: JsonObject) -> None:
        event = Session().receive(json.dumps([2, message_id, action, payload]), 0.0)

        assert isinstance(event, CallReceived)
        assert (event.message_id, event.action) == (message_id, action)


class TestReceiveRepeatedCall:
    def test_the_same_call_again_gets_the_stored_answer(self) -> None:
        session = Session()
        session.receive(START, 0.0)
        answer = session.answer("s1", b'{"transactionId":5}')

        event = session.receive(START, 30.0)

        assert isinstance(event, CallRepeated)
        assert event.answer == answer == '[3,"s1",{"transactionId":5}]'
        assert event.action == "StartTransaction"
        assert codes(event) == ["call-repeated"]

    def test_the_same_call_while_the_first_is_handled_has_no_answer_yet(self) -> None:
        session = Session()
        session.receive(START, 0.0)

        event = session.receive(START, 1.0)

        assert isinstance(event, CallRepeated)
        assert event.answer is None

    def test_the_same_message_id_with_other_content_is_a_new_call(self) -> None:
        session = Session()
        session.receive(START, 0.0)
        session.answer("s1", b"{}")

        event = session.receive('[2,"s1","Authorize",{"idTag":"A"}]', 1.0)

        assert isinstance(event, CallReceived)
        assert codes(event) == ["message-id-reused"]

    def test_after_reuse_of_an_open_message_id_no_answer_is_repeated(self) -> None:
        session = Session()
        other = '[2,"s1","Authorize",{"idTag":"A"}]'
        session.receive(START, 0.0)
        session.receive(other, 1.0)
        session.answer("s1", b'{"transactionId":5}')

        assert isinstance(session.receive(other, 2.0), CallReceived)

    def test_a_refused_call_is_handled_anew(self) -> None:
        session = Session()
        session.receive(START, 0.0)
        session.refuse("s1", "InternalError", "busy")

        event = session.receive(START, 1.0)

        assert isinstance(event, CallReceived)
        assert codes(event) == []

    def test_a_heartbeat_is_always_new_because_its_answer_is_the_time(self) -> None:
        session = Session()
        session.receive(HEARTBEAT, 0.0)
        session.answer("h", b'{"currentTime":"2025-01-01T00:00:00Z"}')

        event = session.receive(HEARTBEAT, 60.0)

        assert isinstance(event, CallReceived)
        assert codes(event) == []

    def test_a_counter_that_wraps_around_after_days_starts_new_calls(self) -> None:
        session = Session()
        session.receive(START, 0.0)
        session.answer("s1", b"{}")

        event = session.receive(START, REMEMBERED_S + 1.0)

        assert isinstance(event, CallReceived)
        assert codes(event) == []

    def test_only_the_latest_calls_are_remembered(self) -> None:
        session = Session(remembered=2)
        for number in range(3):
            session.receive(f'[2,"{number}","Authorize",{{"idTag":"A"}}]', 0.0)
            session.answer(str(number), b"{}")

        assert isinstance(session.receive('[2,"0","Authorize",{"idTag":"A"}]', 1.0), CallReceived)
        assert isinstance(session.receive('[2,"2","Authorize",{"idTag":"A"}]', 1.0), CallRepeated)

    def test_a_long_answer_is_not_remembered(self) -> None:
        session = Session()
        session.receive(START, 0.0)
        session.answer("s1", b'{"data":"' + b"x" * MAX_ANSWER + b'"}')

        assert isinstance(session.receive(START, 1.0), CallReceived)


class TestReceiveAnswer:
    def test_a_result_ends_our_call(self) -> None:
        session = waiting()

        event = session.receive('[3,"ours",{"unknownKey":[]}]', 101.0)

        assert event == ResultReceived("ours", "GetConfiguration", b'{"unknownKey":[]}', ())
        assert session.pending is None

    def test_an_error_ends_our_call(self) -> None:
        session = waiting()

        event = session.receive('[4,"ours","NotSupported","no",{"a":1}]', 101.0)

        assert event == ErrorReceived("ours", "GetConfiguration", "NotSupported", "no", b'{"a":1}', ())
        assert session.pending is None

    @pytest.mark.parametrize("text", ['[3,"other",{}]', '[4,"other","GenericError","",{}]'])
    def test_an_answer_nobody_waits_for_is_unsolicited(self, text: str) -> None:
        session = waiting()

        event = session.receive(text, 101.0)

        assert isinstance(event, Unsolicited)
        assert (event.message_id, event.late) == ("other", False)
        assert codes(event) == ["unsolicited-answer"]
        assert session.pending is not None

    def test_an_answer_after_the_time_out_is_late(self) -> None:
        session = waiting(timeout_s=10.0)
        session.expire(110.0)

        event = session.receive('[4,"ours","GenericError","slow",{}]', 111.0)

        assert event == Unsolicited("ours", late=True, payload=b"{}", code="GenericError", description="slow")

    def test_a_truncated_result_fails_our_call(self) -> None:
        session = waiting()

        event = session.receive('[3,"ours",{"configurationKey":[]', 101.0)

        assert isinstance(event, Rejected)
        assert (event.failed_call, event.reply) == ("ours", None)
        assert [(each.code, each.action) for each in event.deviations] == [
            ("broken-frame", "GetConfiguration")
        ]
        assert session.pending is None

    def test_a_truncated_result_of_another_call_leaves_ours_alone(self) -> None:
        session = waiting()

        event = session.receive('[3,"other",{"configurationKey":[]', 101.0)

        assert isinstance(event, Rejected)
        assert event.failed_call is None
        assert session.pending is not None

    def test_a_broken_call_with_our_message_id_does_not_fail_ours(self) -> None:
        session = waiting()

        event = session.receive('[2,"ours","Heartbeat",{', 101.0)

        assert isinstance(event, Rejected)
        assert event.failed_call is None
        assert session.pending is not None


class TestReceiveBrokenFrame:
    def test_a_call_with_a_readable_message_id_is_refused_by_a_callerror(self) -> None:
        event = Session().receive('[2,"a","MeterValues",{"meterValue":[,{}]}]', 0.0)

        assert isinstance(event, Rejected)
        assert event.code == "FormationViolation"
        assert event.reply is not None
        assert json.loads(event.reply)[:3] == [4, "a", "FormationViolation"]
        assert (event.message_id, event.action) == ("a", "MeterValues")

    def test_a_later_version_spells_the_error_code_its_own_way(self) -> None:
        event = Session(version="2.0.1").receive('[2,"a","MeterValues",{"x":[,{}]}]', 0.0)

        assert isinstance(event, Rejected)
        assert event.code == "FormatViolation"

    def test_without_a_message_id_nothing_is_replied(self) -> None:
        event = Session().receive("garbage", 0.0)

        assert isinstance(event, Rejected)
        assert (event.message_id, event.reply, event.failed_call) == (None, None, None)
        assert codes(event) == ["broken-frame"]

    @pytest.mark.parametrize("kind", [1, 5, 6])
    def test_unknown_message_types_are_ignored(self, kind: int) -> None:
        event = Session().receive(f'[{kind},"a","X",{{}}]', 0.0)

        assert isinstance(event, Rejected)
        assert event.reply is None

    @given(st.text())
    def test_no_text_raises(self, text: str) -> None:
        waiting().receive(text, 101.0)

    @given(st.lists(json_values, max_size=6))
    def test_no_array_raises(self, elements: list[Any]) -> None:
        waiting().receive(json.dumps(elements), 101.0)


class TestCall:
    def test_the_frame_is_a_call(self) -> None:
        session = Session()

        frame = session.call("c1", "Reset", b'{"type":"Soft"}', 5.0, 30.0)

        assert frame == '[2,"c1","Reset",{"type":"Soft"}]'
        assert session.pending == PendingCall("c1", "Reset", 35.0)

    def test_a_second_call_has_to_wait(self) -> None:
        session = waiting()

        with pytest.raises(SessionBusy, match="GetConfiguration is not answered yet"):
            session.call("next", "Reset", b"{}", 101.0, 30.0)

        assert session.pending == PendingCall("ours", "GetConfiguration", 130.0)

    def test_after_the_answer_the_next_call_may_go(self) -> None:
        session = waiting()
        session.receive('[3,"ours",{}]', 101.0)

        assert session.call("next", "Reset", b"{}", 101.0, 30.0).startswith("[2,")


class TestExpire:
    def test_nothing_expires_before_the_deadline(self) -> None:
        session = waiting(timeout_s=10.0)

        assert session.expire(109.9) is None
        assert session.pending is not None

    def test_at_the_deadline_our_call_is_over(self) -> None:
        session = waiting(timeout_s=10.0)

        assert session.expire(110.0) == PendingCall("ours", "GetConfiguration", 110.0)
        assert session.pending is None
        assert session.expire(110.0) is None

    def test_an_answer_that_comes_before_the_expiry_is_noticed_still_counts(self) -> None:
        session = waiting(timeout_s=10.0)

        assert isinstance(session.receive('[3,"ours",{}]', 111.0), ResultReceived)


class TestAbandon:
    def test_a_lost_connection_ends_our_call(self) -> None:
        session = waiting()

        assert session.abandon() == PendingCall("ours", "GetConfiguration", 130.0)
        assert session.pending is None
        assert session.abandon() is None


class TestRefuse:
    @pytest.mark.parametrize(
        ("version", "code", "spelling"),
        [
            ("1.6", "FormationViolation", "FormationViolation"),
            ("1.6", "FormatViolation", "FormationViolation"),
            ("1.6", "OccurrenceConstraintViolation", "OccurenceConstraintViolation"),
            ("1.6", "NotImplemented", "NotImplemented"),
            ("2.0.1", "FormationViolation", "FormatViolation"),
            ("2.0.1", "OccurenceConstraintViolation", "OccurrenceConstraintViolation"),
        ],
    )
    def test_error_codes_are_spelt_as_the_version_has_them(
        self, version: str, code: str, spelling: str
    ) -> None:
        frame = Session(version=version).refuse("a", code, "why")

        assert json.loads(frame) == [4, "a", spelling, "why", {}]


class TestMemory:
    def test_a_fresh_session_holds_no_tables(self) -> None:
        session = Session()
        session.receive(HEARTBEAT, 0.0)
        session.answer("h", b"{}")

        assert session._inbox._known is None
        assert not hasattr(session, "__dict__")

    def test_old_calls_are_dropped(self) -> None:
        session = Session()
        for number in range(10):
            session.receive(f'[2,"{number}","Authorize",{{"idTag":"A"}}]', 0.0)
            session.answer(str(number), b"{}")

        session.receive('[2,"x","Authorize",{"idTag":"A"}]', REMEMBERED_S + 1.0)

        assert list(session._inbox._known or ()) == ["x"]
