"""The queue of calls: one at a time, transaction messages in their order (OCPP 1.6 §3.7)."""

from __future__ import annotations

import asyncio
import secrets
from collections import deque

from chargers.simulator.calls import CallFailedError, OutgoingCall


class Outbox:
    """Calls waiting to be sent.

    Ordinary calls die with their connection. Durable ones (transaction messages) stay, in order,
    until they are answered or have been refused too often. Calls leave as they came, except that
    ordinary ones overtake what was left over from before the connection. While the gate is closed
    only early calls leave.
    """

    def __init__(self) -> None:
        self.gate_open = False
        self._calls: deque[OutgoingCall] = deque()
        self._durable: deque[OutgoingCall] = deque()
        self._wake = asyncio.Event()
        self._prefix = secrets.token_hex(4)
        self._count = 0
        self._left_over = 0

    def __len__(self) -> int:
        return len(self._calls) + len(self._durable)

    @property
    def durable(self) -> tuple[OutgoingCall, ...]:
        """Transaction messages that have not been answered yet."""
        return tuple(self._durable)

    def new_id(self) -> str:
        """Return a message id that this charge point has not used before."""
        self._count += 1
        return f"{self._prefix}-{self._count}"

    def put(self, call: OutgoingCall) -> None:
        """Queue a call."""
        call.message_id = call.message_id or self.new_id()
        call.sequence = self._count
        (self._durable if call.durable else self._calls).append(call)
        self._wake.set()

    def wake(self) -> None:
        """Let the sender look again."""
        self._wake.set()

    async def next(self) -> OutgoingCall:
        """Wait for a call that may be sent now; durable ones stay queued until `done`."""
        while True:
            call = self._pick()
            if call is not None:
                return call
            self._wake.clear()
            await self._wake.wait()

    def done(self, call: OutgoingCall) -> None:
        """Remove a durable call that needs no more sending."""
        if call in self._durable:
            self._durable.remove(call)

    def connection_lost(self) -> None:
        """Fail every ordinary call."""
        self.gate_open = False
        self._left_over = self._count
        lost, self._calls = self._calls, deque()
        for call in lost:
            call.fail(CallFailedError(call.action, "ConnectionLost"))

    def _pick(self) -> OutgoingCall | None:
        if not self.gate_open:
            early = next((call for call in self._calls if call.early), None)
            if early is not None:
                self._calls.remove(early)
            return early
        durable = self._pick_durable()
        if self._calls and (durable is None or self._overtakes(self._calls[0], durable)):
            return self._calls.popleft()
        return durable

    def _overtakes(self, call: OutgoingCall, durable: OutgoingCall) -> bool:
        return durable.sequence <= self._left_over or call.sequence < durable.sequence

    def _pick_durable(self) -> OutgoingCall | None:
        if not self._durable:
            return None
        loop = asyncio.get_running_loop()
        first = self._durable[0]
        if first.not_before_s <= loop.time():
            return first
        loop.call_at(first.not_before_s, self.wake)
        return None
