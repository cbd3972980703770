"""An analyst chooses columns of the list of transactions, keeps a view of it, and takes it away as a file."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from tests.browser.conftest import LogIn
from tests.browser.recorded import PARIS, Row, record, recorded
from tests.support.server import Server

pytestmark = pytest.mark.browser

HEADS = ".list-table thead th"
NUMBERS = ".list-table tbody .main-cell a"
CHIPS = "#list-saved .chip"
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
USUAL = [
    "No.", "Start", "End", "Duration", "Site", "Charge point", "Vehicle", "SoC (%)", "Energy (kWh)",
    "Mean (kW)", "Peak (kW)", "Reason", "Out of the ordinary",
]  # fmt: skip
OTHERS = ["Badge", "Meter at start (kWh)", "Meter at stop (kWh)"]
WIDTHS = pytest.mark.parametrize("width", [1440, 390], ids=["desk", "phone"])


@pytest.fixture(scope="module")
def live_evkit(shared_evkit: Server) -> Server:
    record(shared_evkit)
    return shared_evkit


def choose_columns(page: Page, *names: str) -> None:
    """Tick these columns in the menu, and no others."""
    page.get_by_label("Columns", exact=True).click()
    for box in page.locator(".list-menu__set .choice").all():
        if box.locator("input").is_enabled():
            box.locator("input").set_checked(box.inner_text() in names)
    page.get_by_role("button", name="Show", exact=True).click()


def open_saved(page: Page) -> None:
    """Open the menu of the saved views."""
    page.locator("#list-tools summary[aria-label='Saved filters']").click()


def numbers(rows: Sequence[Row]) -> list[str]:
    return [str(row.number) for row in rows]


class TestColumns:
    @WIDTHS
    def test_those_chosen_stay(
        self, log_in: LogIn, live_evkit: Server, width: int, complaints: list[str]
    ) -> None:
        page = log_in("operator", width=width)
        page.goto(f"{live_evkit.url}/transactions/?state=closed")
        expect(page.locator(HEADS)).to_have_text(USUAL)
        choose_columns(page, "Site", "Badge", "Energy (kWh)")
        chosen = ["No.", "Site", "Badge", "Energy (kWh)"]
        expect(page.locator(HEADS)).to_have_text(chosen)
        page.get_by_role("searchbox", name="Search", exact=True).fill("bus-2")
        rows = [row for row in recorded(live_evkit) if row.ended and row.vehicle == "bus-2"]
        expect(page.locator(NUMBERS)).to_have_text(numbers(rows))
        expect(page.locator(".list-table tbody td:nth-child(3)")).to_have_text([row.id_tag for row in rows])
        page.reload()
        expect(page.locator(HEADS)).to_have_text(chosen)
        page.go_back()
        expect(page.locator(NUMBERS)).to_have_text(
            numbers([row for row in recorded(live_evkit) if row.ended])
        )
        expect(page.locator(HEADS)).to_have_text(chosen)
        assert page.evaluate(SIDEWAYS) == 0
        page.get_by_label("Columns", exact=True).click()
        page.get_by_role("link", name="Usual columns", exact=True).click()
        expect(page.locator(HEADS)).to_have_text(USUAL)
        expect(page).to_have_url(f"{live_evkit.url}/transactions/?state=closed")
        assert complaints == []

    def test_all_of_them_are_offered(self, log_in: LogIn, live_evkit: Server) -> None:
        page = log_in("operator")
        page.goto(f"{live_evkit.url}/transactions/")
        choose_columns(page, *USUAL, *OTHERS)
        expect(page.locator(HEADS)).to_have_count(len(USUAL) + len(OTHERS))
        assert set(page.locator(HEADS).all_inner_texts()) == {*USUAL, *OTHERS}
        page.goto(f"{live_evkit.url}/sites/yard/transactions/")
        page.get_by_label("Columns", exact=True).click()
        labels = page.locator(".list-menu__set .choice").all_inner_texts()
        assert set(labels) == {*USUAL, *OTHERS} - {"Site"}


class TestSavedViews:
    @pytest.fixture(autouse=True)
    def none_yet(self, live_evkit: Server) -> None:
        live_evkit.shell("from sites.models import SavedFilter; SavedFilter.objects.all().delete()")

    @WIDTHS
    def test_one_is_saved_opened_renamed_and_deleted(
        self, log_in: LogIn, live_evkit: Server, width: int, complaints: list[str]
    ) -> None:
        page = log_in("operator", width=width)
        address = f"{live_evkit.url}/transactions/"
        view = f"{address}?site=yard&state=closed&sort=-energy&columns=site,energy,tag"
        page.goto(view)
        open_saved(page)
        page.get_by_label("Name of this filter").fill("Most energy of the yard")
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.locator(CHIPS, has_text="Most energy of the yard")).to_have_attribute(
            "aria-current", "true"
        )
        page.goto(address)
        expect(page.locator(CHIPS)).not_to_have_attribute("aria-current", "true")
        page.locator(CHIPS, has_text="Most energy of the yard").click()
        expect(page).to_have_url(view)
        expect(page.locator(HEADS)).to_have_text(["No.", "Site", "Badge", "Energy (kWh)"])
        rows = [row for row in recorded(live_evkit) if row.ended and row.site == "yard"]
        told = [float(text.split()[0]) for text in page.locator("td:nth-child(4)").all_inner_texts()]
        assert told == sorted(told, reverse=True)
        assert sorted(page.locator(NUMBERS).all_inner_texts()) == sorted(numbers(rows))
        open_saved(page)
        page.get_by_label("New name of “Most energy of the yard”").fill("Yard")
        page.get_by_role("button", name="Keep the change of “Most energy of the yard”").click()
        expect(page.locator(CHIPS)).to_have_text(["Yard"])
        expect(page).to_have_url(view)
        assert page.evaluate(SIDEWAYS) == 0
        open_saved(page)
        page.get_by_role("button", name="Delete the filter “Yard”").click()
        expect(page.locator(CHIPS)).to_have_count(0)
        expect(page).to_have_url(view)
        assert complaints == []

    def test_a_shared_one_is_everybodys_and_its_own_is_nobody_elses(
        self, log_in: LogIn, live_evkit: Server, complaints: list[str]
    ) -> None:
        administrator = log_in("administrator")
        for name, query in (("Running now", "state=open"), ("My own", "state=closed")):
            administrator.goto(f"{live_evkit.url}/transactions/?{query}")
            open_saved(administrator)
            administrator.get_by_label("Name of this filter").fill(name)
            if name == "Running now":
                administrator.locator(".list-menu__form", has_text="Name of this").get_by_label(
                    "Share"
                ).check()
            administrator.get_by_role("button", name="Save", exact=True).click()
            expect(administrator.locator(CHIPS, has_text=name)).to_be_visible()
        guest = log_in("guest")
        guest.goto(f"{live_evkit.url}/transactions/")
        expect(guest.locator(CHIPS)).to_have_text(["Shared with everybody:Running now"])
        guest.locator(CHIPS).click()
        running = [row for row in recorded(live_evkit) if row.ended is None]
        expect(guest.locator(NUMBERS)).to_have_text(numbers(running))
        expect(guest.locator("#list-tools summary[aria-label='Saved filters']")).to_have_count(0)
        assert complaints == []


def check_line(line: dict[str, Any], row: Row) -> None:
    """Check a line of a file with all columns against the database."""
    assert line["Number"] == row.number
    assert row.ended is not None
    for name, moment in (("Start", row.started), ("End", row.ended)):
        assert abs(line[name] - moment.replace(tzinfo=None)) < timedelta(seconds=1)
    assert line["Duration (h)"] == pytest.approx((row.length_s or 0) / 3600)
    assert (line["Site"], line["Charge point"]) == (row.site.capitalize(), row.charge_point)
    assert line["Badge"] == row.id_tag
    assert line["Measured energy (kWh)"] == pytest.approx(row.energy_wh / 1000)
    counted = None if row.counted_wh is None else pytest.approx(row.counted_wh / 1000)
    assert line["Energy that counts (kWh)"] == counted
    assert line["Peak power (kW)"] == pytest.approx(row.peak_w / 1000)
    assert len((line["Out of the ordinary"] or "").split("; ")) == len(row.flags)


def lines_of(sheet: Any) -> list[dict[str, Any]]:
    """Return the lines of a sheet, each by its headers."""
    heads, *lines = sheet.iter_rows(values_only=True)
    return [dict(zip(heads, line, strict=True)) for line in lines]


class TestExport:
    def test_a_workbook_of_what_was_filtered_agrees_with_the_database(
        self, log_in: LogIn, live_evkit: Server, complaints: list[str], tmp_path: Path
    ) -> None:
        page = log_in("operator")
        page.goto(f"{live_evkit.url}/transactions/")
        since = datetime.now(PARIS).date() - timedelta(days=300)
        page.locator("[name=from]").fill(since.isoformat())
        page.locator("[name=state]").select_option("closed")
        page.locator("[name=flag]").select_option("any")
        rows = [
            row for row in recorded(live_evkit) if row.ended and row.flags and row.started.date() >= since
        ]
        expect(page.locator(NUMBERS)).to_have_text(numbers(rows))
        page.locator("summary", has_text="Export").click()
        page.get_by_label("All columns").check()
        with page.expect_download() as download:
            page.get_by_role("button", name="Excel").click()
        download.value.save_as(tmp_path / "chosen.xlsx")
        book = load_workbook(tmp_path / "chosen.xlsx")
        lines = lines_of(book.worksheets[0])
        assert len(lines) == len(rows)
        for line, row in zip(lines, rows, strict=True):
            check_line(line, row)
        about = {name: value for name, value, *_unit in book.worksheets[-1].iter_rows(values_only=True)}
        assert about["Rows"] == len(rows)
        counted = sum(row.counted_wh or 0 for row in rows) / 1000
        assert about["Energy that counts"] == pytest.approx(counted, abs=0.001)
        assert str(about["From"]).startswith(f"{since.day} ")
        assert about["State"] == "Ended"
        assert complaints == []

    def test_a_file_of_a_view_on_a_phone(
        self, log_in: LogIn, live_evkit: Server, complaints: list[str], tmp_path: Path
    ) -> None:
        page = log_in("operator", width=390, height=844)
        page.goto(f"{live_evkit.url}/sites/yard/transactions/?vehicle=van")
        page.get_by_label("Export", exact=True).click()
        with page.expect_download() as download:
            page.get_by_role("button", name="CSV").click()
        download.value.save_as(tmp_path / "chosen.csv")
        lines = list(csv.DictReader((tmp_path / "chosen.csv").read_text("utf-8-sig").splitlines()))
        rows = [row for row in recorded(live_evkit) if row.site == "yard" and row.vehicle == "van"]
        assert [line["Number"] for line in lines] == numbers(rows)
        assert page.evaluate(SIDEWAYS) == 0
        assert complaints == []
