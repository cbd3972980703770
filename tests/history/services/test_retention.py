from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from charging.models import MeterSample, Transaction
from evkit.core.partitions import create_months
from evkit.core.recorders import SYSTEM
from history.models import AuditEntry, HourRollup, Message, RollupState
from history.services.retention import change_retention, forecast, remove_old
from history.services.rollups import roll_up
from sites.models import Project
from tests.factories import EvseFactory, TransactionFactory

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
OLD = datetime(2026, 1, 10, 10, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def data_folder(settings, tmp_path):
    settings.EVKIT_DATA_DIR = tmp_path
    return tmp_path


@pytest.fixture
def evse():
    return EvseFactory()


def keep(**days: int | None) -> None:
    archived = bool(days.pop("archived", 0))
    change_retention(days=days, archived=archived, actor=SYSTEM)


def measure(evse, at, **values: Any) -> None:
    MeterSample.objects.create(
        charge_point_id=evse.charge_point_id, evse_number=evse.number, measured_at=at, received_at=at,
        fingerprint=int(at.timestamp()), packed=[1.0, 2.5], **values,
    )  # fmt: skip


def fill(evse) -> None:
    for at in (OLD, OLD + timedelta(days=3), OLD + timedelta(days=40), NOW - timedelta(hours=1)):
        measure(evse, at, power_w=7.0)


def samples() -> list[Any]:
    return list(MeterSample.objects.order_by("measured_at").values())


class TestRemoveOld:
    @pytest.mark.parametrize("partitioned", [True, False])
    def test_whole_months_go_and_what_is_kept_stays(self, evse, partitioned):
        if partitioned:
            create_months(connection, "charging_metersample", OLD.date())
        fill(evse)
        keep(meter_samples_days=30)
        assert remove_old(now=NOW)
        assert [row["measured_at"] for row in samples()] == [
            OLD + timedelta(days=40), NOW - timedelta(hours=1),
        ]  # fmt: skip
        assert AuditEntry.objects.filter(verb="remove_old", object_key="meter_samples").exists()

    def test_null_keeps_for_ever(self, evse):
        fill(evse)
        keep(meter_samples_days=None)
        remove_old(now=NOW)
        assert len(samples()) == 4

    def test_roll_ups_outlive_their_samples(self, evse):
        fill(evse)
        roll_up(now=NOW)
        before = list(HourRollup.objects.order_by("at").values())
        keep(meter_samples_days=1)
        remove_old(now=NOW)
        measure(evse, OLD + timedelta(minutes=1), power_w=9.0)
        RollupState.objects.update(taken_until=OLD)
        roll_up(now=NOW)
        assert list(HourRollup.objects.order_by("at").values()) == before

    def test_stops_when_its_time_is_over(self, evse):
        fill(evse)
        keep(meter_samples_days=1)
        assert not remove_old(now=NOW, go_on=lambda: False)
        assert remove_old(now=NOW)
        assert len(samples()) == 1

    def test_ended_transactions_and_messages_go_running_ones_stay(self, evse):
        gone = TransactionFactory(evse=evse, started_at=OLD, ended_at=OLD + timedelta(hours=1))
        running = TransactionFactory(evse=evse, started_at=OLD + timedelta(hours=2), ended_at=None)
        Message.objects.create(
            charge_point_id=evse.charge_point_id, at=OLD, sequence=1, direction=0, frame="x"
        )
        keep(transactions_days=30, messages_days=30)
        remove_old(now=NOW)
        assert list(Transaction.objects.values_list("number", flat=True)) == [running.number]
        assert gone.number != running.number
        assert not Message.objects.exists()


class TestArchive:
    @pytest.mark.parametrize("partitioned", [True, False])
    def test_is_restored_as_it_was(self, evse, data_folder, partitioned):
        if partitioned:
            create_months(connection, "charging_metersample", OLD.date())
        fill(evse)
        before = samples()
        keep(meter_samples_days=1, archived=1)
        remove_old(now=NOW)
        assert len(samples()) == 1
        files = sorted((data_folder / "archive" / "charging_metersample").glob("*.jsonl.gz"))
        assert [path.name for path in files] == ["2026-01.jsonl.gz", "2026-02.jsonl.gz"]
        call_command("restore_archive", *files)
        call_command("restore_archive", *files)
        assert samples() == before

    def test_transactions_come_back_too(self, evse, data_folder):
        row = TransactionFactory(evse=evse, started_at=OLD, ended_at=OLD + timedelta(hours=1))
        before = Transaction.objects.values().get()
        keep(transactions_days=1, archived=1)
        remove_old(now=NOW)
        assert not Transaction.objects.exists()
        call_command("restore_archive", data_folder / "archive/charging_transaction/2026-01.jsonl.gz")
        assert Transaction.objects.values().get() == before
        assert row.number == before["number"]

    def test_what_a_crash_broke_off_is_written_again(self, evse, data_folder):
        fill(evse)
        keep(meter_samples_days=1, archived=1)
        path = data_folder / "archive" / "charging_metersample" / "2026-01.jsonl.gz"
        path.parent.mkdir(parents=True)
        path.write_bytes(gzip.compress(b'{"format":')[:12])
        before = samples()
        remove_old(now=NOW)
        call_command("restore_archive", path)
        assert samples() == [*before[:2], before[-1]]

    def test_something_else_is_refused(self, tmp_path):
        path = tmp_path / "other.gz"
        path.write_bytes(gzip.compress(b"hello\n"))
        with pytest.raises(CommandError, match=r"other\.gz"):
            call_command("restore_archive", path)


class TestForecast:
    def test_tells_what_would_go_without_removing_it(self, evse):
        fill(evse)
        Project.objects.get_or_create(pk=1)
        found = {each.kind.key: each for each in forecast(days={"meter_samples_days": 30}, now=NOW)}
        assert (found["meter_samples"].rows, found["meter_samples"].oldest) == (2, OLD)
        assert found["meter_samples"].before == datetime(2026, 2, 1, tzinfo=UTC)
        assert (found["transactions"].days, found["transactions"].rows) == (None, 0)
        assert len(samples()) == 4
