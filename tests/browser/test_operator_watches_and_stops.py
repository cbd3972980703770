"""An operator watches a charge live and stops it."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
from playwright.sync_api import Error, Page, expect

from tests.browser.charge_point import ChargePoint
from tests.browser.conftest import LogIn
from tests.support.server import Server

pytestmark = pytest.mark.browser

TAG = "B4A63CDF2212"
MEANWHILE = (
    "from chargers.models import ChargePointState, EvseState; "
    "ChargePointState.objects.update(connected=True); EvseState.objects.update(status='Reserved')"
)
AGE = re.compile(r"Age of the values: \d+\u202fs")
STAY = "window.stayed = true"


def never_reloaded(page: Page) -> bool:
    return bool(page.evaluate("window.stayed === true"))


class TestOverview:
    def test_a_state_changes_without_reloading(
        self, log_in: LogIn, live_evkit: Server, charge_point: ChargePoint
    ) -> None:
        page = log_in("guest")
        page.goto(f"{live_evkit.url}/sites/depot/")
        page.evaluate(STAY)
        card = page.locator('[data-charge-point="CP_1"]')
        expect(card).to_have_attribute("data-state", "idle")
        charge_point.status(1, "Faulted", "GroundFailure")
        expect(card).to_have_attribute("data-state", "faulted")
        expect(page.locator("#strip")).to_contain_text("Earth fault")
        assert never_reloaded(page)

    def test_power_appears_without_reloading(
        self, log_in: LogIn, live_evkit: Server, charge_point: ChargePoint
    ) -> None:
        page = log_in("guest")
        page.goto(f"{live_evkit.url}/sites/depot/")
        page.evaluate(STAY)
        transaction = charge_point.start(1, TAG)
        charge_point.status(1, "Charging")
        charge_point.meter(1, transaction, 38_400, 64)
        card = page.locator('[data-charge-point="CP_1"]')
        expect(card).to_contain_text("38.4")
        expect(card).to_contain_text("Bus 1")
        expect(page.locator("#totals")).to_contain_text("38.4")
        assert never_reloaded(page)

    def test_a_search_narrows_the_page_and_stays_in_the_address(
        self, log_in: LogIn, live_evkit: Server, charge_point: ChargePoint
    ) -> None:
        page = log_in("guest")
        page.goto(f"{live_evkit.url}/sites/depot/")
        page.evaluate(STAY)
        page.fill('input[name="q"]', "CP_2")
        expect(page.locator('[data-charge-point="CP_1"]')).to_have_count(0)
        expect(page.locator('[data-charge-point="CP_2"]')).to_be_visible()
        expect(page).to_have_url(f"{live_evkit.url}/sites/depot/?q=CP_2")
        charge_point.status(1, "Reserved")
        expect(page.locator("#chip-5")).to_contain_text("1")
        expect(page.locator('[data-charge-point="CP_1"]')).to_have_count(0)
        assert never_reloaded(page)

    def test_a_lost_feed_is_told_and_everything_is_read_again_on_its_return(
        self, log_in: LogIn, live_evkit: Server, charge_point: ChargePoint
    ) -> None:
        page = log_in("guest")
        page.goto(f"{live_evkit.url}/sites/depot/")
        page.evaluate(STAY)
        expect(page.locator(".link__state--live")).to_be_visible()
        live_evkit.kill()
        expect(page.locator(".banner--live")).to_be_visible()
        expect(page.locator(".banner--live")).to_contain_text(AGE)
        live_evkit.shell(MEANWHILE)
        live_evkit.start()
        expect(page.locator(".banner--live")).to_be_hidden(timeout=30_000)
        card = page.locator('[data-charge-point="CP_1"]')
        expect(card).to_have_attribute("data-state", "reserved", timeout=10_000)
        assert never_reloaded(page)


class TestCommands:
    def test_an_operator_stops_a_charge_and_sees_its_effect(
        self, log_in: LogIn, live_evkit: Server, charge_point: ChargePoint
    ) -> None:
        transaction = charge_point.start(1, TAG)
        charge_point.status(1, "Charging")
        charge_point.meter(1, transaction, 38_400, 64)
        page = log_in("operator", by_form=True)
        page.goto(f"{live_evkit.url}/sites/depot/charge-points/CP_1/")
        page.evaluate(STAY)
        page.click("#command-stop")
        page.click("dialog button.btn--danger-fill")
        action, payload = charge_point.received.get(timeout=10)
        assert (action, payload) == ("RemoteStopTransaction", {"transactionId": transaction})
        line = page.locator('[data-command="RemoteStopTransaction"]')
        expect(line).to_contain_text("Accepted")
        charge_point.stop(transaction)
        charge_point.status(1, "Finishing")
        expect(line).to_contain_text("effect seen", timeout=15_000)
        expect(page.locator("#cp-head")).to_have_attribute("data-state", "finishing")
        assert never_reloaded(page)

    def test_a_refusal_is_shown(self, log_in: LogIn, live_evkit: Server, charge_point: ChargePoint) -> None:
        charge_point.answer = {"status": "Rejected"}
        page = log_in("operator")
        page.goto(f"{live_evkit.url}/sites/depot/charge-points/CP_1/")
        page.click("#command-reset")
        page.click("dialog button.btn--danger-fill")
        assert charge_point.received.get(timeout=10) == ("Reset", {"type": "Soft"})
        expect(page.locator('[data-command="Reset"]')).to_contain_text("Rejected", timeout=15_000)

    def test_an_ended_session_leads_to_the_log_in(
        self, log_in: LogIn, live_evkit: Server, charge_point: ChargePoint
    ) -> None:
        page = log_in("operator")
        page.goto(f"{live_evkit.url}/sites/depot/charge-points/CP_1/")
        page.context.clear_cookies()
        with suppress(Error):  # the page may be on its way already: its live values ask first
            page.click("#command-reset", timeout=3000)
        page.wait_for_url(f"{live_evkit.url}/account/login/?next=*")
        assert charge_point.received.empty()

    def test_a_dialog_is_left_with_the_keyboard(
        self, log_in: LogIn, live_evkit: Server, charge_point: ChargePoint
    ) -> None:
        page = log_in("operator")
        page.goto(f"{live_evkit.url}/sites/depot/charge-points/CP_1/")
        page.focus("#command-reset")
        page.keyboard.press("Enter")
        expect(page.locator("#dialog")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator("#dialog")).to_be_hidden()
        assert charge_point.received.empty()
