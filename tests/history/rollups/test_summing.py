from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from history.rollups.summing import Summary, longer, minutes_of, ranges_of

values = st.none() | st.floats(-1e6, 1e6)
samples = st.lists(
    st.tuples(st.integers(0, 86_400), st.tuples(values, values)), unique_by=lambda row: row[0], min_size=1
).map(sorted)


class TestMinutesOf:
    def test_keeps_count_ends_mean_first_and_last(self) -> None:
        found = minutes_of([(60, (5.0, None)), (70, (1.0, None)), (119.9, (3.0, None)), (120, (9.0, 2.0))])
        assert found == {
            1: [Summary(3, 1.0, 5.0, 3.0, 5.0, 3.0), None],
            2: [Summary(1, 9.0, 9.0, 9.0, 9.0, 9.0), Summary(1, 2.0, 2.0, 2.0, 2.0, 2.0)],
        }


class TestLonger:
    @given(samples)
    def test_is_as_if_made_of_the_samples_themselves(self, data) -> None:
        hours = longer(longer(minutes_of(data), 15), 4)
        for hour, summaries in hours.items():
            inside = [row for at, row in data if at // 3600 == hour]
            for column, summary in enumerate(summaries):
                told = [row[column] for row in inside if row[column] is not None]
                if summary is None:
                    assert not told
                    continue
                assert summary[:3] == (len(told), min(told), max(told))
                assert abs(summary.mean - sum(told) / len(told)) <= 1e-6 * max(1, *map(abs, told))
                assert summary[4:] == (told[0], told[-1])


class TestRangesOf:
    @given(st.sets(st.integers(0, 100)))
    def test_cover_the_hours_and_nothing_else(self, hours) -> None:
        found = list(ranges_of(hours))
        assert [hour for start, end in found for hour in range(start, end)] == sorted(hours)
        assert all(after[0] > before[1] for before, after in pairwise(found))
