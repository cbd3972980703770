from __future__ import annotations

from datetime import UTC, datetime

import pytest

from chargers.simulator.aligned import until_aligned_s


class TestUntilAligned:
    @pytest.mark.parametrize(
        ("minute", "second", "interval_s", "wait_s"),
        [(0, 0, 900, 900), (14, 59, 900, 1), (15, 0, 900, 900), (7, 30, 60, 30)],
    )
    def test_it_counts_from_midnight(self, minute, second, interval_s, wait_s):
        now = datetime(2026, 3, 4, 12, minute, second, tzinfo=UTC)
        assert until_aligned_s(now, interval_s) == wait_s
