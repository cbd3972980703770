"""The report of a site: its charts leave no hole, and on a phone its tables unfold."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.charge_point import ChargePoint
from tests.browser.conftest import LogIn
from tests.support.server import Server

pytestmark = pytest.mark.browser

LAYOUT = """() => {
  const box = document.querySelector(".report-charts");
  while (box.children.length < 3) box.append(box.lastElementChild.cloneNode(true));
  const edge = each => Math.round(each.getBoundingClientRect().right);
  return [edge(box), edge([...box.children].at(-1)), document.documentElement.scrollHeight];
}"""


@pytest.mark.parametrize("width", [1440, 1100, 390])
def test_three_charts_leave_no_hole_and_a_phone_folds_the_tables(
    log_in: LogIn, live_evkit: Server, charge_point: ChargePoint, width: int
) -> None:
    charge_point.stop(charge_point.start(1, "B4A63CDF2212"))
    page = log_in("guest", width=width)
    page.goto(f"{live_evkit.url}/sites/depot/reports/")
    edge, last, height = page.evaluate(LAYOUT)
    assert last == edge
    table = page.locator("#points")
    if width > 640:
        expect(table).to_be_visible()
        return
    assert height < 4000
    expect(table).to_be_hidden()
    page.goto(f"{live_evkit.url}/sites/depot/reports/#points")
    expect(table).to_be_visible()
