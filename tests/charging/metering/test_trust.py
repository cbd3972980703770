from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charging.metering.trust import Evidence, integrate, judge
from charging.types import Flag


class TestIntegrate:
    def test_it_is_the_area_below_the_line(self):
        assert integrate([(0, 0.0), (600, 6000.0), (1200, 6000.0)]) == (1500.0, 1200.0)

    def test_long_gaps_are_not_guessed(self):
        assert integrate([(0, 6000.0), (3600, 6000.0), (4200, 6000.0)]) == (1000.0, 600.0)

    @given(st.lists(st.tuples(st.floats(0, 1e6), st.floats(0, 4e5)), max_size=20))
    def test_it_is_never_negative_and_covers_no_more_than_there_is(self, points):
        ordered = sorted(points)
        energy, covered = integrate(ordered)
        assert energy >= 0
        assert 0 <= covered <= (ordered[-1][0] - ordered[0][0] if ordered else 0) * (1 + 1e-9) + 1e-9


class TestJudge:
    def test_kilowatt_hours_labelled_watt_hours(self):
        found = judge(Evidence(energy_wh=21, integrated_wh=20_500))
        assert (found.flags, found.suspect, found.proposal_wh) == ((Flag.UNIT_KWH,), True, 21_000)

    def test_watt_hours_labelled_kilowatt_hours(self):
        found = judge(Evidence(energy_wh=21_000_000, integrated_wh=20_500))
        assert (found.flags, found.suspect, found.proposal_wh) == ((Flag.UNIT_WH,), True, 21_000)

    @pytest.mark.parametrize("integrated", [None, 18_000, 60_000])
    def test_nothing_odd_is_trusted(self, integrated):
        found = judge(Evidence(energy_wh=21_000, integrated_wh=integrated))
        assert (found.flags, found.suspect) == ((), False)

    @pytest.mark.parametrize(("integrated", "suspect"), [(None, True), (20_000, False), (40_000, True)])
    def test_a_register_that_dropped_counts_where_the_power_confirms_it(self, integrated, suspect):
        found = judge(Evidence(energy_wh=21_000, integrated_wh=integrated, restarted=True))
        assert (found.flags, found.suspect) == ((Flag.REGISTER_RESTARTED,), suspect)

    def test_a_stop_below_the_start_is_in_doubt(self):
        found = judge(Evidence(energy_wh=0, integrated_wh=8_000, meter_down=True))
        assert (found.suspect, found.proposal_wh) == (True, 8_000)

    @pytest.mark.parametrize(("measured", "suspect"), [(True, False), (False, True)])
    def test_without_a_last_value_what_was_measured_stands(self, measured, suspect):
        evidence = Evidence(energy_wh=5_000, integrated_wh=None, meter_unknown=True, measured=measured)
        assert judge(evidence).suspect == suspect
