"""Reading configuration back after it was changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from chargers.models import ChargePoint
from chargers.services.commands import queue_command

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
