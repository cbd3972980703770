"""Archives are read line by line into rows of the table, whatever the version that wrote them."""

from __future__ import annotations

import gzip
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from charging.models import MeterSample
from evkit.core.errors import InvalidInputError
from history import partitions
from history.models import AuditEntry, Message
from history.retention.archive import FORMAT, append, columns_of
from history.retention.kinds import RESTORED
from history.retention.reading import columns_for, reader
from history.retention.restoring import BATCH, restore
from tests.history.services.old_rows import OLD
from tests.support.databases import postgres_url

pytestmark = pytest.mark.django_db

SHORT = {"float8[]": "_float8", "bigint": "int8"}


def message(number: int = 1, **values: Any) -> Message:
    given = {"direction": 0, "frame": '[2,"é\\n\'\\"\t☃"]', "answer": "", "deviations": None, **values}
    return Message.objects.create(charge_point_id=7, at=OLD, sequence=number, **given)


def sample(number: int, **values: Any) -> None:
    at = OLD + timedelta(seconds=number)
    MeterSample.objects.create(
        charge_point_id=7, evse_number=1, measured_at=at, received_at=at, fingerprint=-number, **values
    )


def archived(path: Path, model: Any) -> list[Any]:
    """Archive all rows of a model, and remove them; return them."""
    before = list(model.objects.order_by("pk").values())
    append(path, model, model.objects.order_by("pk").values_list(*columns_of(model)))
    model.objects.all().delete()
    return before


def lines(*heads_and_rows: Any) -> bytes:
    return gzip.compress(b"".join(msgspec.json.encode(each) + b"\n" for each in heads_and_rows))


def head(*columns: str, model: str = "history.message") -> dict[str, Any]:
    return {"format": FORMAT, "model": model, "columns": columns}


class TestRestore:
    def test_odd_values_come_back_as_they_were(self, tmp_path):
        message(1), message(2, answer="ä", answered_at=OLD + timedelta(microseconds=1))
        sample(1, power_w=-0.1, packed=[], energy_wh=1e300)
        sample(2, packed=[1.5, -2.0], texts="\\N")
        for model in (Message, MeterSample):
            path = tmp_path / f"{model.__name__}.jsonl.gz"
            before = archived(path, model)
            assert restore(path) == (model._meta.label_lower, 2)
            assert list(model.objects.order_by("pk").values()) == before

    def test_rows_that_are_there_stay_as_they_are_in_every_batch(self, tmp_path):
        path, count = tmp_path / "a.gz", 2 * BATCH + 7
        append(
            path, Message, ((7, OLD, each, 0, "", "", "x", None, None, None, None) for each in range(count))
        )
        kept = [1, BATCH + 1, count - 1]
        for number in kept:
            message(number, frame="newer")
        for _again in range(2):
            assert restore(path)[1] == count
            assert Message.objects.count() == count
            newer = Message.objects.filter(frame="newer").order_by("sequence")
            assert list(newer.values_list("sequence", flat=True)) == kept

    def test_a_row_that_is_in_it_twice_is_restored_once(self, tmp_path):
        path, row = tmp_path / "a.gz", (7, OLD, 1, 0, "", "", "x", None, None, None, None)
        append(path, Message, [row, row])
        append(path, Message, [row])
        assert restore(path)[1] == 3
        assert Message.objects.count() == 1

    def test_each_part_may_have_been_written_by_another_version(self, tmp_path):
        path = tmp_path / "a.gz"
        now = columns_of(Message)
        older = ("sequence", "charge_point_id", "at", "gone", "direction", "frame")
        path.write_bytes(
            lines(head(*older), [1, 7, OLD, {"any": 1}, 0, "old"])
            + lines(head(*now), [7, OLD, 2, 1, "id", "Reset", "new", None, "answer", None, None])
        )
        assert restore(path) == ("history.message", 2)
        found = Message.objects.order_by("sequence").values_list("sequence", "action", "frame", "answer")
        assert list(found) == [(1, "", "old", None), (2, "Reset", "new", "answer")]

    @pytest.mark.parametrize(
        "row",
        [
            [7, OLD, 1, 0], [7, OLD, 1, 0, "x", "more"], [7, "yesterday", 1, 0, "x"], [7, OLD, "1", 0, "x"],
            [7, OLD, 1, 2**15, "x"], [None, OLD, 1, 0, "x"], [7, OLD, 1, 0, 5], [7, OLD, 2**63, 0, "x"],
            {"format": FORMAT}, "x",
        ],
        ids=str,
    )  # fmt: skip
    def test_a_damaged_line_is_told(self, tmp_path, row):
        path, columns = tmp_path / "a.gz", ("charge_point_id", "at", "sequence", "direction", "frame")
        path.write_bytes(lines(head(*columns), [7, OLD, 5, 0, "x"], row))
        with pytest.raises(InvalidInputError, match=r"a\.gz"):
            restore(path)
        assert not AuditEntry.objects.filter(verb="restore").exists()

    def test_one_that_is_broken_off_is_told(self, tmp_path):
        path = tmp_path / "a.gz"
        message()
        archived(path, Message)
        path.write_bytes(path.read_bytes()[:-9])
        with pytest.raises(CommandError, match=r"a\.gz"):
            call_command("restore_archive", path)


class TestColumnsFor:
    @pytest.mark.parametrize("model", RESTORED, ids=lambda model: model.__name__)
    def test_every_table_can_be_read(self, model):
        reader(model, columns_of(model))
        found = {column.name: SHORT.get(column.type, column.type) for column in columns_for(model)}
        assert len(found) == len(columns_of(model))
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT column_name, replace(udt_name, 'varchar', 'text') "
                    "FROM information_schema.columns WHERE table_name = %s",
                    [model._meta.db_table],
                )
                assert dict(cursor.fetchall()) == found


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no partitions")
class TestMonths:
    def partitions(self) -> set[str]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT DISTINCT tableoid::regclass::text FROM charging_metersample")
            return {name for (name,) in cursor.fetchall()}

    def test_rows_come_back_into_the_partition_of_their_month(self, tmp_path):
        sample(1)
        before = archived(tmp_path / "a.gz", MeterSample)
        for _again in range(2):
            restore(tmp_path / "a.gz")
            assert list(MeterSample.objects.order_by("pk").values()) == before
            assert self.partitions() == {f"charging_metersample_{OLD:%Y_%m}"}

    def test_rows_of_the_month_that_are_in_the_default_partition_move_along(self, tmp_path):
        sample(1)
        archived(tmp_path / "a.gz", MeterSample)
        sample(2)
        assert self.partitions() == {"charging_metersample_default"}
        restore(tmp_path / "a.gz")
        assert (self.partitions(), MeterSample.objects.count()) == (
            {f"charging_metersample_{OLD:%Y_%m}"}, 2,
        )  # fmt: skip

    def test_while_somebody_reads_for_long_they_go_to_the_default_partition(self, tmp_path, monkeypatch):
        monkeypatch.setattr(partitions, "PATIENCE_S", 0.1)
        sample(1)
        archived(tmp_path / "a.gz", MeterSample)
        with psycopg.connect(postgres_url(), dbname=connection.settings_dict["NAME"]) as other:
            other.execute("LOCK TABLE charging_metersample IN ACCESS SHARE MODE")
            restore(tmp_path / "a.gz")
        assert self.partitions() == {"charging_metersample_default"}
