from __future__ import annotations

import gzip
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from chargers.models import Command, CommandCall, FileJob, JobStatus, SecurityEvent, VendorMessage
from charging.models import OperationBatch, OperationLine, Pause, Reservation, Transaction
from evkit.core.partitions import create_months
from history.models import AuditEntry
from history.services.retention import remove_old
from sites.models import ExternalValue, ExternalVariable, User
from tests.factories import EvseFactory, TransactionFactory
from tests.history.services.old_rows import (
    NOW,
    OLD,
    audit,
    command,
    file_job,
    fill,
    keep,
    operation,
    pause,
    reserve,
    samples,
)  # fmt: skip

pytestmark = pytest.mark.django_db


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
        operation(evse, gone)
        models = (Transaction, Pause, Command, CommandCall, OperationBatch, OperationLine)
        before = [list(model.objects.order_by("pk").values()) for model in models]
        keep(transactions_days=1, commands_days=1, archived=1)
        assert remove_old(now=NOW)
        assert [model.objects.count() for model in models] == [0, 0, 1, 1, 0, 0]
        call_command("restore_archive", *sorted((data_folder / "archive").rglob("*.jsonl.gz")))
        assert [list(model.objects.order_by("pk").values()) for model in models] == before
        assert AuditEntry.objects.filter(verb="restore", object_key="chargers.command").exists()

    def test_the_other_kinds_come_back_as_they_were(self, evse, data_folder):
        reserve(evse, 1, OLD)
        file_job(evse), file_job(evse)
        point = evse.charge_point
        for number in (1, 2):
            SecurityEvent.objects.create(
                charge_point=point, type="Tampering", at=OLD, received_at=OLD, digest=f"{number}"
            )
            VendorMessage.objects.create(charge_point=point, vendor_id="abc", at=OLD, digest=f"{number}")
        audit(OLD, point.site)
        variable = ExternalVariable.objects.create(name="sun", at=OLD, received_at=OLD)
        ExternalValue.objects.create(variable=variable, at=OLD, value={"a": [1, None]}, quality="good")
        models = (Reservation, FileJob, JobStatus, SecurityEvent, VendorMessage, ExternalValue)
        before = [list(model.objects.order_by("pk").values()) for model in models]
        entry = AuditEntry.objects.filter(verb="reset").values().get()
        days = ("reservations", "file_jobs", "security_events", "vendor_messages", "meter_samples")
        keep(**dict.fromkeys((f"{name}_days" for name in days), 1), audit_days=90, archived=1)
        assert remove_old(now=NOW + timedelta(days=90))
        assert [model.objects.count() for model in models] == [0, 1, 0, 0, 0, 0]
        assert not AuditEntry.objects.filter(verb="reset").exists()
        call_command("restore_archive", *sorted((data_folder / "archive").rglob("*.jsonl.gz")))
        assert [list(model.objects.order_by("pk").values()) for model in models] == before
        assert AuditEntry.objects.filter(verb="reset").values().get() == entry

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
