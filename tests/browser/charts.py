"""The charts of a page of curves, as hands and eyes have them."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

PLOT = ".chart .u-over"


def shown(page: Page) -> tuple[float, float]:
    expect(page.locator("#charts")).to_have_attribute("data-shown", re.compile(r"\d"))
    start, end = map(float, (page.get_attribute("#charts", "data-shown") or "").split())
    return start, end


def plot_of(page: Page, chart: int = 0) -> dict[str, float]:
    page.locator(PLOT).nth(chart).scroll_into_view_if_needed()
    box = page.locator(PLOT).nth(chart).bounding_box()
    assert box is not None
    return {"x": box["x"], "y": box["y"] + box["height"] / 2, "width": box["width"]}


def point_at(page: Page, share: float, chart: int = 0) -> None:
    """Move the mouse to a place in a chart: 0 is its left edge, 1 its right one."""
    plot = plot_of(page, chart)
    page.mouse.move(plot["x"] + plot["width"] * share, plot["y"], steps=4)


def drag(page: Page, start: float, end: float, chart: int = 0) -> None:
    """Drag the mouse across a chart, from place to place."""
    point_at(page, start, chart)
    page.mouse.down()
    point_at(page, end, chart)
    page.mouse.up()


def moments_told(page: Page) -> set[str]:
    return set(page.locator(".chart__at").all_inner_texts())


def told(page: Page, key: str) -> float:
    """Return the value that a chart tells at its cursor."""
    return float(page.locator(f"[data-chart-key={key}] .key b").first.inner_text().split("\u202f")[0])


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
