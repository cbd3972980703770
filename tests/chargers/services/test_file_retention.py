from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from chargers.models import FileJob
from chargers.services.file_archive import copy_to_archive
from chargers.services.file_retention import LEFT_OVER, remove_left_overs, remove_old_files
from chargers.tasks import remove_files
from chargers.types import JobKind
from evkit.celery import app
from history.models import AuditEntry
from sites.models import Project
from tests.console.depot import NOW, Depot, add_depot, add_received_file

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def data_dir(settings: Any, tmp_path: Path) -> Path:
    settings.EVKIT_DATA_DIR = tmp_path
    return tmp_path


@pytest.fixture
def depot() -> Depot:
    return add_depot()


def received(depot: Depot, days_ago: int, kind: str = JobKind.DIAGNOSTICS) -> FileJob:
    job = add_received_file(depot)
    job.kind, job.received_at, job.token = kind, NOW - days_ago * DAY, f"t{job.pk}"
    job.save()
    return job


def here(job: FileJob) -> bool:
    job.refresh_from_db()
    assert job.path.exists() is (job.removed_at is None)
    return job.path.exists()


def left(folder: Path, name: str, age: timedelta) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(b"x")
    os.utime(path, times=((NOW - age).timestamp(),) * 2)
    return path


class TestRemoveOldFiles:
    def test_each_kind_is_kept_for_its_own_time(self, depot: Depot) -> None:
        jobs = [received(depot, 89), received(depot, 91), received(depot, 91, JobKind.LOG)]
        jobs.append(received(depot, 366, JobKind.LOG))
        assert remove_old_files(now=NOW) == 2
        assert [here(job) for job in jobs] == [True, False, True, False]
        assert remove_old_files(now=NOW) == 0

    def test_the_project_says_how_long_and_empty_means_for_ever(self, depot: Depot) -> None:
        Project.objects.update_or_create(pk=1, defaults={"diagnostics_days": 7, "logs_days": None})
        young, old, log = received(depot, 6), received(depot, 8), received(depot, 9999, JobKind.LOG)
        assert remove_old_files(now=NOW) == 1
        assert [here(job) for job in (young, old, log)] == [True, False, True]

    def test_the_job_stays_and_the_journal_tells(self, depot: Depot) -> None:
        job = received(depot, 91)
        remove_old_files(now=NOW)
        job.refresh_from_db()
        assert (job.removed_at, job.size) == (NOW, 5)
        entry = AuditEntry.objects.get()
        assert (entry.verb, entry.object_key) == ("remove_file", "A_001")
        assert entry.details["job"] == job.pk

    def test_a_content_that_is_gone_already_is_no_obstacle(self, depot: Depot) -> None:
        job = received(depot, 91)
        job.path.unlink()
        assert remove_old_files(now=NOW) == 1
        assert not here(job)

    @pytest.mark.parametrize("wanted", [True, False])
    def test_it_is_copied_into_the_archive_first_where_that_is_wanted(
        self, depot: Depot, data_dir: Path, wanted: bool
    ) -> None:
        Project.objects.update_or_create(pk=1, defaults={"archive_removed": wanted})
        job = received(depot, 91)
        remove_old_files(now=NOW)
        assert not here(job)
        copies = [path for path in (data_dir / "archive").rglob("*") if path.is_file()]
        assert [path.read_bytes() for path in copies] == [b"a log"] * wanted
        assert AuditEntry.objects.get().details["archived"] is wanted

    @pytest.mark.parametrize("name", ["", "../../../evil", "/etc/passwd", "x" * 255, "é\0\n 1.log"])
    def test_a_copy_lies_in_the_archive_whatever_the_charge_point_calls_it(
        self, depot: Depot, data_dir: Path, name: str
    ) -> None:
        job = received(depot, 91)
        job.file_name, at = name, NOW - 91 * DAY
        for _again in range(2):
            copy_to_archive(job, at)
        (copy,) = (data_dir / "archive").rglob("*A_001*")
        assert copy.parent == data_dir / "archive" / "files" / f"{at:%Y-%m}"
        assert copy.name.startswith(f"A_001-{at:%Y%m%dT%H%M%SZ}-{job.pk}-")
        assert copy.read_bytes() == b"a log"

    def test_nothing_is_removed_that_cannot_be_archived(self, depot: Depot, data_dir: Path) -> None:
        Project.objects.update_or_create(pk=1, defaults={"archive_removed": True})
        (data_dir / "archive").write_text("not a folder")
        job = received(depot, 91)
        with pytest.raises(OSError, match="archive"):
            remove_old_files(now=NOW)
        assert here(job)


class TestRemoveLeftOvers:
    def test_what_belongs_to_no_job_goes_after_a_day(self, depot: Depot, data_dir: Path) -> None:
        job = received(depot, 3)
        kept = job.path
        os.utime(kept, times=((NOW - 9 * DAY).timestamp(),) * 2)
        folder = kept.parent
        cut_off = left(folder, "9" * 32, LEFT_OVER + timedelta(minutes=1))
        under_way = left(folder, "ab" * 16, timedelta(minutes=1))
        of_deleted = left(folder, str(job.pk + 1000), 2 * DAY)
        half_firmware = left(data_dir / "files" / "firmware", ".0011223344556677", 2 * DAY)
        firmware = left(data_dir / "files" / "firmware", "0" * 64, 2 * DAY)
        assert remove_left_overs(now=NOW) == 3
        assert not any(path.exists() for path in (cut_off, of_deleted, half_firmware))
        assert all(path.exists() for path in (kept, under_way, firmware))

    def test_without_any_file_there_is_nothing_to_do(self) -> None:
        assert remove_left_overs(now=NOW) == 0


class TestTask:
    def test_is_run_regularly_and_removes(self, depot: Depot) -> None:
        job = received(depot, 9999)
        assert remove_files.name in [entry["task"] for entry in app.conf.beat_schedule.values()]
        remove_files()
        assert not here(job)
