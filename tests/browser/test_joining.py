"""A charge point that has never connected: its page says how, and shows it as soon as it does."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.charge_point import ChargePoint
from tests.browser.conftest import LogIn
from tests.support.server import Server

pytestmark = pytest.mark.browser


class TestJoining:
    def test_what_the_page_tells_connects_it(
        self, log_in: LogIn, live_evkit: Server, complaints: list[str]
    ) -> None:
        page = log_in("operator", width=360, height=740)
        page.goto(f"{live_evkit.url}/sites/depot/charge-points/CP_2/")
        address = page.locator("#joining-address").inner_text()
        assert address == f"{live_evkit.ocpp_url}CP_2"
        expect(page.locator("#command-start")).to_have_count(0)
        sideways = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(sideways) == 0
        site = page.context.new_page()
        site.goto(f"{live_evkit.url}/sites/depot/")
        expect(site.locator(".joining")).to_contain_text(f"{live_evkit.ocpp_url}IDENTITY")
        connected = ChargePoint(address.removesuffix("CP_2"), "CP_2")
        connected.status(1, "Available")
        expect(page.locator("#command-start")).to_be_visible()
        expect(page.locator("#joining-address")).to_have_count(0)
        site.bring_to_front()
        expect(site.locator(".joining")).to_be_hidden()
        connected.close()
        assert complaints == []
