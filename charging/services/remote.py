"""The effects of remote starts and stops: seen when the transaction really begins or ends."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from chargers.models import ConfigurationKey
from chargers.ocpp.handling import Batch
from chargers.services.effects import awaited, mark_seen
from charging.models import Transaction
from charging.models.id_token import token_key

DEFAULT_CONNECTION_TIMEOUT = timedelta(seconds=120)
START = "RemoteStartTransaction"
STOP = "RemoteStopTransaction"


def connection_timeout(charge_point_id: int) -> timedelta:
    """Return how long a remote start waits for the cable (OCPP 1.6 §9.1.4 ConnectionTimeOut)."""
    value = (
        ConfigurationKey.objects.filter(charge_point_id=charge_point_id, key="ConnectionTimeOut")
        .values_list("value", flat=True)
        .first()
    )
    seconds = int(value) if value and value.isdecimal() else 0
    return timedelta(seconds=min(seconds, 86_400)) if seconds else DEFAULT_CONNECTION_TIMEOUT


def asks_for(payload: Mapping[str, Any], *, id_tag: str, connector: int) -> bool:
    """Tell whether a remote start asked for this tag on this connector (or on any)."""
    same_tag = token_key(str(payload.get("idTag", ""))) == token_key(id_tag)
    return same_tag and payload.get("connectorId") in {None, connector}


def note_start(*, charge_point_id: int, id_tag: str, connector: int, batch: Batch) -> None:
    """Mark the remote start that this start fulfils, the oldest one that fits."""
    commands = list(awaited([START], [charge_point_id]).select_related("charge_point"))
    if not commands:
        return
    within = connection_timeout(charge_point_id)
    for command in commands:
        age = batch.now - (command.sent_at or command.created_at)
        if age <= within and asks_for(command.payload, id_tag=id_tag, connector=connector):
            mark_seen([command], batch.now, batch)
            return


def note_stop(*, charge_point_id: int, number: int, batch: Batch) -> None:
    """Mark the remote stops of transaction `number`."""
    commands = awaited([STOP], [charge_point_id]).select_related("charge_point")
    mark_seen([c for c in commands if c.payload.get("transactionId") == number], batch.now, batch)


def has_started_since(payload: Mapping[str, Any], *, charge_point_id: int, since: datetime) -> bool:
    """Tell whether what a remote start asked for was received at or after `since`."""
    started = Transaction.objects.filter(
        charge_point_id=charge_point_id, started_received_at__gte=since
    ).values_list("id_tag", "evse__number")
    return any(asks_for(payload, id_tag=id_tag, connector=number) for id_tag, number in started)
