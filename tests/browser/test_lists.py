"""The operator's lists: filter, sort, save, share the address, on a desk and on a phone."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.charge_point import ChargePoint
from tests.browser.conftest import LogIn
from tests.support.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
ROWS = ".list-table tbody tr"
LETTER_ACROSS = 966
"""Pixels that a sheet of 11 inches has room for between its margins."""
FIRST = f"{ROWS} td:first-child a"

RACK = """
sites:
  - code: {site}
    name: {{fr: Grand parc, en: {name}}}
    timezone: Europe/Paris
    limit: {{value: 900000, unit: W}}
    groups: [{{number: 1, name: Night, ranges: [{{days: [mon], from: "20:00", to: "23:00"}}]}}]
    feeders: [{{code: f1, parent: null, limit: {{value: 250, unit: A}}}}]
charge_points:
"""


def declare_rack(
    server: Server,
    folder: Path,
    number: int = 60,
    *,
    site: str = "rack",
    name: str = "Large park",
    prefix: str = "R",
) -> None:
    """Apply a configuration with a new site of many charge points to the running system."""
    lines = [
        f"  - {{identity: {prefix}_{n:03}, site: {site}, zone: Row {n % 3 + 1}, feeder: f1, "
        f"connectors: [{{number: 1, max_power_w: 50000, current: {('AC', 'DC')[n % 2]}, groups: [1]}}]}}\n"
        for n in range(1, number + 1)
    ]
    path = folder / "rack.yaml"
    path.write_text(RACK.format(site=site, name=name) + "".join(lines), encoding="utf-8")
    server.manage("apply_config", str(path))


class TestAppliedConfiguration:
    def test_a_new_site_appears_with_all_its_pages_without_a_restart(
        self, log_in: LogIn, live_evkit: Server, tmp_path: Path, complaints: list[str]
    ) -> None:
        page = log_in("administrator")
        expect(page.locator("main")).not_to_contain_text("New yard")
        declare_rack(live_evkit, tmp_path, site="yard", name="New yard", prefix="Y")
        page.goto(live_evkit.url)
        page.get_by_role("link", name="New yard").last.click()
        expect(page.locator(".cp")).to_have_count(60)
        expect(page.locator(".zone")).to_have_count(3)
        page.locator(".side").get_by_role("link", name="Charge points").click()
        expect(page.locator(ROWS)).to_have_count(50)
        expect(page.locator(".pager")).to_contain_text("1–50 of 60")
        expect(page.locator("th", has_text="Feeder")).to_be_visible()
        page.locator(".side").get_by_role("link", name="Connectors").click()
        expect(page.locator("th", has_text="Schedule groups")).to_be_visible()
        page.locator(FIRST).first.click()
        expect(page.locator("h1")).to_have_text("Y_001")
        assert complaints == []


class TestPaper:
    @pytest.mark.parametrize("path", ["charge-points", "connectors", "transactions"])
    def test_a_list_lies_across_the_sheet_and_no_column_is_cut(
        self, log_in: LogIn, live_evkit: Server, tmp_path: Path, charge_point: ChargePoint, path: str
    ) -> None:
        declare_rack(live_evkit, tmp_path)
        number = charge_point.start(1, "B4A63CDF2212")
        charge_point.meter(1, number, 21_000, 64)
        charge_point.stop(number)
        page = log_in("operator", language="fr")
        site = "depot" if path == "transactions" else "rack"
        page.goto(f"{live_evkit.url}/sites/{site}/{path}/")
        expect(page.locator(ROWS).first).to_be_visible()
        sheets = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", page.pdf(prefer_css_page_size=True))
        assert sheets
        assert all(float(width) > float(height) for width, height in sheets)
        page.emulate_media(media="print")
        page.set_viewport_size({"width": LETTER_ACROSS, "height": 700})
        assert page.eval_on_selector(".table-wrap", "e => e.scrollWidth - e.clientWidth") <= 0
        expect(page.locator(".list-form")).to_be_hidden()
        expect(page.locator(".list-tools")).to_be_hidden()
        expect(page.locator(".page-head .print-only")).to_contain_text(
            "Dépôt" if site == "depot" else "Grand parc"
        )


class TestLists:
    @pytest.fixture
    def page(self, log_in: LogIn, live_evkit: Server, tmp_path: Path, charge_point: ChargePoint) -> Page:
        declare_rack(live_evkit, tmp_path)
        return log_in("operator")

    def test_filters_sorts_and_keeps_it_in_the_address(self, page: Page, live_evkit: Server) -> None:
        page.goto(f"{live_evkit.url}/sites/rack/connectors/")
        page.get_by_role("searchbox", name="Search", exact=True).fill("R_0")
        expect(page).to_have_url(f"{live_evkit.url}/sites/rack/connectors/?q=R_0")
        page.get_by_role("combobox", name="Zone").select_option("Row 2")
        expect(page.locator(".in-force__count")).to_have_text("20 rows match")
        page.get_by_role("columnheader", name="Connector").get_by_role("link").click()
        expect(page.get_by_role("columnheader", name="Connector")).to_have_attribute("aria-sort", "ascending")
        page.get_by_role("columnheader", name="Connector").get_by_role("link").click()
        expect(page.get_by_role("columnheader", name="Connector")).to_have_attribute(
            "aria-sort", "descending"
        )
        expect(page.locator(FIRST).first).to_contain_text("R_058")
        address = page.url
        assert "q=R_0&zone=Row+2&sort=-connector" in address
        page.reload()
        assert page.url == address
        expect(page.locator(FIRST).first).to_contain_text("R_058")
        expect(page.get_by_role("combobox", name="Zone")).to_have_value("Row 2")
        page.go_back()
        expect(page.get_by_role("columnheader", name="Connector")).to_have_attribute("aria-sort", "ascending")

    def test_saves_a_filter_and_finds_it_again(self, page: Page, live_evkit: Server) -> None:
        page.goto(f"{live_evkit.url}/sites/rack/charge-points/")
        page.get_by_role("combobox", name="Zone").select_option("Row 3")
        expect(page).to_have_url(f"{live_evkit.url}/sites/rack/charge-points/?zone=Row+3")
        page.locator("#list-tools summary").first.click()
        page.get_by_label("Name of this filter").fill("Third row")
        page.get_by_role("button", name="Save", exact=True).click()
        chip = page.locator("#list-saved .chip", has_text="Third row")
        expect(chip).to_have_attribute("aria-current", "true")
        page.goto(f"{live_evkit.url}/sites/rack/charge-points/")
        page.locator("#list-saved .chip", has_text="Third row").click()
        expect(page.locator(ROWS)).to_have_count(20)
        page.locator("#list-tools summary").first.click()
        page.get_by_role("button", name="Delete the filter “Third row”").click()
        expect(page.locator("#list-saved .chip")).to_have_count(0)

    def test_chooses_columns(self, page: Page, live_evkit: Server) -> None:
        page.goto(f"{live_evkit.url}/sites/rack/charge-points/?zone=Row+1")
        page.get_by_label("Columns").click()
        page.get_by_role("checkbox", name="Maximum (kW)").check()
        page.get_by_role("button", name="Show", exact=True).click()
        expect(page.locator("th", has_text="Maximum (kW)")).to_be_visible()
        expect(page.get_by_role("combobox", name="Zone")).to_have_value("Row 1")

    def test_rows_follow_the_charge_points(
        self, page: Page, live_evkit: Server, charge_point: ChargePoint, complaints: list[str]
    ) -> None:
        page.goto(f"{live_evkit.url}/sites/depot/connectors/?sort=connector")
        row = page.locator(ROWS).first
        expect(row).to_contain_text("Free")
        charge_point.status(1, "Faulted", error="GroundFailure")
        expect(row).to_contain_text("Earth fault")
        expect(page.locator(".chip", has_text="Faulted")).to_contain_text("1")
        page.goto(f"{live_evkit.url}/sites/depot/connectors/?state=faulted")
        expect(page.locator(ROWS)).to_have_count(1)
        charge_point.status(1, "Available")
        expect(page.locator("#list")).to_contain_text("Nothing matches this filter")
        assert complaints == []

    def test_exports_what_is_filtered(self, page: Page, live_evkit: Server, tmp_path: Path) -> None:
        page.goto(f"{live_evkit.url}/sites/rack/connectors/?current=DC&columns=current")
        with page.expect_download() as download:
            page.get_by_role("link", name="Export CSV").click()
        download.value.save_as(tmp_path / "list.csv")
        lines = list(csv.reader((tmp_path / "list.csv").read_text("utf-8-sig").splitlines()))
        assert lines[0] == ["Connector", "Current type"]
        assert len(lines) == 31

    def test_folds_its_filters_on_a_phone(self, log_in: LogIn, live_evkit: Server) -> None:
        page = log_in("administrator")
        page.goto(f"{live_evkit.url}/transactions/")
        expect(page.locator(".list-form__selects")).to_be_visible()
        expect(page.locator(".list-form__more > summary")).to_be_hidden()
        page.set_viewport_size({"width": 360, "height": 740})
        expect(page.locator(".list-form__selects")).to_be_hidden()
        page.locator(".list-form__more > summary").click()
        expect(page.locator(".list-form__selects")).to_be_visible()
        assert page.evaluate(SIDEWAYS) == 0

    def test_its_tools_stand_side_by_side_next_to_the_title_on_a_phone(
        self, log_in: LogIn, live_evkit: Server
    ) -> None:
        page = log_in("administrator", width=390)
        for path in ("transactions/", "audit/", "sites/depot/charge-points/"):
            page.goto(f"{live_evkit.url}/{path}")
            tools = page.locator("#list-tools > *")
            left, right, title = (
                each.bounding_box() for each in (tools.first, tools.last, page.locator("h1"))
            )
            assert left
            assert right
            assert title
            assert right["x"] - left["x"] <= (tools.count() - 1) * (left["width"] + 12), path
            assert left["y"] == right["y"], path
            assert left["y"] < title["y"] + title["height"], path

    def test_is_a_list_of_cards_on_a_phone(
        self, page: Page, live_evkit: Server, charge_point: ChargePoint, complaints: list[str]
    ) -> None:
        page.set_viewport_size({"width": 360, "height": 780})
        for path in ("charge-points/", "connectors/"):
            page.goto(f"{live_evkit.url}/sites/rack/{path}")
            page.wait_for_load_state("networkidle")
            assert page.evaluate(SIDEWAYS) == 0
            expect(page.locator("thead")).to_be_hidden()
            assert page.locator(ROWS).first.bounding_box()["height"] < 200  # type: ignore[index]
        page.get_by_role("combobox", name="Sort by").select_option("-power")
        expect(page).to_have_url(f"{live_evkit.url}/sites/rack/connectors/?sort=-power")
        assert complaints == []
