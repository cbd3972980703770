from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargers.simulator.limits import Limit, LimitWindow, share, tightest

amounts = st.floats(0, 1e6)


class TestTightest:
    def test_the_lowest_wins_and_none_does_not_count(self):
        assert tightest(None, Limit(5), Limit(3), None) == Limit(3)
        assert tightest(None, None) is None


class TestLimit:
    def test_it_knows_its_current(self):
        assert Limit(6_900.0).current_a == 10.0
        assert Limit(2_300.0, phases=1).current_a == 10.0


class TestLimitWindow:
    def test_a_raised_limit_counts_at_once_and_a_lowered_one_later(self):
        window = LimitWindow(5.0)
        assert window.allowed(0.0) is None
        window.push(0.0, Limit(10))
        window.push(1.0, Limit(4))
        assert window.allowed(5.9) == Limit(10)
        assert window.allowed(6.0) == Limit(4)
        window.push(7.0, Limit(8))
        assert window.allowed(7.0) == Limit(8)
        window.reset()
        assert window.allowed(7.0) is None

    @given(st.floats(0, 20), st.lists(st.tuples(st.floats(0.1, 10), amounts), min_size=1))
    def test_it_never_allows_more_than_was_in_force_within_the_delay(self, delay_s, changes):
        window = LimitWindow(delay_s)
        now = 0.0
        history = []
        for step, power in changes:
            now += step
            window.push(now, Limit(power))
            history.append((now, power))
            allowed = window.allowed(now)
            ends = [at for at, _ in history[1:]] + [float("inf")]
            recent = [power for (_, power), end in zip(history, ends, strict=True) if end > now - delay_s]
            assert allowed is not None
            assert allowed.power_w == max(recent)


class TestShare:
    @pytest.mark.parametrize(
        ("total", "wanted", "granted"),
        [
            (100, [30, 30], [30, 30]),
            (100, [80, 80], [50, 50]),
            (100, [20, 200], [20, 80]),
            (90, [200, 10, 200], [40, 10, 40]),
            (0, [5, 5], [0, 0]),
            (-5, [5], [0]),
            (10, [], []),
        ],
    )
    def test_what_the_modest_leave_goes_to_the_others(self, total, wanted, granted):
        assert share(total, wanted) == granted

    @given(amounts, st.lists(amounts, max_size=12))
    def test_nobody_gets_more_than_wanted_and_nothing_is_wasted(self, total, wanted):
        granted = share(total, wanted)
        assert all(0 <= part <= want for part, want in zip(granted, wanted, strict=True))
        assert sum(granted) == pytest.approx(min(total, sum(wanted)), abs=1e-6)
