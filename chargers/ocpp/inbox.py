"""Their requests on one connection, kept for a while to recognise repetitions (OCPP-J 1.6 §4.1.4)."""

from __future__ import annotations

from chargers.ocpp.deviations import Deviation
from chargers.ocpp.events import CallReceived, CallRepeated
from chargers.ocpp.framing import Call

REMEMBERED_S = 300.0
"""A repetition comes within minutes; later, a counter of message ids has wrapped around."""

MAX_ANSWER = 2048
"""Longer answers are not kept; a repetition of their requests is handled anew."""

PIPELINED_S = 10.0
"""No sensible charge point gives up waiting for an answer sooner."""

_ALWAYS_FRESH = frozenset({"Heartbeat"})
"""Its answer tells the time: repeating a stored one would be wrong, handling it again is not."""


class _Known:
    """One request: fingerprint of its content (None: ambiguous), its answer, when it came."""

    __slots__ = ("answer", "fingerprint", "since")

    def __init__(self, fingerprint: int | None, since: float) -> None:
        self.fingerprint = fingerprint
        self.since = since
        self.answer: str | None = None


class Inbox:
    """The latest requests of one connection, bounded by count, age and size of the answers."""

    __slots__ = ("_known", "_latest", "_latest_at", "_remembered")

    def __init__(self, remembered: int) -> None:
        self._remembered = remembered
        self._known: dict[str, _Known] | None = None
        self._latest: str | None = None  # the latest request without an answer
        self._latest_at = 0.0

    def receive(
        self, frame: Call, deviations: tuple[Deviation, ...], now: float
    ) -> CallReceived | CallRepeated:
        """Tell whether this request is new."""
        message_id, action = frame.message_id, frame.action
        payload = bytes(frame.payload)
        if deviations:
            deviations = tuple(Deviation(each.code, action, each.detail) for each in deviations)
        if action not in _ALWAYS_FRESH:
            known = self._known.get(message_id) if self._known else None
            if known is not None and now - known.since <= REMEMBERED_S:
                if known.fingerprint == hash((action, payload)):
                    return _repetition(frame, known, deviations)
                deviations += (_reused(action),)
            self._remember(frame, payload, known, now)
        return self._received(message_id, action, payload, deviations, now)

    def receive_new(self, frame: Call, now: float) -> CallReceived | None:
        """Take a request under a message id that is not known; None, and nothing done, if it is."""
        message_id, action = frame.message_id, frame.action
        if self._known and message_id in self._known:
            return None
        payload = bytes(frame.payload)
        if action not in _ALWAYS_FRESH:
            self._remember(frame, payload, None, now)
        return self._received(message_id, action, payload, (), now)

    def _received(
        self, message_id: str, action: str, payload: bytes, deviations: tuple[Deviation, ...], now: float
    ) -> CallReceived:
        if self._latest is not None and now - self._latest_at < PIPELINED_S:
            deviations += (_pipelined(action),)
        self._latest, self._latest_at = message_id, now
        return CallReceived(message_id, action, payload, deviations)

    def answered(self, message_id: str, frame: str) -> None:
        """Keep the answer for repetitions of the request."""
        self._done(message_id)
        known = self._known.get(message_id) if self._known else None
        if known is not None and known.fingerprint is not None and len(frame) <= MAX_ANSWER:
            known.answer = frame
        elif known is not None:
            self.forget(message_id)

    def forget(self, message_id: str) -> None:
        """Have a repetition of the request handled anew."""
        self._done(message_id)
        if self._known:
            self._known.pop(message_id, None)

    def _done(self, message_id: str) -> None:
        if self._latest == message_id:
            self._latest = None

    def _remember(self, frame: Call, payload: bytes, known: _Known | None, now: float) -> None:
        if self._known is None:
            self._known = {}
        # Two open requests under one id: which of them an answer is for cannot be known.
        ambiguous = known is not None and known.answer is None and now - known.since <= REMEMBERED_S
        self._known.pop(frame.message_id, None)
        fingerprint = None if ambiguous else hash((frame.action, payload))
        self._known[frame.message_id] = _Known(fingerprint, now)
        self._prune(now)

    def _prune(self, now: float) -> None:
        """Drop what is too old or too much, oldest first."""
        known = self._known or {}
        while known:
            oldest = next(iter(known))
            if len(known) <= self._remembered and now - known[oldest].since <= REMEMBERED_S:
                return
            del known[oldest]


def _repetition(frame: Call, known: _Known, deviations: tuple[Deviation, ...]) -> CallRepeated:
    repeated = Deviation("call-repeated", frame.action, "sent again under the same message id")
    return CallRepeated(frame.message_id, known.answer, frame.action, (*deviations, repeated))


def _reused(action: str) -> Deviation:
    return Deviation("message-id-reused", action, "the message id was used for another request")


def _pipelined(action: str) -> Deviation:
    return Deviation("call-before-answer", action, "sent before the previous request was answered")
