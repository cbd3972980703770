"""What a charge point did that the specification does not allow, and that evkit tolerated."""

from __future__ import annotations

from dataclasses import dataclass

MAX_DETAIL = 160
MAX_KINDS = 32


@dataclass(frozen=True, slots=True)
class Deviation:
    """One kind of departure from the specification, repaired or tolerated.

    Attributes:
        code: stable, kebab-case ("string-too-long", "missing-timestamp", ...).
        action: the OCPP action, or "" for framing and connection.
        detail: where and what, for people; never an id tag, a password or other content.
    """

    code: str
    action: str
    detail: str


class DeviationLog:
    """Collects the deviations of one message, each kind (code and place) once, with its count.

    Bounded: at most `MAX_KINDS` kinds of at most `MAX_DETAIL` characters, whatever was sent.
    """

    __slots__ = ("_action", "_kinds")

    def __init__(self, action: str) -> None:
        self._action = action
        self._kinds: dict[tuple[str, str], tuple[str, int]] = {}

    def add(self, code: str, place: str, detail: str) -> None:
        """Record that `code` happened at `place` ("meterValue.timestamp")."""
        key = (code, place)
        seen = self._kinds.get(key)
        if seen is not None:
            self._kinds[key] = (seen[0], seen[1] + 1)
        elif len(self._kinds) < MAX_KINDS:
            self._kinds[key] = (detail, 1)

    def has(self, code: str) -> bool:
        """Tell whether a deviation of this kind was recorded."""
        return any(code == each for each, _ in self._kinds)

    def __len__(self) -> int:
        return len(self._kinds)

    def freeze(self) -> tuple[Deviation, ...]:
        """Return what was collected, in the order of first appearance."""
        return tuple(
            Deviation(code, self._action, _sentence(place, detail, count))
            for (code, place), (detail, count) in self._kinds.items()
        )


def printable(text: str, limit: int = 40) -> str:
    """Return `text` cut to `limit` characters, with unprintable ones replaced."""
    cut = text if len(text) <= limit else text[: limit - 1] + "…"
    return "".join(char if char.isprintable() else "?" for char in cut)


def _sentence(place: str, detail: str, count: int) -> str:
    times = f" ({count} times)" if count > 1 else ""
    return printable(f"{place}: {detail}" if place else detail, MAX_DETAIL - len(times)) + times
