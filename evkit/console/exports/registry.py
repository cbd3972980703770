"""Every table that can be exported."""

from __future__ import annotations

from typing import Final

from evkit.console.exports import audit, messages, samples, transactions
from evkit.console.exports.description import Export

EXPORTS: Final[dict[str, Export]] = {
    one.name: one for one in (transactions.EXPORT, samples.EXPORT, messages.EXPORT, audit.EXPORT)
}
