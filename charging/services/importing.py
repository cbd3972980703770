"""Transactions of a former system, taken over as ended and flagged."""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate

from django.db import transaction
from django.db.models import Q

from charging.models import Transaction
from charging.types import Flag, Step
from evkit.core.recorders import Actor, Deed, record

CHUNK = 500
_LATEST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ForeignCharge:
    """An ended transaction of a former system; energies in Wh, SoC in percent.

    `reference` is its number there; without one it is recognised by place and times.
    """

    charge_point_id: int
    evse_id: int
    started_at: datetime
    ended_at: datetime
    energy_wh: float
    id_tag: str = ""
    id_token_id: int | None = None
    vehicle_id: int | None = None
    soc_start_percent: float | None = None
    soc_end_percent: float | None = None
    meter_start_wh: float | None = None
    meter_stop_wh: float | None = None
    power_peak_w: float | None = None
    stop_reason: str = ""
    reference: str = ""

    @property
    def key(self) -> str:
        """What makes the same charge the same transaction, however often it is imported."""
        facts = self.reference or f"{self.evse_id} {self.started_at.timestamp()} {self.ended_at.timestamp()}"
        return f"import:{hashlib.sha256(facts.encode()).hexdigest()[:40]}"


def known_keys(charges: Iterable[ForeignCharge]) -> set[tuple[int, str]]:
    """Return charge point and key of those that were imported before."""
    ids = {charge.charge_point_id for charge in charges}
    rows = Transaction.objects.filter(charge_point_id__in=ids, start_key__startswith="import:")
    return set(rows.values_list("charge_point_id", "start_key"))


def overlapping(charges: Iterable[ForeignCharge]) -> int:
    """Return how many charges went on while a stored transaction did at the same connector."""
    by_connector: dict[int, list[ForeignCharge]] = defaultdict(list)
    for charge in charges:
        by_connector[charge.evse_id].append(charge)
    return sum(_overlapping(pk, group) for pk, group in by_connector.items())


def _overlapping(evse_id: int, charges: Sequence[ForeignCharge]) -> int:
    first = min(charge.started_at for charge in charges)
    last = max(charge.ended_at for charge in charges)
    rows = Transaction.objects.filter(Q(ended_at__gt=first) | Q(ended_at=None), evse_id=evse_id)
    stored = list(
        rows.filter(started_at__lt=last).order_by("started_at").values_list("started_at", "ended_at")
    )
    starts = [start for start, _end in stored]
    ends = list(accumulate((end or _LATEST for _start, end in stored), max))
    before = ((charge, bisect_left(starts, charge.ended_at)) for charge in charges)
    return sum(bool(place) and ends[place - 1] > charge.started_at for charge, place in before)


@transaction.atomic
def import_charges(*, charges: Sequence[ForeignCharge], actor: Actor, now: datetime) -> int:
    """Store the charges that are not there yet, all or none, and return how many they are."""
    known = known_keys(charges)
    fresh = {(charge.charge_point_id, charge.key): charge for charge in charges}
    rows = [_row(charge, now) for key, charge in fresh.items() if key not in known]
    Transaction.objects.bulk_create(rows, batch_size=CHUNK)
    if rows:
        details = {"transactions": len(rows), "known": len(charges) - len(rows)}
        record(Deed(actor, "import", "transaction", f"{len(rows)}", details=details))
    return len(rows)


def _row(charge: ForeignCharge, now: datetime) -> Transaction:
    start = charge.meter_start_wh if charge.meter_start_wh is not None else 0.0
    return Transaction(
        charge_point_id=charge.charge_point_id,
        evse_id=charge.evse_id,
        id_token_id=charge.id_token_id,
        id_tag=charge.id_tag,
        vehicle_id=charge.vehicle_id,
        start_key=charge.key,
        remote_id=charge.reference[:64],
        step=Step.STOPPED,
        started_at=charge.started_at,
        started_received_at=charge.started_at,
        ended_at=charge.ended_at,
        ended_received_at=charge.ended_at,
        stop_reason=charge.stop_reason[:64],
        meter_start_wh=start,
        meter_stop_wh=charge.meter_stop_wh,
        energy_wh=charge.energy_wh,
        energy_judged_at=now,
        power_peak_w=charge.power_peak_w,
        soc_start_percent=charge.soc_start_percent,
        soc_last_percent=charge.soc_end_percent,
        flags=[Flag.IMPORTED.value],
    )
