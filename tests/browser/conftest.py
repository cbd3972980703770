from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from tests.browser.charge_point import ChargePoint
from tests.support.browsing import PASSWORD, create_user, session_of
from tests.support.server import Server

LogIn = Callable[..., Page]
ServiceWorkers = Literal["allow", "block"]
LEFT = ("htmx:sendAbort", "htmx:afterRequest")
"""What htmx says when a page is left before its answers are there; of one that fails it says more."""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The machine's own Chromium; it ends with the module, and its event loop with it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def live_evkit(shared_evkit: Server) -> Server:
    """One running server for all tests of a module's pages."""
    return shared_evkit


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complained of: errors, warnings, refused resources."""
    return []


def enter(
    browser: Browser,
    server: Server,
    role: str,
    complaints: list[str],
    *,
    language: str = "en",
    width: int = 1440,
    height: int = 900,
    service_workers: ServiceWorkers = "allow",
    by_form: bool = False,
) -> Page:
    """Log in as a role in a context of its own; what the browser complains of goes to `complaints`.

    A route that keeps files from a page needs `service_workers="block"`: they would come from theirs.
    `by_form` types a password; else the session is there.
    """
    context = browser.new_context(
        viewport={"width": width, "height": height}, service_workers=service_workers
    )
    page = context.new_page()
    listen(page, complaints)
    if by_form:
        create_user(server, role, role, language)
        fill_in(page, server, role)
    else:
        session = session_of(server, role, role, language)
        context.add_cookies([{"name": "sessionid", "value": session, "url": server.url}])
        page.goto(f"{server.url}/", wait_until="networkidle")
    return page


def fill_in(page: Page, server: Server, name: str) -> None:
    """Log in as somebody who types the password."""
    page.goto(f"{server.url}/account/login/")
    page.fill("#id_username", name)
    page.fill("#id_password", PASSWORD)
    page.click("button.btn--primary")
    page.wait_for_url(f"{server.url}/")


def listen(page: Page, complaints: list[str]) -> None:
    """Add what the browser complains of in a page to `complaints`."""
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.extend(_complaint(message)))


def tabs(page: Page, count: int, complaints: list[str]) -> list[Page]:
    """Open more pages beside `page`, to wait for all of them at once."""
    opened = [page.context.new_page() for _tab in range(count)]
    for tab in opened:
        listen(tab, complaints)
    return opened


def _complaint(message: ConsoleMessage) -> list[str]:
    """Return what a message complains of, if it does."""
    bad = message.type in {"error", "warning"} and not message.text.startswith(LEFT)
    return [message.text] if bad else []


@pytest.fixture
def log_in(chromium: Browser, live_evkit: Server, complaints: list[str]) -> Iterator[LogIn]:
    """Return a function that logs in as a role and gives the page it leads to."""
    contexts: list[BrowserContext] = []

    def log_in_as(
        role: str,
        *,
        language: str = "en",
        width: int = 1440,
        height: int = 900,
        service_workers: ServiceWorkers = "allow",
        by_form: bool = False,
    ) -> Page:
        page = enter(
            chromium,
            live_evkit,
            role,
            complaints,
            language=language,
            width=width,
            height=height,
            service_workers=service_workers,
            by_form=by_form,
        )
        contexts.append(page.context)
        return page

    yield log_in_as
    for context in contexts:
        context.close()


@pytest.fixture
def charge_point(live_evkit: Server) -> Iterator[ChargePoint]:
    """CP_1 of the depot, connected, with both connectors free."""
    connected = ChargePoint(live_evkit.ocpp_url, "CP_1")
    connected.status(1, "Available")
    connected.status(2, "Available")
    yield connected
    connected.close()
