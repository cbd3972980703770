"""Writing the end of a transaction, whoever tells of it: its charge point, or an operator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from charging.metering.energy import Register, finish
from charging.models import Transaction
from charging.types import PRESUMPTIONS, Flag, Step
from evkit.core.texts import storable


@dataclass(frozen=True, slots=True)
class Ending:
    """How a transaction ended; `meter_wh` is the register, None if it cannot be known."""

    at: datetime
    received_at: datetime
    meter_wh: float | None
    reason: str
    id_tag: str


def end_transaction(row: Transaction, ending: Ending, flags: Sequence[str]) -> bool:
    """End `row`, which the caller has locked, with what is odd about it; False if it has its stop already.

    A transaction that was presumed ended gets its real end.
    """
    register, down = finish(
        Register(row.meter_start_wh, row.meter_last_wh, row.segments_wh, row.segment_start_wh, row.energy_wh),
        ending.meter_wh,
    )
    before = [flag for flag in row.flags if flag not in PRESUMPTIONS]
    odd = [*before, *flags, *([Flag.METER_DOWN.value] if down else [])]
    return bool(
        Transaction.objects.filter(pk=row.pk, ended_received_at=None).update(
            ended_at=ending.at,
            ended_received_at=ending.received_at,
            stop_reason=storable(ending.reason, 64) or "Local",
            stop_id_tag=storable(ending.id_tag, 255),
            meter_stop_wh=ending.meter_wh,
            meter_last_wh=register.last_wh,
            energy_wh=register.energy_wh,
            step=Step.STOPPED,
            energy_judged_at=None,
            flags=list(dict.fromkeys(odd)),
        )
    )
