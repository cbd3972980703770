"""Answers that somebody else decides: sent when decided, or by default at the deadline."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, cast
from uuid import UUID

from django.db.models import F

from chargers.events import ChargePointChanged, DeferredAnswered
from chargers.models import DeferredAnswer
from chargers.ocpp.handling import Batch
from chargers.ocpp.intake import Intake, Waiting
from chargers.ocpp.schema import encode
from evkit.core.clock import utc_now
from evkit.core.errors import EvkitError

if TYPE_CHECKING:
    from chargers.ocpp.connection import ChargePointConnection

log = logging.getLogger(__name__)

MAX_WAITING = 4
"""How many decisions may be open for one socket: each occupies a person and a task."""


class Decisions:
    """Waiting answers of this process; their truth is in the database."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._decided: dict[int, asyncio.Event] = {}
        self._waiting: Counter[UUID] = Counter()

    async def expect(self, connection: ChargePointConnection, message_id: str, outcome: Waiting) -> None:
        """Answer `message_id` on `connection` once row `outcome.deferred_id` is decided.

        Returns at once, unless `MAX_WAITING` are open for the socket: the default is sent then.
        """
        key, token = outcome.deferred_id, connection.link.token
        if self._waiting[token] >= MAX_WAITING:
            await self._answer(connection, message_id, key)
            return
        self._waiting[token] += 1
        self._decided[key] = asyncio.Event()
        task = asyncio.get_running_loop().create_task(self._wait(connection, message_id, outcome))
        self._tasks[key] = task
        task.add_done_callback(lambda _task: self._forget(key, token))

    def decided(self, deferred_id: int) -> None:
        """Somebody decided; the answer is in the row."""
        event = self._decided.get(deferred_id)
        if event is not None:
            event.set()

    def _forget(self, key: int, token: UUID) -> None:
        self._tasks.pop(key, None)
        self._decided.pop(key, None)
        self._waiting[token] -= 1
        if not self._waiting[token]:
            del self._waiting[token]

    async def _wait(self, connection: ChargePointConnection, message_id: str, outcome: Waiting) -> None:
        key = outcome.deferred_id
        decided = self._decided[key]
        patience = max((outcome.deadline - utc_now()).total_seconds(), 0)
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                if not await self._is_decided_already(key):
                    await decided.wait()
        await self._answer(connection, message_id, key)

    async def _is_decided_already(self, key: int) -> bool:
        """Tell whether somebody was faster than `expect`, which nobody could tell then."""
        decided = DeferredAnswer.objects.filter(pk=key, answered_at__isnull=False)
        try:
            return await self._intake.run(lambda _batch: decided.exists())
        except EvkitError:
            return False

    async def _answer(self, connection: ChargePointConnection, message_id: str, key: int) -> None:
        try:
            payload = await self._intake.run(lambda batch: _settle(key, batch))
        except EvkitError as error:
            log.warning("decision_postponed", extra={"cause": str(error)})
            return
        text = connection.session.answer(message_id, encode(payload))
        connection.log_sent(text, message_id=message_id, action="")
        await connection.send_text(text)


def _settle(deferred_id: int, batch: Batch) -> Mapping[str, object]:
    """Return what was decided; the default if nobody did."""
    open_row = DeferredAnswer.objects.filter(pk=deferred_id, answered_at=None)
    overdue = open_row.update(answer=F("default"), answered_at=batch.now)
    row = DeferredAnswer.objects.select_related("charge_point").get(pk=deferred_id)
    if overdue:
        place = row.charge_point_id, row.charge_point.site_id
        batch.publish(DeferredAnswered(deferred_id, *place))
        batch.publish(ChargePointChanged(*place))
    return cast("Mapping[str, object]", row.answer)
