"""An administrator takes over the charges of a former system: a file, its columns, a trial, the import."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook
from playwright.sync_api import Page, expect

from evkit.console.importing.files import MOST_BYTES
from tests.browser.conftest import LogIn
from tests.support.server import Server

pytestmark = pytest.mark.browser
Write = Callable[..., Path]
HEADS = ("Borne", "Début", "Fin", "Énergie (kWh)", "Badge", "N°")
ROWS = (
    ("CP_1", "31/01/2025 08:30", "31/01/2025 10:00", "12,5", "B4A63CDF2212", "4711"),
    ("CP_1", "01/02/2025 08:30", "01/02/2025 07:30", "3,5", "", "4712"),
)


def csv_file(folder: Path, *rows: tuple[str, ...]) -> Path:
    path = folder / "charges.csv"
    path.write_text("\n".join(";".join(row) for row in (HEADS, *rows)), encoding="cp1252")
    return path


def workbook(folder: Path, *rows: tuple[str, ...]) -> Path:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in (HEADS, *rows):
        sheet.append(row)
    book.save(path := folder / "charges.xlsx")
    return path


def upload(page: Page, server: Server, path: Path) -> None:
    page.goto(f"{server.url}/transactions/import/")
    page.set_input_files("input[type=file]", path)
    page.click("form[enctype] button[type=submit]")


def imported(server: Server) -> int:
    return int(
        server.shell("""
from charging.models import Transaction
print(Transaction.objects.filter(flags__icontains="imported").count())
""")
    )


class TestImport:
    def test_wrong_rows_are_told_and_nothing_is_stored(
        self, log_in: LogIn, live_evkit: Server, tmp_path: Path, complaints: list[str]
    ) -> None:
        page = log_in("administrator")
        before = imported(live_evkit)
        upload(page, live_evkit, csv_file(tmp_path, *ROWS))
        expect(page.locator("select[name=energy]")).to_have_value("3")
        page.click("button[name=try]")
        problem = page.locator("tr", has=page.locator("td", has_text="3")).first
        expect(problem).to_contain_text("end")
        assert page.locator("button[name=import]").count() == 0
        assert imported(live_evkit) == before
        assert complaints == []

    @pytest.mark.parametrize(("write", "day"), [(csv_file, "11"), (workbook, "12")])
    def test_a_good_file_is_tried_imported_and_listed(
        self, log_in: LogIn, live_evkit: Server, tmp_path: Path, complaints: list[str], write: Write, day: str
    ) -> None:
        page = log_in("administrator")
        before = imported(live_evkit)
        row = ("CP_1", f"{day}/01/2025 08:30", f"{day}/01/2025 10:00", "12,5", "B4A63CDF2212", f"x{day}")
        upload(page, live_evkit, write(tmp_path, row))
        page.click("button[name=try]")
        page.click("button[name=import]")
        page.wait_for_url("**/transactions/?flag=imported")
        expect(page.locator(".list-table tbody tr")).to_have_count(before + 1)
        expect(page.locator(".list-table tbody tr", has_text=f"{int(day)}").first).to_contain_text("12.5")
        assert imported(live_evkit) == before + 1
        assert complaints == []

    def test_a_file_that_is_too_large_is_refused_in_words(
        self, log_in: LogIn, live_evkit: Server, tmp_path: Path
    ) -> None:
        page = log_in("administrator", language="fr")
        path = tmp_path / "large.csv"
        path.write_bytes(b"x" * (MOST_BYTES + 1024**2))
        upload(page, live_evkit, path)
        expect(page.locator("main")).to_contain_text("au plus 10")
