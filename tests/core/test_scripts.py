"""Several statements in one round trip, and writes that wait for the commit."""

from __future__ import annotations

import struct
import threading
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import DataError, connection, connections, transaction

from charging.models import MeterSample, Transaction
from evkit.core.db import (
    CollisionError,
    Read,
    columns,
    insert_new,
    optimistic_inserts,
    read_rows,
    update_rows,
    writes_together,
)
from evkit.core.scripts import Script
from tests.factories import TransactionFactory

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="only PostgreSQL takes scripts (DATABASE_URL)"
    ),
]

AT = datetime(2026, 1, 10, 12, 0, 0, 123456, tzinfo=UTC)
ENERGY = columns(number="int4", energy_wh="float8")
SAMPLES = columns(
    charge_point_id="bigint",
    evse_number="int4",
    measured_at="timestamptz",
    fingerprint="bigint",
    received_at="timestamptz",
    context="int2",
    quality="int2",
)


def sample(fingerprint: int) -> tuple[Any, ...]:
    return (1, 1, AT, fingerprint, AT, 0, 0)


def write(number: int, *samples: tuple[Any, ...]) -> None:
    """Write the energy of a transaction, then samples, together."""
    with transaction.atomic(), optimistic_inserts(), writes_together():
        update_rows("charging_transaction", ENERGY, [(number, 9.5)])
        insert_new("charging_metersample", SAMPLES, samples)


def seen_elsewhere() -> int:
    """Return how many samples another connection sees."""
    counts: list[int] = []

    def count() -> None:
        counts.append(MeterSample.objects.count())
        connections.close_all()

    thread = threading.Thread(target=count)
    thread.start()
    thread.join()
    return counts[0]


class TestAScript:
    def test_returns_the_rows_of_each_statement_and_sends_what_its_copies_need(self) -> None:
        script = Script()
        script.add("SELECT %s::int, %s::timestamptz", [7, AT])
        script.add_copy("COPY charging_metersample_stage FROM STDIN", b"3\n4\n")
        script.add("SELECT n FROM charging_metersample_stage ORDER BY n")
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("CREATE TEMPORARY TABLE charging_metersample_stage (n int) ON COMMIT DROP")
            assert script.run() == [[(7, AT)], [], [(3,), (4,)]]

    def test_begins_the_transaction_it_runs_in(self) -> None:
        transaction_row = TransactionFactory()
        script = Script()
        script.add("UPDATE charging_transaction SET energy_wh = 5")
        with transaction.atomic():
            script.run()
            transaction.set_rollback(True)
        transaction_row.refresh_from_db()
        assert transaction_row.energy_wh != 5

    def test_stops_at_a_statement_that_fails_and_leaves_the_connection_usable(self) -> None:
        script = Script()
        script.add("SELECT 1 / 0")
        script.add_copy("COPY charging_metersample FROM STDIN", b"")
        with pytest.raises(DataError, match="division by zero"), transaction.atomic():
            script.run()
        assert MeterSample.objects.count() == 0


class TestWritesTogether:
    def test_are_committed_with_the_last_round_trip(self) -> None:
        with transaction.atomic(), optimistic_inserts():
            with writes_together():
                insert_new("charging_metersample", SAMPLES, [sample(1), sample(2)])
                assert seen_elsewhere() == 0
            assert seen_elsewhere() == 2

    def test_are_not_committed_before_the_outermost_transaction(self) -> None:
        with transaction.atomic():
            with transaction.atomic(), optimistic_inserts(), writes_together():
                insert_new("charging_metersample", SAMPLES, [sample(1)])
            assert MeterSample.objects.count() == 1
            transaction.set_rollback(True)
        assert MeterSample.objects.count() == 0

    def test_are_seen_by_every_reading_in_between(self) -> None:
        row = TransactionFactory()
        read = Read("charging_transaction", ENERGY, [row.pk], key="number")
        with transaction.atomic(), optimistic_inserts(), writes_together():
            update_rows("charging_transaction", ENERGY, [(row.pk, 1.5)])
            assert Transaction.objects.get().energy_wh == 1.5
            update_rows("charging_transaction", ENERGY, [(row.pk, 2.5)])
            assert read_rows(read, read) == [[(row.pk, 2.5)], [(row.pk, 2.5)]]
            update_rows("charging_transaction", ENERGY, [(row.pk, 3.5)])
        assert Transaction.objects.get().energy_wh == 3.5

    def test_tell_of_a_key_that_was_there(self) -> None:
        insert_new("charging_metersample", SAMPLES, [sample(1)])
        row = TransactionFactory()
        with pytest.raises(CollisionError):
            write(row.pk, sample(2), sample(1))
        assert MeterSample.objects.count() == 1
        assert Transaction.objects.get().energy_wh != 9.5

    def test_are_dropped_when_what_surrounds_them_fails(self) -> None:
        row = TransactionFactory()
        with pytest.raises(struct.error):
            write(row.pk, sample(1), sample(2**64))
        assert MeterSample.objects.count() == 0
        assert Transaction.objects.get().energy_wh != 9.5
