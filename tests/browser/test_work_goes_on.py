"""What somebody is doing on a live page goes on while the feed exchanges its parts."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.charge_point import ChargePoint
from tests.browser.conftest import LogIn
from tests.support.server import Server

pytestmark = pytest.mark.browser

POINT = "/sites/depot/charge-points/CP_1/"
FOCUSED = "document.activeElement.getAttribute('href')"
SCROLLED = "menu => menu.scrollTop"
MARKED = "getSelection().toString()"
# Holds the answers back that somebody asked for, not those of the live feed.
SLOW = """() => {
  const send = XMLHttpRequest.prototype.send;
  const named = XMLHttpRequest.prototype.setRequestHeader;
  XMLHttpRequest.prototype.setRequestHeader = function (name, value) {
    if (name === "X-Live") this.live = true;
    named.call(this, name, value);
  };
  XMLHttpRequest.prototype.send = function (...given) {
    setTimeout(() => send.apply(this, given), this.live ? 0 : 2500);
  };
}"""
MARK = "name => getSelection().selectAllChildren(document.querySelector(name))"


def state_of(page: Page, state: str) -> None:
    expect(page.locator("#cp-head")).to_have_attribute("data-state", state)


@pytest.fixture
def page(log_in: LogIn, live_evkit: Server, charge_point: ChargePoint) -> Page:
    shown = log_in("operator", height=420)
    shown.goto(f"{live_evkit.url}{POINT}")
    state_of(shown, "idle")
    return shown


class TestMenu:
    def test_stays_open_scrolled_and_focused(self, page: Page, charge_point: ChargePoint) -> None:
        page.click("#cp-head summary")
        menu = page.locator("#cp-head .menu__list")
        for _step in range(7):
            page.keyboard.press("ArrowDown")
        focused = page.evaluate(FOCUSED)
        menu.evaluate("menu => menu.scrollTo(0, 40)")
        page.wait_for_timeout(100)
        charge_point.status(1, "Faulted", "GroundFailure")
        state_of(page, "faulted")
        expect(menu).to_be_visible()
        assert page.evaluate(FOCUSED) == focused
        assert menu.evaluate(SCROLLED) == 40
        page.keyboard.press("Escape")
        expect(menu).to_be_hidden()
        charge_point.status(1, "Available")
        state_of(page, "idle")
        expect(menu).to_be_hidden()


class TestForm:
    def test_keeps_what_was_chosen_and_not_yet_sent(
        self, page: Page, live_evkit: Server, charge_point: ChargePoint
    ) -> None:
        page.goto(f"{live_evkit.url}{POINT}commands/")
        wanted = page.locator("#cp-sent select[name=state]")
        wanted.select_option("failed")
        wanted.focus()
        page.evaluate("document.querySelector('#cp-sent').marked = true")
        other = page.context.new_page()
        other.goto(f"{live_evkit.url}{POINT}commands/reset/")
        other.click(".form__actions button[type=submit]")
        expect(page.locator("#cp-sent .log__item").first).to_contain_text("Reset")
        assert page.evaluate("document.querySelector('#cp-sent').marked") is None
        expect(wanted).to_have_value("failed")
        expect(wanted).to_be_focused()


class TestReading:
    def test_marked_text_stays_until_it_is_let_go(self, page: Page, charge_point: ChargePoint) -> None:
        page.evaluate(MARK, "#cp-head h1")
        charge_point.status(1, "Faulted", "GroundFailure")
        expect(page.locator("#strip")).to_contain_text("CP_1")
        page.wait_for_timeout(600)
        assert page.evaluate(MARKED) == "CP_1"
        state_of(page, "idle")
        page.evaluate("getSelection().removeAllRanges()")
        state_of(page, "faulted")
        charge_point.status(1, "Available")
        state_of(page, "idle")


class TestPress:
    def test_a_button_that_is_held_down_while_its_row_changes_still_does_its_work(
        self, page: Page, live_evkit: Server, charge_point: ChargePoint
    ) -> None:
        page.goto(f"{live_evkit.url}/sites/depot/operation/")
        row = page.locator("#rows tr").filter(has_text="CP_1 / 1")
        number = charge_point.start(1, "B4A63CDF2212")
        charge_point.status(1, "Charging")
        charge_point.meter(1, number, 7000, 50)
        expect(row.locator(".c-power b")).to_have_text("7.0")
        row.locator("button[name=one]").hover()
        page.mouse.down()
        charge_point.meter(1, number, 9000, 50)
        page.wait_for_timeout(1500)
        page.mouse.up()
        expect(page.locator("#dialog")).to_contain_text("Stop the charge of CP_1 / 1")
        expect(row.locator(".c-power b")).to_have_text("9.0")
        charge_point.stop(number)
        charge_point.status(1, "Available")


class TestAsking:
    def test_an_answer_on_its_way_is_not_lost_when_a_live_part_comes_first(
        self, page: Page, live_evkit: Server, charge_point: ChargePoint
    ) -> None:
        page.goto(f"{live_evkit.url}/sites/depot/connectors/")
        head = page.get_by_role("columnheader", name="State")
        expect(page.locator("body")).not_to_have_class("is-lost")
        page.wait_for_timeout(800)
        page.evaluate(SLOW)
        head.locator("a").click()
        charge_point.status(1, "Faulted", "GroundFailure")
        page.evaluate("document.dispatchEvent(new CustomEvent('live-refresh'))")
        expect(head).to_have_attribute("aria-sort", "ascending")
        expect(page.locator("#list tr.is-faulted")).to_have_count(1)
        charge_point.status(1, "Available")


class TestReservations:
    def test_appear_and_end_by_themselves_while_the_form_is_filled(
        self, page: Page, live_evkit: Server
    ) -> None:
        page.goto(f"{live_evkit.url}/sites/depot/reservations/")
        page.click(".disclosure summary")
        page.fill("input[name=minutes]", "45")
        expect(page.locator("#reservations")).to_contain_text("Nothing is reserved")
        other = page.context.new_page()
        other.goto(page.url)
        other.click(".disclosure summary")
        other.locator("select[name=id_tag]").select_option("B4A63CDF2212")
        other.click(".disclosure button[type=submit]")
        expect(page.locator("#reservations")).to_contain_text("Current reservations")
        expect(page.locator("#reservations")).to_contain_text("Reserved")
        expect(page.locator("input[name=minutes]")).to_have_value("45")
