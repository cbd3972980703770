"""What a frame from the other side means to the owner of a session."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from chargers.ocpp.deviations import Deviation


@dataclass(frozen=True, slots=True)
class PendingCall:
    """Our request that is not answered yet; `deadline` is on the clock given to the session."""

    message_id: str
    action: str
    deadline: float


class CallReceived(msgspec.Struct, frozen=True, gc=False):
    """A request to handle and to answer; `payload` is its raw JSON object."""

    message_id: str
    action: str
    payload: bytes
    deviations: tuple[Deviation, ...] = ()


@dataclass(frozen=True, slots=True)
class CallRepeated:
    """The same request, under the same message id, as an earlier one on this connection.

    Attributes:
        answer: the frame to send again; None while the first is still being handled.
    """

    message_id: str
    answer: str | None
    action: str = ""
    deviations: tuple[Deviation, ...] = ()


@dataclass(frozen=True, slots=True)
class ResultReceived:
    """The answer to our request; `payload` is its raw JSON object."""

    message_id: str
    action: str
    payload: bytes
    deviations: tuple[Deviation, ...] = ()


@dataclass(frozen=True, slots=True)
class ErrorReceived:
    """The refusal of our request; `details` is a raw JSON object."""

    message_id: str
    action: str
    code: str
    description: str
    details: bytes
    deviations: tuple[Deviation, ...] = ()


@dataclass(frozen=True, slots=True)
class Rejected:
    """A text that is no frame.

    Attributes:
        message_id: None if it could not be read.
        code: OCPP-J error code in the spelling of the session's version.
        description: why, in words.
        reply: the CALLERROR to send; None where none can be addressed.
        deviations: at least one.
        failed_call: the message id of our pending request which this text evidently answered, and
            which is therefore over.
        action: of the broken request, "" if unreadable.
    """

    message_id: str | None
    code: str
    description: str
    reply: str | None
    deviations: tuple[Deviation, ...]
    failed_call: str | None
    action: str = ""


@dataclass(frozen=True, slots=True)
class Unsolicited:
    """An answer to a request that was never sent, or that timed out (`late`): only to be logged.

    Attributes:
        code: of a CALLERROR, None of a CALLRESULT.
        payload: the result, or the error details.
    """

    message_id: str
    late: bool
    payload: bytes
    code: str | None = None
    description: str = ""
    deviations: tuple[Deviation, ...] = ()


Event = CallReceived | CallRepeated | ResultReceived | ErrorReceived | Rejected | Unsolicited
