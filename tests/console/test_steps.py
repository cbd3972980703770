from __future__ import annotations

from datetime import timedelta
from typing import Any

from charging.models import Transaction
from charging.types import Step
from evkit.console.steps import step_marks
from tests.console.depot import NOW


def marks(transaction: Transaction | None, **fields: Any) -> list[tuple[str, str]]:
    return [
        (mark.text.replace("\u202f", " "), mark.progress) for mark in step_marks(transaction, NOW, **fields)
    ]


class TestStepMarks:
    def test_without_a_transaction_everything_is_still_to_come(self) -> None:
        assert marks(None) == [("", "todo")] * 5

    def test_a_plugged_in_vehicle_is_the_first_step(self) -> None:
        assert marks(None, plugged_at=NOW)[:2] == [("13:07:30", "current"), ("", "todo")]

    def test_a_running_charge_tells_how_far_it_is(self) -> None:
        start = NOW - timedelta(minutes=65)
        running = Transaction(
            number=4711,
            id_tag="04A2",
            step=Step.CHARGING,
            connected_at=start,
            authorised_at=start,
            started_at=start,
            charging_at=start,
        )
        assert marks(running) == [
            ("12:02:30", "done"),
            ("12:02:30 · badge 04A2", "done"),
            ("12:02:30 · no. 4711", "done"),
            ("for 1 h 05 min", "current"),
            ("", "todo"),
        ]

    def test_an_ended_one_is_done_and_tells_why(self) -> None:
        ended = Transaction(
            number=1, step=Step.STOPPED, started_at=NOW, charging_at=NOW, ended_at=NOW, stop_reason="Remote"
        )
        assert [progress for _text, progress in marks(ended)] == ["done"] * 5
        assert marks(ended)[-1][0] == "13:07:30 · Remote"
