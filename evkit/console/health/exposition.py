"""Prometheus' text format, version 0.0.4."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

FORBIDDEN = re.compile(r"[^a-zA-Z0-9_:]")


def exposition(figures: Mapping[str, float]) -> str:
    """Return figures as Prometheus reads them; names ending in `_total` are counters."""
    return "\n".join(_lines(sorted(figures.items()))) + "\n"


def _lines(figures: Iterable[tuple[str, float]]) -> Iterator[str]:
    for key, value in figures:
        name = "evkit_" + FORBIDDEN.sub("_", key)
        yield f"# TYPE {name} {'counter' if name.endswith('_total') else 'gauge'}"
        yield f"{name} {_number(value)}"


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(float(value))
