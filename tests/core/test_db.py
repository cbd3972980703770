from __future__ import annotations

import math
from datetime import UTC, datetime

import pytest
from django.db import connection

from charging.models import MeterSample, Transaction
from evkit.core.db import columns, insert_new, update_rows
from tests.factories import TransactionFactory

pytestmark = pytest.mark.django_db

AT = datetime(2026, 1, 10, 12, 0, 0, 123456, tzinfo=UTC)
ENERGY = columns(number="int4", energy_wh="float8", charging_at="timestamptz")
SAMPLES = columns(
    charge_point_id="bigint",
    evse_number="int4",
    measured_at="timestamptz",
    fingerprint="bigint",
    received_at="timestamptz",
    context="int2",
    quality="int2",
    power_w="float8",
    packed="float8[]",
    texts="text",
)


def sample(fingerprint, texts=None, packed=None):
    return (1, 1, AT, fingerprint, AT, 0, 0, None, packed, texts)


class TestInsertNew:
    def test_what_is_there_already_is_left_out(self):
        insert_new("charging_metersample", SAMPLES, [sample(1)])
        insert_new("charging_metersample", SAMPLES, [sample(1), sample(2), sample(2)])
        assert sorted(MeterSample.objects.values_list("fingerprint", flat=True)) == [1, 2]

    def test_values_come_back_as_they_were(self):
        text = 'tab\t line\n back\\slash "quote" é \\N'
        insert_new("charging_metersample", SAMPLES, [sample(-(2**63), text, [0.1, 2.0**53 - 1, -1e300])])
        row = MeterSample.objects.get()
        assert (row.texts, row.packed, row.measured_at) == (text, [0.1, 2.0**53 - 1, -1e300], AT)
        assert row.power_w is None

    def test_nothing_is_nothing(self):
        insert_new("charging_metersample", SAMPLES, [])
        assert not MeterSample.objects.exists()


class TestUpdateRows:
    def test_each_row_gets_its_own_values(self):
        rows = [TransactionFactory() for _ in range(3)]
        update_rows("charging_transaction", ENERGY, [(row.pk, row.pk * 10.5, None) for row in reversed(rows)])
        assert [row.energy_wh for row in Transaction.objects.order_by("pk")] == [
            row.pk * 10.5 for row in rows
        ]

    def test_times_keep_their_microseconds(self):
        row = TransactionFactory()
        update_rows("charging_transaction", ENERGY, [(row.pk, 1.0, AT)])
        assert Transaction.objects.get().charging_at == AT

    def test_numbers_keep_every_digit(self):
        numbers = [0.1 + 0.2, 1e-7, 1.7e308, math.inf]
        rows = [TransactionFactory() for _ in numbers]
        update_rows(
            "charging_transaction",
            ENERGY,
            [(row.pk, number, None) for row, number in zip(rows, numbers, strict=True)],
        )
        assert list(Transaction.objects.order_by("pk").values_list("energy_wh", flat=True)) == numbers

    def test_unknown_keys_change_nothing(self):
        row = TransactionFactory()
        update_rows("charging_transaction", ENERGY, [(row.pk + 1, 5.0, None)])
        assert Transaction.objects.get().energy_wh == 0

    def test_rows_in_which_a_column_has_a_value_by_now_are_left_alone(self):
        running, ended = TransactionFactory(), TransactionFactory(ended_at=AT, energy_wh=7)
        update_rows(
            "charging_transaction",
            ENERGY,
            [(running.pk, 5.0, None), (ended.pk, 5.0, None)],
            while_null="ended_at",
        )
        assert [row.energy_wh for row in Transaction.objects.order_by("pk")] == [5, 7]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one lock (DATABASE_URL)")
@pytest.mark.django_db(transaction=True)
class TestSkipLocked:
    def test_passes_over_rows_that_another_transaction_holds(self):
        rows = [TransactionFactory(energy_wh=0.0) for _ in range(2)]
        other = connection.copy()
        try:
            other.set_autocommit(False)
            with other.cursor() as cursor:
                cursor.execute(
                    "SELECT 1 FROM charging_transaction WHERE number = %s FOR UPDATE", [rows[0].pk]
                )
            update_rows(
                "charging_transaction", ENERGY, [(row.pk, 5.0, None) for row in rows], skip_locked=True
            )
            other.rollback()
        finally:
            other.close()
        assert [row.energy_wh for row in Transaction.objects.order_by("pk")] == [0.0, 5.0]
