"""An analyst's way through the history: curves with mouse and fingers, a filter, a file that agrees."""

from __future__ import annotations

import re
import sqlite3
from typing import Any

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from tests.browser.charge_point import ChargePoint
from tests.browser.conftest import LogIn
from tests.support.server import Server

pytestmark = pytest.mark.browser

POINT = "/sites/depot/charge-points/CP_1/"
TAG = "B4A63CDF2212"
PLOT = ".chart .u-over"


@pytest.fixture
def charged(charge_point: ChargePoint) -> list[int]:
    """Two transactions of CP_1 that have ended, with what was measured."""
    numbers = []
    for connector in (1, 2):
        number = charge_point.start(connector, TAG)
        for step in range(3):
            charge_point.meter(connector, number, 38_000.0 + step, 60 + step)
        charge_point.stop(number)
        numbers.append(number)
    return numbers


def shown(page: Page) -> tuple[float, float]:
    expect(page.locator("#charts")).to_have_attribute("data-shown", re.compile(r"\d"))
    start, end = map(float, (page.get_attribute("#charts", "data-shown") or "").split())
    return start, end


def plot_of(page: Page) -> dict[str, float]:
    page.locator(PLOT).first.scroll_into_view_if_needed()
    box = page.locator(PLOT).first.bounding_box()
    assert box is not None
    return {"x": box["x"], "y": box["y"] + box["height"] / 2, "width": box["width"]}


def fingers(page: Page, *steps: list[tuple[float, float]]) -> None:
    """Put fingers on the page at the first step's places, move them along, lift them."""
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setTouchEmulationEnabled", {"enabled": True, "maxTouchPoints": 2})
    for place, points in enumerate(steps):
        touches = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
        kind = "touchMove" if place else "touchStart"
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def wait_for_other(page: Page, before: tuple[float, float]) -> tuple[float, float]:
    """Wait until another part is shown, and return it."""
    old = f"{before[0]:.15g} {before[1]:.15g}"
    page.wait_for_function(
        "old => { const now = document.querySelector('#charts').dataset.shown.split(' ').map(Number);"
        " const was = old.split(' ').map(Number);"
        " return Math.abs(now[0] - was[0]) + Math.abs(now[1] - was[1]) > 5; }",
        arg=old,
    )
    return shown(page)


class TestCurves:
    def test_fingers_move_along_and_look_closer(
        self, log_in: LogIn, live_evkit: Server, charged: list[int], complaints: list[str]
    ) -> None:
        page = log_in("guest", width=390, height=844)
        page.goto(f"{live_evkit.url}{POINT}curves/?connector=1&period=1h")
        whole = shown(page)
        plot = plot_of(page)
        left, y = plot["x"] + plot["width"] * 0.2, plot["y"]
        across = plot["width"] * 0.5
        fingers(page, *([(left + across * share, y)] for share in (0, 0.3, 0.7, 1)))
        moved = wait_for_other(page, whole)
        assert moved[0] == pytest.approx(whole[0] - 1800, abs=120)
        assert moved[1] - moved[0] == pytest.approx(3600, abs=1)
        middle = plot["x"] + plot["width"] / 2
        apart = (40, 60, 80, 120)
        fingers(page, *([(middle - by, y), (middle + by, y)] for by in apart))
        closer = wait_for_other(page, moved)
        assert closer[1] - closer[0] == pytest.approx(1200, abs=150)
        page.click("[data-charts-reset]")
        expect(page).to_have_url(re.compile("period=1h$"))
        assert complaints == []

    def test_buttons_and_the_wheel_do_the_same_for_a_site(
        self, log_in: LogIn, live_evkit: Server, charged: list[int], complaints: list[str]
    ) -> None:
        page = log_in("guest")
        page.goto(f"{live_evkit.url}/sites/depot/curves/?period=6h")
        whole = shown(page)
        expect(page.locator("[data-charts-resolution]")).not_to_be_empty()
        page.click("[data-charts-step=earlier]")
        earlier = wait_for_other(page, whole)
        assert whole[0] - earlier[0] == pytest.approx(3 * 3600, abs=60)
        page.click("[data-charts-step=closer]")
        closer = wait_for_other(page, earlier)
        assert closer[1] - closer[0] == pytest.approx(3 * 3600, abs=60)
        with page.expect_download() as download:
            page.click("[data-samples]")
        assert download.value.suggested_filename.startswith("depot-")
        assert complaints == []


def ended_of(server: Server, identity: str) -> dict[int, float]:
    """Return the energy in kWh of what has ended on a charge point, by number, as the database has it."""
    database = sqlite3.connect(f"file:{server.data_dir}/evkit.sqlite3?mode=ro", uri=True)
    found = database.execute(
        "SELECT number, energy_wh / 1000 FROM charging_transaction t JOIN chargers_chargepoint p "
        "ON p.id = t.charge_point_id WHERE ended_at IS NOT NULL AND identity = ?",
        [identity],
    ).fetchall()
    database.close()
    return dict(found)


def column(row: dict[Any, Any], name: str) -> float:
    """Return the number in the column whose header begins with `name`."""
    return float(str(next(value for head, value in row.items() if str(head).startswith(name))))


class TestExport:
    def test_what_is_filtered_is_exported_and_agrees_with_the_database(
        self, log_in: LogIn, live_evkit: Server, charged: list[int], complaints: list[str]
    ) -> None:
        page = log_in("operator")
        page.goto(f"{live_evkit.url}/sites/depot/transactions/?state=closed&charge_point=CP_1")
        stored = ended_of(live_evkit, "CP_1")
        expect(page.locator(".list-table tbody tr")).to_have_count(len(stored))
        page.locator("summary", has_text="Export").click()
        with page.expect_download() as download:
            page.locator("button", has_text="Excel").click()
        with download.value.path().open("rb") as file:
            sheet = load_workbook(file).worksheets[0]
        heads, *rows = sheet.iter_rows(values_only=True)
        told = [dict(zip(heads, row, strict=True)) for row in rows]
        assert {column(row, "Number"): column(row, "Energy") for row in told} == pytest.approx(stored)
        assert set(charged) <= stored.keys()
        assert complaints == []
