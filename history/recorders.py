"""What history writes inside other apps' transactions: the audit journal and the message log."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import datetime

import msgspec

from chargers.device_time import trusted_time
from chargers.ocpp.deviations import Deviation
from chargers.ocpp.handling import LogEntry
from chargers.services.secrets import mask_frame
from evkit.core.clock import utc_now
from evkit.core.db import columns, insert_new
from evkit.core.recorders import Deed
from evkit.core.texts import storable, storable_json
from history.models import AuditEntry
from history.types import Direction

_COLUMNS = columns(
    charge_point_id="bigint",
    at="timestamptz",
    sequence="bigint",
    direction="smallint",
    message_id="text",
    action="text",
    frame="text",
    device_at="timestamptz",
    answer="text",
    answered_at="timestamptz",
    deviations="text",
)
_MAY_HOLD_SECRETS = frozenset({"ChangeConfiguration", "GetConfiguration", ""})
_TIMESTAMP = re.compile(r'"timestamp"\s*:\s*"([^"\\]{8,40})"')


_IN, _OUT = int(Direction.IN), int(Direction.OUT)


def write_audit(deed: Deed) -> None:
    """Append `deed` to the audit journal, in the transaction of the service that did it."""
    _entry(deed).save(force_insert=True)


def write_audits(deeds: Sequence[Deed]) -> None:
    """Append many deeds in one statement."""
    AuditEntry.objects.bulk_create(_entry(deed) for deed in deeds)


def _entry(deed: Deed) -> AuditEntry:
    details = json.loads(json.dumps(dict(deed.details), default=str))
    return AuditEntry(
        at=utc_now(),
        user_id=deed.actor.user_id,
        user_name=storable(deed.actor.name, 150),
        address=storable(deed.actor.address, 64),
        verb=storable(deed.verb, 64),
        object_type=storable(deed.object_type, 64),
        object_key=storable(deed.object_key, 255),
        site_id=deed.site_id,
        details=storable_json(details),
    )


def write_messages(entries: Sequence[LogEntry]) -> None:
    """Append frames to the message log in one statement; a frame that is there already is left alone.

    What a text column cannot hold (NUL, lone surrogates) is taken out; secrets are masked. Where the
    charge point gave a time, it is kept beside ours, right or wrong.
    """
    insert_new(
        "history_message",
        _COLUMNS,
        [
            (
                entry.charge_point_id,
                entry.at,
                entry.sequence,
                _OUT if entry.outgoing else _IN,
                _clean(entry.message_id),
                _clean(entry.action),
                _frame(entry.frame, entry.action),
                entry.device_at or _device_time(entry),
                None if entry.answer is None else _frame(entry.answer, entry.action),
                entry.answered_at,
                _deviations(entry.deviations),
            )
            for entry in entries
        ],
    )


def _frame(text: str, action: str) -> str:
    if action in _MAY_HOLD_SECRETS:
        text = mask_frame(text)
    return _clean(text)


def _clean(text: str) -> str:
    if "\x00" in text:
        text = text.replace("\x00", "")
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _device_time(entry: LogEntry) -> datetime | None:
    if entry.outgoing:
        return None
    found = _TIMESTAMP.search(entry.frame)
    return trusted_time(found[1], entry.at).reported if found else None


def _deviations(deviations: Sequence[Deviation]) -> str | None:
    if not deviations:
        return None
    listed = [{"code": each.code, "detail": each.detail} for each in deviations]
    return _clean(msgspec.json.encode(listed).decode())
