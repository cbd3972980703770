"""What a charge point's answers tell of its local authorization list (OCPP 1.6 §5.10, §5.15)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from chargers.events import ChargePointChanged
from chargers.models import ChargePoint, Command
from chargers.ocpp.handling import Batch
from chargers.services.commands import queue_command
from chargers.services.configuration import reported_number
from chargers.services.effects import awaited, mark_seen
from charging.local_lists import Composition, applied, compose, messages
from charging.models import IdToken, LocalList, LocalListState
from evkit.core.texts import storable

SEND = "SendLocalList"
READ = "GetLocalListVersion"
CHUNK = 100
"""Entries in a message where the charge point does not tell its SendLocalListMaxLength (§9.3.3)."""


def locked_list(charge_point: ChargePoint) -> LocalList:
    """Return the list of a charge point, locked until the commit."""
    return LocalList.objects.select_for_update().get_or_create(charge_point=charge_point)[0]


def composed(
    charge_point: ChargePoint, now: datetime, tokens: Iterable[IdToken] | None = None
) -> Composition:
    """Return the list that the charge point should hold, within its LocalAuthListMaxLength (§9.3.2).

    `tokens` are all badges where they are loaded already.
    """
    if tokens is None:
        tokens = IdToken.objects.select_related("parent")
    room = reported_number(charge_point, "LocalAuthListMaxLength")
    return compose(tokens, now=now, room=room)


def chunk_size(charge_point: ChargePoint) -> int:
    """Return how many entries one message may carry."""
    return reported_number(charge_point, "SendLocalListMaxLength") or CHUNK


def note_version(command: Command, version: int, batch: Batch) -> None:
    """Note the version that a charge point holds; another one than evkit sent means unknown contents."""
    row = locked_list(command.charge_point)
    expected = row.state == LocalListState.KNOWN and row.version == version
    row.version, row.read_at = max(version, -1), batch.now
    if version < 0:
        row.state, row.entries = LocalListState.UNSUPPORTED, None
    elif version == 0:
        row.state, row.entries = LocalListState.KNOWN, []
    elif not expected:
        row.state, row.entries = LocalListState.FOREIGN, None
    row.save()
    if expected:
        waiting = awaited((SEND,), [command.charge_point_id]).select_related("charge_point")
        mark_seen(list(waiting), batch.now, batch)
    _changed(command, batch)


def note_unsupported(command: Command, answer: str, batch: Batch) -> None:
    """Note that the charge point keeps no list."""
    row = locked_list(command.charge_point)
    row.state, row.answer, row.entries = LocalListState.UNSUPPORTED, storable(answer, 200), None
    row.read_at = batch.now
    row.save()
    _changed(command, batch)


def note_list_answer(
    command: Command, request: Mapping[str, Any], status: str, batch: Batch
) -> Mapping[str, Any] | None:
    """Note the answer to one SendLocalList ("" is none); return the message that is to follow, if any."""
    row = locked_list(command.charge_point)
    row.answer, row.changed_at = storable(status, 200), batch.now
    following = None
    if status == "Accepted":
        following = _accepted(row, command, request, batch)
    elif _may_replace(row, command, status):
        following = _replace(row, request, batch)
    else:
        _stopped(row, status, command, batch)
    row.save()
    _changed(command, batch)
    return following


def _accepted(
    row: LocalList, command: Command, request: Mapping[str, Any], batch: Batch
) -> Mapping[str, Any] | None:
    row.version = int(request["listVersion"])
    row.entries = applied(row.entries, request)
    if row.command_id == command.pk and row.pending:
        following: Mapping[str, Any] = row.pending[0]
        row.pending = row.pending[1:]
        return following
    row.state = LocalListState.FOREIGN if row.entries is None else LocalListState.KNOWN
    read_version(command.charge_point, batch.now)
    return None


def _may_replace(row: LocalList, command: Command, status: str) -> bool:
    """Tell whether a refused amendment that evkit composed is to be followed by the whole list, once."""
    if row.command_id != command.pk or status not in {"Failed", "VersionMismatch"}:
        return False
    return not any(call.request.get("updateType") == "Full" for call in command.calls.all())


def _replace(row: LocalList, request: Mapping[str, Any], batch: Batch) -> Mapping[str, Any] | None:
    """Begin again with a full update: what was to be amended is not there."""
    point = row.charge_point
    wanted = composed(point, batch.now)
    first, *rest = messages(
        wanted.entries, full=True, after=int(request["listVersion"]), size=chunk_size(point)
    )
    row.entries, row.pending, row.left_out = None, rest, wanted.left_out
    return first


def _stopped(row: LocalList, status: str, command: Command, batch: Batch) -> None:
    """Without an answer the outcome is unknown: the version is read. A refusal leaves an unknown rest."""
    began = command.calls.count() > 1
    row.pending = []
    if status in {"NotSupported", "NotImplemented"}:
        row.state, row.entries = LocalListState.UNSUPPORTED, None
        return
    if not status:
        row.state, row.entries = LocalListState.UNKNOWN, None
        read_version(command.charge_point, batch.now)
        return
    row.state = LocalListState.FAILED
    row.entries = None if began else row.entries


def read_version(charge_point: ChargePoint, now: datetime) -> Command:
    """Ask for the version of the list."""
    return queue_command(charge_point=charge_point, action=READ, payload={}, now=now, reason="read back")


def _changed(command: Command, batch: Batch) -> None:
    batch.publish(ChargePointChanged(command.charge_point_id, command.charge_point.site_id))
