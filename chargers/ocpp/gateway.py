"""Wakes the process that holds a charge point's socket when a command or a decision waits for it.

Within the process that is a dictionary look-up; across processes a message on the holder's channel. A
lost wake-up only costs time: connections look for queued commands when they open and every few seconds.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from channels.layers import get_channel_layer

from chargers.events import CommandQueued, DeferredAnswered
from chargers.models import ChargePointState
from chargers.ocpp.registry import Registry
from evkit.core.events import Event, EventBus

if TYPE_CHECKING:
    from chargers.ocpp.engine import Engine

log = logging.getLogger(__name__)

REPLACED = 1000
RENEW_S = 3600.0
Message = dict[str, Any]


def process_group(process: str) -> str:
    """Return the channel group that a process listens to."""
    return f"ocpp.{process}"


def message_of(event: Event) -> Message | None:
    """Return the wake-up that an event calls for."""
    if isinstance(event, CommandQueued):
        return {"kind": "command", "charge_point": event.charge_point_id}
    if isinstance(event, DeferredAnswered):
        return {"kind": "decision", "charge_point": event.charge_point_id, "deferred": event.deferred_id}
    return None


def holder_of(charge_point_id: int) -> str:
    """Return the process that holds the socket of a charge point, "" if it is offline."""
    online = ChargePointState.objects.filter(pk=charge_point_id, connected=True)
    return online.values_list("process", flat=True).first() or ""


async def send_to_process(process: str, message: Message) -> None:
    """Send `message` to a process; best effort."""
    layer = get_channel_layer()
    if layer is None:
        return
    try:
        await layer.group_send(process_group(process), {"type": "gateway", **message})
    except Exception:
        log.warning("wake_up_lost", extra={"holder": process}, exc_info=True)


def relay(events: Sequence[Event]) -> None:
    """Pass wake-ups on from a process that has no engine, such as a Celery worker."""
    for event in events:
        message = message_of(event)
        process = holder_of(message["charge_point"]) if message else ""
        if message and process:
            asyncio.run(send_to_process(process, message))


class Gateway:
    """Takes wake-ups from this process's bus and from its channel, and hands them to connections."""

    def __init__(self, registry: Registry, process: str, bus: EventBus) -> None:
        self._registry = registry
        self._process = process
        self._bus = bus
        self._engine: Engine | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._listener: asyncio.Task[None] | None = None

    async def start(self, engine: Engine) -> None:
        """Listen to the bus and to the process's channel."""
        self._engine = engine
        self._loop = asyncio.get_running_loop()
        self._listener = self._loop.create_task(self._listen())
        self._bus.subscribe(CommandQueued, self._on_events, first=True)
        self._bus.subscribe(DeferredAnswered, self._on_events)

    async def stop(self) -> None:
        """Stop listening."""
        self._bus.unsubscribe(self._on_events)
        if self._listener is not None:
            self._listener.cancel()

    def evict(self, *, process: str, charge_point_id: int, token: str) -> None:
        """Ask another process to close an older socket of a charge point; call on the event loop."""
        loop = asyncio.get_running_loop()
        message = {"kind": "evict", "charge_point": charge_point_id, "token": token}
        loop.create_task(send_to_process(process, message))  # noqa: RUF006 (best effort; the loop keeps it until done)

    def _on_events(self, events: Sequence[Event]) -> None:
        loop = self._loop
        if loop is None or loop.is_closed():
            return
        for event in events:
            message = message_of(event)
            if message is None:
                continue
            if self._registry.get(message["charge_point"]) is not None:
                loop.call_soon_threadsafe(self._take, message)
                continue
            process = holder_of(message["charge_point"])
            if process and process != self._process:
                asyncio.run_coroutine_threadsafe(send_to_process(process, message), loop)

    def _take(self, message: Message) -> None:
        connection = self._registry.get(message["charge_point"])
        if connection is None or self._engine is None:
            return
        if message["kind"] == "command":
            connection.pump.wake()
        elif message["kind"] == "decision":
            self._engine.decisions.decided(message["deferred"])
        elif message["kind"] == "evict" and str(connection.link.token) == message["token"]:
            asyncio.get_running_loop().create_task(connection.close(REPLACED, "a newer connection took over"))

    async def _listen(self) -> None:
        layer = get_channel_layer()
        if layer is None:
            return
        group = process_group(self._process)
        while True:
            try:
                channel = await layer.new_channel("gateway")
                await layer.group_add(group, channel)
                await self._receive(layer, group, channel)
            except asyncio.CancelledError:
                raise
            except Exception:
                log.warning("gateway_channel_lost", exc_info=True)
                await asyncio.sleep(1.0)

    async def _receive(self, layer: Any, group: str, channel: str) -> None:
        renewal = asyncio.get_running_loop().create_task(_renew(layer, group, channel))
        try:
            while not renewal.done():
                self._take(await layer.receive(channel))
        finally:
            renewal.cancel()


async def _renew(layer: Any, group: str, channel: str) -> None:
    """Join `group` again and again: some layers forget their members after a day.

    A receive that is interrupted for it would lose its channel (channels_redis, pub/sub).
    """
    while True:
        await asyncio.sleep(RENEW_S)
        await layer.group_add(group, channel)
