from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargers.simulator.electrics import read, unsteady_power_w, wobble
from chargers.simulator.spec import ConnectorSpec

seeds = st.integers(0, 10**9)
times = st.floats(0, 1e7)


class TestWobble:
    @given(seeds, st.integers(0, 9), times)
    def test_it_stays_between_minus_one_and_one_and_repeats(self, seed, channel, at_s):
        assert -1.0 <= wobble(seed, channel, at_s) <= 1.0
        assert wobble(seed, channel, at_s) == wobble(seed, channel, at_s)


class TestUnsteadyPower:
    @given(st.floats(0, 1e6), seeds, times)
    def test_it_never_exceeds_the_power(self, power_w, seed, at_s):
        assert 0.98 * power_w - 1e-6 <= unsteady_power_w(power_w, seed=seed, at_s=at_s)
        assert unsteady_power_w(power_w, seed=seed, at_s=at_s) <= power_w + 1e-6


class TestRead:
    @given(st.floats(0, 22_000), st.integers(1, 3), seeds, times)
    def test_ac_currents_and_voltages_make_up_the_power(self, power_w, phases, seed, at_s):
        found = read(
            ConnectorSpec(1, "AC"),
            power_w=power_w,
            phases=phases,
            soc_percent=50.0,
            seed=seed,
            at_s=at_s,
        )
        assert len(found.currents_a) == len(found.voltages_v) == 3
        assert all(current == 0.0 for current in found.currents_a[phases:])
        assert all(227.0 < voltage < 233.0 for voltage in found.voltages_v)
        total = sum(u * i for u, i in zip(found.voltages_v, found.currents_a, strict=True))
        assert total == pytest.approx(power_w)

    def test_dc_voltage_rises_with_the_charge(self):
        found = [
            read(ConnectorSpec(1, "DC"), power_w=36_500, phases=1, soc_percent=soc, seed=0, at_s=0)
            for soc in (0, 100)
        ]
        assert [reading.voltages_v for reading in found] == [(610.0,), (730.0,)]
        assert found[1].currents_a == (50.0,)
