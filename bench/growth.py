"""By how much the database grows per charge point and year, kind by kind (PostgreSQL)."""

from __future__ import annotations

import tempfile
from typing import Any, Final

from bench.history import run_task
from bench.report import Figure
from tests.support.databases import own_database, postgres_answers

YEAR_DAYS: Final = 365
MB: Final = 1e6


def growth(*, days: int) -> list[Figure]:
    """Let `days` pass; tell what a charge point adds in a year, with indexes, and what of it stays."""
    if not postgres_answers():
        return []
    with own_database() as url, tempfile.TemporaryDirectory() as folder:
        found: dict[str, Any] = run_task(url, folder, "grow", days)
    figures, whole, stays, grows = [], 0.0, 0.0, 0.0
    for name, kind in found["kinds"].items():
        megabytes, kept = kind["bytes"] * YEAR_DAYS / MB, kind["days"]
        whole += megabytes
        left = megabytes * kept / YEAR_DAYS if kept else 0.0
        stays += left
        grows += 0.0 if kept else megabytes
        note = f"{kind['rows'] * YEAR_DAYS:,.0f} rows; " + (
            f"{kept} days: {left:.1f} MB" if kept else "for ever"
        )
        figures.append(Figure(name, megabytes, "MB/year", note))
    figures.append(Figure("everything, removing nothing", whole, "MB/year", "per charge point"))
    figures.append(Figure("what stays, with usual retention", stays, "MB", "at most, per charge point"))
    figures.append(Figure("and is kept for ever", grows, "MB/year", "per charge point"))
    figures.append(Figure("state that does not grow", found["rest_bytes"] / MB, "MB", "per charge point"))
    return figures
