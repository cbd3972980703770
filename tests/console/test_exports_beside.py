"""Exports that are written while the database is written to, as in the running product."""

from __future__ import annotations

import csv
import io
import threading
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connections

from chargers.models import ChargePoint
from evkit.console.exports import reading, running
from evkit.core.clock import utc_now
from history.models import ExportJob, Message, PowerRollup
from history.rollups.power import WHOLE_SITE
from history.services.exports import cancel_export, tell_progress
from history.types import ExportState
from sites.permissions import principal_of_user
from sites.types import Role
from tests.console.depot import NOW, add_depot, add_user
from tests.factories import TransactionFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def job(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ExportJob:
    """Return an export of seven messages in four stretches, each of which keeps its progress."""
    settings.EVKIT_DATA_DIR = tmp_path
    monkeypatch.setattr("evkit.console.exports.selection.STRETCH", 2)
    monkeypatch.setattr(running, "BEAT_S", 0.0)
    depot = add_depot()
    for number in range(7):
        Message.objects.create(
            charge_point_id=depot.charging.pk, at=NOW, sequence=number, direction=0, frame="x" * 5000
        )
    now = utc_now()
    return ExportJob.objects.create(
        user=add_user(Role.GUEST, depot.site), table="messages", kind="csv", language="en",
        created_at=now, beat_at=now, expires_at=now + timedelta(hours=1),
    )  # fmt: skip


def somebody_else_writes() -> None:
    def write() -> None:
        ExportJob.objects.update(error=f"written past the snapshot {time.monotonic()}")
        connections.close_all()

    other = threading.Thread(target=write)
    other.start()
    other.join()


def test_progress_is_kept_while_rows_are_read_and_others_write(
    job: ExportJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[int] = []

    def tell(**values: Any) -> None:
        somebody_else_writes()
        tell_progress(**values)
        heard.append(values["done"])

    monkeypatch.setattr(running, "tell_progress", tell)
    running.run_export(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done) == (ExportState.DONE, 7)
    assert heard == [0, 2, 4, 6, 7]
    assert len(job.path.read_text(encoding="utf-8-sig").splitlines()) == 8


@pytest.mark.parametrize("table", ["report-days", "report-charge-points"])
def test_days_are_those_of_the_site_also_where_rows_are_read_beside(job: ExportJob, table: str) -> None:
    point = ChargePoint.objects.get(identity="A_001")
    assert point.site_id
    start = datetime(2026, 4, 2, 0, 30, tzinfo=ZoneInfo("Europe/Paris"))
    TransactionFactory(
        evse=point.evses.get(number=2), started_at=start, ended_at=start + timedelta(minutes=20),
        energy_wh=7000.0,
    )  # fmt: skip
    for pk in (WHOLE_SITE, point.pk):
        PowerRollup.objects.create(
            site_id=point.site_id, charge_point_id=pk, step_s=3600, at=start.replace(minute=0), low_w=0.0,
            high_w=63_000.0, mean_w=9000.0,
        )  # fmt: skip
    query = "from=2026-04-02&to=2026-04-02&charge_point=A_001"
    ExportJob.objects.filter(pk=job.pk).update(table=table, query=query, site=point.site)
    running.run_export(job.pk)
    job.refresh_from_db()
    (row,) = csv.DictReader(io.StringIO(job.path.read_text(encoding="utf-8-sig")))
    peak = row.get("Peak of the site (kW)") or row.get("Simultaneous peak (kW)")
    assert (row["Energy that counts (kWh)"], peak) == ("7", "63")


def test_a_cancelled_one_stops_reading(job: ExportJob, monkeypatch: pytest.MonkeyPatch) -> None:
    actor = principal_of_user(job.user).actor

    def tell(**values: Any) -> None:
        if values["done"]:
            cancel_export(job=job, actor=actor, now=utc_now())
        tell_progress(**values)

    monkeypatch.setattr(running, "tell_progress", tell)
    running.run_export(job.pk)
    job.refresh_from_db()
    assert job.state == ExportState.CANCELLED
    assert not job.path.exists()


def test_what_fails_while_reading_is_raised_to_whom_it_concerns() -> None:
    def broken() -> Any:
        yield [1]
        raise OSError("the disk is gone")

    stretches = reading.read_beside(broken)
    assert next(stretches) == [1]
    with pytest.raises(OSError, match="the disk is gone"):
        next(stretches)
