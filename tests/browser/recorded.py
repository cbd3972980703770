"""Transactions of two sites over two years in a running system, and what its database has of them."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tests.support.server import Server

PARIS = ZoneInfo("Europe/Paris")

YARD = """
sites:
  - {code: yard, name: {fr: Cour, en: Yard}, timezone: Europe/Paris, limit: {value: 50000, unit: W}}
charge_points:
  - {identity: Y_1, site: yard, connectors: [{number: 1, max_power_w: 22000, current: AC}]}
  - {identity: Y_2, site: yard, connectors: [{number: 1, max_power_w: 22000, current: AC}]}
vehicles:
  - {code: bus-2, name: Long bus, battery_wh: 420000}
  - {code: van, name: Van, battery_wh: 60000}
id_tags:
  - {value: 04AABBCC, vehicle: bus-2}
  - {value: VAN-7, vehicle: van}
"""

# Starts lie on both sides of every limit of a period: the first second of a day, and the last before it.
RECORD = """
from datetime import datetime, time, timedelta
from itertools import cycle
from zoneinfo import ZoneInfo
from chargers.models import Evse
from charging.models import IdToken
from charging.types import Flag
from tests.factories import TransactionFactory

now = datetime.now(ZoneInfo("Europe/Paris"))
today = now.date()
month, year = today.replace(day=1), today.replace(month=1, day=1)
days = {today - timedelta(days=back) for back in (0, 1, 6, 29)}
days |= {month, (month - timedelta(days=1)).replace(day=1), year, year.replace(year=year.year - 1)}
firsts = [datetime.combine(day, time(), now.tzinfo) for day in sorted(days)]
lasts = [first - timedelta(seconds=1) for first in firsts]
evses = cycle(Evse.objects.order_by("pk"))
tokens = cycle([*IdToken.objects.filter(blocked=False).order_by("pk"), None])

def record(place, start, end, **facts):
    token = next(tokens)
    TransactionFactory(
        evse=next(evses), id_token=token, id_tag=token.value.lower() if token else f"Guest-{place}",
        started_at=start, ended_at=end, energy_wh=1234.5 * place, power_peak_w=7000 + 10 * place,
        energy_judged_at=now, **facts,
    )

for place, start in enumerate([*firsts, *lasts]):
    record(
        place, start, min(start + timedelta(minutes=17 * place + 1), now), stop_reason="Local",
        flags=[] if place % 3 == 0 else Flag.values[place % 4 :: 4],
        energy_suspect=place % 7 == 2, corrected_wh=50_000 if place % 8 == 5 else None,
    )
for place, hours in ((50, 1), (51, 5), (52, 30)):
    record(place, now - timedelta(hours=hours), None, soc_start_percent=20, soc_last_percent=64)
"""

READ = """
SELECT t.number, s.code AS site, p.identity AS charge_point, v.code AS vehicle, t.id_tag, k.value AS badge,
       t.started_at AS started, t.ended_at AS ended, t.energy_wh, t.corrected_wh, t.energy_suspect AS suspect,
       t.power_peak_w AS peak_w, t.flags
FROM charging_transaction t JOIN chargers_chargepoint p ON p.id = t.charge_point_id
JOIN evsites_site s ON s.id = p.site_id LEFT JOIN charging_vehicle v ON v.id = t.vehicle_id
LEFT JOIN charging_idtoken k ON k.id = t.id_token_id ORDER BY t.started_at DESC, t.number DESC
"""


@dataclass(frozen=True, slots=True)
class Row:
    """A transaction as the database has it; times are local ones of the sites."""

    number: int
    site: str
    charge_point: str
    vehicle: str | None
    id_tag: str
    badge: str | None
    started: datetime
    ended: datetime | None
    energy_wh: float
    corrected_wh: float | None
    suspect: bool
    peak_w: float
    flags: frozenset[str]

    @property
    def counted_wh(self) -> float | None:
        """The energy that counts in sums."""
        if self.corrected_wh is not None:
            return self.corrected_wh
        return None if self.suspect else self.energy_wh

    @property
    def length_s(self) -> float | None:
        """How long it took, once it has ended."""
        return (self.ended - self.started).total_seconds() if self.ended else None


def record(server: Server) -> None:
    """Add a second site, and transactions to both."""
    path = server.data_dir / "yard.yaml"
    path.write_text(YARD, encoding="utf-8")
    server.manage("apply_config", str(path))
    server.shell(RECORD)


def recorded(server: Server) -> list[Row]:
    """Return all transactions, the newest first."""
    database = sqlite3.connect(f"file:{server.data_dir}/evkit.sqlite3?mode=ro", uri=True)
    database.row_factory = sqlite3.Row
    found = [dict(row) for row in database.execute(READ)]
    database.close()
    return [Row(**row | _read(row)) for row in found]


def _read(row: dict[str, Any]) -> dict[str, Any]:
    """Return what the database keeps as text or number and is something else."""
    return {
        "started": _local(row["started"]),
        "ended": _local(row["ended"]),
        "suspect": bool(row["suspect"]),
        "flags": frozenset(json.loads(row["flags"])),
    }


def _local(text: str | None) -> Any:
    return text and datetime.fromisoformat(text).replace(tzinfo=UTC).astimezone(PARIS)
