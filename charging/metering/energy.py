"""Energy of a transaction from a register that may restart: never negative, never decreasing.

Pure. Registers and energies in Wh.
"""

from __future__ import annotations

from typing import Final, NamedTuple

TOLERANCE_WH: Final = 10.0
"""A register may step back by this much through rounding."""

FASTEST_W: Final = 350_000.0
"""Nothing charges faster: what a restarted register shows beyond it was not delivered since."""

JUMP_WH: Final = 1_000_000.0
"""No vehicle takes more at once: a larger step is another register, not energy."""


class Register(NamedTuple):
    """What is known of the import register during a transaction.

    Attributes:
        start_wh: at the start of the transaction; negative if unknown, then the first reading counts.
        last_wh: latest believed reading, None before the first.
        segments_wh: energy of the segments that a restart of the register closed.
        segment_start_wh: where the present segment began, None in the first one.
        energy_wh: energy of the transaction so far.
    """

    start_wh: float
    last_wh: float | None = None
    segments_wh: float = 0.0
    segment_start_wh: float | None = None
    energy_wh: float = 0.0

    @property
    def base_wh(self) -> float:
        """Where the present segment began."""
        return self.start_wh if self.segment_start_wh is None else self.segment_start_wh

    @property
    def highest_wh(self) -> float:
        """What the register shows at least unless it restarted."""
        return self.base_wh if self.last_wh is None else self.last_wh


def advance(register: Register, reading_wh: float, *, elapsed_s: float) -> tuple[Register, bool]:
    """Return `register` after a reading, and whether a new segment began.

    A drop starts a segment: from 0 where the reading can have been delivered in the `elapsed_s` since
    the last one, else from the reading. A single 0 is taken for a missing reading.
    """
    highest = register.highest_wh
    if register.start_wh < 0 and register.segment_start_wh is None and reading_wh >= 0:
        return register._replace(last_wh=reading_wh, segment_start_wh=reading_wh), False
    if reading_wh < 0 or (reading_wh == 0 and highest > TOLERANCE_WH):
        return register, False
    if reading_wh >= highest - TOLERANCE_WH:
        reachable = FASTEST_W * max(elapsed_s, 0.0) / 3600
        if reading_wh - highest > max(JUMP_WH, reachable):
            return _restart(register, reading_wh, reading_wh), True
        return _counted(register, max(reading_wh, highest)), False
    from_zero = reading_wh <= FASTEST_W * max(elapsed_s, 0.0) / 3600
    return _restart(register, reading_wh, 0.0 if from_zero else reading_wh), True


def finish(register: Register, reading_wh: float | None) -> tuple[Register, bool]:
    """Return `register` at the end of the transaction, and whether the reading is below the last one.

    The register at start and stop may be another than the one in the meter values; where they agree
    with each other they count. None is unknown: what was measured stands.
    """
    if reading_wh is None or reading_wh < 0 or register.highest_wh < 0:
        return register, False
    own = reading_wh - register.start_wh
    agrees = register.start_wh >= 0 and register.energy_wh <= own <= JUMP_WH
    if reading_wh >= register.highest_wh - TOLERANCE_WH:
        step = reading_wh - register.highest_wh
        if register.segment_start_wh is None or step <= JUMP_WH:
            return _counted(register, max(reading_wh, register.highest_wh)), False
    if agrees:
        return register._replace(last_wh=reading_wh, energy_wh=own), reading_wh < register.highest_wh
    return register, reading_wh < register.highest_wh - TOLERANCE_WH


def _restart(register: Register, reading_wh: float, base_wh: float) -> Register:
    closed = register.segments_wh + max(register.highest_wh - register.base_wh, 0.0)
    return _counted(register._replace(segments_wh=closed, segment_start_wh=base_wh), reading_wh)


def _counted(register: Register, last_wh: float) -> Register:
    """Return `register` at `last_wh`, with the energy that follows from it."""
    counted = register.segments_wh + max(last_wh - register.base_wh, 0.0)
    return register._replace(last_wh=last_wh, energy_wh=max(register.energy_wh, counted))
