"""Where a command stands, in words: queued, sent, answered, and whether its effect was seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chargers.models import Command
from chargers.types import FINAL_STATES, CommandState, Effect
from evkit.console.answers import answer_text
from evkit.console.doers import doer
from evkit.console.frames import flat_text

BAD = frozenset({CommandState.REJECTED, CommandState.FAILED, CommandState.TIMED_OUT, CommandState.EXPIRED})


@dataclass(frozen=True, slots=True)
class CommandLine:
    """One command as its line shows it; `tone` is pending, good or bad."""

    pk: int
    at: datetime
    action: str
    target: str
    state: str
    tone: str
    icon: str
    text: str
    who: str


def command_line(command: Command, now: datetime) -> CommandLine:
    """Return the line of a command."""
    tone = _tone(command, now)
    return CommandLine(
        pk=command.pk,
        at=command.created_at,
        action=command.action,
        target=_("connector %(number)d") % {"number": command.evse_number} if command.evse_number else "",
        state=_state(command, now),
        tone=tone,
        icon={"pending": "hourglass", "good": "circle-check", "bad": "circle-x"}[tone],
        text=_text(command),
        who=doer(command.requested_name),
    )


def awaited(command: Command, now: datetime) -> bool:
    """Tell whether the effect of an accepted command may still be seen."""
    return (
        command.effect == Effect.NOT_SEEN
        and command.effect_deadline is not None
        and command.effect_deadline > now
    )


def pending(command: Command, now: datetime) -> bool:
    """Tell whether a command may still move on."""
    if command.state not in FINAL_STATES:
        return True
    return command.state == CommandState.ACCEPTED and awaited(command, now)


def _tone(command: Command, now: datetime) -> str:
    if command.state in BAD:
        return "bad"
    if pending(command, now):
        return "pending"
    return "bad" if command.effect == Effect.NOT_SEEN else "good"


def _state(command: Command, now: datetime) -> str:
    if command.state != CommandState.ACCEPTED:
        return str(CommandState(command.state).label)
    if command.effect == Effect.SEEN:
        return _("Accepted, effect seen")
    if command.effect == Effect.NOT_SEEN:
        if awaited(command, now):
            return _("Accepted, waiting for the effect")
        return _("Accepted, no effect seen")
    return _("Accepted")


def _text(command: Command) -> str:
    """Return the error, or what the charge point answered beyond its status."""
    if command.error:
        return answer_text(command.error)
    response = command.response
    if not isinstance(response, dict):
        return ""
    keys = response.get("configurationKey")
    if isinstance(keys, list):
        return ngettext("%(number)d key", "%(number)d keys", len(keys)) % {"number": len(keys)}
    status = response.get("status")
    if command.state == CommandState.ACCEPTED and status == "Accepted":
        response = {key: value for key, value in response.items() if key != "status"}
    alone = set(response) == {"status"}
    return answer_text(str(status)) if alone else flat_text(response)
