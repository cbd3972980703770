"""A badge that waits for an operator is answered wherever the operator is, also over an open dialog."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import expect

from tests.browser.charge_point import ChargePoint
from tests.browser.conftest import LogIn
from tests.support.server import Server

pytestmark = pytest.mark.browser


def test_a_waiting_badge_stands_over_an_open_dialog_which_stays_as_it_is(
    log_in: LogIn, live_evkit: Server, charge_point: ChargePoint, complaints: list[str]
) -> None:
    live_evkit.shell("from sites.models import Site; Site.objects.update(unknown_tags='operator')")
    page = log_in("operator")
    page.goto(f"{live_evkit.url}/sites/depot/charge-points/CP_1/")
    page.click("#command-start")
    page.wait_for_selector("dialog[open] form")
    dialog = page.locator("#dialog")
    fields = dialog.locator("form").first.inner_html()
    with ThreadPoolExecutor() as pool:
        answer = pool.submit(charge_point.call, "Authorize", {"idTag": "STRANGER"})
        ask = page.locator("#asks .ask")
        expect(ask).to_be_visible(timeout=8000)
        assert page.evaluate("document.querySelector('#asks').closest('dialog')?.id") == "dialog"
        assert dialog.locator("form").first.inner_html() == fields
        ask.get_by_role("button", name="Accept").click(timeout=4000)
        assert answer.result(timeout=10)["idTagInfo"]["status"] == "Accepted"
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog[open]", state="detached")
    assert page.evaluate("document.querySelector('#asks').closest('dialog')") is None
    assert complaints == []
