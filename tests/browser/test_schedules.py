"""A week is painted with the pointer, with the keyboard and on a phone, and kept."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import LogIn
from tests.support.server import Server

pytestmark = pytest.mark.browser


def open_group(page: Page, server: Server, number: int) -> None:
    page.goto(f"{server.url}/sites/depot/schedules/{number}/")
    expect(page.get_by_role("grid")).to_be_visible()


def hours(page: Page, day: str) -> Locator:
    """The text of a day."""
    return page.get_by_role("textbox", name=day, exact=True)


def cell(page: Page, place: str) -> Locator:
    """The cell of a day and time, like "Monday 20:00"."""
    return page.get_by_role("gridcell", name=place)


class Finger:
    """One finger on the screen of a phone."""

    def __init__(self, page: Page) -> None:
        self._session = page.context.new_cdp_session(page)
        self._session.send("Emulation.setTouchEmulationEnabled", {"enabled": True})

    def down(self, where: Locator) -> None:
        """Touch the middle of something."""
        where.scroll_into_view_if_needed()
        self._send("touchStart", where)

    def move(self, where: Locator) -> None:
        """Move there."""
        self._send("touchMove", where)

    def up(self) -> None:
        """Let go."""
        self._send("touchEnd")

    def cancel(self) -> None:
        """Become what scrolls the page: the browser takes the finger away."""
        self._send("touchCancel")

    def _send(self, kind: str, where: Locator | None = None) -> None:
        box = where.bounding_box() if where else None
        points = [{"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}] if box else []
        self._session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


class TestPainting:
    def test_a_drag_paints_and_what_is_saved_is_shown_for_the_coming_week(
        self, log_in: LogIn, live_evkit: Server, complaints: list[str]
    ) -> None:
        page = log_in("administrator")
        open_group(page, live_evkit, 3)
        cell(page, "Monday 20:00").hover()
        page.mouse.down()
        cell(page, "Monday 23:30").hover()
        page.mouse.up()
        expect(hours(page, "Monday")).to_have_value("20:00–24:00")
        page.get_by_role("button", name="Monday on all workdays").click()
        expect(hours(page, "Friday")).to_have_value("20:00–24:00")
        expect(hours(page, "Saturday")).to_have_value("")
        page.get_by_label("CP_1 / 1").check()
        page.get_by_role("button", name="Save").click()
        expect(page.locator(".weekline__bar").first).to_be_attached()
        page.goto(f"{live_evkit.url}/sites/depot/schedules/")
        expect(page.locator("#group-3")).to_contain_text("1 connector")
        assert complaints == []

    def test_the_keyboard_paints_and_typing_redraws(self, log_in: LogIn, live_evkit: Server) -> None:
        page = log_in("administrator")
        open_group(page, live_evkit, 4)
        hours(page, "Tuesday").fill("22-6")
        expect(cell(page, "Wednesday 05:30: active")).to_be_attached()
        cell(page, "Monday 00:00").focus()
        page.keyboard.press("Space")
        page.keyboard.press("Shift+ArrowRight")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Space")
        expect(hours(page, "Monday")).to_have_value("00:00–01:00")
        expect(hours(page, "Tuesday")).to_have_value("00:30–01:00, 22:00–24:00")

    def test_a_thumb_paints_hours(self, log_in: LogIn, live_evkit: Server) -> None:
        page = log_in("administrator", width=360, height=740)
        open_group(page, live_evkit, 5)
        finger = Finger(page)
        finger.down(cell(page, "Sunday 08:00"))
        finger.up()
        expect(hours(page, "Sunday")).to_have_value("08:00–09:00")
        finger.down(cell(page, "Monday 06:00"))
        expect(hours(page, "Monday")).to_have_value("06:00–07:00")
        finger.move(cell(page, "Monday 09:00"))
        finger.up()
        expect(hours(page, "Monday")).to_have_value("06:00–10:00")

    def test_a_thumb_that_scrolls_paints_nothing(self, log_in: LogIn, live_evkit: Server) -> None:
        page = log_in("administrator", width=360, height=740)
        open_group(page, live_evkit, 6)
        finger = Finger(page)
        finger.down(cell(page, "Monday 12:00"))
        finger.cancel()
        page.wait_for_timeout(500)
        expect(hours(page, "Monday")).to_have_value("")
