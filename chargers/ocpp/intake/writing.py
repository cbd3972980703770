"""Writes a batch of work in one database transaction: the heart of the group commit.

Set-based handlers get all their calls at once; others run one by one, each inside a savepoint. A batch
that fails as a whole is bisected until the culprit stands alone. Losing the database, a deadlock or a
locked SQLite file is nobody's fault: the same batch is tried again, and unique keys make that safe even
when the first attempt had been committed.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from django.db import InterfaceError, OperationalError, connection, transaction

from chargers.device_time import trusted_time
from chargers.ocpp.framing import result_frame
from chargers.ocpp.handling import Batch, Deferred, InboundCall, LogEntry, MessageRecorder, Payload
from chargers.ocpp.intake.work import (
    Answered,
    CallWork,
    Failed,
    JobWork,
    LogWork,
    Outcome,
    SharedWork,
    StorageUnavailableError,
    Waiting,
    Work,
)
from chargers.ocpp.schema import encode
from chargers.services.deferred import defer
from chargers.services.deviations import count_deviations
from evkit.core.db import CollisionError, is_outage, optimistic_inserts, writes_together
from evkit.core.events import Event

log = logging.getLogger(__name__)

Job = Callable[[Sequence[Any], Batch], Sequence[Any]]

GIVE_UP_S = 10.0
FIRST_PAUSE_S = 0.02
LONGEST_PAUSE_S = 1.0


@dataclass(slots=True)
class Written:
    """What a batch leaves: an outcome per piece of work, events to publish, why nothing was written."""

    outcomes: list[tuple[Work, Any]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    lost: StorageUnavailableError | None = None

    def extend(self, other: Written) -> None:
        """Add what another batch left."""
        self.outcomes += other.outcomes
        self.events += other.events


class BatchWriter:
    """Writes batches on the calling thread, with its own database connection.

    Args:
        record_messages: writes the message log inside the batch's transaction.
        clock: returns the current time.
    """

    def __init__(self, record_messages: MessageRecorder, clock: Callable[[], datetime]) -> None:
        self._record_messages = record_messages
        self._clock = clock

    def write(self, work: Sequence[Work]) -> Written:
        """Write `work`; never raises: what cannot be written gets a Failed outcome."""
        started = time.monotonic()
        pause = FIRST_PAUSE_S
        while True:
            try:
                return self._write(work)
            except (OperationalError, InterfaceError) as error:
                connection.close()
                if time.monotonic() - started > GIVE_UP_S:
                    log.exception("storage_unavailable", extra={"waiting": len(work)})
                    unavailable = StorageUnavailableError(str(error))
                    return Written([(item, Failed(unavailable)) for item in work], lost=unavailable)
                log.warning("batch_retried", extra={"cause": str(error).strip(), "waiting": len(work)})
                time.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE_S)

    def _write(self, work: Sequence[Work]) -> Written:
        try:
            with optimistic_inserts():
                return self._write_once(work)
        except Exception as error:
            if is_outage(error):
                raise
            log.debug("batch_tried_carefully", extra={"cause": repr(error)})
        return self._write_carefully(work)

    def _write_carefully(self, work: Sequence[Work]) -> Written:
        culprit: Exception
        try:
            return self._write_once(work)
        except Exception as error:
            if is_outage(error):
                raise
            culprit = error
        if len(work) == 1:
            return self._journal_culprit(work[0], culprit)
        middle = len(work) // 2
        written = self._write_carefully(work[:middle])
        written.extend(self._write_carefully(work[middle:]))
        return written

    def _write_once(self, work: Sequence[Work]) -> Written:
        batch = Batch(self._clock())
        with transaction.atomic():
            outcomes, hot = self._handle_cold(work, batch)
            with writes_together():
                for calls in hot:
                    outcomes += _handle_many(calls, batch)
                self._record(outcomes, batch)
        return Written(outcomes, batch.events)

    def _record(self, outcomes: Sequence[tuple[Work, Any]], batch: Batch) -> None:
        entries = _log_entries(outcomes, self._clock())
        if entries:
            self._record_messages(entries)
        pairs = [(entry.charge_point_id, d) for entry in entries for d in entry.deviations]
        if pairs or batch.deviations:
            count_deviations([*pairs, *batch.deviations], now=batch.now)

    def _handle_cold(
        self, work: Sequence[Work], batch: Batch
    ) -> tuple[list[tuple[Work, Any]], Iterable[Sequence[CallWork]]]:
        """Handle what has no set-based handler; return the outcomes, and the other calls by route."""
        outcomes: list[tuple[Work, Any]] = []
        hot: dict[int, list[CallWork]] = {}
        cold: list[CallWork | JobWork] = []
        shared: dict[Job, list[SharedWork]] = {}
        for item in work:
            if isinstance(item, LogWork):
                outcomes.append((item, None))
            elif isinstance(item, SharedWork):
                shared.setdefault(item.job, []).append(item)
            elif isinstance(item, CallWork) and item.route.hot:
                hot.setdefault(id(item.route), []).append(item)
            else:
                cold.append(item)
        for one in sorted(cold, key=_identity):
            run = partial(_handle_one, one, batch) if isinstance(one, CallWork) else partial(one.job, batch)
            outcomes.append((one, _in_savepoint(run, batch)))
        for job, items in shared.items():
            outcomes += _share(job, sorted(items, key=_identity), batch)
        return outcomes, hot.values()

    def _journal_culprit(self, item: Work, error: Exception) -> Written:
        action = item.call.action if isinstance(item, CallWork) else type(item).__name__
        log.error("call_failed", extra={"action": action}, exc_info=error)
        outcomes: list[tuple[Work, Any]] = [(item, Failed(error))]
        entries = _log_entries(outcomes, self._clock())
        if entries:
            try:
                self._record_messages(entries)
            except Exception as failure:
                if is_outage(failure):
                    raise
                log.exception("message_not_logged", extra={"action": action})
        return Written(outcomes)


def _identity(item: CallWork | JobWork | SharedWork) -> str:
    """Return whose rows are locked: processes that lock them in the same order never deadlock."""
    return item.call.link.identity if isinstance(item, CallWork) else item.identity


def _in_savepoint(run: Callable[[], Any], batch: Batch) -> Any:
    mark = batch.mark()
    try:
        with transaction.atomic():
            return run()
    except Exception as error:
        if isinstance(error, CollisionError) or is_outage(error):
            raise
        batch.rewind(mark)
        log.exception("handler_failed")
        return Failed(error)


def _share(job: Job, items: Sequence[SharedWork], batch: Batch) -> list[tuple[Work, Any]]:
    """Do a job for all items together; where that fails, for each of them alone."""
    found = _in_savepoint(lambda: job([each.item for each in items], batch), batch)
    if not isinstance(found, Failed):
        return list(zip(items, found, strict=True))
    if len(items) == 1:
        return [(items[0], found)]
    return [outcome for each in items for outcome in _share(job, [each], batch)]


def _handle_one(item: CallWork, batch: Batch) -> Outcome:
    handle = item.route.handle
    if handle is None:
        raise TypeError(f"no handler for {item.call.action}")
    return _outcome(item, handle(item.call, batch), batch)


def _handle_many(items: Sequence[CallWork], batch: Batch) -> list[tuple[Work, Any]]:
    handle_many = items[0].route.handle_many
    if handle_many is None:
        raise TypeError(f"no set-based handler for {items[0].call.action}")
    answers = handle_many([item.call for item in items], batch)
    return [(item, _outcome(item, answer, batch)) for item, answer in zip(items, answers, strict=True)]


def _outcome(item: CallWork, answer: Payload | Deferred, batch: Batch) -> Outcome:
    if isinstance(answer, bytes):
        return Answered(answer)
    if isinstance(answer, Deferred):
        row = defer(item.call, answer, now=batch.now)
        return Waiting(row.pk, answer.deadline)
    return Answered(encode(answer))


def _log_entries(outcomes: Sequence[tuple[Work, Any]], answered_at: datetime) -> list[LogEntry]:
    entries = []
    for item, outcome in outcomes:
        if isinstance(item, LogWork):
            entries.append(item.entry)
        elif isinstance(item, CallWork):
            entries.append(_log_entry(item, outcome, answered_at))
    return entries


def _log_entry(item: CallWork, outcome: Outcome, answered_at: datetime) -> LogEntry:
    call = item.call
    answer = result_frame(call.message_id, outcome.payload) if isinstance(outcome, Answered) else None
    return LogEntry(
        charge_point_id=call.link.charge_point_id,
        at=call.received_at,
        sequence=call.sequence,
        outgoing=False,
        message_id=call.message_id,
        action=call.action,
        frame=call.frame,
        device_at=_device_time(call),
        answer=answer,
        answered_at=answered_at if answer else None,
        deviations=call.deviations,
    )


def _device_time(call: InboundCall) -> datetime | None:
    """Return the time that the charge point gave in its message, if it can be believed."""
    text = getattr(call.message, "timestamp", None)
    if text is None:
        readings = getattr(call.message, "meter_value", None)
        text = readings[0].timestamp if readings else None
    if text is None:
        return None
    device = trusted_time(text, call.received_at)
    return device.at if device.trusted else None
