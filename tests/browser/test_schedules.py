"""A week is painted with the pointer, with the keyboard and on a phone, and kept."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import LogIn
from tests.support.server import Server

pytestmark = pytest.mark.browser


def open_group(page: Page, server: Server, number: int) -> None:
    page.goto(f"{server.url}/sites/depot/schedules/{number}/")
    expect(page.get_by_role("grid")).to_be_visible()


def hours(page: Page, day: str) -> Locator:
    """The text of a day, folded away or not."""
    return page.get_by_role("textbox", name=day, exact=True, include_hidden=True)


def ranges(page: Page) -> Locator:
    """The chips of the ranges."""
    return page.locator(".painter__ranges").get_by_role("button")


def add_hours(page: Page, start: str, end: str) -> None:
    """Fill in the line and press Enter."""
    page.get_by_label("from", exact=True).fill(start)
    page.get_by_label("to", exact=True).fill(end)
    page.keyboard.press("Enter")


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
        page.get_by_text("Hours day by day").click()
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

    def test_painting_leaves_the_minutes_of_other_hours_alone(
        self, log_in: LogIn, live_evkit: Server
    ) -> None:
        page = log_in("administrator")
        open_group(page, live_evkit, 4)
        page.get_by_text("Hours day by day").click()
        hours(page, "Tuesday").fill("8:05-9:50")
        expect(cell(page, "Tuesday 09:30: active")).to_be_attached()
        cell(page, "Tuesday 12:00").click()
        expect(hours(page, "Tuesday")).to_have_value("08:05–09:50, 12:00–12:30")


class TestRanges:
    @pytest.mark.parametrize(("width", "number"), [(1440, 7), (360, 2)])
    def test_hours_of_several_days_are_added_taken_away_and_kept(
        self, log_in: LogIn, live_evkit: Server, complaints: list[str], width: int, number: int
    ) -> None:
        page = log_in("administrator", width=width)
        open_group(page, live_evkit, number)
        add_hours(page, "20:15", "06:00")
        expect(ranges(page)).to_have_text(["Mon–Fri 20:15–06:00 Take away"], use_inner_text=True)
        expect(cell(page, "Saturday 05:00: active")).to_be_attached()
        for day in ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat"):
            page.get_by_role("button", name=day, exact=True).click()
        add_hours(page, "08:00", "00:00")
        expect(ranges(page)).to_have_count(2)
        expect(page.get_by_role("status").filter(has_text="Sat 08:00–24:00: active")).to_be_attached()
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("The schedule was saved.")).to_be_visible()
        expect(hours(page, "Friday")).to_have_value("20:15–06:00")
        expect(hours(page, "Saturday")).to_have_value("08:00–24:00")
        ranges(page).filter(has_text="20:15").click()
        expect(ranges(page)).to_have_count(1)
        expect(ranges(page)).to_be_focused()
        expect(hours(page, "Monday")).to_have_value("")
        ranges(page).click()
        expect(ranges(page)).to_have_count(0)
        expect(page.get_by_role("button", name="Mon", exact=True)).to_be_focused()
        assert complaints == []

    def test_what_is_missing_is_pointed_at(self, log_in: LogIn, live_evkit: Server) -> None:
        page = log_in("administrator")
        open_group(page, live_evkit, 8)
        page.get_by_label("from", exact=True).fill("08:00")
        page.get_by_role("button", name="Add", exact=True).click()
        expect(page.get_by_label("to", exact=True)).to_be_focused()
        expect(ranges(page)).to_have_count(0)

    def test_without_scripts_the_days_are_typed(
        self, log_in: LogIn, live_evkit: Server, chromium: Browser
    ) -> None:
        session = log_in("administrator").context.storage_state()
        page = chromium.new_context(java_script_enabled=False, storage_state=session).new_page()
        page.goto(f"{live_evkit.url}/sites/depot/schedules/9/")
        hours(page, "Sunday").fill("8-12")
        expect(page.get_by_label("from", exact=True)).to_be_hidden()
        page.get_by_role("button", name="Save").click()
        expect(hours(page, "Sunday")).to_have_value("08:00–12:00")
        page.context.close()
