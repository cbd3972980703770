"""Prints figures as a table and writes them as JSON."""

from __future__ import annotations

import json
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


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


def show(figures: Sequence[Figure]) -> None:
    """Print a table."""
    print(f"\n{'figure':<52} {'value':>12} {'unit':<8} {'target':<10} {'':<4} note")
    for figure in figures:
        mark = {True: "ok", False: "MISS", None: ""}[figure.met]
        value = f"{figure.value:,.2f}" if figure.value < 100 else f"{figure.value:,.0f}"
        print(f"{figure.name:<52} {value:>12} {figure.unit:<8} {figure.target:<10} {mark:<4} {figure.note}")


def write_json(figures: Sequence[Figure], path: Path) -> None:
    """Write the figures and what machine they were measured on."""
    document = {
        "machine": {"system": platform.platform(), "python": platform.python_version()},
        "figures": [{**asdict(figure), "met": figure.met} for figure in figures],
    }
    path.write_text(json.dumps(document, indent=2), encoding="utf-8")
