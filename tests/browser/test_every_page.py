"""Every page, found through the roles matrix: accessible, fit for a phone, French where it should be."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.language import Catalogue, misplaced_times, wrong_quantities
from tests.browser.tour import AXE, SIDEWAYS, SMALL_CONTROLS, TEXTS, TIMES, VIOLATIONS, WEAR, Tour, furnish
from tests.support.prepared import prepare
from tests.support.server import Server

pytestmark = pytest.mark.browser

DESKTOP, PHONE, NARROW = 1440, 390, 360

OPENING = ("charge_point", "charge_point_configuration", "charge_point_security", "smart", "sites")
"""Pages with everything that opens: dialogs of commands, menus, folds, and those of the frame."""

UNFOLDING = ("audit", "schedule_group", "weekly_limits")
"""Pages with what unfolds within: all of an entry, the texts of a week, a curve as a list."""

UNFOLD = """() => {
  const folds = [...document.querySelectorAll("main details:not(.menu, .menu-box, .list-form__more)")];
  for (const fold of folds) fold.open = true;
  return folds.length;
}"""

OPEN = "dialog[open], details.menu[open]"

OPENERS = """() => {
  const dialogs = [...document.querySelectorAll("[data-dialog]")].map((it) => it.dataset.dialog);
  const menus = [...document.querySelectorAll("details.menu > summary")]
    .map((it, place) => (it.checkVisibility() ? `menu ${place}` : ""));
  return [...new Set(dialogs), ...menus.filter(Boolean)];
}"""

PRESS = """opener => {
  const [kind, place] = opener.split(" ");
  const menus = document.querySelectorAll("details.menu > summary");
  const dialogs = [...document.querySelectorAll("[data-dialog]")];
  (kind === "menu" ? menus[place] : dialogs.find((it) => it.dataset.dialog === opener)).click();
}"""


@pytest.fixture(scope="module")
def tour(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tour]:
    server = Server(data_dir=tmp_path_factory.mktemp("tour"))
    prepare(server)
    server.start()
    try:
        yield furnish(server)
    finally:
        server.stop()


@pytest.mark.slow
@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_axe_finds_nothing_serious_in_any_theme(tour: Tour, chromium: Browser, width: int) -> None:
    found = []
    for name, page in tour.walk(chromium, width=width):
        page.evaluate(AXE)
        found += complaints(page, name)
    assert not found, "\n".join(found)


@pytest.mark.slow
@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_axe_finds_nothing_serious_in_what_opens(tour: Tour, chromium: Browser, width: int) -> None:
    context = tour.open(chromium, width=width)
    page = context.new_page()
    found, opened = [], 0
    for name in OPENING:
        page.goto(tour.server.url + tour.pages[name])
        page.evaluate(AXE)
        for opener in page.evaluate(OPENERS):
            page.evaluate(PRESS, opener)
            page.wait_for_selector(OPEN)
            found += complaints(page, f"{name}, {opener}", OPEN)
            page.keyboard.press("Escape")
            page.wait_for_selector(OPEN, state="detached")
            opened += 1
    context.close()
    assert not found, "\n".join(found)
    assert opened > 2 * len(OPENING)


@pytest.mark.slow
@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_axe_finds_nothing_serious_in_what_unfolds(tour: Tour, chromium: Browser, width: int) -> None:
    context = tour.open(chromium, width=width)
    page = context.new_page()
    found = []
    for name in UNFOLDING:
        page.goto(tour.server.url + tour.pages[name])
        page.evaluate(AXE)
        assert page.evaluate(UNFOLD), name
        found += complaints(page, name, "main")
        if page.evaluate(SIDEWAYS):
            found.append(f"{name}: scrolls sideways by {page.evaluate(SIDEWAYS)} px")
    context.close()
    assert not found, "\n".join(found)


def complaints(page: Page, name: str, part: str | None = None) -> list[str]:
    """Return what axe finds in the page, or in a part of it: all in one theme, contrasts in the others."""
    found = []
    for theme in ("light", "dark", "contrast"):
        page.evaluate(WEAR, theme)
        rules = None if theme == "light" else ["color-contrast"]
        found += [f"{name}, {theme}: {text}" for text in page.evaluate(VIOLATIONS, [rules, part])]
    return found


@pytest.mark.slow
def test_a_narrow_phone_shows_all_of_it_with_controls_for_a_thumb(tour: Tour, chromium: Browser) -> None:
    found = []
    for name, page in tour.walk(chromium, width=NARROW, has_touch=True, is_mobile=True):
        if page.evaluate(SIDEWAYS):
            found.append(f"{name}: scrolls sideways by {page.evaluate(SIDEWAYS)} px")
        found += [f"{name}: {text}" for text in page.evaluate(SMALL_CONTROLS)]
    assert not found, "\n".join(found)


@pytest.mark.slow
def test_french_pages_hold_no_english_and_write_numbers_and_times_as_the_french_do(
    tour: Tour, chromium: Browser
) -> None:
    catalogue, found = Catalogue.read(), []
    tour.speak("fr")
    for name, page in tour.walk(chromium, width=DESKTOP, locale="fr-FR"):
        assert page.evaluate("document.documentElement.lang") == "fr", name
        texts = page.evaluate(TEXTS)
        problems = [
            *catalogue.english_in(texts),
            *wrong_quantities(texts),
            *misplaced_times(page.evaluate(TIMES), "Europe/Paris"),
        ]
        found += [f"{name}: {problem}" for problem in problems]
    tour.speak("en")
    assert not found, "\n".join(found)
