"""Figures that the database knows: what is connected, open and waiting."""

from __future__ import annotations

from django.db.models import Count

from chargers.models import ChargePoint, ChargePointState, Command
from chargers.types import CommandState
from charging.models import Transaction


def database_figures() -> dict[str, float]:
    """Return counts over all processes, in four queries."""
    waiting = (CommandState.QUEUED, CommandState.SENT)
    counts = Command.objects.filter(state__in=waiting).order_by().values_list("state").annotate(Count("pk"))
    commands = dict(counts)
    return {
        "charge_points": ChargePoint.objects.count(),
        "charge_points_connected": ChargePointState.objects.filter(connected=True).count(),
        "transactions_open": Transaction.objects.open().count(),
        "commands_queued": commands.get(CommandState.QUEUED, 0),
        "commands_sent": commands.get(CommandState.SENT, 0),
    }
