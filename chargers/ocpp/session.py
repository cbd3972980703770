"""The state of one OCPP-J connection: texts in, events out (OCPP-J 1.6 §4.1.1, §4.1.4).

Pure: no I/O, no clock. `now` is a monotonic time in seconds that the caller passes in.
"""

from __future__ import annotations

from chargers.ocpp.deviations import Deviation
from chargers.ocpp.events import (
    CallReceived,
    CallRepeated,
    ErrorReceived,
    Event,
    PendingCall,
    Rejected,
    ResultReceived,
    Unsolicited,
)
from chargers.ocpp.framing import (
    Broken,
    Call,
    Error,
    Result,
    call_frame,
    error_frame,
    parse,
    result_frame,
)
from chargers.ocpp.inbox import Inbox
from evkit.core.errors import EvkitError

__all__ = [
    "CallReceived",
    "CallRepeated",
    "ErrorReceived",
    "Event",
    "PendingCall",
    "Rejected",
    "ResultReceived",
    "Session",
    "SessionBusy",
    "Unsolicited",
]

_LATE_REMEMBERED = 4
_CALL = 2
_ANSWERS = (3, 4)

_SPELLINGS_16 = {
    "FormatViolation": "FormationViolation",
    "OccurrenceConstraintViolation": "OccurenceConstraintViolation",
    "MessageTypeNotSupported": "GenericError",
    "RpcFrameworkError": "GenericError",
}
_SPELLINGS_2 = {
    "FormationViolation": "FormatViolation",
    "OccurenceConstraintViolation": "OccurrenceConstraintViolation",
}


class SessionBusy(EvkitError):  # noqa: N818 - a state of affairs, not a fault
    """Our previous request is neither answered nor timed out: wait for it, then call."""

    code = "session_busy"


class Session:
    """One connection: their requests, our one outstanding request, and the answers to both.

    Args:
        version: of OCPP, for the spelling of error codes.
        remembered: how many of their requests are kept to recognise a repetition.
    """

    __slots__ = ("_inbox", "_late", "_pending", "version")

    def __init__(self, *, version: str = "1.6", remembered: int = 16) -> None:
        self.version = version
        self._inbox = Inbox(remembered)
        self._pending: PendingCall | None = None
        self._late: tuple[str, ...] = ()

    def receive(self, text: str, now: float) -> Event:
        """Take one text frame; never raises, whatever `text` holds."""
        frame, deviations = parse(text)
        if type(frame) is Call:
            return self._inbox.receive(frame, deviations, now)
        if type(frame) is Result:
            return self._receive_result(frame, deviations)
        if type(frame) is Error:
            return self._receive_error(frame, deviations)
        assert type(frame) is Broken
        return self._reject(frame, deviations)

    def receive_new(self, frame: Call, now: float) -> CallReceived | None:
        """Take a request that `plain_call` read; None, and nothing taken, if its id was used before."""
        return self._inbox.receive_new(frame, now)

    def answer(self, message_id: str, payload: bytes) -> str:
        """Return the CALLRESULT to send; it is remembered for repetitions of the request."""
        frame = result_frame(message_id, payload)
        self._inbox.answered(message_id, frame)
        return frame

    def refuse(self, message_id: str, code: str, description: str) -> str:
        """Return the CALLERROR to send; a repetition of the request will be handled anew."""
        self._inbox.forget(message_id)
        return error_frame(message_id, self._spell(code), description)

    def call(self, message_id: str, action: str, payload: bytes, now: float, timeout_s: float) -> str:
        """Return the CALL to send.

        Raises:
            SessionBusy: another request of ours is outstanding.
        """
        if self._pending is not None:
            raise SessionBusy(f"{self._pending.action} is not answered yet; send {action} after it.")
        self._pending = PendingCall(message_id, action, now + timeout_s)
        self._late = tuple(late for late in self._late if late != message_id)
        return call_frame(message_id, action, payload)

    @property
    def pending(self) -> PendingCall | None:
        """Our request that is outstanding."""
        return self._pending

    def expire(self, now: float) -> PendingCall | None:
        """End our request if its time is over at `now`, and return it; its outcome is unknown."""
        if self._pending is None or now < self._pending.deadline:
            return None
        return self.abandon()

    def abandon(self) -> PendingCall | None:
        """End our request because the connection is lost, and return it."""
        pending, self._pending = self._pending, None
        if pending is not None:
            self._late = (*self._late, pending.message_id)[-_LATE_REMEMBERED:]
        return pending

    def _settle(self, message_id: str | None) -> PendingCall | None:
        """Return and clear our request if `message_id` is its."""
        pending = self._pending
        if pending is None or pending.message_id != message_id:
            return None
        self._pending = None
        return pending

    def _receive_result(self, frame: Result, deviations: tuple[Deviation, ...]) -> Event:
        pending = self._settle(frame.message_id)
        payload = bytes(frame.payload)
        if pending is None:
            return self._unsolicited(frame, payload, deviations)
        return ResultReceived(frame.message_id, pending.action, payload, _named(deviations, pending.action))

    def _receive_error(self, frame: Error, deviations: tuple[Deviation, ...]) -> Event:
        pending = self._settle(frame.message_id)
        details = bytes(frame.payload)
        if pending is None:
            return self._unsolicited(frame, details, deviations)
        return ErrorReceived(
            frame.message_id,
            pending.action,
            frame.code,
            frame.description,
            details,
            _named(deviations, pending.action),
        )

    def _unsolicited(
        self, frame: Result | Error, payload: bytes, deviations: tuple[Deviation, ...]
    ) -> Unsolicited:
        late = frame.message_id in self._late
        if not late:
            deviations += (Deviation("unsolicited-answer", "", "no such request was sent"),)
        if type(frame) is Error:
            return Unsolicited(frame.message_id, late, payload, frame.code, frame.description, deviations)
        return Unsolicited(frame.message_id, late, payload, deviations=deviations)

    def _reject(self, frame: Broken, deviations: tuple[Deviation, ...]) -> Rejected:
        code = self._spell(frame.code)
        failed = self._settle(frame.message_id) if frame.kind in _ANSWERS else None
        reply = None
        if frame.kind == _CALL and frame.message_id is not None:
            reply = error_frame(frame.message_id, code, frame.description)
        return Rejected(
            frame.message_id,
            code,
            frame.description,
            reply,
            _named(deviations, failed.action if failed else frame.action),
            failed.message_id if failed else None,
            frame.action,
        )

    def _spell(self, code: str) -> str:
        spellings = _SPELLINGS_16 if self.version.startswith("1.") else _SPELLINGS_2
        return spellings.get(code, code)


def _named(deviations: tuple[Deviation, ...], action: str) -> tuple[Deviation, ...]:
    """Return the deviations of a frame under the action that it turned out to be about."""
    return tuple(Deviation(each.code, action, each.detail) for each in deviations)
