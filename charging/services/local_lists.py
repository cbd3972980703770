"""Local authorization lists: sent on demand, or kept up to date (OCPP 1.6 §3.5.2)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from chargers.models import ChargePoint, Command
from chargers.services.commands import queue_command
from chargers.types import FINAL_STATES, CommandState
from charging.local_lists import differences, messages
from charging.models import IdToken, LocalList, LocalListState
from charging.services.local_list_answers import (
    READ,
    SEND,
    chunk_size,
    composed,
    locked_list,
    read_version,
)
from evkit.core.errors import InvalidInputError
from evkit.core.recorders import SYSTEM, Actor, Deed, record

AGAIN_AFTER: Final = timedelta(hours=1)
"""How long a refused list rests before it is sent again by itself."""


class UnableToSendListError(InvalidInputError):
    """The local list cannot be sent as things stand."""

    code = "unable_to_send_list"


@transaction.atomic
def send_list(*, charge_point: ChargePoint, full: bool, now: datetime, actor: Actor = SYSTEM) -> Command:
    """Queue the update of a charge point's list: all of it, or only what changed where that is known.

    Raises:
        UnableToSendListError: it is on its way already, or nothing has changed.
    """
    row = locked_list(charge_point)
    if row.command is not None and row.command.state in {CommandState.QUEUED, CommandState.SENT}:
        raise UnableToSendListError(_("The list is on its way already."))
    wanted = composed(charge_point, now)
    held = None if full else row.entries
    to_send = messages(
        wanted.entries if held is None else differences(held, wanted.entries),
        full=held is None,
        after=max(row.version or 0, 0),
        size=chunk_size(charge_point),
    )
    if not to_send:
        raise UnableToSendListError(_("Nothing has changed since the list was sent."))
    row.command = queue_command(
        charge_point=charge_point, action=SEND, payload=to_send[0], now=now, actor=actor
    )
    row.state, row.pending, row.changed_at = LocalListState.SENDING, to_send[1:], now
    row.answer, row.left_out = "", wanted.left_out
    row.save()
    return row.command


@transaction.atomic
def keep_list(*, charge_point: ChargePoint, kept: bool, actor: Actor = SYSTEM) -> LocalList:
    """Choose whether evkit keeps a charge point's list up to date by itself."""
    row = locked_list(charge_point)
    if row.kept != kept:
        row.kept = kept
        row.save(update_fields=["kept"])
        record(
            Deed(
                actor=actor,
                verb="change",
                object_type="local_list",
                object_key=charge_point.identity,
                site_id=charge_point.site_id,
                details={"kept": kept},
            )
        )
    return row


def keep_lists(*, now: datetime) -> None:
    """Settle updates that were never sent, and send what changed where lists are kept up to date."""
    over = Q(command=None) | Q(command__state__in=FINAL_STATES)
    LocalList.objects.filter(over, state=LocalListState.SENDING).update(
        state=LocalListState.UNKNOWN, entries=None, pending=[]
    )
    resting = Q(state=LocalListState.FAILED, changed_at__gt=now - AGAIN_AFTER)
    rows = LocalList.objects.filter(kept=True, charge_point__state__connected=True).exclude(resting)
    kept = list(rows.exclude(state__in=[LocalListState.UNSUPPORTED, LocalListState.SENDING]))
    tokens = list(IdToken.objects.select_related("parent")) if kept else []
    for row in kept:
        _keep(row, tokens, now)


def _keep(row: LocalList, tokens: Sequence[IdToken], now: datetime) -> None:
    point = row.charge_point
    told = LocalList.objects.filter(pk=row.pk, read_at__isnull=False).exclude(
        charge_point__state__booted_at__gt=F("read_at")
    )
    if row.state == LocalListState.UNKNOWN or not told.exists():
        waiting = Command.objects.filter(charge_point=point, action=READ).exclude(state__in=FINAL_STATES)
        if not waiting.exists():
            read_version(point, now)
        return
    if row.entries is None or differences(row.entries, composed(point, now, tokens).entries):
        try:
            send_list(charge_point=point, full=False, now=now)
        except UnableToSendListError:
            return
