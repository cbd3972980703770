"""What the engine and the outgoing commands say to each other.

A `Command` row becomes one or more calls; each outgoing action has a `CommandRoute` that says how.
All three functions run in the database transaction that moves the command on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chargers.models import Command
from chargers.ocpp.handling import Batch
from chargers.types import CommandState, Effect

CALL_TIMEOUT_S = 30.0
ACCEPTING = frozenset({"Accepted", "AcceptedCanceled", "Scheduled", "RebootRequired", "Unlocked"})


@dataclass(frozen=True, slots=True)
class Done:
    """The command has its final state; `effect` tells whether something is still to be seen.

    `effect_deadline` is when an effect that was not seen is given up.
    """

    state: CommandState
    response: Mapping[str, object] | None = None
    error: str = ""
    effect: Effect = Effect.NOT_APPLICABLE
    effect_deadline: datetime | None = None


@dataclass(frozen=True, slots=True)
class Again:
    """The command needs another call with this payload (a chunk, a smaller request, a read-back)."""

    payload: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for one call: exactly one of a message, an error code or nothing (time-out).

    `message` is the validated struct of the confirmation, `payload` the same as plain JSON types,
    `request` the payload that was sent.
    """

    request: Mapping[str, Any]
    message: Any | None = None
    payload: Mapping[str, Any] | None = None
    error_code: str = ""
    error_description: str = ""

    @property
    def timed_out(self) -> bool:
        """Whether nothing came back in time: the outcome is unknown."""
        return self.message is None and not self.error_code


FirstPayload = Callable[[Command], Mapping[str, object]]
OnAnswer = Callable[[Command, Answer, Batch], Done | Again]


def payload_as_given(command: Command) -> Mapping[str, object]:
    """Return the payload as it was asked for."""
    payload: Mapping[str, object] = command.payload
    return payload


def settle(command: Command, answer: Answer, batch: Batch) -> Done:
    """Return the outcome that follows from the confirmation's status alone."""
    del command, batch
    if answer.timed_out:
        return Done(CommandState.TIMED_OUT)
    if answer.error_code:
        return Done(
            CommandState.FAILED, error=f"{answer.error_code}: {answer.error_description}".rstrip(": ")
        )
    payload = dict(answer.payload or {})
    status = payload.get("status")
    accepted = status is None or status in ACCEPTING
    return Done(CommandState.ACCEPTED if accepted else CommandState.REJECTED, response=payload)


@dataclass(frozen=True, slots=True)
class CommandRoute:
    """How an action to a charge point is sent and what its answer means.

    `timeout_s` is how long an answer is awaited, in s.
    """

    first_payload: FirstPayload = payload_as_given
    on_answer: OnAnswer = settle
    timeout_s: float = CALL_TIMEOUT_S
