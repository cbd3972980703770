"""The curve of a charge names the days where it passes midnight."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import LogIn
from tests.support.server import Server

pytestmark = pytest.mark.browser

PARIS = ZoneInfo("Europe/Paris")

# A charge of CP_2 from two hours before a midnight until two hours after it.
CHARGE = """
from datetime import datetime, timedelta
from chargers.models import ChargePoint
from charging.models import MeterSample
from tests.factories import TransactionFactory

point = ChargePoint.objects.get(identity="CP_2")
start = datetime.fromisoformat("{start}")
samples = [
    MeterSample(
        charge_point_id=point.pk, evse_number=1, measured_at=moment, received_at=moment, fingerprint=place,
        power_w=20_000 + place,
    )
    for place in range(241)
    for moment in [start + timedelta(minutes=place)]
]
MeterSample.objects.bulk_create(samples, ignore_conflicts=True)
TransactionFactory(
    evse=point.evses.get(), energy_judged_at=start, started_at=start, ended_at=start + timedelta(hours=4)
)
"""

# What is written into canvases, once it has been: the labels of axes.
WRITTEN = """
const write = CanvasRenderingContext2D.prototype.fillText;
window.written = [];
CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
  window.written.push(String(text));
  return write.call(this, text, ...rest);
};
"""


def axis_of(page: Page, address: str) -> set[str]:
    """Open a page with one curve and return what its axes say."""
    page.add_init_script(WRITTEN)
    page.goto(address)
    page.wait_for_function("() => window.written.some((text) => /^[0-9]+:[0-9]+$/.test(text))")
    return set(page.evaluate("window.written"))


def told_at(page: Page, share: float) -> str:
    """Point at a place in the curve, 0 is its left edge, and return the moment that it tells."""
    page.locator(".u-over").scroll_into_view_if_needed()
    box = page.locator(".u-over").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * share, box["y"] + box["height"] / 2, steps=3)
    return page.locator(".curve__tip > *").first.inner_text()


def day_name(moment: datetime) -> str:
    return f"{moment:%b} {moment.day}"


class TestDays:
    def test_of_a_charge_over_midnight(self, log_in: LogIn, live_evkit: Server) -> None:
        day = datetime.now(PARIS).date() - timedelta(days=2)
        start = datetime.combine(day, time(22), PARIS)
        live_evkit.shell(CHARGE.format(start=start))
        page = log_in("guest")
        written = axis_of(page, f"{live_evkit.url}/sites/depot/charge-points/CP_2/")
        days = [day_name(start), day_name(start + timedelta(days=1))]
        assert set(days) <= written
        for share, name in zip((0.1, 0.9), days, strict=True):
            assert told_at(page, share).startswith(name)
