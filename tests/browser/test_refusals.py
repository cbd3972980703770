"""What somebody pressed was refused or failed: the page tells what the server told."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.charge_point import ChargePoint
from tests.browser.conftest import LogIn
from tests.support.server import Server

pytestmark = pytest.mark.browser

POINT = "/sites/depot/charge-points/CP_1/"
START = f"#cp-head [data-dialog][href^='{POINT}commands/']"
DEMOTE = """
from django.contrib.auth import get_user_model
get_user_model().objects.filter(username="operator").update(role="guest")
"""
MANY = 12
FORGET = "from sites.models import LoginFailure; LoginFailure.objects.all().delete()"
GATEWAY = "<html><body><h1>502 Bad Gateway</h1></body></html>"


@pytest.fixture
def page(log_in: LogIn, live_evkit: Server, charge_point: ChargePoint) -> Page:
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


class TestTooManyTries:
    @pytest.fixture
    def stranger(self, chromium: Browser, live_evkit: Server) -> Iterator[Page]:
        """Somebody with a French browser who is not logged in, and whose failures nobody remembers."""
        live_evkit.shell(FORGET)
        context = chromium.new_context(locale="fr-FR")
        yield context.new_page()
        context.close()
        live_evkit.shell(FORGET)

    def test_tells_how_long_to_wait_and_keeps_what_was_typed(
        self, stranger: Page, live_evkit: Server
    ) -> None:
        stranger.goto(f"{live_evkit.url}/account/login/?next=/legend/")
        answers = list(itertools.takewhile(lambda status: status == 200, tries(stranger)))
        assert 5 <= len(answers) < MANY
        expect(stranger.get_by_role("alert")).to_have_text(
            re.compile(r"^Trop d’essais manqués\. Attendez \d+ secondes?, puis réessayez\.$")
        )
        expect(stranger.locator("#id_username")).to_have_value("a.martin@exemple.fr")
        expect(stranger.locator("#id_password")).to_have_value("")
        expect(stranger.locator("#main input[name=next]")).to_have_value("/legend/")

    def test_so_does_a_link_that_was_guessed_too_often(self, stranger: Page, live_evkit: Server) -> None:
        answers = [stranger.goto(f"{live_evkit.url}/account/link/no-such-link/") for _ in range(11)]
        assert [answer.status for answer in answers if answer][9:] == [410, 429]
        expect(stranger.locator("main")).to_contain_text(
            re.compile(r"Attendez \d+ (secondes?|minutes), puis réessayez\.")
        )


def tries(page: Page) -> Iterator[int]:
    """Log in with a wrong password again and again; a slow machine waits out the first delays by itself."""
    for _ in range(MANY):
        yield try_to_enter(page)


def try_to_enter(page: Page) -> int:
    """Fill in the log-in form with a wrong password and return the status of the answer."""
    page.fill("#id_username", "a.martin@exemple.fr")
    page.fill("#id_password", "wrong")
    with page.expect_navigation() as answer:
        page.get_by_role("button", name="Se connecter").click()
    assert answer.value is not None
    return answer.value.status
