"""The frame around every page: with the keyboard alone, on a phone, in every theme."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import LogIn
from tests.support.server import Server

pytestmark = pytest.mark.browser

LARGE = """() => {
  for (const value of document.querySelectorAll(".tally__value")) value.lastChild.textContent = "880";
  for (const value of document.querySelectorAll(".figure")) {
    const number = document.createTreeWalker(value, NodeFilter.SHOW_TEXT).nextNode();
    if (number) number.textContent = "20 749,5";
  }
  const cut = [...document.querySelectorAll(".tally__value, .figure")].filter((value) => {
    const panel = value.closest(".panel, .site-card").getBoundingClientRect();
    return value.getBoundingClientRect().right > panel.right;
  });
  const { scrollWidth, clientWidth } = document.documentElement;
  return [scrollWidth - clientWidth, cut.map((value) => value.outerHTML)];
}"""
COLLAPSED = "document.querySelector('.side').getBoundingClientRect().width"
SURFACE = "getComputedStyle(document.body).backgroundColor"
INK = "getComputedStyle(document.body).color"


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the element with this accessible name has the focus."""
    for _attempt in range(40):
        page.keyboard.press("Tab")
        if name in page.evaluate("document.activeElement.textContent"):
            return
    pytest.fail(f"the keyboard does not reach {name}")


class TestKeyboard:
    def test_the_first_stop_skips_to_the_content(self, log_in: LogIn, live_evkit: Server) -> None:
        page = log_in("operator")
        page.keyboard.press("Tab")
        expect(page.locator(".skip")).to_be_focused()
        expect(page.locator(".skip")).to_be_visible()
        page.keyboard.press("Enter")
        assert page.url.endswith("#main")

    def test_the_site_is_changed_without_a_mouse(self, log_in: LogIn, live_evkit: Server) -> None:
        page = log_in("operator")
        tab_to(page, "All sites")
        page.keyboard.press("w")
        expect(page.locator("#site-switch a").first).to_be_focused()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.wait_for_url(f"{live_evkit.url}/sites/depot/")

    def test_escape_closes_a_menu_and_goes_back_to_its_button(
        self, log_in: LogIn, live_evkit: Server
    ) -> None:
        page = log_in("operator")
        page.click(".avatar")
        page.keyboard.press("ArrowDown")
        expect(page.locator(".menu__item:focus")).to_have_count(1)
        page.keyboard.press("Escape")
        expect(page.locator(".avatar")).to_be_focused()

    def test_g_and_a_letter_lead_to_a_page(self, log_in: LogIn, live_evkit: Server) -> None:
        page = log_in("operator")
        page.keyboard.press("g")
        page.keyboard.press("l")
        page.wait_for_url(f"{live_evkit.url}/legend/")

    def test_a_slash_leads_to_the_search_and_letters_rest_there(
        self, log_in: LogIn, live_evkit: Server
    ) -> None:
        page = log_in("operator")
        page.goto(f"{live_evkit.url}/sites/depot/")
        page.keyboard.press("/")
        page.keyboard.type("gl?")
        expect(page.locator("main input[type=search]").first).to_have_value("gl?")
        assert "/sites/depot/" in page.url

    def test_the_help_lists_every_shortcut_and_closes(self, log_in: LogIn, live_evkit: Server) -> None:
        page = log_in("administrator")
        page.keyboard.press("?")
        expect(page.locator("#shortcuts")).to_be_visible()
        listed = {tuple(text.split()) for text in page.locator("#shortcuts dt").all_inner_texts()}
        used = set(page.eval_on_selector_all("[data-go]", "all => all.map((one) => one.dataset.go)"))
        assert {("g", key) for key in used} <= listed
        assert {("?",), ("/",), ("w",), ("[",), ("Esc",)} <= listed
        page.keyboard.press("Escape")
        expect(page.locator("#shortcuts")).to_be_hidden()

    def test_they_can_be_switched_off(self, log_in: LogIn, live_evkit: Server) -> None:
        page = log_in("guest")
        page.goto(f"{live_evkit.url}/account/")
        page.locator("input[type=checkbox][name=shortcuts]").uncheck()
        page.locator("form:has([name=shortcuts]) .btn--primary").click()
        page.wait_for_load_state()
        page.keyboard.press("?")
        expect(page.locator("#shortcuts")).to_be_hidden()


class TestSideBand:
    @pytest.mark.parametrize("path", ["/sites/depot/", "/audit/"], ids=["folded", "unfolded"])
    def test_fits_a_laptop_without_scrolling(self, log_in: LogIn, live_evkit: Server, path: str) -> None:
        page = log_in("administrator", width=1440, height=900)
        page.goto(live_evkit.url + path)
        fold = page.locator(".side .side__fold")
        assert fold.get_by_text("Audit journal").is_visible() == (path == "/audit/")
        assert page.locator(".side").evaluate("side => side.scrollHeight - side.clientHeight") == 0

    def test_folded_pages_are_reached_with_the_keyboard(self, log_in: LogIn, live_evkit: Server) -> None:
        page = log_in("administrator")
        page.goto(f"{live_evkit.url}/sites/depot/")
        page.focus(".side__fold > summary")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_url("**/users/")

    def test_stays_collapsed_from_the_first_moment_of_the_next_page(
        self, log_in: LogIn, live_evkit: Server
    ) -> None:
        page = log_in("guest", service_workers="block")
        page.wait_for_load_state("load")
        page.keyboard.press("[")
        expect(page.locator(".side")).to_have_css("width", "56px")
        page.route("**/*.js", lambda route: route.abort())
        page.goto(f"{live_evkit.url}/legend/")
        assert page.evaluate("window.htmx === undefined")
        assert page.evaluate(COLLAPSED) == 56


class TestTheme:
    def test_every_theme_is_one_press_away_and_kept(self, log_in: LogIn, live_evkit: Server) -> None:
        page = log_in("guest")
        seen = {}
        for theme in ("light", "dark", "contrast", "system"):
            page.click(".top__tools summary.tool")
            with page.expect_response("**/account/preferences/"):
                page.click(f".top__tools button[value={theme}]")
            page.reload()
            assert page.evaluate("document.documentElement.dataset.theme") == theme
            seen[theme] = (page.evaluate(SURFACE), page.evaluate(INK))
        assert seen["light"] == ("rgb(233, 236, 239)", "rgb(30, 35, 40)")
        assert seen["dark"] == ("rgb(30, 35, 40)", "rgb(236, 239, 242)")
        assert seen["contrast"] == ("rgb(255, 255, 255)", "rgb(0, 0, 0)")
        assert seen["system"] == seen["light"]

    def test_a_device_that_asks_for_contrast_gets_it(self, log_in: LogIn, live_evkit: Server) -> None:
        page = log_in("guest")
        page.emulate_media(contrast="more", color_scheme="dark")
        assert (page.evaluate(SURFACE), page.evaluate(INK)) == ("rgb(0, 0, 0)", "rgb(255, 255, 255)")


class TestPhone:
    def test_more_holds_what_the_bar_does_not(self, log_in: LogIn, live_evkit: Server) -> None:
        page = log_in("administrator", width=360, height=740)
        page.goto(f"{live_evkit.url}/sites/depot/")
        bar = page.locator(".bottom > a").all_inner_texts()
        assert 2 <= len(bar) <= 5
        page.click(".bottom__more > summary")
        sheet = page.locator(".sheet")
        expect(sheet.get_by_text("Administration")).to_be_visible()
        expect(sheet.get_by_text("My account")).to_be_visible()
        expect(sheet.get_by_text("Français")).to_be_visible()
        expect(sheet.get_by_text("High contrast")).to_be_visible()
        expect(sheet.get_by_text("Log out")).to_be_visible()
        page.mouse.click(180, 100)
        expect(sheet).to_be_hidden()

    def test_everything_in_the_frame_is_large_enough_for_a_thumb(
        self, log_in: LogIn, live_evkit: Server
    ) -> None:
        page = log_in("administrator", width=360, height=740)
        page.click(".bottom__more > summary")
        page.click(".sheet summary")
        for item in page.locator(".bottom a, .bottom summary, .sheet button").all():
            box = item.bounding_box()
            assert box
            assert box["height"] >= 40
            assert box["width"] >= 40

    @pytest.mark.parametrize("path", ["/", "/sites/depot/"])
    def test_the_numbers_of_a_large_site_fit(self, log_in: LogIn, live_evkit: Server, path: str) -> None:
        page = log_in("guest", width=360, height=640)
        page.goto(live_evkit.url + path)
        assert page.locator(".tally__value").count() >= 5
        assert page.evaluate(LARGE) == [0, []]

    def test_a_page_below_a_site_has_its_way_back(self, log_in: LogIn, live_evkit: Server) -> None:
        page = log_in("guest", width=390, height=844)
        page.goto(f"{live_evkit.url}/sites/depot/charge-points/CP_1/")
        shown = page.locator(".crumb:visible")
        expect(shown).to_have_count(1)
        shown.locator("a").click()
        page.wait_for_url(f"{live_evkit.url}/sites/depot/charge-points/")
