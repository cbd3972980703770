from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import CASCADE

from chargers.models import Boot, Command, CommandCall, Connection, Outage
from charging.models import (
    ConnectorLimit,
    DecisionRecord,
    LimitChange,
    MeterSample,
    OperationBatch,
    OperationLine,
    Pause,
    Transaction,
)
from charging.services.smart.marks import SMART
from charging.types import LimitKind
from evkit.core.partitions import create_months
from evkit.core.recorders import SYSTEM
from history.models import AuditEntry, HourRollup, Message, RollupState
from history.retention.kinds import KINDS
from history.services.retention import change_retention, forecast, remove_old
from history.services.rollups import roll_up
from sites.models import Project, User
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


@pytest.mark.parametrize("oldest", [(2025, 5), (2026, 1), (2026, 2), (2026, 9), (2027, 4)])
def test_the_oldest_is_found_in_months_with_and_without_a_partition(evse, oldest: tuple[int, int]) -> None:
    create_months(connection, "charging_metersample", datetime(2026, 1, 1, tzinfo=UTC).date())
    create_months(connection, "charging_metersample", datetime(2026, 12, 1, tzinfo=UTC).date())
    measured = [datetime(*oldest, day, tzinfo=UTC) for day in (20, 3)]
    for at in (*measured, datetime(2027, 5, 1, tzinfo=UTC)):
        measure(evse, at)
    found = {each.kind.key: each.oldest for each in forecast(days={}, now=NOW)}
    assert found["meter_samples"] == min(measured)
    assert found["minutes"] is None


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

    def test_what_belongs_to_others_goes_before_them(self):
        for kind in KINDS:
            models = [table.model for table in kind.tables]
            for place, model in enumerate(models):
                for relation in model._meta.related_objects:
                    if relation.on_delete is CASCADE and relation.related_model is not Pause:
                        assert relation.related_model in models[:place], (model, relation.related_model)

    def test_the_limit_that_begins_what_is_kept_stays(self, evse):
        for at, power in ((OLD, 1.0), (OLD + timedelta(days=2), 2.0), (NOW, 3.0)):
            LimitChange.objects.create(evse=evse, at=at, kind=LimitKind.ACCEPTED, power_w=power)
        LimitChange.objects.create(evse=evse, at=OLD, kind=LimitKind.REQUESTED, power_w=9.0)
        keep(limit_changes_days=30)
        assert remove_old(now=NOW)
        assert set(LimitChange.objects.values_list("power_w", flat=True)) == {2.0, 3.0, 9.0}

    def test_commands_go_with_their_calls_and_operations_apart_from_the_last_of_its_kind(self, evse):
        old, last = (command(evse, OLD + timedelta(hours=hours)) for hours in (0, 1))
        batch = OperationBatch.objects.create(
            site=evse.charge_point.site, operation="stop", token=uuid4(), created_at=OLD
        )
        OperationLine.objects.create(batch=batch, position=0, charge_point=evse.charge_point, command=old)
        keep(commands_days=30)
        assert remove_old(now=NOW)
        assert list(Command.objects.all()) == [last]
        assert [call.command for call in CommandCall.objects.all()] == [last]
        assert not OperationBatch.objects.exists()

    def test_commands_that_still_count_stay(self, evse):
        open_one = command(evse, OLD, finished_at=None)
        profile = command(evse, OLD, action="SetChargingProfile", requested_name="anna")
        told = command(evse, OLD, action="SetChargingProfile", requested_name=SMART.name)
        command(evse, OLD, action="SetChargingProfile", requested_name=SMART.name)
        paused = command(evse, OLD, requested_name="otto")
        ConnectorLimit.objects.create(evse=evse, command=told)
        pause(evse, paused)
        command(evse, OLD)
        command(evse, NOW)
        command(evse, NOW, action="SetChargingProfile")
        keep(commands_days=30)
        assert remove_old(now=NOW)
        kept = Command.objects.filter(created_at__lt=NOW - timedelta(days=1))
        assert set(kept) == {open_one, profile, told, paused}

    def test_decisions_go_by_the_day(self, evse):
        site = evse.charge_point.site
        for days in (1, 3, 5):
            DecisionRecord.objects.create(
                site=site, at=NOW - timedelta(days=days), base_w=0, reserve_w=0, used_w=0, power_w=days,
                raised=0, lowered=0, waiting=0, shares=[],
            )  # fmt: skip
        keep(decisions_days=3)
        assert remove_old(now=NOW)
        assert sorted(DecisionRecord.objects.values_list("power_w", flat=True)) == [1, 3]

    def test_connections_and_outages_that_last_stay(self, evse):
        point = evse.charge_point
        for opened, closed in ((OLD, OLD + timedelta(days=1)), (OLD, NOW), (OLD, None)):
            Connection.objects.create(token=uuid4(), charge_point=point, opened_at=opened, closed_at=closed)
            Boot.objects.create(charge_point=point, at=opened, facts={}, status="Accepted")
            Outage.objects.create(evse=evse, status="Faulted", since=opened, until=closed)
        keep(connections_days=30)
        assert remove_old(now=NOW)
        assert {row.closed_at for row in Connection.objects.all()} == {NOW, None}
        assert {row.until for row in Outage.objects.all()} == {NOW, None}
        assert not Boot.objects.exists()


def command(evse, at, **values: Any) -> Command:
    given = {"action": "RemoteStopTransaction", "state": "accepted", "finished_at": at, **values}
    row = Command.objects.create(
        charge_point=evse.charge_point, evse_number=evse.number, created_at=at, deadline=at, **given
    )
    CommandCall.objects.create(command=row, message_id=str(uuid4()), sent_at=at)
    return row


def pause(evse, command: Command) -> Pause:
    charge = TransactionFactory(evse=evse, started_at=OLD, ended_at=OLD + timedelta(hours=1))
    return Pause.objects.create(
        transaction=charge, evse=evse, command=command, profile_id=1, stack_level=1, since=OLD
    )


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

    def test_everything_comes_back_in_whatever_order_the_files_are_named(self, evse, data_folder):
        pause(evse, command(evse, OLD, requested_name="otto"))
        gone, _last = command(evse, OLD), command(evse, NOW)
        batch = OperationBatch.objects.create(
            site=evse.charge_point.site, operation="stop", token=uuid4(), created_at=OLD
        )
        OperationLine.objects.create(batch=batch, position=0, charge_point=evse.charge_point, command=gone)
        models = (Transaction, Pause, Command, CommandCall, OperationBatch, OperationLine)
        before = [list(model.objects.order_by("pk").values()) for model in models]
        keep(transactions_days=1, commands_days=1, archived=1)
        assert remove_old(now=NOW)
        assert [model.objects.count() for model in models] == [0, 0, 1, 1, 0, 0]
        call_command("restore_archive", *sorted((data_folder / "archive").rglob("*.jsonl.gz")))
        assert [list(model.objects.order_by("pk").values()) for model in models] == before
        assert AuditEntry.objects.filter(verb="restore", object_key="chargers.command").exists()

    def test_what_was_deleted_meanwhile_is_no_hindrance(self, evse, data_folder):
        user, other = User.objects.create_user("anna"), EvseFactory()
        command(evse, OLD, requested_by=user), command(evse, NOW)
        command(other, OLD), command(other, NOW)
        keep(commands_days=1, archived=1)
        remove_old(now=NOW)
        user.delete()
        other.charge_point.delete()
        call_command("restore_archive", *sorted((data_folder / "archive").rglob("*.jsonl.gz")))
        assert Command.objects.get(created_at=OLD).requested_by is None

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
