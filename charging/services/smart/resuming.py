"""What connectors show of whether charges go on after a limit of 0 (`charging.smart.resuming`)."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from chargers.types import ConnectorStatus
from charging.models import AutomaticCharge, Transaction
from charging.services.smart.facts import ChargeFacts, EvseState
from charging.services.smart.settings_of import Range
from charging.services.smart.storing import LimitRow
from charging.smart.drawing import Draw
from charging.smart.resuming import Resuming, Trial, resuming_of
from charging.types import AutomaticKind

SUSPENDED: Final = (ConnectorStatus.SUSPENDED_EVSE, ConnectorStatus.SUSPENDED_EV)

SOON: Final = timedelta(minutes=15)
"""A charge that begins so long after the one before may be of the same vehicle, no fuller than it was."""


def note_resuming(
    row: LimitRow,
    settings: Range,
    charge: ChargeFacts | None,
    *,
    offered: float | None,
    taken: float | None,
    changed_ago_s: float,
) -> None:
    """Note what a charge shows by what its vehicle takes of what it is offered; the row is not saved."""
    if charge is None:
        return
    found = resuming_of(
        Resuming(Trial(row.trial), row.resumes, row.not_resumed),
        offered=offered, taken=taken, minimum=settings.minimum, step=settings.step,
        changed_ago_s=changed_ago_s, same_vehicle=lambda: is_same_vehicle(row.evse_id, charge.number),
    )  # fmt: skip
    row.trial, row.resumes, row.not_resumed = found.trial, found.resumes, found.failures


def flow_of(draw: Draw | None, state: EvseState | None) -> float | None:
    """Return what flows: nothing where the charge is suspended, by whomever, and not measured."""
    if draw is not None:
        return draw.likely
    return 0.0 if state is not None and state.status in SUSPENDED else None


def is_same_vehicle(evse_id: int, number: int) -> bool:
    """Tell whether a charge is of the same vehicle as the one before on its connector, and followed soon.

    So it is where evkit started it again while it was plugged in, where the vehicle is known, and where an id
    tag came again that is not for several transactions at once.
    """
    charges = Transaction.objects.filter(evse=evse_id)
    now = charges.filter(pk=number).select_related("id_token").first()
    before = charges.filter(number__lt=number).exclude(ended_at=None).order_by("-number").first()
    over_at = (before.ended_received_at or before.ended_at) if before else None
    if now is None or before is None or over_at is None or now.started_received_at - over_at > SOON:
        return False
    restarts = AutomaticCharge.objects.filter(
        pk=evse_id, kind=AutomaticKind.RESTART, tried_at__gte=before.started_received_at
    )
    if restarts.exists() or (now.vehicle_id is not None and now.vehicle_id == before.vehicle_id):
        return True
    shared = now.id_token is not None and now.id_token.concurrent
    return bool(now.id_tag) and now.id_tag.upper() == before.id_tag.upper() and not shared
