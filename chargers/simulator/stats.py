"""What a charge point or a whole fleet has done so far, and its optional frame history."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from chargers.simulator.frames import BadFrameError, Call, Payload, decode


@dataclass(slots=True)
class Counters:
    """Totals; one instance may be shared by many charge points."""

    connected: int = 0
    connections: int = 0
    sent: int = 0
    received: int = 0
    errors: int = 0
    transactions: int = 0
    last_error: str = ""

    def failed(self, reason: str) -> None:
        """Count an error and keep its text."""
        self.errors += 1
        self.last_error = reason


class History:
    """The last frames in one direction, as text."""

    def __init__(self, limit: int) -> None:
        self.frames: deque[str] = deque(maxlen=limit)

    def add(self, text: str) -> None:
        """Keep a frame; the oldest goes when there are too many."""
        if self.frames.maxlen:
            self.frames.append(text)

    def calls(self, action: str | None = None) -> list[Payload]:
        """Return the payloads of the calls with that action (or all), oldest first."""
        return [call.payload for call in self._calls() if action in {None, call.action}]

    def actions(self) -> list[str]:
        """Return the actions of the calls, oldest first."""
        return [call.action for call in self._calls()]

    def _calls(self) -> list[Call]:
        calls = []
        for text in self.frames:
            try:
                frame = decode(text)
            except BadFrameError:
                continue
            if isinstance(frame, Call):
                calls.append(frame)
        return calls
