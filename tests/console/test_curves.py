from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from chargers.models import Connection
from evkit.console.selectors.curves import connected_buckets, thin, with_gaps
from history.rollups.breaks import ends_and_parts
from history.rollups.carrying import Breaks, carried

rows = st.lists(
    st.tuples(st.floats(0, 1e6), st.none() | st.floats(0, 1e6), st.none()), unique_by=lambda row: row[0]
).map(sorted)


class TestCarried:
    def test_a_value_holds_until_the_next_is_overdue(self) -> None:
        assert carried([(1, 1, 10, 7.0), (1, 1, 12, 8.0)], end=30) == {
            10: 7.0, 11: 7.0, 12: 8.0, 13: 8.0, 14: 8.0, 15: 8.0,
        }  # fmt: skip

    def test_a_value_holds_for_five_minutes_at_most(self) -> None:
        assert list(carried([(1, 1, 10, 7.0)], end=30)) == [10, 11, 12, 13, 14]

    def test_a_meter_that_sends_often_falls_silent_soon(self) -> None:
        rows = [(1, 1, bucket, 1.0) for bucket in range(10, 20)]
        assert max(carried(rows, end=30)) == 20

    def test_connectors_add_up(self) -> None:
        assert carried([(1, 1, 10, 7.0), (1, 2, 10, 5.0), (2, 1, 10, 1.0)], end=10) == {10: 13.0}

    def test_nothing_is_carried_past_the_end_of_a_charge(self) -> None:
        breaks = Breaks(ends={(1, 1): [11]}, parts={(1, 1): {11: 0.25}})
        rows = [(1, 1, 10, 40.0), (1, 2, 10, 5.0)]
        assert carried(rows, 12, breaks) == {10: 45.0, 11: 15.0, 12: 5.0}

    def test_nothing_is_carried_past_the_end_of_a_connection(self) -> None:
        rows = [(1, 1, 10, 7.0), (1, 1, 12, 8.0), (2, 1, 10, 1.0)]
        assert carried(rows, 13, Breaks(cuts={1: [10]})) == {10: 8.0, 11: 1.0, 12: 9.0, 13: 9.0}


class TestEndsAndParts:
    def test_a_charge_is_part_of_its_first_and_its_last_minute(self) -> None:
        assert ends_and_parts([(615.0, 1), (750.0, -1)]) == ([12], {10: 0.75, 12: 0.5})

    def test_the_next_charge_of_the_same_minute_goes_on(self) -> None:
        ends, parts = ends_and_parts([(0.0, 1), (630.0, -1), (645.0, 1)])
        assert (ends, parts[10]) == ([], 0.75)

    def test_a_charge_without_an_end_goes_on(self) -> None:
        assert ends_and_parts([(600.0, 1)]) == ([], {10: 1.0})

    @given(st.lists(st.tuples(st.floats(0, 6e3), st.floats(0, 6e3)).map(sorted), max_size=8))
    def test_parts_are_shares_of_a_minute(self, charges) -> None:
        edges = [(at, change) for charge in charges for at, change in zip(charge, (1, -1), strict=True)]
        ends, parts = ends_and_parts(edges)
        assert set(ends) <= set(parts)
        assert all(-1e-9 <= part <= 1 + 1e-9 for part in parts.values())


class TestConnectedBuckets:
    def test_cover_the_time_of_each_connection(self) -> None:
        start = datetime(2026, 1, 1, tzinfo=UTC)
        row = Connection(opened_at=start, closed_at=start + timedelta(minutes=2))
        first = int(start.timestamp()) // 60
        found = connected_buckets([row], start - timedelta(hours=1), start + timedelta(hours=1))
        assert found == {first, first + 1, first + 2}


class TestThin:
    @given(rows)
    def test_keeps_the_lowest_and_the_highest(self, data: list[tuple[float, float | None, None]]) -> None:
        kept = thin(data, 10)
        values = [row[1] or 0.0 for row in data]
        assert set(kept) <= set(data)
        assert [row[0] for row in kept] == sorted(row[0] for row in kept)
        if values:
            assert min(values) in {row[1] or 0.0 for row in kept}
            assert max(values) in {row[1] or 0.0 for row in kept}

    def test_leaves_a_short_series_alone(self) -> None:
        data = [(float(n), 1.0, None) for n in range(10)]
        assert thin(data, 10) == data

    def test_never_keeps_many_more_than_asked_for(self) -> None:
        data = [(float(n), float(n % 7), None) for n in range(10_000)]
        assert len(thin(data, 1000)) <= 1002


class TestGaps:
    def test_a_long_silence_breaks_the_line(self) -> None:
        curve = with_gaps([(0.0, 1.0, 50.0), (10.0, 2.0, 50.0), (20.0, 3.0, 51.0), (1000.0, 4.0, 60.0)])
        assert curve.power_w == [1.0, 2.0, 3.0, None, 4.0]
        assert curve.times == [0.0, 10.0, 20.0, 999.0, 1000.0]

    def test_a_slow_meter_is_not_a_silence(self) -> None:
        curve = with_gaps([(n * 900.0, 1.0, None) for n in range(5)])
        assert None not in curve.power_w
