"""Administrators declare, change and remove vehicles; operators plan what one charges and find its page."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.browser.charge_point import ChargePoint
from tests.browser.conftest import LogIn
from tests.support.server import Server

pytestmark = pytest.mark.browser

TAG = "B4A63CDF2212"
WIDTHS = pytest.mark.parametrize("width", [1440, 390])
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
VEHICLES = "/sites/depot/vehicles/"


def assert_fits(page: Page) -> None:
    assert page.evaluate(SIDEWAYS) == 0, page.url


class TestAnAdministrator:
    @WIDTHS
    def test_declares_changes_and_removes_a_vehicle(
        self, log_in: LogIn, live_evkit: Server, complaints: list[str], width: int
    ) -> None:
        page = log_in("administrator", width=width, height=844)
        page.goto(f"{live_evkit.url}{VEHICLES}")
        page.get_by_role("link", name="Declare a vehicle").click()
        page.get_by_label("Name").fill("Van 9")
        page.get_by_label("Code").fill("van-9")
        page.get_by_label("Usual departure").fill("06:30")
        page.get_by_label("Badges", exact=True).fill("CAFE\nFEED")
        assert_fits(page)
        page.get_by_role("button", name="Declare").click()
        expect(page).to_have_url(f"{live_evkit.url}{VEHICLES}van-9/")
        expect(page.get_by_text("Van 9 was declared.")).to_be_visible()
        expect(page.locator("#vehicle-facts")).to_contain_text("CAFE, FEED")
        page.get_by_role("link", name="Change", exact=True).click()
        dialog = page.locator("#dialog")
        expect(dialog.get_by_label("Usual departure")).to_have_value("06:30")
        dialog.get_by_label("Name").fill("Van 9 b")
        dialog.get_by_label("Usual need").fill("0")
        dialog.get_by_role("button", name="Apply").click()
        expect(dialog).to_contain_text("The need must be at least 1 Wh.")
        dialog.get_by_label("Usual need").fill("42.5")
        dialog.get_by_label("Badges", exact=True).fill("CAFE")
        assert_fits(page)
        dialog.get_by_role("button", name="Apply").click()
        expect(page.get_by_text("The vehicle was changed.")).to_be_visible()
        expect(page.locator("h1")).to_have_text("Van 9 b")
        expect(page.locator("#vehicle-facts")).to_contain_text("42.5 kWh")
        expect(page.locator("#vehicle-facts")).not_to_contain_text("FEED")
        assert_fits(page)
        page.get_by_role("button", name="Remove this vehicle").click()
        expect(page).to_have_url(f"{live_evkit.url}{VEHICLES}")
        expect(page.get_by_text("Van 9 b was removed.")).to_be_visible()
        expect(page.locator("table")).not_to_contain_text("Van 9")
        assert_fits(page)
        assert complaints == []

    def test_is_told_at_the_field_that_a_code_is_taken(self, log_in: LogIn, live_evkit: Server) -> None:
        page = log_in("administrator", width=390, height=844)
        page.goto(f"{live_evkit.url}/sites/depot/new-vehicle/")
        page.get_by_label("Name").fill("Again")
        page.get_by_label("Code").fill("bus-1")
        page.get_by_role("button", name="Declare").click()
        refused = page.get_by_role("alert").filter(has_text="already a vehicle with the code bus-1")
        expect(refused).to_be_visible()
        expect(page.get_by_label("Name")).to_have_value("Again")


class TestAnOperator:
    @WIDTHS
    def test_finds_a_vehicle_from_the_operation_list_and_plans_its_charge(
        self,
        log_in: LogIn,
        live_evkit: Server,
        charge_point: ChargePoint,
        complaints: list[str],
        width: int,
    ) -> None:
        transaction = charge_point.start(1, TAG)
        charge_point.status(1, "Charging")
        page = log_in("operator", width=width, height=844)
        page.goto(f"{live_evkit.url}/sites/depot/operation/")
        page.locator("#rows").get_by_role("link", name="Bus 1", exact=True).click()
        expect(page).to_have_url(f"{live_evkit.url}{VEHICLES}bus-1/")
        expect(page.get_by_role("link", name="Change", exact=True)).to_have_count(0)
        page.get_by_role("link", name="Plan this charge").click()
        dialog = page.locator("#dialog")
        tomorrow = datetime.now(ZoneInfo("Europe/Paris")) + timedelta(days=1)
        dialog.get_by_label("Departure").fill(f"{tomorrow:%Y-%m-%d}T06:30")
        dialog.get_by_label("Energy of the whole charge").fill("80")
        assert_fits(page)
        dialog.get_by_role("button", name="Apply").click()
        now = page.locator("#vehicle-now")
        expect(now).to_contain_text(re.compile(rf"Ready by\s*{tomorrow.day} .* 06:30"))
        expect(now).to_contain_text(re.compile(r"Still needs\s*80\.0"))
        assert_fits(page)
        charge_point.stop(transaction)
        expect(now).to_contain_text("It charges on none of your sites at the moment.")
        assert complaints == []
