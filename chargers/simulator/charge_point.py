"""A simulated charge point: one OCPP 1.6J client with connectors, vehicles and a will of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Self

from chargers.simulator.aligned import schedule_aligned
from chargers.simulator.authorisation import Authorisation
from chargers.simulator.boot import Boot
from chargers.simulator.calls import CallFailedError, OutgoingCall
from chargers.simulator.clock import DeviceClock
from chargers.simulator.commands.certificates import CertificateStore
from chargers.simulator.commands.files import announce_installed
from chargers.simulator.configuration import Configuration
from chargers.simulator.connector import Connector, Transaction
from chargers.simulator.frames import Payload
from chargers.simulator.metering import plain_number
from chargers.simulator.misbehaviour import EPOCH_START, REGISTRY
from chargers.simulator.peer import ChargePointPeer
from chargers.simulator.power import Moment, PowerStage
from chargers.simulator.profile_store import ProfileStore
from chargers.simulator.reporting import StatusReports
from chargers.simulator.security_log import tell_event
from chargers.simulator.sessions import Sessions
from chargers.simulator.spec import ChargePointSpec, VehicleSpec
from chargers.simulator.station import Station
from chargers.simulator.stats import Counters, History
from chargers.simulator.timers import Timers
from chargers.simulator.waiting import Waiting
from chargers.simulator.wire import Wire

PATIENCE_S = 20.0


class SimulatedChargePoint:
    """One charge point against any central system.

    `url` is the endpoint without the identity. `speed` accelerates energy and state of charge,
    not messages. `history` is the number of frames kept per direction in `sent` and `received`.
    Use it as an asynchronous context manager, or call `start` and `aclose`.
    """

    def __init__(
        self,
        spec: ChargePointSpec,
        *,
        url: str,
        speed: float = 1.0,
        history: int = 0,
        counters: Counters | None = None,
    ) -> None:
        self._quirks = frozenset(spec.misbehaviours)
        if unknown := self._quirks - REGISTRY.keys():
            raise ValueError(f"unknown misbehaviours {sorted(unknown)}; known: {sorted(REGISTRY)}")
        self.spec = spec
        self.firmware_version = spec.firmware
        self.clock = DeviceClock()
        self.timers = Timers()
        self.configuration = Configuration(spec)
        self.certificates = CertificateStore()
        self.profiles = ProfileStore()
        self.authorisation = Authorisation(self)
        self.boot = Boot(self)
        self.sessions = Sessions(self)
        self.station = Station(spec.base_load_w)
        self.statuses = StatusReports(self)
        self.connectors = {item.number: _connector(spec, item.number) for item in spec.connectors}
        obeys, resumes = not self.has("ignores_limits"), not self.has("never_resumes")
        self.power = PowerStage(spec, self.profiles, speed=speed, obeys=obeys, resumes=resumes)
        self.peer = ChargePointPeer(self)
        self.wire = Wire(self.peer, spec, url, counters or Counters())
        self.wire.sent, self.wire.received = History(history), History(history)
        if self.has("wrong_clock"):
            self.clock.set_to(EPOCH_START)
        self._waiting = Waiting()
        self._tasks: set[asyncio.Task[Any]] = set()

    # Life

    async def __aenter__(self) -> Self:
        self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def start(self) -> None:
        """Begin to connect."""
        self.spawn(self.wire.run())

    async def aclose(self) -> None:
        """Close the connection and stop everything."""
        self.timers.cancel_all()
        await self.wire.aclose()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.timers.cancel_all()

    def spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        """Run a coroutine that ends with this charge point at the latest."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # What a driver, an electrician or a network does to it

    async def plug_in(self, number: int, vehicle: VehicleSpec) -> None:
        """Connect a vehicle to a connector."""
        self.sessions.plug_in(self.connectors[number], vehicle)

    async def unplug(self, number: int) -> None:
        """Disconnect the vehicle."""
        self.sessions.unplug(self.connectors[number])

    async def present_tag(self, number: int, id_tag: str) -> str:
        """Hold a badge to the reader: starts, stops or is refused; return the status."""
        connector = self.connectors[number]
        running = connector.transaction
        if running is not None and self.authorisation.same_owner(running.id_tag, id_tag):
            self.sessions.stop(connector, "Local", id_tag)
            return "Accepted"
        status = "Rejected"
        if running is None and self.authorisation.may_use(connector, id_tag):
            status = await self.authorisation.ask(id_tag)
        if status == "Accepted":
            self.sessions.authorise(connector, id_tag)
        return status

    def fault(self, number: int, error_code: str = "GroundFailure") -> None:
        """Break a connector: its transaction ends."""
        connector = self.connectors[number]
        connector.error_code = error_code
        connector.authorised = None
        self.sessions.stop(connector, "Other")
        self.report()

    def repair(self, number: int) -> None:
        """Make a connector work again."""
        self.connectors[number].error_code = "NoError"
        self.report()

    def drop(self, offline_s: float = 0.0) -> None:
        """Cut the connection as a lost network does, and stay away for a while."""
        self.wire.drop(offline_s)

    # What a test waits for

    @property
    def sent(self) -> History:
        """Frames sent, when `history` was asked for."""
        return self.wire.sent

    @property
    def received(self) -> History:
        """Frames received, when `history` was asked for."""
        return self.wire.received

    async def booted(self) -> None:
        """Wait until the central system has accepted the charge point."""
        await self.until(lambda: self.online)

    async def started(self, number: int) -> int:
        """Wait for a running transaction that has its id; return the id."""
        connector = self.connectors[number]
        await self.until(lambda: connector.transaction is not None and connector.transaction.answered)
        transaction = connector.transaction
        return -1 if transaction is None else transaction.wire_id

    async def stopped(self, number: int) -> None:
        """Wait until no transaction runs and everything about the last one is acknowledged."""
        connector = self.connectors[number]
        await self.until(lambda: connector.transaction is None and not self.wire.outbox.durable)

    async def status(self, number: int, wanted: str) -> None:
        """Wait until a connector has a status."""
        await self.until(lambda: self.connectors[number].status == wanted)

    async def until(self, condition: Callable[[], bool], patience_s: float = PATIENCE_S) -> None:
        """Wait until a condition about this charge point holds.

        Raises:
            TimeoutError: when it does not within `patience_s` seconds.
        """
        await self._waiting.until(condition, patience_s)

    async def send_raw(self, text: str) -> None:
        """Send any text over the socket."""
        await self.wire.send_raw(text)

    async def send_call(self, action: str, payload: Payload) -> Payload:
        """Send a call in its turn and return the answer.

        Raises:
            CallFailedError: on an error answer, a timeout or a lost connection.
        """
        future: asyncio.Future[Payload] = asyncio.get_running_loop().create_future()
        self.post(
            action,
            payload,
            lambda answer: None if future.done() else future.set_result(answer),
            lambda error: None if future.done() else future.set_exception(error),
        )
        return await future

    # Inside

    @property
    def online(self) -> bool:
        """Tell whether the charge point is connected and registered."""
        return self.wire.connected and self.boot.accepted

    def has(self, misbehaviour: str) -> bool:
        """Tell whether a misbehaviour is switched on."""
        return misbehaviour in self._quirks

    def time_s(self) -> float:
        """Return seconds that never go back."""
        return asyncio.get_running_loop().time()

    def write_number(self, value: float, digits: int) -> str:
        """Write a measured value."""
        text = plain_number(value, digits)
        return text.replace(".", ",") if self.has("comma_decimals") else text

    def post(
        self,
        action: str,
        payload: Payload | Callable[[], Payload],
        on_result: Callable[[Payload], None] | None = None,
        on_failure: Callable[[CallFailedError], None] | None = None,
        *,
        early: bool = False,
        durable: bool = False,
    ) -> None:
        """Queue a call; without connection only a durable one is kept."""
        make = payload if callable(payload) else lambda: payload
        call = OutgoingCall(action, make, on_result, on_failure, early=early, durable=durable)
        if durable or self.wire.connected:
            self.wire.outbox.put(call)
        else:
            call.fail(CallFailedError(action, "ConnectionLost"))

    def advance(self) -> None:
        """Bring the physics up to now."""
        moment = Moment(self.time_s(), self.clock.now())
        self.power.advance(tuple(self.connectors.values()), moment)

    def step(self) -> None:
        """Advance, send due samples and statuses, and come again while a transaction runs."""
        self.advance()
        now_s = self.time_s()
        for connector in self.connectors.values():
            self.sessions.sample(connector, now_s)
        self.report()
        if any(item.transaction is not None for item in self.connectors.values()):
            self.timers.set("tick", self.spec.tick_s, self.step)

    def report(self) -> None:
        """Send a StatusNotification for everything whose status has changed."""
        if self.online:
            self.statuses.send_changed()
        self.changed()

    def changed(self) -> None:
        """Let those who wait for a condition look again."""
        self._waiting.changed()

    def registered(self) -> None:
        """React to an accepted boot: report everything."""
        self.statuses.forget()
        self.report()
        announce_installed(self)
        if self.spec.tells_security_events and self.boot.count == 1:
            tell_event(self, "StartupOfTheDevice", self.firmware_version)
        schedule_aligned(self)
        for name in self.spec.misbehaviours:
            if (hook := REGISTRY[name].on_boot) is not None:
                hook(self)

    def misbehave_on_start(self, transaction: Transaction) -> None:
        """Let misbehaviours react to a new transaction."""
        for name in self.spec.misbehaviours:
            if (hook := REGISTRY[name].on_start) is not None:
                hook(self, transaction)


def _connector(spec: ChargePointSpec, number: int) -> Connector:
    part = next(item for item in spec.connectors if item.number == number)
    register_wh = 1_000_000.0 + 12_345.0 * spec.seed + 1_111.0 * number
    delay = max(0.0, spec.obey_delay_s - 2 * spec.tick_s)
    connector = Connector(part, obey_delay_s=delay, register_wh=register_wh)
    connector.operative = number not in spec.unavailable
    return connector
