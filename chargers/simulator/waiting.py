"""Waiting for a condition about a charge point, without polling."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

Condition = Callable[[], bool]


class Waiting:
    """Conditions that somebody waits for; looked at again whenever something has changed."""

    __slots__ = ("_waiting",)

    def __init__(self) -> None:
        self._waiting: list[tuple[Condition, asyncio.Future[None]]] = []

    async def until(self, condition: Condition, patience_s: float) -> None:
        """Wait until a condition holds.

        Raises:
            TimeoutError: when it does not within `patience_s` seconds.
        """
        if condition():
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((condition, future))
        async with asyncio.timeout(patience_s):
            await future

    def changed(self) -> None:
        """Let those who wait look again."""
        for item in list(self._waiting):
            condition, future = item
            if future.done() or condition():
                self._waiting.remove(item)
                if not future.done():
                    future.set_result(None)
