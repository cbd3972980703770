"""Past decisions of smart charging are stepped through with the keyboard and play by themselves."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import LogIn
from tests.support.server import Server

pytestmark = pytest.mark.browser

DECISIONS = """
import json
from datetime import timedelta
from charging.models import DecisionRecord
from evkit.core.clock import utc_now
from sites.models import Site
site = Site.objects.get(code="depot")
DecisionRecord.objects.filter(site=site).delete()
rows = [
    DecisionRecord.objects.create(
        site=site, at=utc_now() + timedelta(minutes=minute - 60), limit_w=100_000 + minute * 1000, base_w=0,
        reserve_w=0, used_w=0, power_w=0, raised=1, lowered=0, waiting=0, shares=[],
    )
    for minute in range(4)
]
print(json.dumps([row.pk for row in rows]))
"""


def first_decision(page: Page, server: Server) -> None:
    """Open the first of four decisions, of the limits 100 to 103 kW."""
    keys = json.loads(server.shell(DECISIONS).strip().splitlines()[-1])
    page.goto(f"{server.url}/sites/depot/smart-charging/decisions/{keys[0]}/")
    expect_limit(page, 100)


def expect_limit(page: Page, limit_kw: int, *, within_ms: int = 10_000) -> None:
    limit = page.locator("#decision .tally__value").first
    expect(limit).to_have_text(re.compile(rf"\s*{limit_kw}\.0"), timeout=within_ms)


class TestReplay:
    def test_it_plays_to_the_newest_and_stops_there(
        self, log_in: LogIn, live_evkit: Server, complaints: list[str]
    ) -> None:
        page = log_in("guest")
        first_decision(page, live_evkit)
        page.get_by_role("button", name="Play").click()
        expect(page.locator("#replay")).to_have_attribute("aria-pressed", "true")
        expect_limit(page, 103, within_ms=30_000)
        expect(page.locator("#replay")).to_have_attribute("aria-pressed", "false")
        expect(page.locator("#replay")).to_be_disabled()
        assert complaints == []

    def test_keys_step_play_and_pause(self, log_in: LogIn, live_evkit: Server) -> None:
        page = log_in("guest")
        first_decision(page, live_evkit)
        page.keyboard.press("l")
        expect_limit(page, 101)
        page.keyboard.press("j")
        expect_limit(page, 100)
        page.keyboard.press("k")
        expect_limit(page, 101)
        page.keyboard.press("k")
        expect(page.locator("#replay")).to_have_attribute("aria-pressed", "false")
        page.wait_for_timeout(2500)
        expect_limit(page, 101)
