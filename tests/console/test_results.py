from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chargers.models import Command
from chargers.types import CommandState, Effect
from evkit.console.results import command_line, pending
from tests.console.depot import NOW


def command(state: CommandState, **fields: Any) -> Command:
    return Command(action="Reset", state=state, created_at=NOW, deadline=NOW, **fields)


class TestCommandLine:
    @pytest.mark.parametrize(
        ("state", "tone"),
        [
            (CommandState.QUEUED, "pending"),
            (CommandState.SENT, "pending"),
            (CommandState.ACCEPTED, "good"),
            (CommandState.REJECTED, "bad"),
            (CommandState.FAILED, "bad"),
            (CommandState.TIMED_OUT, "bad"),
            (CommandState.EXPIRED, "bad"),
        ],
    )
    def test_every_state_has_words_and_a_tone(self, state: CommandState, tone: str) -> None:
        line = command_line(command(state), NOW)
        assert line.tone == tone
        assert line.state

    def test_accepted_and_effect_seen_are_two_facts(self) -> None:
        seen = command(CommandState.ACCEPTED, effect=Effect.SEEN)
        assert command_line(seen, NOW).state == "Accepted, effect seen"

    def test_an_effect_is_awaited_until_its_deadline(self) -> None:
        waiting = command(
            CommandState.ACCEPTED, effect=Effect.NOT_SEEN, effect_deadline=NOW + timedelta(minutes=1)
        )
        assert pending(waiting, NOW)
        assert command_line(waiting, NOW).state == "Accepted, waiting for the effect"
        later = NOW + timedelta(minutes=2)
        assert not pending(waiting, later)
        assert command_line(waiting, later).state == "Accepted, no effect seen"
        assert command_line(waiting, later).tone == "bad"

    def test_shows_the_error_or_what_was_answered(self) -> None:
        failed = command(CommandState.FAILED, error="NotSupported")
        assert command_line(failed, NOW).text == "Not supported"
        read = command(CommandState.ACCEPTED, response={"configurationKey": [{"key": "A"}, {"key": "B"}]})
        assert command_line(read, NOW).text == "2 keys"
        scheduled = command(CommandState.ACCEPTED, response={"status": "Scheduled"})
        assert command_line(scheduled, NOW).text == "Accepted, once the charge has ended"
        accepted = command(CommandState.ACCEPTED, response={"status": "Accepted"})
        assert command_line(accepted, NOW).text == ""
