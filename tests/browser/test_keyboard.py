"""The keyboard alone: every control of the main pages is reached, seen and left again."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.charge_point import ChargePoint
from tests.browser.conftest import LogIn
from tests.support.server import Server

pytestmark = pytest.mark.browser

PAGES = ("/", "/sites/depot/", "/sites/depot/charge-points/CP_1/", "/users/", "/account/", "/legend/")

FOCUSED = """() => {
  const it = document.activeElement;
  if (it === document.body) return null;
  window.met ??= [];
  if (!window.met.includes(it)) window.met.push(it);
  const shown = [it, it.nextElementSibling, it.closest("label, .field")].filter(Boolean);
  const seen = shown.some((element) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(element);
    return outlineStyle !== "none" && parseFloat(outlineWidth) >= 1;
  });
  return { place: window.met.indexOf(it), seen, text: it.outerHTML.slice(0, 120) };
}"""

# A live part that was exchanged meanwhile is known by its id.
MISSED = """() => [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, summary")]
  .filter((it) => it.checkVisibility() && it.tabIndex >= 0 && !it.disabled && it.type !== "radio")
  .filter((it) => !window.met.some((met) => met === it || (it.id && met.id === it.id)))
  .map((it) => it.outerHTML.slice(0, 120))"""


@pytest.mark.parametrize("path", PAGES)
def test_tab_reaches_everything_visibly_and_is_caught_nowhere(
    log_in: LogIn, live_evkit: Server, charge_point: ChargePoint, path: str
) -> None:
    page = log_in("administrator")
    page.goto(live_evkit.url + path)
    unseen, missed = walk(page)
    if missed:  # what came live while we walked is reached the next time
        page.reload()
        unseen, missed = walk(page)
    assert unseen == []
    assert missed == []


def walk(page: Page) -> tuple[list[str], list[str]]:
    """Press Tab from the beginning to the end; return what was focused unseen, and what was not met."""
    unseen = []
    for press in range(300):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused is None or focused["place"] < press:
            break
        if not focused["seen"]:
            unseen.append(focused["text"])
    return unseen, page.evaluate(MISSED)


def test_escape_closes_a_dialog_and_returns_the_focus(
    log_in: LogIn, live_evkit: Server, charge_point: ChargePoint
) -> None:
    page = log_in("administrator")
    page.goto(f"{live_evkit.url}/sites/depot/charge-points/CP_1/")
    page.focus("#command-start")
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog[open]")
    assert page.evaluate("document.activeElement.closest('dialog') !== null")
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog[open]", state="detached")
    assert page.evaluate("document.activeElement.id") == "command-start"
