"""Real charging sessions, one day of them (tests/data/acn_sessions.csv)."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

SESSIONS: Final = Path(__file__).resolve().parents[2] / "data" / "acn_sessions.csv"
DAYS: Final = ("2019-05-07", "2019-05-13", "2019-06-14")


@dataclass(frozen=True, slots=True)
class Session:
    """A vehicle at a station: from when to when in s since midnight, and what it takes in Wh."""

    station: str
    arrives_s: int
    departs_s: int
    energy_wh: float


def sessions_of(day: str) -> list[Session]:
    """Return the sessions that begin on a day, in the order of their arrival."""
    with SESSIONS.open(encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines) if row["arrival"].startswith(day)]
    return [
        Session(
            station=row["station"],
            arrives_s=_seconds(row["arrival"], day),
            departs_s=_seconds(row["departure"], day),
            energy_wh=float(row["delivered_kwh"]) * 1000,
        )
        for row in rows
    ]


def _seconds(text: str, day: str) -> int:
    moment = datetime.fromisoformat(text)
    midnight = datetime.fromisoformat(f"{day}T00:00:00{text[19:]}")
    return int((moment - midnight).total_seconds())
