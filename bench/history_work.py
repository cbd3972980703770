"""What `bench.history` does in processes of their own: fill a database, ask for pages, export."""

from __future__ import annotations

import json
import resource
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402

from chargers.models import ChargePoint, ChargePointState, Evse, EvseState  # noqa: E402
from charging.models import IdToken, Vehicle  # noqa: E402
from charging.models.id_token import token_key  # noqa: E402
from evkit.core.partitions import create_months  # noqa: E402
from history.models import RollupState  # noqa: E402
from history.rollups.rolling import HOUR_S, Rolled  # noqa: E402
from history.services.exports import ask_for_export  # noqa: E402
from sites.models import Site, User  # noqa: E402
from sites.permissions import principal_of_user  # noqa: E402

POINTS, MEASURED = 200, 20
SAMPLES, TRANSACTIONS = 10_000_000, 1_000_000
START = datetime(2025, 1, 1, tzinfo=UTC)
YEAR = timedelta(days=365)

SAMPLES_SQL = """
INSERT INTO charging_metersample (charge_point_id, evse_number, measured_at, fingerprint, received_at,
    transaction_number, context, quality, power_w, energy_wh, current_l1_a, voltage_v, soc_percent,
    temperature_c)
SELECT %(point)s, 1, at, n, at + interval '1 second', 1 + n / 60, 0, 0, 40000 + 9000 * sin(n / 90.0),
    600.0 * n, 60 + 12 * sin(n / 90.0), 680, (n / 7) %% 100, 35
FROM (SELECT n, %(start)s::timestamptz + n * interval '53 seconds' AS at
      FROM generate_series(1, %(count)s) n) s
"""
TRANSACTIONS_SQL = """
INSERT INTO charging_transaction (remote_id, charge_point_id, evse_id, id_token_id, id_tag, vehicle_id,
    "authorization", start_key, step, started_at, started_received_at, ended_at, ended_received_at,
    stop_reason, stop_id_tag, meter_start_wh, meter_stop_wh, energy_wh, segments_wh, power_peak_w,
    soc_start_percent, soc_last_percent, energy_judged_at, energy_suspect, flags)
SELECT n::text, e.charge_point_id, e.id, v.token, v.tag, v.vehicle, 'Accepted', n::text, 'finished',
    at, at, at + interval '50 minutes', at + interval '50 minutes', 'EVDisconnected', v.tag, n * 100.0,
    n * 100.0 + 30000, 30000 + n %% 900, 0, 49000 + n %% 1000, 20, 80, at,
    n %% 500 = 0, CASE WHEN n %% 200 = 0 THEN '["presumed_ended"]'::jsonb ELSE '[]'::jsonb END
FROM (SELECT n, %(start)s::timestamptz + n * %(every)s * interval '1 second' AS at
      FROM generate_series(1, %(count)s) n) s
JOIN (SELECT id, charge_point_id, row_number() OVER (ORDER BY id) - 1 AS place FROM chargers_evse) e
    ON e.place = n %% %(points)s
JOIN (SELECT i.id AS token, i.value AS tag, i.vehicle_id AS vehicle,
             row_number() OVER (ORDER BY i.id) - 1 AS place
      FROM charging_idtoken i) v ON v.place = n %% 100
"""
ROLLED_SQL = """
INSERT INTO {table} (charge_point_id, evse_number, at, {columns})
SELECT charge_point_id, evse_number, date_bin('{step} seconds', measured_at, '2000-01-01 00:00+00') AS at,
    {values}
FROM charging_metersample WHERE charge_point_id <> %s GROUP BY 1, 2, 3
"""
POWER_SQL = """
INSERT INTO history_powerrollup (site_id, charge_point_id, step_s, at, low_w, high_w, mean_w)
SELECT (SELECT id FROM evsites_site), 0, %(step)s,
    date_bin(%(step)s * interval '1 second', at, '2000-01-01 00:00+00'), min(w), max(w), avg(w)
FROM (SELECT at, sum(power_w_mean) AS w FROM history_minuterollup GROUP BY at) m GROUP BY 4
"""


def fill(size: str) -> dict[str, float]:
    """Migrate and fill the database; evkit rolls up one charge point, the others are rolled up in SQL."""
    call_command("migrate", verbosity=0)
    site = _site()
    points = list(ChargePoint.objects.order_by("pk").values_list("pk", flat=True))
    count = int(SAMPLES * float(size)) // MEASURED
    for month in range(0, 13, 3):
        create_months(connection, "charging_metersample", (START + month * timedelta(days=30)).date())
        create_months(connection, "history_minuterollup", (START + month * timedelta(days=30)).date())
    with connection.cursor() as cursor:
        for point in points[:MEASURED]:
            cursor.execute(SAMPLES_SQL, {"point": point, "start": START, "count": count})
        number = int(TRANSACTIONS * float(size))
        every = 3 * YEAR.total_seconds() / number
        arguments: dict[str, Any] = {
            "start": START - 2 * YEAR,
            "count": number,
            "points": POINTS,
            "every": every,
        }
        cursor.execute(TRANSACTIONS_SQL, arguments)
        rolled = _roll_up(cursor, points[0], count)
        for table in ("charging_metersample", "charging_transaction", "history_minuterollup"):
            cursor.execute(f"VACUUM ANALYZE {table}")
        cursor.execute("ANALYZE")
        sizes = {name: _size(cursor, name) for name in ("charging_metersample", "history_minuterollup")}
        cursor.execute("SELECT pg_total_relation_size('charging_transaction')")
        whole = cursor.fetchone()[0]
    RollupState.objects.update_or_create(pk=1, defaults={"taken_until": START + 2 * YEAR})
    return {
        "samples": count * MEASURED, "transactions": number, "rolled_per_s": rolled, "bytes": whole / number,
        "sample_bytes": sizes["charging_metersample"] / (count * MEASURED),
        "rollup_bytes": sizes["history_minuterollup"] / (count * MEASURED * 53 / 60), "site": site.pk,
    }  # fmt: skip


def _site() -> Site:
    site = Site.objects.create(code="bench", name_en="Bench", name_fr="Banc", limit_value=4_000_000.0)
    User.objects.create_superuser("bench", password=None, role="administrator")
    for index in range(100):
        vehicle = Vehicle.objects.create(code=f"bus-{index}", name=f"Bus {index}", battery_wh=350_000)
        tag = f"TAG{index:05}"
        IdToken.objects.create(value=tag, key=token_key(tag), vehicle=vehicle)
    for index in range(POINTS):
        point = ChargePoint.objects.create(identity=f"B_{index:03}", site=site)
        ChargePointState.objects.create(charge_point=point)
        EvseState.objects.create(evse=Evse.objects.create(charge_point=point, number=1, max_power_w=50_000))
    return site


def _roll_up(cursor: Any, point: int, count: int) -> float:
    first = int(START.timestamp()) // HOUR_S
    hours = (first, first + count * 53 // HOUR_S + 1)
    began = time.perf_counter()
    rolled = Rolled()
    for start in range(*hours, 24 * 7):
        rolled.take((point, 1), (start, min(hours[1], start + 24 * 7)))
    rolled.write()
    seconds = time.perf_counter() - began
    names = ("power_w", "energy_wh", "current_l1_a", "voltage_v", "soc_percent", "temperature_c")
    parts = {"count": "count({})", "low": "min({})", "high": "max({})", "mean": "avg({})", "first": "min({})"}
    parts["last"] = "max({})"
    columns = ", ".join(f"{name}_{part}" for name in names for part in parts)
    values = ", ".join(form.format(name) for name in names for form in parts.values())
    tables = {"history_minuterollup": 60, "history_quarterrollup": 900, "history_hourrollup": HOUR_S}
    for table, step in tables.items():
        cursor.execute(ROLLED_SQL.format(table=table, step=step, columns=columns, values=values), [point])
    for step in (900, HOUR_S):
        cursor.execute(POWER_SQL, {"step": step})
    return count / seconds


def _size(cursor: Any, table: str) -> int:
    cursor.execute("SELECT sum(pg_total_relation_size(relid)) FROM pg_partition_tree(%s)", [table])
    return int(cursor.fetchone()[0])


def measure(rounds: str) -> dict[str, float]:
    """Return the median server time in ms of what people look at."""
    client = Client(HTTP_HOST="localhost")
    client.force_login(User.objects.get(username="bench"))
    page = reverse("transactions", args=["bench"])
    curve = reverse("connector_curves", args=["bench", "B_005", 1])
    first = reverse("connector_curves", args=["bench", "B_000", 1])
    site = reverse("site_curves", args=["bench"])
    year = {"start": START.timestamp(), "end": (START + YEAR).timestamp(), "width": 800}
    month = {**year, "start": (START + timedelta(days=100)).timestamp()}
    month["end"] = month["start"] + 30 * 86400
    day = {**month, "end": month["start"] + 86400}
    asked: dict[str, tuple[str, dict[str, Any]]] = {
        "history page": (page, {}),
        "history page, a charge point": (page, {"charge_point": "B_007"}),
        "history page, a vehicle": (page, {"vehicle": "bus-7"}),
        "history page, flagged": (page, {"flag": "any"}),
        "history page, a month": (page, {"from": "2025-03-01", "to": "2025-03-31"}),
        "totals of everything": (page, {"part": "totals"}),
        "totals of a month": (page, {"part": "totals", "from": "2025-03-01", "to": "2025-03-31"}),
        "a year's curve": (curve, year),
        "a year's curve, rolled up by evkit": (first, year),
        "a year's curve of the site": (site, year),
        "a month's curve": (curve, month),
        "a day's curve": (curve, day),
    }
    return {name: _median(client, address, query, int(rounds)) for name, (address, query) in asked.items()}


def _median(client: Client, address: str, query: dict[str, Any], rounds: int) -> float:
    times = []
    for _round in range(2 * rounds + 1):
        began = time.perf_counter()
        answer = client.get(address, query)
        times.append((time.perf_counter() - began) * 1000)
        assert answer.status_code == 200, (address, answer.status_code)
    return statistics.median(times[1:])


def export(columns: str) -> dict[str, float]:
    """Write an Excel file of about 100,000 transactions; memory is what the process grew by at most."""
    from evkit.console.exports.running import run_export
    from history.models import ExportJob

    user = User.objects.get(username="bench")
    job = ask_for_export(
        user=user, actor=principal_of_user(user, "").actor, table="transactions", kind="xlsx",
        query="from=2025-01-01&to=2025-04-19", everything=columns == "all", site=Site.objects.get(),
        language="en", now=datetime.now(UTC),
    )  # fmt: skip
    before = _megabytes()
    began = time.perf_counter()
    run_export(job.pk)
    seconds = time.perf_counter() - began
    job = ExportJob.objects.get(pk=job.pk)
    assert job.ready, job.error
    grown = _megabytes() - before
    import openpyxl

    sheet = openpyxl.load_workbook(job.path, read_only=True).worksheets[0]
    width = len(next(sheet.iter_rows(max_row=1, values_only=True)))
    return {"seconds": seconds, "megabytes": grown, "rows": job.done, "columns": width}


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


TASKS: dict[str, Callable[[str], dict[str, float]]] = {"fill": fill, "measure": measure, "export": export}

if __name__ == "__main__":
    sys.stdout.write(json.dumps(TASKS[sys.argv[1]](sys.argv[2])) + "\n")
