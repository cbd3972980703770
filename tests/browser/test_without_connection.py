"""The server is gone: what the browser shows instead never looks live."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import LogIn
from tests.support.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WORKER_READY = """async () => {
  if (!navigator.serviceWorker.controller) return false;
  const { active } = await navigator.serviceWorker.ready;
  const caches_ = await caches.keys();
  const cache = await caches.open(caches_[0]);
  return active.state === "activated" && Boolean(await cache.match("/offline/"));
}"""
KEPT = """async () => {
  const found = [];
  for (const name of await caches.keys()) {
    for (const request of await (await caches.open(name)).keys()) found.push(new URL(request.url).pathname);
  }
  return found;
}"""


@pytest.fixture(autouse=True)
def runs_again(live_evkit: Server) -> Iterator[None]:
    """A test that fails while the server is stopped leaves a running one to the others."""
    yield
    if live_evkit.process is None:
        live_evkit.start()


def wait_for_worker(page: Page) -> None:
    """Wait until the service worker controls the page and knows its language."""
    for _attempt in range(
        300
    ):  # not wait_for_function: it evaluates strings, which the page's policy forbids
        if page.evaluate(WORKER_READY):
            return
        page.wait_for_timeout(100)
    pytest.fail("the service worker does not control the page")


class TestWithoutConnection:
    @pytest.mark.parametrize(
        ("language", "heading"), [("en", "No connection to evkit"), ("fr", "Pas de connexion à evkit")]
    )
    def test_a_page_says_so_in_the_users_language_and_comes_back_by_itself(
        self, log_in: LogIn, live_evkit: Server, language: str, heading: str
    ) -> None:
        page = log_in("operator", language=language)
        page.goto(f"{live_evkit.url}/sites/depot/")
        wait_for_worker(page)
        live_evkit.stop()
        page.goto(f"{live_evkit.url}/sites/depot/charge-points/CP_1/")
        expect(page.locator("h1")).to_have_text(heading)
        expect(page.locator("[data-lost]")).not_to_be_empty()
        assert page.locator("text=CP_1").count() == 0
        page.click("[data-retry]")
        expect(page.locator("h1")).to_have_text(heading)
        live_evkit.start()
        expect(page.locator("h1")).to_have_text("CP_1", timeout=20_000)
        assert page.url == f"{live_evkit.url}/sites/depot/charge-points/CP_1/"

    def test_no_page_and_no_data_is_ever_kept(self, log_in: LogIn, live_evkit: Server) -> None:
        page = log_in("operator")
        for path in ("/sites/depot/", "/sites/depot/charge-points/CP_1/", "/legend/"):
            page.goto(live_evkit.url + path)
            page.wait_for_load_state("networkidle")
        wait_for_worker(page)
        kept = page.evaluate(KEPT)
        assert kept
        assert all(path.startswith(("/static/", "/offline/")) for path in kept)

    def test_the_offline_page_is_drawn_from_what_was_kept(self, log_in: LogIn, live_evkit: Server) -> None:
        page = log_in("guest")
        wait_for_worker(page)
        live_evkit.stop()
        page.goto(f"{live_evkit.url}/legend/")
        drawn = page.evaluate("getComputedStyle(document.querySelector('.btn--primary')).backgroundColor")
        live_evkit.start()
        assert drawn == "rgb(23, 89, 122)"

    def test_an_open_page_says_that_its_values_are_old(self, log_in: LogIn, live_evkit: Server) -> None:
        page = log_in("guest")
        page.goto(f"{live_evkit.url}/legend/")
        expect(page.locator(".link__state--live")).to_be_visible()
        live_evkit.stop()
        expect(page.locator(".link__state--lost")).to_be_visible(timeout=15_000)
        expect(page.locator(".banner--live")).to_be_visible()
        live_evkit.start()
        expect(page.locator(".link__state--live")).to_be_visible(timeout=20_000)
