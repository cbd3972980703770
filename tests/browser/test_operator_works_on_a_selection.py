"""An operator selects connectors, asks something of all of them, and reads what came of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.charge_point import ChargePoint
from tests.browser.conftest import LogIn
from tests.support.server import Server

pytestmark = pytest.mark.browser

TAG = "B4A63CDF2212"
PATH = "/sites/depot/operation/"


@pytest.fixture
def second(live_evkit: Server) -> Iterator[ChargePoint]:
    """CP_2 of the depot, connected and free."""
    connected = ChargePoint(live_evkit.ocpp_url, "CP_2")
    connected.status(1, "Available")
    yield connected
    connected.close()


def row_of(page: Page, title: str) -> Locator:
    return page.locator("#rows tr").filter(has=page.get_by_role("link", name=title, exact=True))


def tick(page: Page, *titles: str) -> None:
    for title in titles:
        row_of(page, title).locator("input").check()


class TestSelection:
    def test_three_are_stopped_and_each_has_its_result(
        self, log_in: LogIn, live_evkit: Server, charge_point: ChargePoint, second: ChargePoint
    ) -> None:
        first, other = charge_point.start(1, TAG), charge_point.start(2, "T2")
        third = second.start(1, "T3")
        for point, connector in ((charge_point, 1), (charge_point, 2), (second, 1)):
            point.status(connector, "Charging")
        second.answer = {"status": "Rejected"}
        page = log_in("operator")
        page.goto(f"{live_evkit.url}{PATH}")
        tick(page, "CP_1 / 1", "CP_1 / 2", "CP_2")
        expect(page.locator("[data-picked]")).to_have_text("3")
        page.click('.picks button[value="stop"]')
        dialog = page.locator("#dialog")
        expect(dialog).to_contain_text("Stop the charges of CP_1 / 1 and 2 others")
        expect(dialog).to_contain_text("3 running transactions will end.")
        dialog.locator('button[type="submit"]').click()
        expect(dialog).to_contain_text("1 not done: CP_2 / 1 — Rejected", timeout=15_000)
        expect(dialog).to_contain_text("2 under way")
        charge_point.stop(first)
        charge_point.stop(other)
        expect(dialog).to_contain_text("2 done", timeout=15_000)
        expect(dialog.locator(".opline.is-good")).to_have_count(2)
        expect(dialog).to_contain_text("Try again for the failed ones")
        dialog.get_by_text("All details").click()
        expect(page.locator('tr[data-tone="good"]')).to_have_count(2)
        expect(page.locator('tr[data-tone="bad"]')).to_have_count(1)
        second.stop(third)

    def test_the_state_can_be_read_on_every_screen(
        self, log_in: LogIn, live_evkit: Server, charge_point: ChargePoint
    ) -> None:
        page = log_in("operator")
        page.goto(f"{live_evkit.url}{PATH}")
        widths = (641, 768, 820, 900, 1024, 1030, 1160, 1290, 1380, 1440)
        shown = {}
        for width in widths:
            page.set_viewport_size({"width": width, "height": 900})
            shown[width] = page.locator("#rows .c-state").first.evaluate("cell => cell.clientWidth")
        assert min(shown.values()) >= 110, shown

    def test_rows_change_live_under_a_selection(
        self, log_in: LogIn, live_evkit: Server, charge_point: ChargePoint, complaints: list[str]
    ) -> None:
        page = log_in("operator")
        page.goto(f"{live_evkit.url}{PATH}?sort=state")
        expect(page.locator(".link__state--live")).to_be_visible()
        tick(page, "CP_1 / 1")
        changed = row_of(page, "CP_1 / 1")
        changed.locator(".c-ref").evaluate("cell => { cell.stayed = true; }")
        charge_point.status(1, "Faulted", "GroundFailure")
        expect(changed).to_contain_text("Earth fault")
        expect(changed).to_have_class("is-faulted")
        assert changed.locator(".c-ref").evaluate("cell => cell.stayed") is True
        expect(changed.locator("input")).to_be_checked()
        expect(page.locator("[data-picked]")).to_have_text("1")
        assert complaints == []

    def test_a_filter_in_the_address_lets_rows_come_and_go_without_a_complaint(
        self, log_in: LogIn, live_evkit: Server, charge_point: ChargePoint, complaints: list[str]
    ) -> None:
        page = log_in("operator")
        page.goto(f"{live_evkit.url}{PATH}?state=faulted")
        expect(page.locator(".link__state--live")).to_be_visible()
        charge_point.status(2, "Faulted", "OverVoltage")
        appeared = row_of(page, "CP_1 / 2")
        expect(appeared).to_contain_text("Voltage too high")
        charge_point.status(2, "Available")
        expect(appeared).to_have_count(0)
        with page.expect_response(re.compile(r"only=\d")):
            charge_point.status(1, "Preparing")
        charge_point.status(2, "Faulted", "OverVoltage")
        expect(appeared).to_contain_text("Voltage too high")
        assert complaints == []
        charge_point.status(2, "Available")
        page.goto(f"{live_evkit.url}{PATH}")
        page.fill('input[name="q"]', "CP_2")
        expect(page.locator("#rows tr")).to_have_count(1)
        expect(page).to_have_url(f"{live_evkit.url}{PATH}?sort=&q=CP_2")

    def test_the_keyboard_selects(self, log_in: LogIn, live_evkit: Server, charge_point: ChargePoint) -> None:
        page = log_in("operator")
        page.goto(f"{live_evkit.url}{PATH}")
        picked = page.locator("[data-picked]")
        page.locator("#rows tr").first.locator("input").focus()
        page.keyboard.press("Space")
        expect(picked).to_have_text("1")
        page.keyboard.press("Shift+ArrowDown")
        expect(picked).to_have_text("2")
        page.keyboard.press("Control+a")
        expect(picked).to_have_text("3")
        page.keyboard.press("Escape")
        expect(picked).to_have_text("0")
        page.locator("#rows tr").nth(0).locator("input").click()
        page.locator("#rows tr").nth(2).locator("input").click(modifiers=["Shift"])
        expect(picked).to_have_text("3")


class TestPhone:
    def test_one_row_is_worked_on_with_one_thumb(
        self, log_in: LogIn, live_evkit: Server, charge_point: ChargePoint
    ) -> None:
        page = log_in("operator", language="fr", width=360, height=780)
        page.goto(f"{live_evkit.url}{PATH}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        card = row_of(page, "CP_1 / 1")
        card.locator("[data-row-menu]").click()
        item = page.locator('#row-menu [data-operation="unlock"]')
        box = item.bounding_box()
        assert box is not None
        assert box["height"] >= 44
        item.click()
        dialog = page.locator("#dialog")
        expect(dialog).to_contain_text("Déverrouiller CP_1 / 1")
        charge_point.answer = {"status": "Unlocked"}
        dialog.locator('button[type="submit"]').click()
        expect(dialog).to_contain_text("1 fait", timeout=15_000)
        assert charge_point.received.get(timeout=10) == ("UnlockConnector", {"connectorId": 1})


class TestGuest:
    def test_looks_only(self, log_in: LogIn, live_evkit: Server, charge_point: ChargePoint) -> None:
        page = log_in("guest")
        page.goto(f"{live_evkit.url}{PATH}")
        expect(page.locator("#rows tr")).to_have_count(3)
        expect(page.locator('main input[type="checkbox"]')).to_have_count(0)
        expect(page.locator("#rows button")).to_have_count(0)
        charge_point.status(1, "Reserved")
        expect(row_of(page, "CP_1 / 1")).to_contain_text("Reserved")
