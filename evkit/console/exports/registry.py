"""Every table that can be exported."""

from __future__ import annotations

from typing import Final

from evkit.console.exports import audit, messages, reports, samples, transactions
from evkit.console.exports.description import Export

_ALL: Final = (
    transactions.EXPORT,
    samples.EXPORT,
    messages.EXPORT,
    audit.EXPORT,
    *reports.REPORTS,
)
EXPORTS: Final[dict[str, Export]] = {one.name: one for one in _ALL}
