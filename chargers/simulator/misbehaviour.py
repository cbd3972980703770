"""Misbehaviours seen in the field, each switched on by its name.

Most are a flag that the part of the charge point concerned asks for with `has(NAME)`; those that
act by themselves have a hook.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from chargers.simulator.clock import EPOCH
from chargers.simulator.connector import Transaction

if TYPE_CHECKING:
    from chargers.simulator.charge_point import SimulatedChargePoint

FIELD_FRAMES: Final = Path(__file__).parent / "data" / "field_frames.jsonl"
EPOCH_START: Final = EPOCH + timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Misbehaviour:
    """What a misbehaving charge point does."""

    name: str
    summary: str
    on_boot: Callable[[SimulatedChargePoint], None] | None = None
    on_start: Callable[[SimulatedChargePoint, Transaction], None] | None = None


@cache
def odd_frames() -> tuple[str, ...]:
    """Return the odd frames of the field that a charge point sends as calls (OCPP 1.6)."""
    rows = [json.loads(line) for line in FIELD_FRAMES.read_text("utf-8").splitlines() if line]
    return tuple(row["frame"] for row in rows if row["ocpp"] == "1.6" and row["via"] == "call")


def _send_odd_frames(cp: SimulatedChargePoint, index: int = 0) -> None:
    running = [c.transaction for c in cp.connectors.values() if c.transaction is not None]
    live = running[0].wire_id if running else -1
    frames = odd_frames()

    def send() -> None:
        cp.wire.send_soon(frames[index % len(frames)].replace("TX", str(live)))
        _send_odd_frames(cp, index + 1)

    cp.timers.set("odd_frames", cp.spec.pace_s, send)


def _drop_mid_transaction(cp: SimulatedChargePoint, transaction: Transaction) -> None:
    def drop() -> None:
        if cp.connectors[transaction.connector].transaction is transaction:
            cp.drop(cp.spec.pace_s)

    cp.timers.set("drops_mid_transaction", cp.spec.pace_s, drop)


def _fault_now_and_then(cp: SimulatedChargePoint, turn: int = 0) -> None:
    if cp.timers.is_set("faults"):
        return
    numbers = sorted(cp.connectors)
    number = numbers[turn % len(numbers)]

    def repair() -> None:
        cp.repair(number)
        _fault_now_and_then(cp, turn + 1)

    def fault() -> None:
        cp.fault(number, "OverCurrentFailure")
        cp.timers.set("faults", cp.spec.pace_s, repair)

    cp.timers.set("faults", cp.spec.pace_s, fault)


REGISTRY: Final[dict[str, Misbehaviour]] = {
    item.name: item
    for item in (
        Misbehaviour("ignores_limits", "Accepts charging profiles and takes full power anyway."),
        Misbehaviour("never_resumes", "Charges no more after a limit of 0 until a new transaction."),
        Misbehaviour("late_answers", "Answers every call only after `pace_s` seconds."),
        Misbehaviour(
            "drops_mid_transaction",
            "Loses its connection `pace_s` after a start, for `pace_s`, and replays afterwards.",
            on_start=_drop_mid_transaction,
        ),
        Misbehaviour("restarting_register", "Starts its meter register at 0 in every session."),
        Misbehaviour("no_boot_after_reconnect", "Boots once; later connections just go on."),
        Misbehaviour(
            "odd_frames",
            "Sends the next odd frame of real charge points every `pace_s` seconds.",
            on_boot=_send_odd_frames,
        ),
        Misbehaviour("unknown_transaction_ids", "Stops every transaction with id -1."),
        Misbehaviour("wrong_clock", "Lives in 1970 and takes no time from the central system."),
        Misbehaviour("comma_decimals", "Writes measured values with a decimal comma."),
        Misbehaviour("no_subprotocol", "Connects without offering a subprotocol."),
        Misbehaviour("silent", "Answers no call at all."),
        Misbehaviour("duplicate_start", "Sends every StartTransaction twice, with two ids."),
        Misbehaviour(
            "faults",
            "One connector after the other is Faulted for `pace_s`, every `pace_s` seconds.",
            on_boot=_fault_now_and_then,
        ),
    )
}
