"""The page of a transaction whose charge point kept it while it was offline, at unusual times."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.charge_point import ChargePoint
from tests.browser.conftest import LogIn
from tests.support.server import Server

pytestmark = pytest.mark.browser

TAG = "B4A63CDF2212"
TURN = datetime(2025, 10, 26, 1, 0, tzinfo=UTC)
"""When clocks in Paris go from 03:00 back to 02:00."""
MINUTE = timedelta(minutes=1)

LABELS = """async ({start, end, ticks, step}) => {
  const from = name => performance.getEntriesByType("resource").find(each => each.name.includes(name)).name;
  const times = await import(from("chart_times"));
  const clock = (await import(from("plotting"))).clocks("Europe/Paris");
  const axis = times.timeAxis(clock, () => times.needsOf(clock, start, end));
  const values = axis.values(null, ticks, 0, 0, step);
  return [values, axis.size(null, values)];
}"""


def stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def replay(point: ChargePoint, start: datetime, end: datetime, powers_w: dict[datetime, float]) -> int:
    """Send a charge of the past, as a charge point does that comes back; return its number."""
    request = {"connectorId": 1, "idTag": TAG, "meterStart": 1000, "timestamp": stamp(start)}
    number = int(point.call("StartTransaction", request)["transactionId"])
    values = [
        {
            "timestamp": stamp(at),
            "sampledValue": [{"value": str(power), "measurand": "Power.Active.Import", "unit": "W"}],
        }
        for at, power in powers_w.items()
    ]
    if values:
        point.call("MeterValues", {"connectorId": 1, "transactionId": number, "meterValue": values})
    stop: dict[str, Any] = {"transactionId": number, "meterStop": 9000, "timestamp": stamp(end)}
    point.call("StopTransaction", stop)
    return number


def moment_at(page: Page, share: float) -> str:
    """Return the moment that the first chart tells at a share of its width."""
    over = page.locator(".chart .u-over").first
    over.scroll_into_view_if_needed()
    box = over.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * share, box["y"] + box["height"] / 2)
    told = page.locator(".chart__at").first
    expect(told).not_to_be_empty()
    return told.inner_text()


class TestTimesOfCurves:
    def test_in_the_hour_that_comes_twice_are_told_with_their_offset(
        self, log_in: LogIn, live_evkit: Server, charge_point: ChargePoint, complaints: list[str]
    ) -> None:
        powers = {TURN + number * 5 * MINUTE: 7000.0 for number in range(-9, 10)}
        number = replay(charge_point, TURN - 45 * MINUTE, TURN + 45 * MINUTE, powers)
        page = log_in("guest")
        page.goto(f"{live_evkit.url}/sites/depot/transactions/{number}/")
        expect(page.locator(".chart")).to_have_count(1)
        early, late = moment_at(page, 0.25), moment_at(page, 0.75)
        assert (early[:3], early[-7:]) == ("02:", "(UTC+2)")
        assert (late[:3], late[-7:]) == ("02:", "(UTC+1)")
        assert complaints == []

    @pytest.mark.parametrize(
        ("start", "hours", "step_h", "labels"),
        [
            (TURN - 7 * 60 * MINUTE, 3, 1, ["20:00", "21:00", "22:00", "23:00"]),
            (TURN + 20 * 60 * MINUTE, 4, 2, ["22:00\nOct 26", "00:00\nOct 27", "02:00"]),
            (TURN - 60 * MINUTE, 2, 1, ["02:00\nUTC+2", "02:00\nUTC+1", "03:00"]),
            (TURN - 180 * MINUTE, 4, 2, ["00:00\nUTC+2", "02:00", "03:00\nUTC+1"]),
        ],
        ids=["within a day", "over midnight", "the hour that comes twice", "the clock turned back"],
    )
    def test_labels_never_look_alike(
        self,
        log_in: LogIn,
        live_evkit: Server,
        start: datetime,
        hours: int,
        step_h: int,
        labels: list[str],
    ) -> None:
        page = log_in("guest")
        page.goto(f"{live_evkit.url}/sites/depot/curves/")
        first = int(start.timestamp())
        ticks = [first + step_h * 3600 * place for place in range(hours // step_h + 1)]
        told = page.evaluate(
            LABELS, {"start": first, "end": ticks[-1], "ticks": ticks, "step": step_h * 3600}
        )
        assert told == [labels, 38 if "\n" in "".join(labels) else 24]


class TestACurveBelowZero:
    def test_is_drawn(self, log_in: LogIn, live_evkit: Server, charge_point: ChargePoint) -> None:
        start = TURN - 600 * MINUTE
        powers = {start + number * MINUTE: -3000.0 for number in range(30)}
        number = replay(charge_point, start, start + 30 * MINUTE, powers)
        page = log_in("guest")
        page.goto(f"{live_evkit.url}/sites/depot/transactions/{number}/")
        expect(page.locator(".chart")).to_have_count(1)
        moment_at(page, 0.5)
        point = page.locator(".chart .u-cursor-pt").first.bounding_box()
        plot = page.locator(".chart .u-over").first.bounding_box()
        assert point is not None
        assert plot is not None
        assert plot["y"] < point["y"] < plot["y"] + plot["height"]


class TestAPhone:
    def test_shows_the_main_things_first_and_unfolds_the_rest(
        self, log_in: LogIn, live_evkit: Server, charge_point: ChargePoint, complaints: list[str]
    ) -> None:
        start = TURN - 900 * MINUTE
        number = replay(
            charge_point, start, start + 30 * MINUTE, {start: 3000.0, start + 30 * MINUTE: 2000.0}
        )
        for _each in range(110):
            charge_point.status(2, "Available")
        page = log_in("guest", width=390, height=844)
        address = f"{live_evkit.url}/sites/depot/transactions/{number}/"
        page.goto(address)
        messages = page.locator("#tx-messages .log__item")
        expect(page.locator(".chart").first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollHeight") < 4000
        assert messages.count() >= 100
        expect(messages.first).to_be_hidden()
        page.click("#tx-messages > summary")
        expect(messages.first).to_be_visible()
        page.goto("about:blank")
        page.goto(f"{address}#messages")
        expect(messages.first).to_be_visible()
        assert complaints == []

    def test_shows_one_curve_until_all_are_asked_for(
        self, log_in: LogIn, live_evkit: Server, charge_point: ChargePoint
    ) -> None:
        number = charge_point.start(1, TAG)
        charge_point.meter(1, number, 7000, 50)
        charge_point.stop(number)
        page = log_in("guest", width=390, height=844)
        page.goto(f"{live_evkit.url}/sites/depot/transactions/{number}/")
        charts = page.locator(".chart")
        expect(charts).to_have_count(2)
        expect(charts.nth(1)).to_be_hidden()
        page.click("[data-charts-all]")
        expect(charts.nth(1)).to_be_visible()
        expect(page.locator("[data-charts-all]")).to_be_hidden()
        plot = charts.nth(1).locator(".u-over").bounding_box()
        assert plot is not None
        assert plot["width"] > 200


class TestADesk:
    def test_has_everything_open_and_so_has_paper(
        self, log_in: LogIn, live_evkit: Server, charge_point: ChargePoint
    ) -> None:
        number = charge_point.start(1, TAG)
        charge_point.meter(1, number, 7000, 50)
        charge_point.stop(number)
        page = log_in("guest")
        page.goto(f"{live_evkit.url}/sites/depot/transactions/{number}/")
        closed = page.locator("details[data-fold]:not([open])")
        expect(page.locator("#tx-messages .log__item").first).to_be_visible()
        expect(closed).to_have_count(0)
        page.click("#tx-messages > summary")
        expect(closed).to_have_count(1)
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        expect(closed).to_have_count(0)
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        expect(closed).to_have_count(1)
