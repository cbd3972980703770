from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import CASCADE

from chargers.models import (
    Boot,
    Command,
    CommandCall,
    Connection,
    ConnectionFailure,
    FileJob,
    JobStatus,
    Outage,
)
from chargers.models.command import SHARING
from charging.models import (
    ConnectorLimit,
    DecisionRecord,
    LimitChange,
    OperationBatch,
    OrphanStop,
    Pause,
    Reservation,
    Transaction,
)
from charging.services.smart.marks import SMART
from charging.types import LimitKind
from evkit.core.partitions import create_months
from history.append_only import guard_audit
from history.models import AuditEntry, HourRollup, Message, RollupState
from history.retention.kinds import KINDS
from history.services.retention import forecast, remove_old
from history.services.rollups import roll_up
from sites.models import Project, SiteMeterReading
from tests.factories import TransactionFactory
from tests.history.services.old_rows import (
    NOW,
    OLD,
    audit,
    command,
    file_job,
    fill,
    keep,
    measure,
    operation,
    pause,
    reserve,
    samples,
)  # fmt: skip

pytestmark = pytest.mark.django_db


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
        operation(evse, old)
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

    def test_what_waits_for_somebody_stays(self, evse):
        for settled in (OLD, None):
            OrphanStop.objects.create(
                charge_point=evse.charge_point, digest=f"{settled}", stopped_at=OLD, received_at=OLD,
                payload={}, settled_at=settled,
            )  # fmt: skip
        for number, ended in ((1, OLD), (2, None)):
            reserve(evse, number, ended)
        keep(transactions_days=30, reservations_days=30)
        assert remove_old(now=NOW)
        assert [row.settled_at for row in OrphanStop.objects.all()] == [None]
        assert [row.connector for row in Reservation.objects.all()] == [2]

    def test_file_jobs_go_after_their_files_apart_from_the_last_of_its_kind(self, evse):
        here = file_job(evse, received_at=OLD)
        open_one = file_job(evse, state="uploading")
        file_job(evse, received_at=OLD, removed_at=NOW)
        last = file_job(evse)
        keep(file_jobs_days=30, diagnostics_days=1)
        assert remove_old(now=NOW)
        assert set(FileJob.objects.all()) == {here, open_one, last}
        assert not JobStatus.objects.exists()

    def test_what_belongs_to_no_charge_point_goes_by_time_alone(self, evse):
        site, audited = evse.charge_point.site, []
        for at in (OLD - timedelta(days=60), OLD, NOW):
            audited.append(audit(at, site if at == OLD else None))
            SiteMeterReading.objects.create(site=site, at=at, received_at=at, power_w=1)
            ConnectionFailure.objects.create(
                identity=f"{at}", reason="unknown", first_at=at, last_at=at, address="1.2.3.4"
            )
        guard_audit(using="default", plan=[])
        keep(audit_days=90, connections_days=30, meter_samples_days=30)
        assert remove_old(now=datetime(2026, 5, 20, tzinfo=UTC))
        assert AuditEntry.objects.filter(verb="reset").count() == 1
        assert [row.at for row in SiteMeterReading.objects.all()] == []
        assert not ConnectionFailure.objects.exists()

    def test_the_audit_journal_stays_where_nothing_is_set(self, evse):
        audit(datetime(2016, 1, 1, tzinfo=UTC))
        assert remove_old(now=NOW)
        assert AuditEntry.objects.filter(verb="reset").count() == 1

    def test_of_the_audit_journal_the_routine_of_smart_charging_goes_after_its_own_time(self, evse):
        gone = audit(OLD, user_name=SHARING, verb="command")
        audit(OLD)
        audit(NOW, user_name=SHARING, verb="command")
        guard_audit(using="default", plan=[])
        keep(audit_routine_days=90)
        at = datetime(2026, 5, 20, tzinfo=UTC)
        told = {each.kind.key: each for each in forecast(days={}, now=at)}
        assert (told["audit_routine"].rows, told["audit"].rows) == (1, 0)
        assert remove_old(now=at)
        assert AuditEntry.objects.filter(verb__in=("command", "reset")).count() == 2
        assert not AuditEntry.objects.filter(pk=gone.pk).exists()


class TestForecast:
    def test_tells_of_the_files_that_are_here(self, evse):
        file_job(evse, received_at=OLD, size=1000)
        file_job(evse, received_at=NOW, size=500)
        file_job(evse, received_at=OLD, size=9, removed_at=OLD)
        file_job(evse, received_at=OLD, size=9, kind="log")
        found = {each.kind.key: each for each in forecast(days={"diagnostics_days": 30}, now=NOW)}
        told = found["diagnostics"]
        assert (told.rows, told.oldest, told.size) == (1, OLD, 1500)

    def test_tells_what_would_go_without_removing_it(self, evse):
        fill(evse)
        Project.objects.get_or_create(pk=1)
        found = {each.kind.key: each for each in forecast(days={"meter_samples_days": 30}, now=NOW)}
        assert (found["meter_samples"].rows, found["meter_samples"].oldest) == (2, OLD)
        assert found["meter_samples"].before == datetime(2026, 2, 1, tzinfo=UTC)
        assert (found["transactions"].days, found["transactions"].rows) == (None, 0)
        assert len(samples()) == 4

    def test_counts_all_tables_of_a_kind_without_what_goes_along(self, evse):
        SiteMeterReading.objects.create(site=evse.charge_point.site, at=OLD, received_at=OLD, power_w=1)
        Outage.objects.create(evse=evse, status="Faulted", since=OLD, until=OLD)
        Boot.objects.create(charge_point=evse.charge_point, at=OLD, facts={}, status="Accepted")
        command(evse, OLD)
        command(evse, NOW)
        keep(meter_samples_days=30, connections_days=30, commands_days=30)
        found = {each.kind.key: (each.rows, each.oldest) for each in forecast(days={}, now=NOW)}
        expected = {"meter_samples": (1, OLD), "connections": (2, OLD), "commands": (1, OLD)}
        assert {key: found[key] for key in expected} == expected
        assert remove_old(now=NOW)
        assert {each.rows for each in forecast(days={}, now=NOW)} == {0}
