"""Calls that a charge point makes, and the two ways in which a call can go wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from chargers.simulator.frames import Payload


class CallFailedError(Exception):
    """A call of ours got an error, no answer in time, or lost its connection."""

    def __init__(self, action: str, code: str, description: str = "") -> None:
        super().__init__(f"{action}: {code} {description}".strip())
        self.action = action
        self.code = code


class CallRefusedError(Exception):
    """A call of the other side cannot be processed: answered with a CALLERROR."""

    def __init__(self, code: str, description: str = "") -> None:
        super().__init__(description or code)
        self.code = code
        self.description = description


@dataclass(slots=True, eq=False)
class OutgoingCall:
    """A call waiting for its turn.

    The payload is made when the call is sent, so that it can carry what is only known by then.
    An `early` call may go out before the boot is accepted. A `durable` one survives lost
    connections and is tried again after errors.
    """

    action: str
    payload: Callable[[], Payload]
    on_result: Callable[[Payload], None] | None = None
    on_failure: Callable[[CallFailedError], None] | None = None
    early: bool = False
    durable: bool = False
    message_id: str = ""
    sequence: int = 0
    attempts: int = 0
    not_before_s: float = 0.0

    def succeed(self, payload: Payload) -> None:
        """Tell whoever asked that the answer is here."""
        if self.on_result is not None:
            self.on_result(payload)

    def fail(self, error: CallFailedError) -> None:
        """Tell whoever asked that there will be no answer."""
        if self.on_failure is not None:
            self.on_failure(error)
