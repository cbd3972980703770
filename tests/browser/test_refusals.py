"""What somebody pressed was refused or failed: the page tells what the server told."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import LogIn
from tests.support.server import Server

pytestmark = pytest.mark.browser

POINT = "/sites/depot/charge-points/CP_1/"
START = f"#cp-head [data-dialog][href^='{POINT}commands/']"
DEMOTE = """
from django.contrib.auth import get_user_model
get_user_model().objects.filter(username="operator").update(role="guest")
"""
GATEWAY = "<html><body><h1>502 Bad Gateway</h1></body></html>"


@pytest.fixture
def page(log_in: LogIn, live_evkit: Server) -> Page:
    shown = log_in("operator", language="fr")
    shown.goto(f"{live_evkit.url}{POINT}")
    return shown


class TestRefused:
    def test_a_right_that_was_withdrawn_is_told_as_such(self, page: Page, live_evkit: Server) -> None:
        live_evkit.shell(DEMOTE)
        page.locator(START).first.click()
        toast = page.locator(".toast--bad")
        expect(toast).to_contain_text("Vous n’avez pas ce droit. ")
        expect(toast).not_to_contain_text("connexion")

    def test_a_page_of_a_gateway_is_no_word_of_evkit(self, page: Page) -> None:
        page.route("**/commands/**", lambda route: route.fulfill(status=502, body=GATEWAY))
        page.locator(START).first.click()
        expect(page.locator(".toast--bad")).to_contain_text("Le serveur n’a pas répondu")
