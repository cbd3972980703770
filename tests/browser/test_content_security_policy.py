"""Every page that a link leads to, with the administration and the API's documentation, under the policy."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.urls import Resolver404, resolve
from playwright.sync_api import Page

from tests.browser.charge_point import ChargePoint
from tests.browser.conftest import LogIn, tabs
from tests.support.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

REPORT = """document.addEventListener("securitypolicyviolation", (event) => {
  console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`);
});"""
BREAK_IT = """() => new Promise((told) => {
  document.addEventListener("securitypolicyviolation", (event) => told(event.violatedDirective));
  document.body.insertAdjacentHTML("beforeend", '<p style="color: red">x</p>');
})"""
EXCHANGE_PLACED = """() => {
  const main = document.querySelector("main");
  main.insertAdjacentHTML("beforeend", '<p id="placed">old</p>');
  document.getElementById("placed").style.order = "1";
  htmx.swap("#placed", '<p id="placed" class="new">new</p>', { swapStyle: "outerHTML" });
}"""
LINKS = "Array.from(document.querySelectorAll('a[href]:not([download])'), (link) => link.href)"
NO_PAGES = ("/static/", "/api/v1/", "/admin/jsi18n/")
FILES = (".csv", ".json", ".jsonl", ".xlsx", ".zip")
STARTS = ("/", "/admin/", "/api/", "/sites/depot/charge-points/CP_1/commands/reset/", "/offline/en/")


def name_of(path: str) -> str:
    """Return what a page is: its URL's name, or "" for what is not a page of ours."""
    try:
        match = resolve(path)
    except Resolver404:
        return ""
    model = match.kwargs.get("app_label", "")
    return f"{match.view_name or match.route} {model}"


def fresh(waiting: list[str], seen: set[str], count: int) -> Iterator[tuple[str, str]]:
    """Take up to `count` pages of kinds not seen so far, with their kinds, from the paths that wait."""
    while waiting and count:
        path = waiting.pop(0)
        kind = name_of(path)
        if not kind or kind in seen or path.startswith(NO_PAGES) or path.endswith(FILES):
            continue
        seen.add(kind)
        count -= 1
        yield path, kind.strip()


def walked(pages: list[Page], base: str) -> Iterator[str]:
    """Visit one page of every kind that links lead to, in all `pages` at once; tell the kinds."""
    waiting, seen = list(STARTS), set[str]()
    while waiting:
        opened = list(zip(fresh(waiting, seen, len(pages)), pages, strict=False))
        for (path, _kind), page in opened:
            page.goto(base + path)
        for (path, kind), page in opened:
            page.wait_for_load_state("load" if path.startswith("/admin/") else "networkidle")
            yield kind
            links = [urlsplit(link) for link in page.evaluate(LINKS)]
            waiting += [link.path for link in links if f"{link.scheme}://{link.netloc}" == base]


class TestEveryPage:
    @pytest.mark.slow
    def test_breaks_no_rule_of_the_policy(
        self, log_in: LogIn, live_evkit: Server, charge_point: ChargePoint, complaints: list[str]
    ) -> None:
        page = log_in("administrator")
        page.context.add_init_script(REPORT)
        visited = set(walked(tabs(page, 4, complaints), live_evkit.url))
        assert complaints == []
        assert {"sites", "overview", "charge_point", "command", "admin:index", "api_reference"} <= visited
        assert len(visited) > 30

    @pytest.mark.parametrize("path", ["/", "/admin/", "/api/"])
    def test_is_protected_from_what_is_inline(self, log_in: LogIn, live_evkit: Server, path: str) -> None:
        page = log_in("administrator")
        page.goto(live_evkit.url + path)
        assert page.evaluate(BREAK_IT) == "style-src-attr"

    def test_what_a_script_placed_may_be_exchanged(
        self, log_in: LogIn, live_evkit: Server, complaints: list[str]
    ) -> None:
        page = log_in("administrator")
        page.add_init_script(REPORT)
        page.goto(live_evkit.url)
        page.evaluate(EXCHANGE_PLACED)
        page.locator("#placed.new").wait_for()
        assert complaints == []
