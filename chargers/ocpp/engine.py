"""The OCPP engine of one process: routes, intake, registry and gateway, put together."""

from __future__ import annotations

import asyncio
import itertools
import logging
import os
import secrets
import socket
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from chargers.ocpp.commanding import CommandRoute
from chargers.ocpp.decisions import Decisions
from chargers.ocpp.gateway import REPLACED, Gateway
from chargers.ocpp.handling import InboundCall, MessageRecorder, Route
from chargers.ocpp.handshakes import Handshakes
from chargers.ocpp.intake import Intake, Outcome, Receiver, Waiting
from chargers.ocpp.registry import Registry
from chargers.ocpp.throttle import Throttle
from chargers.services.calls import lose_stale_calls
from chargers.services.claims import take_turns, waiting_for_commands
from chargers.services.connections import touch
from evkit.core.clock import utc_now
from evkit.core.errors import EvkitError
from evkit.core.events import EventBus

if TYPE_CHECKING:
    from chargers.ocpp.connection import ChargePointConnection

log = logging.getLogger(__name__)

SWEEP_S = 5.0
SERVICE_RESTART = 1012
IDLE = 1001


def process_name() -> str:
    """Return a name for this process that no other, past or present, has."""
    return f"{socket.gethostname()[:32]}-{os.getpid()}-{secrets.token_hex(4)}"


class Engine:
    """What the charge points of this process share.

    Args:
        routes: (version, action) to handler, for calls of charge points.
        commands: action to command route, for calls to charge points.
        record_messages: writes the message log.
        bus: events after commit.
    """

    def __init__(
        self,
        *,
        routes: Mapping[tuple[str, str], Route],
        commands: Mapping[str, CommandRoute],
        record_messages: MessageRecorder,
        bus: EventBus,
    ) -> None:
        self.routes = routes
        self.commands = commands
        self.take_turns = partial(take_turns, routes=commands)
        self.process = process_name()
        self.registry = Registry()
        self.throttle = Throttle()
        self.handshakes = Handshakes()
        self.intake = Intake(record_messages=record_messages, bus=bus, clock=utc_now)
        self.gateway = Gateway(self.registry, self.process, bus)
        self.decisions = Decisions(self.intake)
        self._sequence = itertools.count(time.time_ns() // 1000)
        self._tasks: list[asyncio.Task[None]] = []
        self._started = False
        self.calls = 0

    async def start(self) -> None:
        """Start writer threads, gateway and sweeps on the running loop; does nothing the second time."""
        if self._started:
            return
        self._started = True
        self.intake.start()
        await self.gateway.start(self)
        self._tasks.append(asyncio.get_running_loop().create_task(self._sweep_for_ever()))

    async def stop(self) -> None:
        """Close the sockets with 1012 (service restart), write what waits, end the threads."""
        await asyncio.gather(*(each.close(SERVICE_RESTART, "restart") for each in self.registry))
        await self.gateway.stop()
        for task in self._tasks:
            task.cancel()
        self._tasks.clear()
        await asyncio.get_running_loop().run_in_executor(None, self.intake.stop)

    def next_sequence(self) -> int:
        """Return the next number in the order of arrival; starts at the microsecond of the start."""
        return next(self._sequence)

    async def handle(self, call: InboundCall) -> Outcome:
        """Store `call` through its handler and return the outcome."""
        self.calls += 1
        return await self.intake.submit(call, self.routes[call.link.version, call.action])

    def submit(self, call: InboundCall, route: Route, receiver: Receiver) -> None:
        """Store `call` through its handler and tell `receiver` the outcome."""
        self.calls += 1
        self.intake.hand_over(call, route, receiver)

    async def expect_decision(
        self, connection: ChargePointConnection, message_id: str, outcome: Waiting
    ) -> None:
        """Send the default answer of a deferred call at its deadline, unless somebody decides before."""
        await self.decisions.expect(connection, message_id, outcome)

    def metrics(self) -> dict[str, float]:
        """Return counters and gauges of this process."""
        figures: dict[str, float] = {"connections": len(self.registry), "calls_total": self.calls}
        for lane in self.intake.lanes:
            figures[f"lane_{lane.name}_batches_total"] = lane.batches
            figures[f"lane_{lane.name}_pieces_total"] = lane.pieces
            figures[f"lane_{lane.name}_waiting"] = lane.length
        return figures

    async def _sweep_for_ever(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_S)
            try:
                await self._sweep(time.monotonic(), utc_now())
            except EvkitError as error:
                log.warning("sweep_postponed", extra={"cause": str(error)})
            except Exception:
                log.exception("sweep_failed")

    async def _sweep(self, now: float, moment: datetime) -> None:
        silent = [each for each in self.registry if now - each.last_frame > each.idle_limit_s]
        await asyncio.gather(*(each.close(IDLE, "no message for too long") for each in silent))
        await self._touch([each for each in self.registry if now - each.last_frame < SWEEP_S], moment)
        await self.intake.run(lambda batch: lose_stale_calls(batch, routes=self.commands))
        for charge_point_id in await self.intake.run(lambda batch: waiting_for_commands(batch.now)):
            held = self.registry.get(charge_point_id)
            if held is not None:
                held.pump.wake()

    async def _touch(self, fresh: Sequence[ChargePointConnection], moment: datetime) -> None:
        """Store who was heard, and close the sockets that were replaced without our being told."""
        held = {each.link.charge_point_id: each.link.token for each in fresh}
        if not held:
            return
        lost = set(await self.intake.run(lambda _batch: touch(held, now=moment)))
        replaced = [each for each in fresh if each.link.charge_point_id in lost]
        await asyncio.gather(*(each.close(REPLACED, "a newer connection took over") for each in replaced))
