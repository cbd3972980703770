"""Named one-shot timers of one charge point; setting a name again moves it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Timers:
    """Timers on the running loop, without tasks."""

    __slots__ = ("_handles",)

    def __init__(self) -> None:
        self._handles: dict[str, asyncio.TimerHandle] = {}

    def set(self, name: str, delay_s: float, action: Callable[[], None]) -> None:
        """Run `action` after `delay_s` seconds, in place of an earlier timer of that name."""
        self.cancel(name)

        def fire() -> None:
            self._handles.pop(name, None)
            action()

        self._handles[name] = asyncio.get_running_loop().call_later(delay_s, fire)

    def is_set(self, name: str) -> bool:
        """Tell whether a timer of that name is running."""
        return name in self._handles

    def cancel(self, name: str) -> None:
        """Forget a timer; no matter if there is none."""
        handle = self._handles.pop(name, None)
        if handle is not None:
            handle.cancel()

    def cancel_all(self) -> None:
        """Forget every timer."""
        for name in list(self._handles):
            self.cancel(name)
