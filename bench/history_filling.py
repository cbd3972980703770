"""Fills a database with a long history, for `bench.history`."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.management import call_command
from django.db import connection

from chargers.models import ChargePoint, ChargePointState, Evse, EvseState
from charging.models import IdToken, Vehicle
from charging.models.id_token import token_key
from evkit.core.partitions import create_months
from history.services.rollups import roll_up
from history.services.running import count_running
from sites.models import Site, User

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


def fill(size: str) -> dict[str, float]:
    """Migrate and fill the database; evkit rolls the samples up."""
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
        for table in ("charging_metersample", "charging_transaction"):
            cursor.execute(f"VACUUM ANALYZE {table}")
        rolled = _roll_up(count * MEASURED)
        count_running(now=START + 2 * YEAR)
        cursor.execute("VACUUM ANALYZE history_minuterollup")
        cursor.execute("ANALYZE")
        sizes = {name: _size(cursor, name) for name in ("charging_metersample", "history_minuterollup")}
        cursor.execute("SELECT pg_total_relation_size('charging_transaction')")
        whole = cursor.fetchone()[0]
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


def _roll_up(count: int) -> float:
    """Roll up all samples as evkit does; return how many a second."""
    began = time.perf_counter()
    roll_up(now=START + 2 * YEAR)
    return count / (time.perf_counter() - began)


def _size(cursor: Any, table: str) -> int:
    cursor.execute("SELECT sum(pg_total_relation_size(relid)) FROM pg_partition_tree(%s)", [table])
    return int(cursor.fetchone()[0])
