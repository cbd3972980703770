"""Any sequence of operations keeps the promises of a session."""

from __future__ import annotations

import json

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from chargers.ocpp.session import (
    CallReceived,
    CallRepeated,
    Event,
    Rejected,
    ResultReceived,
    Session,
    SessionBusy,
    Unsolicited,
)

REMEMBERED = 3
TIMEOUT_S = 20.0


class SessionMachine(RuleBasedStateMachine):
    """Plays both sides of a connection and keeps its own, simpler books."""

    calls = Bundle("calls")
    past = Bundle("past")

    def __init__(self) -> None:
        super().__init__()
        self.session = Session(remembered=REMEMBERED)
        self.now = 0.0
        self.counter = 0
        self.pending: tuple[str, float] | None = None
        self.payloads: dict[str, object] = {}
        self.answers: dict[str, str] = {}

    def receive(self, frame: object) -> Event:
        return self.session.receive(json.dumps(frame), self.now)

    @rule(seconds=st.sampled_from([0.0, 1.0, 15.0, 400.0]))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @rule(target=calls, content=st.integers(0, 2))
    def they_call(self, content: int) -> str:
        self.counter += 1
        message_id = f"their-{self.counter}"
        self.payloads[message_id] = {"idTag": str(content)}

        event = self.receive([2, message_id, "Authorize", self.payloads[message_id]])

        assert isinstance(event, CallReceived)
        return message_id

    @rule(target=past, message_id=consumes(calls))
    def we_answer(self, message_id: str) -> str:
        self.answers[message_id] = self.session.answer(message_id, b'{"idTagInfo":{}}')
        return message_id

    @rule(message_id=consumes(calls))
    def we_refuse(self, message_id: str) -> None:
        assert json.loads(self.session.refuse(message_id, "InternalError", "x"))[0] == 4

    @rule(message_id=past)
    def they_repeat(self, message_id: str) -> None:
        event = self.receive([2, message_id, "Authorize", self.payloads[message_id]])

        if isinstance(event, CallRepeated):
            assert event.answer in (None, self.answers[message_id])
        else:
            assert isinstance(event, CallReceived)

    @rule(timeout_s=st.sampled_from([0.0, TIMEOUT_S]))
    def we_call(self, timeout_s: float) -> None:
        self.counter += 1
        message_id = f"our-{self.counter}"
        try:
            self.session.call(message_id, "Reset", b"{}", self.now, timeout_s)
        except SessionBusy:
            assert self.pending is not None
        else:
            assert self.pending is None
            self.pending = (message_id, self.now + timeout_s)

    @rule()
    def they_answer_ours(self) -> None:
        message_id = self.pending[0] if self.pending else "nobody's"
        event = self.receive([3, message_id, {"status": "Accepted"}])

        assert isinstance(event, ResultReceived if self.pending else Unsolicited)
        self.pending = None

    @rule()
    def they_answer_ours_with_half_a_frame(self) -> None:
        message_id = self.pending[0] if self.pending else "nobody's"
        event = self.session.receive(f'[3,"{message_id}",{{"status":', self.now)

        assert isinstance(event, Rejected)
        assert event.failed_call == (message_id if self.pending else None)
        self.pending = None

    @rule(text=st.text(max_size=30))
    def they_send_garbage(self, text: str) -> None:
        self.session.receive(text, self.now)

    @rule()
    def time_passes_for_ours(self) -> None:
        expired = self.session.expire(self.now)

        if self.pending and self.now >= self.pending[1]:
            assert expired is not None
            late = self.receive([3, expired.message_id, {}])
            assert isinstance(late, Unsolicited)
            assert late.late
            self.pending = None
        else:
            assert expired is None

    @rule()
    def the_connection_is_lost(self) -> None:
        abandoned = self.session.abandon()

        assert (abandoned and abandoned.message_id) == (self.pending and self.pending[0])
        self.pending = None

    @invariant()
    def at_most_one_call_of_ours_is_outstanding(self) -> None:
        pending = self.session.pending
        assert (pending and (pending.message_id, pending.deadline)) == self.pending

    @invariant()
    def memory_is_bounded(self) -> None:
        assert len(self.session._inbox._known or ()) <= REMEMBERED


TestSessionMachine = SessionMachine.TestCase
