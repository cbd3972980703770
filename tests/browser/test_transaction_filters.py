"""An analyst narrows the list of transactions: rows, sums and address are those of the database, and stay."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from charging.types import Flag
from tests.browser.conftest import enter
from tests.browser.recorded import PARIS, Row, record, recorded
from tests.support.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NUMBERS = ".list-table tbody .main-cell a"
SUMS = "#list-totals .kv"
FIELDS_SAY = """chosen => JSON.stringify(chosen) === JSON.stringify(
    [...new FormData(document.querySelector('#list-form'))].filter(([, value]) => value).sort())"""
MOST_TRIED = 8
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
UNITS_S = {"s": 1, "min": 60, "h": 3600, "d": 86400}


def in_period(row: Row, name: str) -> bool:
    """Tell whether a transaction started in a named period."""
    day, today = row.started.date(), datetime.now(PARIS).date()
    months = 12 * (today.year - day.year) + today.month - day.month
    return {
        "today": day == today,
        "yesterday": (today - day).days == 1,
        "7d": 0 <= (today - day).days < 7,
        "30d": 0 <= (today - day).days < 30,
        "month": months == 0,
        "last-month": months == 1,
        "year": day.year == today.year,
        "last-year": day.year == today.year - 1,
    }[name]


FITS: Final[Mapping[str, Callable[[Row, str], bool]]] = {
    "q": lambda row, value: value in f"{row.number} {row.charge_point} {row.vehicle} {row.badge}",
    "period": in_period,
    "from": lambda row, value: row.started.date() >= date.fromisoformat(value),
    "to": lambda row, value: row.started.date() <= date.fromisoformat(value),
    "site": lambda row, value: row.site == value,
    "charge_point": lambda row, value: row.charge_point == value,
    "vehicle": lambda row, value: row.vehicle == value,
    "tag": lambda row, value: value.upper() in {row.badge, row.id_tag.upper()},
    "state": lambda row, value: (row.ended is None) == (value == "open"),
    "flag": lambda row, value: value in row.flags or (value == "any" and bool(row.flags)),
}
OFFERED: Final = {
    "period": ["today", "yesterday", "7d", "30d", "month", "last-month", "year", "last-year"],
    "site": ["depot", "yard"],
    "charge_point": ["CP_1", "CP_2", "Y_1", "Y_2"],
    "vehicle": ["bus-1", "bus-2", "van"],
    "state": ["open", "closed"],
    "flag": ["any", *Flag.values],
}


@pytest.fixture(scope="module")
def live_evkit(shared_evkit: Server) -> Server:
    record(shared_evkit)
    return shared_evkit


@pytest.fixture(scope="module")
def told() -> list[str]:
    """What the browser complained of in any test of the module."""
    return []


@pytest.fixture(scope="module")
def opened(chromium: Browser, live_evkit: Server, told: list[str]) -> Iterator[Page]:
    """The browser of an operator, for all tests of the module."""
    page = enter(chromium, live_evkit, "operator", told)
    yield page
    page.context.close()


@pytest.fixture
def page(opened: Page, live_evkit: Server, told: list[str]) -> Iterator[Page]:
    """The list of the transactions of all sites, on a desk."""
    opened.set_viewport_size({"width": 1440, "height": 900})
    opened.goto(f"{live_evkit.url}/transactions/")
    yield opened
    assert told == []


def days_ago(days: int) -> str:
    """Return a day of the sites as addresses write it."""
    return (datetime.now(PARIS).date() - timedelta(days=days)).isoformat()


def fill_in(page: Page, name: str, value: str) -> None:
    """Choose or write the value of a filter."""
    field = page.locator(f"#list-form [name={name}]")
    if name in OFFERED:
        field.select_option(value)
    else:
        field.fill(value)
        page.keyboard.press("Tab")


def seconds_of(text: str) -> float:
    """Return a duration that is told with its two leading units."""
    parts = re.findall(r"(\d+)\s*(min|[dhs])\b", text)
    assert parts, text
    return sum(int(number) * UNITS_S[unit] for number, unit in parts)


def check_sums(page: Page, rows: Sequence[Row]) -> None:
    """Check the sums of the page against those of rows."""
    running = sum(row.ended is None for row in rows)
    count = f"{len(rows)} {running} running" if running else str(len(rows))
    expect(page.locator(f"{SUMS} dd").first).to_have_text(count)
    shown = dict(pair.split("\n") for pair in page.locator(SUMS).all_inner_texts())
    energy, peak = (float(shown[name].split()[0].replace(",", "")) for name in ("Energy", "Highest power"))
    assert energy == pytest.approx(sum(row.counted_wh or 0 for row in rows) / 1000, abs=0.051)
    assert peak == pytest.approx(max(row.peak_w for row in rows) / 1000, abs=0.051)
    doubtful = [row for row in rows if row.counted_wh is None]
    expect(page.locator("#list-totals .flagged")).to_have_count(1 if doubtful else 0)
    if doubtful:
        expect(page.locator("#list-totals .flagged")).to_contain_text(
            f"leaves out {len(doubtful)} transaction"
        )
    lengths = [row.length_s for row in rows if row.length_s is not None]
    for name in ("Mean duration", "All durations"):
        left_out = f" without {running} running" if running else ""
        assert shown[name].endswith(left_out)
        assert ("without" in shown[name]) == bool(running)
        shown[name] = shown[name].removesuffix(left_out)
    if lengths:
        assert_told(shown["Mean duration"], sum(lengths) / len(lengths))
        assert_told(shown["All durations"], sum(lengths))
    else:
        assert shown["Mean duration"] == shown["All durations"] == "–"


def assert_told(text: str, seconds: float) -> None:
    """Check a duration that is told to its second leading unit."""
    exact_to = 3600 if "d" in text else 60 if "min" in text else 1
    assert 0 <= seconds - seconds_of(text) < exact_to, (text, seconds)


def check(page: Page, server: Server, chosen: Mapping[str, str], *, site: str = "") -> None:
    """Check that the page shows just what the database has for the chosen filters, and says so everywhere."""
    page.wait_for_url(lambda url: dict(parse_qsl(urlsplit(url).query)) == dict(chosen))
    fitting = [
        row
        for row in recorded(server)
        if site in {"", row.site} and all(FITS[name](row, value) for name, value in chosen.items())
    ]
    expect(page.locator(NUMBERS)).to_have_text([str(row.number) for row in fitting])
    page.wait_for_function(FIELDS_SAY, arg=sorted(map(list, chosen.items())))
    expect(page.locator(".in-force .chip")).to_have_count(len(chosen))
    if fitting:
        check_sums(page, fitting)
    else:
        expect(page.locator("#list")).to_contain_text("Nothing matches this filter")
    assert page.evaluate(SIDEWAYS) == 0


def check_kept(page: Page, server: Server, chosen: Mapping[str, str], before: Mapping[str, str]) -> None:
    """Check that a reload keeps the filters, Back leads to those before and Forward to them again."""
    page.reload()
    check(page, server, chosen)
    page.go_back()
    check(page, server, before)
    page.go_forward()
    check(page, server, chosen)


class TestChoices:
    @pytest.mark.parametrize("name", OFFERED)
    def test_each_shows_what_the_database_has(self, page: Page, live_evkit: Server, name: str) -> None:
        field = page.locator(f"#list-form select[name={name}]")
        values = field.locator("option").evaluate_all("all => all.map((option) => option.value)")
        assert values == ["", *OFFERED[name]]
        tried = values[1:][:MOST_TRIED]
        for value in tried:
            field.select_option(value)
            check(page, live_evkit, {name: value})
        check_kept(page, live_evkit, {name: tried[-1]}, {name: tried[-2]})


class TestWritten:
    @pytest.mark.parametrize(
        ("name", "value"),
        [("q", "Y_1"), ("q", "bus-2"), ("q", "17"), ("tag", "04aabbcc"), ("tag", "Guest-7")],
    )
    def test_words(self, page: Page, live_evkit: Server, name: str, value: str) -> None:
        fill_in(page, name, value)
        check(page, live_evkit, {name: value})
        check_kept(page, live_evkit, {name: value}, {})

    def test_a_day_that_is_typed_asks_once(self, page: Page, live_evkit: Server) -> None:
        day = days_ago(6)
        page.locator("#list-form [name=from]").focus()
        asked: list[str] = []
        page.on("request", lambda request: asked.extend(re.findall(r"[?&]from=([^&]+)", request.url)))
        page.keyboard.type(day[5:] + day[:4])
        check(page, live_evkit, {"from": day})
        assert set(asked) == {day}, "no half-typed year"

    @pytest.mark.parametrize(("name", "back"), [("from", 6), ("to", 29), ("from", 300), ("to", 4000)])
    def test_days(self, page: Page, live_evkit: Server, name: str, back: int) -> None:
        day = days_ago(back)
        fill_in(page, name, day)
        check(page, live_evkit, {name: day})
        check_kept(page, live_evkit, {name: day}, {})


class TestTogether:
    def test_each_narrows_further_and_is_taken_away_by_itself(self, page: Page, live_evkit: Server) -> None:
        chosen = {"from": days_ago(60), "to": days_ago(1), "site": "depot", "state": "closed"}
        asked: dict[str, str] = {}
        for name, value in chosen.items():
            fill_in(page, name, value)
            asked[name] = value
            check(page, live_evkit, asked)
        page.locator(".in-force .chip", has_text="Site").click()
        del asked["site"]
        check(page, live_evkit, asked)
        page.get_by_role("link", name="Show all", exact=True).click()
        check(page, live_evkit, {})

    def test_of_one_site_only_its_own(self, page: Page, live_evkit: Server) -> None:
        page.goto(f"{live_evkit.url}/sites/yard/transactions/")
        points = page.locator("#list-form [name=charge_point] option")
        expect(points).to_have_text(["All charge points", "Y_1", "Y_2"])
        expect(page.locator("#list-form [name=site]")).to_have_count(0)
        page.locator("#list-form [name=charge_point]").select_option("Y_2")
        page.locator("#list-form [name=flag]").select_option("any")
        check(page, live_evkit, {"charge_point": "Y_2", "flag": "any"}, site="yard")


class TestPhone:
    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("q", "bus-2"),
            ("period", "month"),
            ("from", "29"),
            ("to", "6"),
            ("site", "yard"),
            ("charge_point", "CP_2"),
            ("vehicle", "van"),
            ("tag", "04aabbcc"),
            ("state", "open"),
            ("flag", "made_by_hand"),
        ],
    )
    def test_each_filter(self, page: Page, live_evkit: Server, name: str, value: str) -> None:
        value = days_ago(int(value)) if name in {"from", "to"} else value
        page.set_viewport_size({"width": 360, "height": 780})
        page.locator(".list-form__more > summary").click()
        fill_in(page, name, value)
        check(page, live_evkit, {name: value})
        check_kept(page, live_evkit, {name: value}, {})
