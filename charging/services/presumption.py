"""Closing transactions whose stop was never received."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F

from charging.models import Transaction
from charging.services.profiles import note_transaction_over
from charging.types import Flag, Step


def presume_ended(transaction: Transaction, at: datetime, because: Flag) -> bool:
    """Close `transaction` as presumed ended at `at`, `because` of what; return whether it was open.

    Its stop, should it arrive after all, still counts: `ended_received_at` stays empty until then.
    """
    flags = [*transaction.flags, Flag.PRESUMED_ENDED.value, because.value]
    ended = bool(
        Transaction.objects.filter(pk=transaction.pk, ended_at=None).update(
            ended_at=max(at, transaction.started_at),
            meter_stop_wh=F("meter_last_wh"),
            step=Step.STOPPED,
            flags=list(dict.fromkeys(flags)),
        )
    )
    if ended:
        note_transaction_over(transaction.charge_point_id, transaction.evse_id, at)
    return ended
