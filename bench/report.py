"""Prints figures as a table and writes them as JSON."""

from __future__ import annotations

import json
import platform
import statistics
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

ADDITIONS: Final = 1_000_000
ROUNDS: Final = 5


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number and, where there is one, its target."""

    name: str
    value: float
    unit: str
    note: str = ""
    at_least: float | None = None
    at_most: float | None = None

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None without a target."""
        if self.at_least is not None:
            return self.value >= self.at_least
        if self.at_most is not None:
            return self.value <= self.at_most
        return None

    @property
    def target(self) -> str:
        """The target in words."""
        if self.at_least is not None:
            return f">= {self.at_least:g}"
        return f"<= {self.at_most:g}" if self.at_most is not None else ""


@dataclass(frozen=True, slots=True)
class Yardstick:
    """How long the machine took for a fixed loop of Python, in ms: by the clock, and of its processor."""

    elapsed_ms: float
    cpu_ms: float


def yardstick() -> Yardstick:
    """Measure the machine as it is now: medians of several rounds."""
    rounds = [_round() for _ in range(ROUNDS)]
    elapsed, cpu = (statistics.median(times) * 1000 for times in zip(*rounds, strict=True))
    return Yardstick(elapsed, cpu)


def _round() -> tuple[float, float]:
    began, worked = time.perf_counter(), time.thread_time()
    total = 0
    for number in range(ADDITIONS):
        total += number
    return time.perf_counter() - began, time.thread_time() - worked


def show(figures: Sequence[Figure], machine: Yardstick) -> None:
    """Print a table; at its head how fast the machine was."""
    print(
        f"\n{ADDITIONS:,} additions: {machine.elapsed_ms:,.0f} ms, {machine.cpu_ms:,.0f} ms of processor time"
    )
    print(f"\n{'figure':<52} {'value':>12} {'unit':<8} {'target':<10} {'':<4} note")
    for figure in figures:
        mark = {True: "ok", False: "MISS", None: ""}[figure.met]
        value = f"{figure.value:,.2f}" if figure.value < 100 else f"{figure.value:,.0f}"
        print(f"{figure.name:<52} {value:>12} {figure.unit:<8} {figure.target:<10} {mark:<4} {figure.note}")


def write_json(figures: Sequence[Figure], machine: Yardstick, path: Path) -> None:
    """Write the figures and what machine they were measured on."""
    document = {
        "machine": {
            "system": platform.platform(),
            "python": platform.python_version(),
            "yardstick": asdict(machine),
        },
        "figures": [{**asdict(figure), "met": figure.met} for figure in figures],
    }
    path.write_text(json.dumps(document, indent=2), encoding="utf-8")
