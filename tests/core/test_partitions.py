from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import connection

from charging.models import MeterSample
from evkit.core.partitions import create_months, months_from

TABLE = "charging_metersample"
TODAY = date(2031, 11, 20)


def store(day: int, month: int = 11) -> None:
    at = datetime(2031, month, day, tzinfo=UTC)
    MeterSample.objects.create(
        charge_point_id=1, evse_number=1, measured_at=at, fingerprint=1, received_at=at, context=0, quality=0
    )


def count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return int(cursor.fetchone()[0])


class TestMonthsFrom:
    def test_goes_over_the_end_of_the_year(self):
        assert list(months_from(TODAY, 3)) == [date(2031, 11, 1), date(2031, 12, 1), date(2032, 1, 1)]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL partitions (DATABASE_URL)")
@pytest.mark.django_db
class TestCreateMonths:
    def test_twice_is_the_same_as_once(self):
        create_months(connection, TABLE, TODAY)
        create_months(connection, TABLE, TODAY)
        store(21)
        assert (count(f"{TABLE}_2031_11"), count(f"{TABLE}_default")) == (1, 0)

    def test_moves_rows_that_came_before_their_month(self):
        store(30)
        store(1, month=12)
        store(31, month=10)
        create_months(connection, TABLE, TODAY)
        assert [count(f"{TABLE}_{name}") for name in ("2031_11", "2031_12", "default")] == [1, 1, 1]
        assert MeterSample.objects.count() == 3
