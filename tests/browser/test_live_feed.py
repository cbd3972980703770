"""A hidden page is silent, and up to date when it is looked at again."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.charge_point import ChargePoint
from tests.browser.conftest import LogIn
from tests.support.server import Server

pytestmark = pytest.mark.browser

VISIBILITY = """hidden => {
  Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


class TestHiddenPage:
    def test_neither_fetches_nor_hears_until_it_is_seen_again(
        self, log_in: LogIn, live_evkit: Server, charge_point: ChargePoint
    ) -> None:
        page = log_in("guest")
        frames: list[object] = []

        def hear(frame: object) -> None:
            frames.append(frame)

        page.on("websocket", lambda socket: socket.on("framereceived", hear))
        page.goto(f"{live_evkit.url}/sites/depot/")
        card = page.locator('[data-charge-point="CP_1"]')
        charge_point.status(1, "Preparing")
        expect(card).to_have_attribute("data-state", "preparing")
        page.evaluate(VISIBILITY, True)
        page.wait_for_timeout(500)
        frames.clear()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url) if "only=" in request.url else None)
        charge_point.status(1, "Faulted", "GroundFailure")
        page.wait_for_timeout(1500)
        assert (asked, frames) == ([], [])
        page.evaluate(VISIBILITY, False)
        expect(card).to_have_attribute("data-state", "faulted")
        assert asked
