"""An operator reads a charge point's tabs: each has an address, stays live and complains of nothing."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.charge_point import ChargePoint
from tests.browser.conftest import LogIn
from tests.support.server import Server

pytestmark = pytest.mark.browser

TAG = "B4A63CDF2212"
POINT = "/sites/depot/charge-points/CP_1/"
TABS = {
    "Transactions": "transactions/",
    "Curves": "curves/",
    "Commands": "commands/",
    "Configuration": "configuration/",
    "Messages": "messages/",
    "Files": "files/",
    "Connections": "connections/",
    "Live": "",
}
STAY = "window.stayed = true"
SOCKETS = "window.sockets"
COUNT_SOCKETS = """
window.sockets = 0;
window.WebSocket = class extends WebSocket {
  constructor(...given) { super(...given); window.sockets += 1; }
};
"""
OFFERED = """
head => {
  head.querySelector("details").open = true;
  const seen = selector => [...head.querySelectorAll(selector)].filter(each => each.checkVisibility());
  const buttons = seen(":scope > a.btn");
  const rows = new Set(buttons.map(each => each.getBoundingClientRect().top));
  const offered = [...buttons, ...seen(".menu__item")].map(each => each.getAttribute("href"));
  return [offered, rows.size, buttons.length, head.querySelectorAll("[id^=command-]").length];
}
"""


def follow(page: Page, name: str) -> None:
    page.click(f'.tabs a:has-text("{name}")')
    expect(page.locator(".tabs [aria-current=page]")).to_have_text(name)


def shown(page: Page) -> tuple[float, float]:
    text = page.get_attribute("#charts", "data-shown") or "0 0"
    start, end = map(float, text.split())
    return start, end


class TestTabs:
    def test_tabs_are_swapped_with_one_socket_and_every_address_is_a_page(
        self, log_in: LogIn, live_evkit: Server, charge_point: ChargePoint, complaints: list[str]
    ) -> None:
        page = log_in("operator")
        page.add_init_script(COUNT_SOCKETS)
        page.goto(f"{live_evkit.url}{POINT}?connector=2")
        page.evaluate(STAY)
        for name, path in TABS.items():
            follow(page, name)
            expect(page).to_have_url(f"{live_evkit.url}{POINT}{path}?connector=2")
        assert page.evaluate("window.stayed") is True
        assert page.evaluate(SOCKETS) == 1
        for name, path in TABS.items():
            page.goto(f"{live_evkit.url}{POINT}{path}")
            expect(page.locator(".tabs [aria-current=page]")).to_have_text(name)
        page.go_back()
        expect(page.locator(".tabs [aria-current=page]")).to_have_text("Connections")
        assert complaints == []

    def test_the_feed_refreshes_the_tab_that_is_looked_at(
        self, log_in: LogIn, live_evkit: Server, charge_point: ChargePoint, complaints: list[str]
    ) -> None:
        page = log_in("guest")
        page.goto(f"{live_evkit.url}{POINT}")
        follow(page, "Transactions")
        number = charge_point.start(1, TAG)
        line = page.locator(f'#cp-transactions tr:has-text("{number}")').first
        expect(line).to_contain_text("running")
        charge_point.stop(number)
        expect(line).to_contain_text("Stopped remotely")
        line.get_by_role("link", name=str(number), exact=True).click()
        expect(page.locator("h1")).to_have_text(f"Transaction {number}")
        assert complaints == []

    def test_a_vehicle_keeps_its_name_until_it_is_unplugged(
        self, log_in: LogIn, live_evkit: Server, charge_point: ChargePoint
    ) -> None:
        page = log_in("guest")
        page.goto(f"{live_evkit.url}{POINT}?connector=1")
        number = charge_point.start(1, TAG)
        charge_point.status(1, "Charging")
        expect(page.locator("#cp-plan")).to_contain_text("Bus 1")
        charge_point.stop(number)
        charge_point.status(1, "Finishing")
        expect(page.locator("#cp-plan")).to_contain_text("finished")
        expect(page.locator("#cp-plan")).to_contain_text("Bus 1")
        charge_point.status(1, "Available")
        expect(page.locator("#cp-plan")).not_to_contain_text("Bus 1")


class TestCommands:
    @pytest.mark.parametrize("width", [1440, 390])
    def test_a_command_of_the_head_is_a_button_or_in_the_menu_never_both(
        self, log_in: LogIn, live_evkit: Server, charge_point: ChargePoint, width: int
    ) -> None:
        page = log_in("operator", width=width)
        page.goto(f"{live_evkit.url}{POINT}")
        expect(page.locator("#command-reset")).to_have_count(1)
        offered, rows, buttons, commands = page.locator("#cp-head .row-actions").evaluate(OFFERED)
        assert sorted(offered) == sorted(set(offered))
        assert len(offered) == commands
        assert rows == 1
        assert (buttons == 2) is (width == 390)

    def test_a_command_that_is_read_stays_open(
        self, log_in: LogIn, live_evkit: Server, charge_point: ChargePoint, complaints: list[str]
    ) -> None:
        page = log_in("operator")
        page.goto(f"{live_evkit.url}{POINT}commands/")
        page.click("#command-unlock")
        page.click("dialog button[type=submit]")
        first = page.locator("#cp-sent details").first
        expect(first).to_contain_text("UnlockConnector")
        expect(first).to_contain_text("Accepted")
        first.locator("summary").click()
        expect(first.locator(".frame__text").first).to_contain_text("UnlockConnector")
        page.evaluate("document.querySelector('#cp-sent .frame__text').dataset.same = 'yes'")
        charge_point.status(1, "Faulted", "GroundFailure")
        expect(page.locator("#cp-head")).to_have_attribute("data-state", "faulted")
        expect(first.locator("[data-same]")).to_have_count(1)
        charge_point.status(1, "Available")
        assert complaints == []


class TestMessages:
    def test_new_frames_are_appended_while_one_is_read_and_a_filter_narrows(
        self, log_in: LogIn, live_evkit: Server, charge_point: ChargePoint, complaints: list[str]
    ) -> None:
        page = log_in("guest")
        page.goto(f"{live_evkit.url}{POINT}messages/")
        lines = page.locator("#log > li")
        lines.first.locator("summary").click()
        expect(lines.first.locator(".frame__text").first).to_contain_text("StatusNotification")
        before = lines.count()
        charge_point.status(2, "Reserved")
        expect(lines).to_have_count(before + 1)
        expect(page.locator("#log details[open]")).to_have_count(1)
        page.fill("[name=q]", "Reserved")
        page.click('.filters button:has-text("Filter")')
        expect(page).to_have_url(re.compile(r"[?&]q=Reserved"))
        expect(lines.first).to_contain_text("Reserved")
        for text in lines.all_inner_texts():
            assert "Reserved" in text
        charge_point.status(2, "Available")
        charge_point.status(2, "Reserved")
        expect(lines.nth(1)).to_contain_text("Reserved")
        assert complaints == []


class TestCurves:
    def test_dragging_looks_closer_and_back(
        self, log_in: LogIn, live_evkit: Server, charge_point: ChargePoint, complaints: list[str]
    ) -> None:
        number = charge_point.start(1, TAG)
        charge_point.status(1, "Charging")
        for step in range(3):
            charge_point.meter(1, number, 38_000 + step, 64)
        page = log_in("guest")
        page.goto(f"{live_evkit.url}{POINT}curves/?connector=1&period=1h")
        expect(page.locator(".chart")).to_have_count(2)
        start, end = shown(page)
        assert round(end - start) == 3600
        box = page.locator(".chart .u-over").first.bounding_box()
        assert box is not None
        left, right, middle = box["x"] + 200, box["x"] + 500, box["y"] + 40
        page.mouse.move(left, middle)
        page.mouse.down()
        page.mouse.move((left + right) / 2, middle, steps=4)
        page.mouse.move(right, middle, steps=4)
        page.mouse.up()
        expect(page).to_have_url(re.compile("from=.*&to="))
        closer = shown(page)
        assert closer[1] - closer[0] == pytest.approx(3600 * 300 / box["width"], abs=30)
        zoomed = page.url
        page.click("[data-charts-reset]")
        expect(page).to_have_url(re.compile("period=1h$"))
        assert round(shown(page)[1] - shown(page)[0]) == 3600
        page.goto(zoomed)
        expect(page.locator("#charts")).to_have_attribute("data-shown", re.compile(r"\d"))
        assert shown(page) == pytest.approx(closer, abs=1)
        charge_point.stop(number)
        charge_point.status(1, "Available")
        assert complaints == []

    def test_curves_are_read_without_javascript_as_figures(
        self, log_in: LogIn, live_evkit: Server, charge_point: ChargePoint
    ) -> None:
        page = log_in("guest", width=390, height=844, service_workers="block")
        page.route("**/*.js", lambda route: route.abort())
        for name, path in TABS.items():
            page.goto(f"{live_evkit.url}{POINT}{path}")
            assert page.evaluate("window.htmx === undefined"), path
            page.click(f'.tabs a:has-text("{name}")')
            expect(page.locator(".tabs [aria-current=page]")).to_have_text(name)
            page.wait_for_load_state()
            sideways = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            assert page.evaluate(sideways) == 0, path
