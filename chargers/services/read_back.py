"""Reading configuration back after it was changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from chargers.models import ChargePoint
from chargers.services.commands import queue_command
from chargers.services.configuration import changes_to_confirm

PATIENCE = timedelta(minutes=5)


def queue_read_back(*, charge_point: ChargePoint, keys: Sequence[str], now: datetime) -> None:
    """Ask the charge point for the present values of `keys`."""
    queue_command(
        charge_point=charge_point,
        action="GetConfiguration",
        payload={"key": list(keys)},
        now=now,
        reason="read back",
        patience=PATIENCE,
    )


def read_back_after_boot(*, charge_point: ChargePoint, now: datetime) -> None:
    """Ask for the values that were waiting for a reboot."""
    waiting = [str(command.payload["key"]) for command in changes_to_confirm(charge_point)]
    if waiting:
        queue_read_back(charge_point=charge_point, keys=list(dict.fromkeys(waiting)), now=now)
