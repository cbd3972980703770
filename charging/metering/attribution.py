"""Which transaction a meter value belongs to; the charge point's own word is not always good."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from charging.metering.progress import Progress

GRACE = timedelta(seconds=60)
"""How far a meter value may lie outside its transaction: clocks are read at different moments."""


@dataclass(slots=True)
class Transactions:
    """The transactions that a batch of meter values may belong to."""

    open_at: dict[tuple[int, int], Progress] = field(default_factory=dict)
    by_number: dict[int, Progress] = field(default_factory=dict)

    def add(self, progress: Progress) -> None:
        """Make `progress` known."""
        known = self.by_number.setdefault(progress.number, progress)
        if known.ended_at is None:
            self.open_at[known.place] = known

    def find(
        self, *, charge_point_id: int, evse_number: int, claimed: int | None, at: datetime
    ) -> tuple[Progress | None, str]:
        """Return the transaction of a value measured at `at`, and the deviation, "" if there is none.

        Without a positive number it is the connector's open transaction. A number that was never
        issued to this charge point means no transaction; one that ended before, the open one.
        """
        current = self.open_at.get((charge_point_id, evse_number))
        if current is not None and at < current.started_at - GRACE:
            current = None
        if claimed is None or claimed <= 0:
            return current, ""
        known = self.by_number.get(claimed)
        if known is None or known.charge_point_id != charge_point_id:
            return None, "unknown-transaction"
        if current is not None and known.ended_at is not None and at > known.ended_at + GRACE:
            return current, "stale-transaction"
        if evse_number not in {known.evse_number, 0}:
            return known, "transaction-on-other-connector"
        return known, ""
