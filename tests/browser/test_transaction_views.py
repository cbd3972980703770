"""An analyst chooses columns of the list of transactions, and keeps a view of it under a name."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import LogIn
from tests.browser.recorded import Row, record, recorded
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
