from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from charging.models import MeterSample
from history.partitions import make_partitions

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_postgresql() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no partitions (DATABASE_URL)")


def partition_of(moment: datetime) -> str:
    MeterSample.objects.create(
        charge_point_id=1, evse_number=1, measured_at=moment, fingerprint=1, received_at=moment
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM charging_metersample")
        return str(cursor.fetchone()[0])


class TestMakePartitions:
    def test_makes_this_month_and_the_next_ones_and_may_be_repeated(self) -> None:
        make_partitions(today=date(2031, 11, 23))
        make_partitions(today=date(2031, 11, 23))
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT inhrelid::regclass::text FROM pg_inherits "
                "WHERE inhparent = 'history_message'::regclass ORDER BY 1"
            )
            names = [row[0] for row in cursor.fetchall()]
        months = ["2031_11", "2031_12", "2032_01", "2032_02"]
        assert set(names) >= {f"history_message_{month}" for month in months}

    def test_a_row_goes_to_its_month_in_utc(self) -> None:
        make_partitions(today=date(2031, 11, 23))
        moment = datetime(2031, 12, 1, 0, 30, tzinfo=ZoneInfo("Europe/Paris"))
        assert partition_of(moment) == "charging_metersample_2031_11"

    def test_a_row_of_another_time_is_kept_as_well(self) -> None:
        make_partitions(today=date(2031, 11, 23))
        assert partition_of(datetime(1999, 1, 1, tzinfo=ZoneInfo("UTC"))) == "charging_metersample_default"

    def test_a_partition_compresses_like_its_table(self) -> None:
        make_partitions(today=date(2031, 11, 23))
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT DISTINCT attcompression FROM pg_attribute WHERE attname = 'frame' AND attrelid IN "
                "('history_message'::regclass, 'history_message_2031_12'::regclass)"
            )
            assert len(cursor.fetchall()) == 1
