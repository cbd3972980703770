"""A sweep that closes transactions which the charge point forgot."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction as database
from django.db.models import Q

from chargers.events import ChargePointChanged
from chargers.types import ConnectorStatus
from charging.events import TransactionEnded
from charging.models import Transaction
from charging.services.idle import draw_nothing
from charging.services.presumption import presume_ended
from evkit.core.events import publish_after_commit

GRACE: Final = timedelta(minutes=5)


def close_abandoned(*, now: datetime, grace: timedelta = GRACE) -> int:
    """Close the open transactions on connectors that have been free for `grace`; return how many.

    Only starts and stops own a transaction: a free connector is a hint that its stop was lost, and
    the stop still counts if it arrives. A connector that is being measured is left alone.
    """
    before = now - grace
    abandoned = (
        Transaction.objects.open()
        .filter(
            Q(measured_at=None) | Q(measured_at__lte=before),
            evse__state__status=ConnectorStatus.AVAILABLE,
            evse__state__status_since__lte=before,
            started_received_at__lte=before,
        )
        .select_related("evse__state", "charge_point")
    )
    return sum(_close(row) for row in list(abandoned.order_by("pk")))


@database.atomic
def _close(row: Transaction) -> bool:
    end = _end_of(row)
    closed = presume_ended(row, end)
    if closed:
        draw_nothing(row.evse_id, end)
        site_id = row.charge_point.site_id
        publish_after_commit(
            TransactionEnded(row.pk, row.charge_point_id, site_id, row.evse_id),
            ChargePointChanged(row.charge_point_id, site_id),
        )
    return closed


def _end_of(row: Transaction) -> datetime:
    """Return when the connector became free, else when something was measured last."""
    free_since = row.evse.state.status_since
    if free_since is not None and free_since >= row.started_at:
        return free_since
    return row.measured_at or row.started_at
