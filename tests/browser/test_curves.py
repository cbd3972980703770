"""An analyst looks at curves with mouse and fingers: closer, along, and at one moment in all of them."""

from __future__ import annotations

import re
import sqlite3
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.browser.charge_point import ChargePoint
from tests.browser.charts import drag, fingers, moments_told, plot_of, point_at, shown, told, wait_for_other
from tests.browser.conftest import LogIn
from tests.support.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.slow]

POINT = "/sites/depot/charge-points/CP_1/"
TAG = "B4A63CDF2212"
PARIS = ZoneInfo("Europe/Paris")
CURVES = "/sites/depot/charge-points/CP_2/curves/"
STEP_S = 10
HALF_DAY_S = 12 * 3600

# Half a day of yesterday; its register counts 10 Wh a sample, so that what is told of it names the sample.
MEASURE = """
from datetime import datetime, timedelta
from chargers.models import ChargePoint
from charging.models import IdToken, MeterSample
from tests.factories import TransactionFactory

point = ChargePoint.objects.get(identity="CP_2")
start = datetime.fromisoformat("{start}")
moments = [start + timedelta(seconds={step} * place) for place in range({count})]
MeterSample.objects.bulk_create(
    MeterSample(
        charge_point_id=point.pk, evse_number=1, measured_at=moment, received_at=moment, fingerprint=place,
        power_w=20_000 + 7 * place, energy_wh=10 * place, soc_percent=10 + place / 60,
    )
    for place, moment in enumerate(moments)
)
TransactionFactory(
    evse=point.evses.get(), id_token=IdToken.objects.get(value="B4A63CDF2212"), energy_judged_at=start,
    started_at=start + timedelta(hours=1), ended_at=start + timedelta(hours=11),
)
"""

# What is written into canvases: the labels of axes and of sessions.
WRITTEN = """
const write = CanvasRenderingContext2D.prototype.fillText;
window.written = [];
CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
  window.written.push(String(text));
  return write.call(this, text, ...rest);
};
"""
CLOCK = re.compile(r"\d\d:\d\d(:\d\d)?")


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


@pytest.fixture(scope="module")
def measured(live_evkit: Server) -> datetime:
    """Let CP_2 measure from 6 to 18 o’clock yesterday, every ten seconds; return when it began."""
    day = datetime.now(PARIS).date() - timedelta(days=1)
    start = datetime.combine(day, time(6), PARIS)
    live_evkit.shell(MEASURE.format(start=start, step=STEP_S, count=HALF_DAY_S // STEP_S + 1))
    return start


def open_half_day(
    page: Page, server: Server, measured: datetime, path: str = f"{CURVES}?connector=1&"
) -> tuple[float, float]:
    """Open the curves of the half day that was measured."""
    end = measured + timedelta(seconds=HALF_DAY_S)
    period = f"from={measured:%Y-%m-%dT%H:%M:%S}&to={end:%Y-%m-%dT%H:%M:%S}"
    page.goto(f"{server.url}{path}{period}")
    return shown(page)


def in_database(server: Server, sql: str, *values: object) -> list[tuple[Any, ...]]:
    database = sqlite3.connect(f"file:{server.data_dir}/evkit.sqlite3?mode=ro", uri=True)
    rows = database.execute(sql, values).fetchall()
    database.close()
    return rows


def stored(moment: float) -> str:
    """Return a moment as the database writes it."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M:%S")


def moment_of(day: datetime, clock: str) -> float:
    """Return a time of day, as a curve tells it, in epoch seconds."""
    return datetime.combine(day.date(), time.fromisoformat(clock), PARIS).timestamp()


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


class TestMouse:
    def test_a_drag_looks_closer_with_finer_data(
        self, log_in: LogIn, live_evkit: Server, measured: datetime, complaints: list[str]
    ) -> None:
        page = log_in("guest")
        page.add_init_script(WRITTEN)
        whole = open_half_day(page, live_evkit, measured)
        assert whole == (measured.timestamp(), measured.timestamp() + HALF_DAY_S)
        note = page.locator("[data-charts-resolution]")
        expect(note).to_have_text("Lowest and highest sample per pixel")
        page.evaluate("window.written = []")
        with page.expect_response(lambda response: "start=" in response.url) as answer:
            drag(page, 0.25, 0.4)
        start, end = wait_for_other(page, whole)
        assert start == pytest.approx(whole[0] + 0.25 * HALF_DAY_S, abs=120)
        assert end == pytest.approx(whole[0] + 0.4 * HALF_DAY_S, abs=120)
        expect(note).to_have_text("Every sample")
        count = "SELECT count(*) FROM charging_metersample WHERE measured_at BETWEEN ? AND ?"
        [(samples,)] = in_database(live_evkit, count, stored(start), stored(end))
        times = answer.value.json()["times"]
        assert sum(time % STEP_S == 0 for time in times) == pytest.approx(samples, abs=1)
        for share, moment in ((0.001, start), (0.999, end)):
            point_at(page, share)
            (clock,) = moments_told(page)
            assert moment_of(measured, clock) == pytest.approx(moment, abs=2 * STEP_S)
        written = set(page.evaluate("window.written"))
        ticks = {text for text in written if CLOCK.fullmatch(text)}
        assert len(ticks) > 3
        assert all(start <= moment_of(measured, tick) <= end for tick in ticks)
        assert any(text.startswith("Bus 1 · ") for text in written)
        page.reload()
        assert shown(page) == pytest.approx((start, end), abs=1)
        assert complaints == []

    @pytest.mark.parametrize("way", ["double click", "button"])
    def test_and_back_to_the_whole(
        self, log_in: LogIn, live_evkit: Server, measured: datetime, way: str, complaints: list[str]
    ) -> None:
        page = log_in("guest")
        whole = open_half_day(page, live_evkit, measured)
        address, since = page.url, page.input_value("[data-period-from]")
        drag(page, 0.9, 0.6, chart=1)
        closer = wait_for_other(page, whole)
        assert closer[0] == pytest.approx(whole[0] + 0.6 * HALF_DAY_S, abs=120)
        drag(page, 0.5, 0.75)
        closest = wait_for_other(page, closer)
        assert closest[1] - closest[0] == pytest.approx(0.25 * 0.3 * HALF_DAY_S, abs=60)
        assert page.url != address
        assert page.input_value("[data-period-from]") != since
        if way == "button":
            page.get_by_role("button", name="Whole period").click()
        else:
            plot = plot_of(page)
            page.mouse.dblclick(plot["x"] + plot["width"] / 2, plot["y"])
        assert wait_for_other(page, closest) == whole
        expect(page.get_by_role("button", name="Whole period")).to_be_hidden()
        expect(page).to_have_url(address)
        expect(page.locator("[data-period-from]")).to_have_value(since)
        assert complaints == []

    def test_moves_along_with_shift_and_zooms_with_the_wheel(
        self, log_in: LogIn, live_evkit: Server, measured: datetime, complaints: list[str]
    ) -> None:
        page = log_in("guest")
        whole = open_half_day(page, live_evkit, measured)
        page.keyboard.down("Shift")
        drag(page, 0.3, 0.8)
        page.keyboard.up("Shift")
        earlier = wait_for_other(page, whole)
        assert whole[0] - earlier[0] == pytest.approx(HALF_DAY_S / 2, abs=120)
        assert earlier[1] - earlier[0] == pytest.approx(HALF_DAY_S, abs=1)
        point_at(page, 0.75)
        page.keyboard.down("Control")
        page.mouse.wheel(0, -300)
        page.keyboard.up("Control")
        closer = wait_for_other(page, earlier)
        length = closer[1] - closer[0]
        assert length < HALF_DAY_S / 2
        below = earlier[0] + 0.75 * HALF_DAY_S
        assert closer[0] + 0.75 * length == pytest.approx(below, abs=120)
        assert complaints == []


class TestCursor:
    def test_tells_the_same_moment_in_every_chart(
        self, log_in: LogIn, live_evkit: Server, measured: datetime, complaints: list[str]
    ) -> None:
        page = log_in("guest")
        whole = open_half_day(page, live_evkit, measured)
        expect(page.locator(".chart")).to_have_count(3)
        for closer in (False, True):
            if closer:
                drag(page, 0.4, 0.5)
                wait_for_other(page, whole)
            for chart, share in enumerate((0.31, 0.52, 0.87)):
                point_at(page, share, chart)
                (clock,) = moments_told(page)
                at = moment_of(measured, clock)
                facts = (
                    "SELECT power_w, energy_wh, soc_percent FROM charging_metersample WHERE measured_at = ?"
                )
                [(power_w, energy_wh, soc)] = in_database(live_evkit, facts, stored(at))
                assert told(page, "power") == pytest.approx(power_w / 1000, abs=0.0501)
                assert told(page, "energy") == pytest.approx(energy_wh / 1000, abs=0.00501)
                assert told(page, "soc") == pytest.approx(soc, abs=0.501)
        page.mouse.move(5, 5)
        expect(page.locator(".chart__at")).to_have_text(["", "", ""])
        assert complaints == []

    def test_of_a_site_too(
        self, log_in: LogIn, live_evkit: Server, measured: datetime, complaints: list[str]
    ) -> None:
        page = log_in("guest")
        open_half_day(page, live_evkit, measured, "/sites/depot/curves/?")
        expect(page.locator(".chart")).to_have_count(2)
        for chart, share in enumerate((0.2, 0.7)):
            point_at(page, share, chart)
            (clock,) = moments_told(page)
            facts = "SELECT power_w FROM charging_metersample WHERE measured_at = ?"
            [(power_w,)] = in_database(live_evkit, facts, stored(moment_of(measured, clock)))
            assert told(page, "power") == pytest.approx(power_w / 1000, abs=0.2)
            assert told(page, "running") == 1
        assert complaints == []
