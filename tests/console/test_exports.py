"""Files of stored data, read back and compared with the database."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from charging.models import MeterSample, Transaction
from charging.types import Flag
from evkit.console.exports import csv_file, running, workbook
from evkit.console.exports.registry import EXPORTS
from evkit.console.tasks import sweep
from evkit.core.clock import utc_now
from history.models import AuditEntry, ExportJob, Message
from history.services.exports import CancelledError, cancel_export, sweep_exports, tell_progress
from history.types import Direction, ExportState
from sites.models import Membership, Site, User
from sites.permissions import principal_of_user
from sites.types import Role
from tests.console.depot import NOW, Depot, add_charge_point, add_connector, add_site, add_user
from tests.factories import TransactionFactory

PARIS = ZoneInfo("Europe/Paris")
LogIn = Callable[..., Client]
NASTY = '=HYPERLINK("http://evil")'


@pytest.fixture(autouse=True)
def data_dir(settings: Any, tmp_path: Path) -> None:
    settings.EVKIT_DATA_DIR = tmp_path


@pytest.fixture
def client(log_in: LogIn) -> Client:
    return log_in(Role.OPERATOR)


def content(response: Any) -> bytes:
    from asgiref.sync import async_to_sync

    async def read() -> bytes:
        return b"".join([part async for part in response.streaming_content])

    return async_to_sync(read)()


def ask(client: Client, depot: Depot | None, **form: str) -> Any:
    values = {"table": "transactions", "kind": "xlsx", "site": depot.site.code if depot else "", **form}
    return client.post(reverse("new_export"), values)


def book_of(client: Client, depot: Depot | None, **form: str) -> Any:
    answer = ask(client, depot, **form)
    assert answer.status_code == 302
    return load_workbook(io.BytesIO(content(client.get(answer.headers["Location"]))))


def rows_of(sheet: Any) -> list[dict[str, Any]]:
    heads, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(heads, row, strict=True)) for row in rows]


def about(book: Any, title: str = "About this file") -> dict[str, Any]:
    return {row[0]: row[1] for row in book[title].iter_rows(values_only=True) if row and row[0]}


def local(moment: datetime) -> datetime:
    """Return what Excel holds of a moment: the site's time, to the millisecond."""
    return moment.astimezone(PARIS).replace(tzinfo=None)


def same_moment(cell: datetime, moment: datetime) -> bool:
    return abs(cell - local(moment)) < timedelta(milliseconds=2)


def add_user_to(site: Site, role: Role) -> None:
    Membership.objects.create(user=User.objects.get(role=role), site=site)


@pytest.fixture
def ended(depot: Depot) -> list[Transaction]:
    evse = depot.charging.evses.get(number=2)
    return [
        TransactionFactory(
            evse=evse, started_at=NOW - timedelta(days=day), ended_at=NOW - timedelta(days=day, hours=-2),
            energy_wh=1234.5 * day, id_tag=NASTY, id_token=None, stop_reason="EVDisconnected",
            soc_start_percent=20, soc_last_percent=80, energy_suspect=day == 3,
            flags=[Flag.CLOCK] if day == 2 else [],
        )
        for day in (1, 2, 3)
    ]  # fmt: skip


class TestAWorkbook:
    def test_holds_what_the_database_holds(
        self, client: Client, depot: Depot, ended: list[Transaction]
    ) -> None:
        sheet = book_of(client, depot, query="state=closed", everything="on")["Transactions"]
        found = rows_of(sheet)
        assert [row["Number"] for row in found] == [row.number for row in ended]
        for told, row in zip(found, ended, strict=True):
            assert same_moment(told["Start"], row.started_at)
            assert row.ended_at
            assert same_moment(told["End"], row.ended_at)
            assert told["Duration (h)"] == 2
            assert told["Energy (kWh)"] == pytest.approx(row.energy_wh / 1000)
            assert told["Charge point"] == "A_001"
            assert told["Connector"] == 2
            assert (told["SoC at start (%)"], told["SoC at end (%)"]) == (20, 80)
            assert told["Reason of the stop"] == "Vehicle unplugged"
        assert [row["Energy that counts (kWh)"] for row in found] == [1.2345, 2.469, None]
        assert [row["Energy is"] for row in found] == ["measured", "measured", "in doubt"]
        assert found[1]["Out of the ordinary"] == "The charge point's clock was wrong"

    def test_the_header_stays_can_be_filtered_and_is_wide_enough(
        self, client: Client, depot: Depot, ended: list[Transaction]
    ) -> None:
        sheet = book_of(client, depot)["Transactions"]
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref == "A1:K5", "11 usual columns, 4 rows and the header"
        assert sheet.column_dimensions["B"].width >= 20
        assert sheet["B2"].number_format == "yyyy-mm-dd hh:mm:ss"
        assert sheet["B2"].is_date

    def test_nothing_in_it_is_computed(self, client: Client, depot: Depot, ended: list[Transaction]) -> None:
        sheet = book_of(client, depot, query="state=closed", everything="on")["Transactions"]
        cells = [cell for row in sheet.iter_rows() for cell in row]
        assert {cell.data_type for cell in cells} <= {"s", "n", "d"}, "no formula"
        assert NASTY in {cell.value for cell in cells}

    def test_a_sheet_tells_filters_and_totals(
        self, client: Client, depot: Depot, ended: list[Transaction]
    ) -> None:
        told = about(book_of(client, depot, query="state=closed"))
        assert told["State"] == "Ended"
        assert told["Rows"] == 3
        assert told["Energy that counts"] == pytest.approx(3.704, abs=0.001)
        assert told["Transactions left out of it, as their meter is in doubt"] == 1
        assert told["Made by"] == "operator"
        assert told["Time zone of all times"] == "Europe/Paris"

    def test_without_a_filter_the_sheet_tells_what_the_rows_are(
        self, client: Client, log_in: LogIn, depot: Depot
    ) -> None:
        told = about(book_of(client, None))
        assert (told["Sites"], told["None"]) == (
            "Depot",
            "All transactions of these sites, running and ended",
        )
        second = add_site("second", name_en="Second")
        add_user_to(second, Role.OPERATOR)
        assert about(book_of(client, None))["Sites"] == "All that operator may see: Depot, Second"
        told = about(book_of(client, depot, table="report-charge-points"))
        assert told["None"] == "All charge points of these sites, this month"

    def test_days_of_a_filter_are_dates_in_words(self, log_in: LogIn, depot: Depot) -> None:
        client = log_in(Role.GUEST, language="fr")
        told = about(
            book_of(client, depot, **{"from": "2026-01-31", "to": "2026-02-01"}), "À propos de ce fichier"
        )
        assert (told["Du"], told["au"]) == ("31 jan. 2026", "1 fév. 2026")

    def test_speaks_french(self, log_in: LogIn, depot: Depot, ended: list[Transaction]) -> None:
        book = book_of(log_in(Role.GUEST, language="fr"), depot, query="state=closed")
        found = rows_of(book.worksheets[0])
        assert found[0]["Motif de l’arrêt"] == "Véhicule débranché"
        assert book.worksheets[0]["B2"].number_format == "dd/mm/yyyy hh:mm:ss"

    def test_more_rows_than_a_sheet_holds_go_on_in_another(
        self, client: Client, depot: Depot, ended: list[Transaction], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(workbook, "MOST_ROWS", 2)
        book = book_of(client, depot, query="state=closed")
        assert book.sheetnames == ["Transactions", "Transactions 2", "About this file"]
        numbers = [row["Number"] for name in book.sheetnames[:2] for row in rows_of(book[name])]
        assert numbers == [row.number for row in ended]


class TestACsvFile:
    def test_holds_the_same_and_quotes_what_would_be_computed(
        self, client: Client, depot: Depot, ended: list[Transaction]
    ) -> None:
        answer = ask(client, depot, kind="csv", query="state=closed", everything="on")
        text = content(client.get(answer.headers["Location"])).decode("utf-8-sig")
        found = list(csv.DictReader(io.StringIO(text)))
        assert [int(row["Number"]) for row in found] == [row.number for row in ended]
        assert found[0]["Badge"] == f"'{NASTY}"
        assert float(found[0]["Energy (kWh)"]) == pytest.approx(1.2345, abs=0.001)


class TestOtherTables:
    def test_meter_values_with_those_that_have_no_column(self, client: Client, depot: Depot) -> None:
        sample(depot, 1, power_w=11_000, energy_wh=5_000, soc_percent=44)
        sample(depot, 2, power_w=22_000)
        found = rows_of(book_of(client, depot, table="meter-values", everything="on")["Meter values"])
        assert [row["Power (kW)"] for row in found] == [11, 22]
        assert found[0]["Charge point"] == "A_001"
        assert found[0]["Energy register (kWh)"] == 5
        assert found[1]["State of charge (%)"] is None
        assert same_moment(found[0]["Time"], NOW + timedelta(minutes=1))

    def test_meter_values_of_some_days(self, client: Client, depot: Depot) -> None:
        sample(depot, 1, power_w=11_000)
        sample(depot, 60 * 24, power_w=22_000)
        day = local(NOW).date().isoformat()
        form = {"table": "meter-values", "from": day, "to": day}
        found = rows_of(book_of(client, depot, **form)["Meter values"])
        assert [row["Power (kW)"] for row in found] == [11]

    @pytest.mark.parametrize("query", ["transaction=abc", "transaction=2147483648", "connector=A"])
    def test_a_filter_that_nothing_can_pass_leaves_nothing(
        self, client: Client, depot: Depot, query: str
    ) -> None:
        sample(depot, 1, power_w=11_000)
        assert rows_of(book_of(client, depot, table="meter-values", query=query)["Meter values"]) == []

    def test_messages(self, client: Client, depot: Depot) -> None:
        Message.objects.create(
            charge_point_id=depot.charging.pk, at=NOW, sequence=7, direction=Direction.IN, message_id="m7",
            action="Heartbeat", frame='[2,"m7","Heartbeat",{}]', answer='[3,"m7",{}]', answered_at=NOW,
        )  # fmt: skip
        [found] = rows_of(book_of(client, depot, table="messages")["Messages"])
        assert found["Frame"] == '[2,"m7","Heartbeat",{}]'
        assert found["Answer"] == '[3,"m7",{}]'
        assert found["Direction"] == "from the charge point"

    def test_the_audit_journal_is_for_administrators(self, log_in: LogIn, depot: Depot) -> None:
        AuditEntry.objects.create(at=NOW, user_name="ann", verb="reset", object_type="site", object_key="x")
        assert ask(log_in(Role.OPERATOR), None, table="audit").status_code == 403
        book = book_of(log_in(Role.ADMINISTRATOR), None, table="audit", query="verb=reset")
        found = rows_of(book.worksheets[0])
        assert [(row["User"], row["Deed"]) for row in found] == [("ann", "Reset")]

    @pytest.mark.parametrize("name", EXPORTS)
    def test_no_heading_comes_twice(self, name: str) -> None:
        headings = [field.heading for field in EXPORTS[name].fields]
        assert len(set(headings)) == len(headings)


def sample(depot: Depot, minutes: int, **values: float) -> MeterSample:
    at = NOW + timedelta(minutes=minutes)
    return MeterSample.objects.create(
        charge_point_id=depot.charging.pk, evse_number=1, measured_at=at, fingerprint=minutes, received_at=at,
        transaction_number=depot.transaction.pk, **values,
    )  # fmt: skip


class TestThePage:
    def test_tells_filters_in_words_and_times_by_the_clock_of_the_sites(
        self, log_in: LogIn, depot: Depot, ended: list[Transaction]
    ) -> None:
        client = log_in(Role.OPERATOR)
        ask(client, depot, query="state=closed&from=2026-01-31&charge_point=A_001&page=2")
        ask(client, depot, table="meter-values")
        ExportJob.objects.update(created_at=NOW)
        page = client.get(reverse("exports")).content.decode()
        assert "From 31 Jan. 2026 · Charge point A_001 · State Ended</span>" in page
        assert page.count("sub wrap") == 1
        assert "17 Nov. 14:07" in page, "13:07 UTC"
        assert "state=closed" not in page

    def test_names_the_zone_where_the_sites_lie_in_several(self, client: Client, depot: Depot) -> None:
        assert "Times in" not in client.get(reverse("exports")).content.decode()
        add_user_to(add_site("far", timezone="Indian/Reunion"), Role.OPERATOR)
        assert "Times in UTC" in client.get(reverse("exports")).content.decode()


class TestOfWhom:
    def test_a_site_that_is_not_theirs_does_not_exist(self, client: Client, depot: Depot) -> None:
        add_site("elsewhere")
        form = {"table": "transactions", "kind": "csv", "site": "elsewhere"}
        assert client.post(reverse("new_export"), form).status_code == 404
        assert not ExportJob.objects.exists()

    def test_all_sites_are_those_of_the_asker(
        self, client: Client, depot: Depot, ended: list[Transaction]
    ) -> None:
        other = add_connector(add_charge_point(add_site("elsewhere"), "B_001"), 1)
        TransactionFactory(evse=other)
        found = rows_of(book_of(client, None)["Transactions"])
        assert {row["Charge point"] for row in found} == {"A_001"}

    def test_a_file_is_only_for_whom_asked_for_it(self, client: Client, log_in: LogIn, depot: Depot) -> None:
        address = ask(client, depot).headers["Location"]
        assert log_in(Role.GUEST).get(address).status_code == 404


class TestALargeOne:
    @pytest.fixture(autouse=True)
    def small(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("evkit.console.views.exports.SMALL", 1)
        monkeypatch.setattr("evkit.console.views.exports.run_later.delay", lambda **_ignored: None)

    def wait_for(self, client: Client, depot: Depot) -> ExportJob:
        answer = client.post(
            reverse("new_export"),
            {"table": "transactions", "kind": "xlsx", "site": depot.site.code},
            headers={"HX-Request": "true"},
        )
        assert answer.status_code == 200
        assert b"Waiting" in answer.content
        return ExportJob.objects.get()

    def test_is_written_in_the_background_and_told_of(
        self, client: Client, depot: Depot, ended: list[Transaction]
    ) -> None:
        job = self.wait_for(client, depot)
        toast = reverse("export_toast", args=[job.pk])
        assert client.get(reverse("export_file", args=[job.pk])).status_code == 404
        assert b'hx-trigger="every 1s"' in client.get(toast).content
        running.run_export(job.pk)
        job.refresh_from_db()
        assert (job.state, job.done, job.total) == (ExportState.DONE, 4, 4)
        page = client.get(reverse("export_toasts")).content
        assert reverse("export_file", args=[job.pk]).encode() in page
        assert client.get(reverse("export_toasts")).content.strip() == b"", "told once"
        assert content(client.get(reverse("export_file", args=[job.pk])))[:2] == b"PK"
        ExportJob.objects.filter(pk=job.pk).update(expires_at=utc_now())
        assert client.get(reverse("export_file", args=[job.pk])).status_code == 404, "before it is removed"

    def test_can_be_cancelled_while_it_waits(self, client: Client, depot: Depot) -> None:
        TransactionFactory(evse=depot.charging.evses.get(number=2))
        job = self.wait_for(client, depot)
        client.post(reverse("cancel_export", args=[job.pk]))
        running.run_export(job.pk)
        job.refresh_from_db()
        assert job.state == ExportState.CANCELLED
        assert not job.path.exists()

    def test_can_be_cancelled_while_it_is_written(
        self, client: Client, depot: Depot, ended: list[Transaction], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        job = self.wait_for(client, depot)
        actor = principal_of_user(job.user).actor

        def cancels(**values: Any) -> None:
            if values.get("done"):
                cancel_export(job=job, actor=actor, now=utc_now())
            tell_progress(**values)

        monkeypatch.setattr(running, "tell_progress", cancels)
        running.run_export(job.pk)
        job.refresh_from_db()
        assert job.state == ExportState.CANCELLED
        assert not job.path.exists()

    def test_a_failure_is_told(
        self, client: Client, depot: Depot, ended: list[Transaction], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        job = self.wait_for(client, depot)

        def full(*_arguments: Any, **_keywords: Any) -> int:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(running, "write_workbook", full)
        running.run_export(job.pk)
        job.refresh_from_db()
        assert job.state == ExportState.FAILED
        assert "No space left" in job.error
        assert b"could not be written" in client.get(reverse("export_toast", args=[job.pk])).content

    def test_is_worked_on_once(self, client: Client, depot: Depot, ended: list[Transaction]) -> None:
        job = self.wait_for(client, depot)
        ExportJob.objects.filter(pk=job.pk).update(state=ExportState.RUNNING)
        running.run_export(job.pk)
        job.refresh_from_db()
        assert job.state == ExportState.RUNNING, "somebody else has it"

    def test_one_that_was_forgotten_is_found_by_the_sweep(
        self, client: Client, depot: Depot, ended: list[Transaction], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(settings, "EVKIT_SERVED", True)
        job = self.wait_for(client, depot)
        sweep()
        job.refresh_from_db()
        assert job.state == ExportState.DONE

    def test_sees_what_its_asker_may_see_when_it_is_written(
        self, client: Client, depot: Depot, ended: list[Transaction]
    ) -> None:
        job = self.wait_for(client, depot)
        job.user.memberships.all().delete()
        running.run_export(job.pk)
        job.refresh_from_db()
        assert job.state == ExportState.FAILED
        assert client.get(reverse("export_file", args=[job.pk])).status_code == 404


class TestTheSweep:
    def test_removes_what_expired_and_gives_up_what_fell_silent(self, db: None) -> None:
        user, now = add_user(Role.GUEST), datetime(2026, 5, 1, tzinfo=UTC)

        def job(state: ExportState, age: timedelta) -> ExportJob:
            return ExportJob.objects.create(
                user=user, table="transactions", kind="csv", language="en", state=state, created_at=now - age,
                beat_at=now - age, expires_at=now - age + timedelta(hours=24),
            )  # fmt: skip

        old = job(ExportState.DONE, timedelta(hours=25))
        old.path.parent.mkdir(parents=True, exist_ok=True)
        old.path.write_text("x")
        silent = job(ExportState.RUNNING, timedelta(minutes=6))
        alive = job(ExportState.RUNNING, timedelta(minutes=1))
        waiting = job(ExportState.QUEUED, timedelta(minutes=1))
        assert sweep_exports(now=now) == [waiting.pk]
        assert not old.path.exists()
        assert not ExportJob.objects.filter(pk=old.pk).exists()
        states = dict(ExportJob.objects.values_list("pk", "state"))
        assert (states[silent.pk], states[alive.pk]) == (ExportState.FAILED, ExportState.RUNNING)
        with pytest.raises(CancelledError):
            tell_progress(number=silent.pk, done=1, now=now)

    def test_removes_the_old_files_of_a_user_who_was_deleted(self, db: None) -> None:
        user, now = add_user(Role.GUEST), datetime(2026, 5, 1, tzinfo=UTC)
        files = []
        for hours in (25, 1):
            made = now - timedelta(hours=hours)
            job = ExportJob.objects.create(
                user=user, table="transactions", kind="csv", language="en", state=ExportState.DONE,
                created_at=made, beat_at=made, expires_at=now + timedelta(hours=1),
            )  # fmt: skip
            job.path.parent.mkdir(parents=True, exist_ok=True)
            job.path.write_text("x")
            os.utime(job.path, (made.timestamp(), made.timestamp()))
            files.append(job.path)
        sweep_exports(now=now)
        assert all(path.exists() for path in files)
        user.delete()
        sweep_exports(now=now)
        assert [path.exists() for path in files] == [False, True]

    def test_somebody_cannot_ask_for_too_many(self, client: Client, depot: Depot) -> None:
        user, now = User.objects.get(username="operator"), utc_now()
        for _each in range(5):
            ExportJob.objects.create(
                user=user, table="transactions", kind="csv", language="en", created_at=now, beat_at=now,
                expires_at=now + timedelta(hours=1),
            )  # fmt: skip
        form = {"table": "transactions", "kind": "csv", "site": depot.site.code}
        answer = client.post(reverse("new_export"), form, follow=True)
        assert "5 of your exports are not finished yet" in answer.content.decode()
        assert ExportJob.objects.count() == 5


def test_csv_progress_is_told_for_every_stretch(
    depot: Depot, ended: list[Transaction], tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evkit.console.exports.selection.STRETCH", 2)
    viewer = principal_of_user(add_user(Role.GUEST, depot.site))
    chosen = running.selection_for(
        EXPORTS["transactions"], viewer, depot.site, "", everything=False, now=utc_now()
    )
    heard: list[int] = []
    assert csv_file.write_csv(tmp_path / "file.csv", chosen, progress=heard.append) == 4
    assert heard == [2, 4]


def test_totals_are_those_of_the_rows_of_the_file_though_data_change_meanwhile(
    depot: Depot, ended: list[Transaction], tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evkit.console.exports.selection.STRETCH", 2)
    viewer = principal_of_user(add_user(Role.GUEST, depot.site))
    chosen = running.selection_for(
        EXPORTS["transactions"], viewer, depot.site, "", everything=True, now=utc_now()
    )

    def change(done: int) -> None:
        if done == 4:
            Transaction.objects.update(energy_wh=99_000_000.0, power_peak_w=99_000.0, energy_suspect=False)

    path = tmp_path / "file.xlsx"
    assert workbook.write_workbook(path, chosen, asker="somebody", progress=change) == 4
    book = load_workbook(path)
    heads, *rows = list[Any](book.worksheets[0].iter_rows(values_only=True))
    totals = {row[0]: row[1] for row in book.worksheets[1].iter_rows(values_only=True)}
    counted = sum(row[heads.index("Energy that counts (kWh)")] or 0.0 for row in rows)
    assert totals["Energy that counts"] == pytest.approx(counted, abs=0.001)
    assert 0 < counted < 99_000
    peaks = [row[heads.index("Peak power (kW)")] or 0.0 for row in rows]
    assert totals["Highest power"] == pytest.approx(max(peaks), abs=0.05)
    assert totals["Rows"] == len(rows)
