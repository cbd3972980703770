from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from charging.metering.energy import TOLERANCE_WH, Register, advance, finish

MINUTE = 60.0


def run(start, *readings, elapsed_s=MINUTE):
    register = Register(start)
    for reading in readings:
        register, _ = advance(register, reading, elapsed_s=elapsed_s)
    return register


class TestAdvance:
    def test_energy_is_what_the_register_moved_on(self):
        assert run(1000, 1500, 2500).energy_wh == 1500

    def test_the_same_reading_twice_adds_nothing(self):
        assert run(1000, 1500, 1500).energy_wh == 500

    def test_a_drop_starts_a_segment_from_zero_where_that_can_have_been_delivered(self):
        register, restarted = advance(run(10_000, 12_000), 200, elapsed_s=MINUTE)
        assert restarted
        assert register == Register(
            start_wh=10_000, last_wh=200, segments_wh=2000, segment_start_wh=0, energy_wh=2200
        )
        assert advance(register, 700, elapsed_s=MINUTE)[0].energy_wh == 2700

    def test_a_drop_to_what_cannot_have_been_delivered_counts_from_there(self):
        register = run(500_000, 501_000, 400_000, 400_300)
        assert (register.segment_start_wh, register.energy_wh) == (400_000, 1300)

    def test_rounding_is_no_restart(self):
        register, restarted = advance(run(0, 604.213), 604, elapsed_s=MINUTE)
        assert not restarted
        assert register.energy_wh == 604.213

    def test_a_single_zero_is_a_missing_reading(self):
        assert run(1000, 5000, 0, 5100).energy_wh == 4100

    def test_a_register_that_begins_at_zero_moves_on(self):
        assert run(0, 0, 10, 20).energy_wh == 20

    def test_the_register_of_the_session_may_follow_that_of_the_meter(self):
        assert run(500_000, 0, 100, 900).energy_wh == 900

    def test_a_leap_is_another_register_and_no_energy(self):
        register, restarted = advance(Register(0), 2_331_826, elapsed_s=MINUTE)
        assert restarted
        assert register.energy_wh == 0
        assert advance(register, 2_332_826, elapsed_s=MINUTE)[0].energy_wh == 1000

    def test_without_a_meter_at_the_start_the_first_reading_counts(self):
        assert run(-1, 5000, 5500).energy_wh == 500

    def test_a_negative_reading_changes_nothing(self):
        assert run(1000, 1500, -1) == run(1000, 1500)

    @given(
        st.floats(min_value=-1, max_value=1e9),
        st.lists(st.tuples(st.floats(min_value=-10, max_value=1e9), st.floats(min_value=-10, max_value=1e5))),
        st.one_of(st.none(), st.floats(min_value=-10, max_value=1e9)),
    )
    def test_energy_is_never_negative_and_never_decreases(self, start, steps, stop):
        register = Register(start)
        for reading, elapsed_s in steps:
            before = register.energy_wh
            register, _ = advance(register, reading, elapsed_s=elapsed_s)
            assert register.energy_wh >= before >= 0
        finished, _ = finish(register, stop)
        assert finished.energy_wh >= register.energy_wh

    @given(
        st.floats(min_value=0, max_value=1e6),
        st.lists(st.floats(min_value=0.5, max_value=1e4), min_size=1, max_size=50),
    )
    def test_a_register_that_only_rises_gives_the_difference(self, start, steps):
        register, reading = Register(start), start
        for step in steps:
            reading += step
            register, restarted = advance(register, reading, elapsed_s=MINUTE)
            assert not restarted
        assert abs(register.energy_wh - (reading - start)) < 1e-6

    @given(
        st.lists(
            st.lists(st.floats(min_value=0, max_value=5000), min_size=1, max_size=8),
            min_size=1,
            max_size=5,
        )
    )
    def test_restarts_never_invent_energy(self, segments):
        register, delivered, reading = Register(0), 0.0, 0.0
        for steps in segments:
            reading = 0.0
            for step in steps:
                reading += step
                delivered += step
                register, _ = advance(register, reading, elapsed_s=MINUTE)
        assert register.energy_wh <= delivered + TOLERANCE_WH * len(segments)


class TestFinish:
    def test_the_stop_counts_what_no_reading_showed(self):
        register, down = finish(Register(1000), 3000)
        assert (register.energy_wh, down) == (2000, False)

    def test_an_unknown_stop_leaves_what_was_measured(self):
        assert finish(run(1000, 1800), -1) == (run(1000, 1800), False)
        assert finish(run(1000, 1800), None) == (run(1000, 1800), False)

    def test_a_meter_that_went_down_takes_nothing_away(self):
        register, down = finish(run(1000, 1800), 900)
        assert (register.energy_wh, down) == (800, True)

    def test_after_a_restart_the_stop_ends_the_last_segment(self):
        register, down = finish(run(10_000, 12_000, 200, 700), 1000)
        assert (register.energy_wh, down) == (3000, False)

    def test_start_and_stop_count_where_the_meter_values_come_from_another_register(self):
        register, down = finish(run(0, 2_331_826, 2_336_000), 5000)
        assert (register.energy_wh, down) == (5000, True)
