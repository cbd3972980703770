from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from evkit.console.cards import totals_of
from evkit.console.drawing import battery, power_bar, shares, site_bar, symbol
from evkit.console.states import State

power = st.none() | st.floats(0, 1e6, allow_nan=False)


class TestShares:
    @given(power_w=power, limit_w=power, max_w=power)
    def test_never_leave_the_bar(
        self, power_w: float | None, limit_w: float | None, max_w: float | None
    ) -> None:
        part = shares(power_w=power_w, limit_w=limit_w, max_w=max_w)
        assert 0 <= part.fill <= part.track + 1e-9 <= 100 + 1e-6
        assert part.track + part.excess <= 100 + 1e-6

    def test_the_track_ends_at_the_limit_and_the_rest_is_the_maximum(self) -> None:
        part = shares(power_w=20_000, limit_w=25_000, max_w=50_000)
        assert (part.fill, part.track, part.excess) == (40.0, 50.0, 0.0)

    def test_power_above_the_limit_is_excess(self) -> None:
        part = shares(power_w=30_000, limit_w=25_000, max_w=50_000)
        assert (part.fill, part.track, part.excess) == (50.0, 50.0, 10.0)


class TestPowerBar:
    def test_says_its_values_to_somebody_who_does_not_see_it(self) -> None:
        bar = power_bar(power_w=38_400, limit_w=40_000, max_w=50_000)
        label = re.search(r'aria-label="([^"]+)"', bar)
        assert label is not None
        assert label[1].replace("\u202f", " ") == "38.4 kW of 40.0 kW allowed, at most 50 kW"

    def test_has_no_mark_without_a_limit(self) -> None:
        assert "bar__limit" not in power_bar(power_w=1, limit_w=None, max_w=2)

    def test_needs_no_inline_style(self) -> None:
        assert "style=" not in power_bar(power_w=1, limit_w=2, max_w=3)


class TestSiteBar:
    def test_shows_what_is_above_the_limit_in_its_own_colour(self) -> None:
        from tests.console.test_cards import card, charging

        assert "bar__excess" in site_bar(totals_of([card("A", charging())], 15_000))
        assert "bar__excess" not in site_bar(totals_of([card("A", charging())], 100_000))


class TestBattery:
    def test_is_empty_when_the_state_of_charge_is_unknown(self) -> None:
        assert 'width="0.00"' in battery(None)

    def test_is_never_fuller_than_full(self) -> None:
        assert battery(140) == battery(100)


class TestSymbol:
    def test_carries_the_state_as_class_and_as_text(self) -> None:
        drawn = symbol("connector", "list", State.FAULTED)
        assert "sym--list is-faulted" in drawn
        assert 'aria-label="Faulted"' in drawn
        assert 'href="#connector-list"' in drawn

    def test_is_decoration_with_an_empty_label(self) -> None:
        assert 'aria-hidden="true"' in symbol("connector", "list", State.FAULTED, "")
