"""Connectors after their transaction: no meter value may come to say that nothing flows."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from chargers.models import EvseState
from charging.models import Transaction

_FLOWS: Final = ("power_w", "current_l1_a", "current_l2_a", "current_l3_a")


def draw_nothing(evse_id: int, at: datetime) -> None:
    """Let a connector without an open transaction draw nothing from `at` on.

    What was measured later stays, and what was never measured stays unknown.
    """
    if Transaction.objects.open().filter(evse_id=evse_id).exists():
        return
    state = EvseState.objects.filter(pk=evse_id).exclude(measured_at__gt=at)
    for column in _FLOWS:
        state.exclude(**{column: None}).update(**{column: 0.0})
