"""What the wire asks of a charge point: handshake, answers, retries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from chargers.simulator.calls import CallFailedError, CallRefusedError, OutgoingCall
from chargers.simulator.commands import ANSWERS
from chargers.simulator.frames import Call, Payload
from chargers.simulator.security_profile import fall_back, security_of
from chargers.simulator.wire import LinkSecurity

if TYPE_CHECKING:
    from chargers.simulator.charge_point import SimulatedChargePoint


class ChargePointPeer:
    """The side of a charge point that its `Wire` sees (see `wire.Peer`)."""

    __slots__ = ("_cp", "password")

    def __init__(self, cp: SimulatedChargePoint) -> None:
        self._cp = cp
        self.password = cp.spec.password

    def subprotocols(self) -> Sequence[str]:
        """Return the subprotocols to offer."""
        return () if self._cp.has("no_subprotocol") else ("ocpp1.6",)

    def security(self) -> LinkSecurity:
        """Return how the security profile wants the next connection."""
        return security_of(self._cp)

    def failed(self, failures: int) -> None:
        """Fall back from a security profile that does not work."""
        fall_back(self._cp, failures)

    def opened(self) -> None:
        """React to a new connection."""
        self._cp.station.fallback_profile = None
        self._cp.boot.opened()

    def closed(self) -> None:
        """React to the end of a connection."""
        for timer in ("boot", "heartbeat", "aligned"):
            self._cp.timers.cancel(timer)
        self._cp.changed()

    def answer(self, call: Call) -> Payload:
        """Return the answer to a call of the central system."""
        handler = ANSWERS.get(call.action)
        if handler is None:
            raise CallRefusedError("NotImplemented", f"{call.action} is unknown")
        return handler(self._cp, call.payload)

    def answer_delay_s(self) -> float | None:
        """Return how long an answer is held back; None: for ever."""
        if self._cp.has("silent") or self._cp.boot.status == "Rejected":
            return None
        return self._cp.spec.pace_s if self._cp.has("late_answers") else 0.0

    def retry_delay_s(self, call: OutgoingCall, error: CallFailedError) -> float | None:
        """Return when a transaction message is tried again (OCPP 1.6 §3.7.1); None: never."""
        configuration = self._cp.configuration
        interval = configuration.number("TransactionMessageRetryInterval")
        if error.code == "Timeout":
            return interval
        call.attempts += 1
        if call.attempts >= configuration.number("TransactionMessageAttempts"):
            return None
        return interval * call.attempts
