from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargers.simulator.limits import Limit
from chargers.simulator.physics import (
    AMBIENT_C,
    Charge,
    acceptance,
    advance,
    offered_power_w,
    rest,
    used_phases,
    wanted_power_w,
)
from chargers.simulator.spec import ConnectorSpec, VehicleSpec

AC = ConnectorSpec(1, "AC", max_current_a=32, phases=3)
DC = ConnectorSpec(2, "DC", max_power_w=50_000)
BUS = VehicleSpec("bus", "TAG", battery_wh=350_000, dc_max_power_w=120_000)

connectors = st.sampled_from([AC, DC, ConnectorSpec(3, "AC", max_current_a=16, phases=1)])
vehicles = st.builds(
    VehicleSpec,
    code=st.just("v"),
    id_tag=st.just("T"),
    battery_wh=st.floats(1_000, 600_000),
    target_soc_percent=st.floats(50, 100),
    ac_max_current_a=st.floats(6, 63),
    ac_phases=st.integers(1, 3),
    dc_max_power_w=st.floats(5_000, 350_000),
)
socs = st.floats(0, 100)
limits = st.none() | st.builds(Limit, st.floats(0, 200_000), st.integers(1, 3))


class TestAcceptance:
    def test_full_power_until_eighty_percent_then_a_taper(self):
        assert acceptance(2.0) == 0.6
        assert acceptance(40.0) == 1.0
        assert acceptance(80.0) == 1.0
        assert acceptance(90.0) == pytest.approx(0.54)
        assert acceptance(99.9) == pytest.approx(0.0846)
        assert acceptance(100.0) == 0.0

    @given(st.floats(5, 100), st.floats(5, 100))
    def test_a_fuller_battery_never_takes_more(self, one, other):
        low, high = sorted((one, other))
        assert acceptance(high) <= acceptance(low)


class TestWantedPower:
    def test_ac_is_limited_by_the_onboard_charger(self):
        one_phase = VehicleSpec("v", "T", ac_phases=1, ac_max_current_a=16)
        assert wanted_power_w(AC, one_phase, 40.0) == 3_680.0
        assert wanted_power_w(AC, BUS, 40.0) == 22_080.0

    def test_dc_is_limited_by_the_module_and_the_battery(self):
        assert wanted_power_w(DC, BUS, 40.0) == 50_000.0
        slow = VehicleSpec("v", "T", dc_max_power_w=30_000)
        assert wanted_power_w(DC, slow, 90.0) == pytest.approx(16_200.0)

    def test_nothing_is_wanted_at_the_target(self):
        done = VehicleSpec("v", "T", target_soc_percent=80.0)
        assert wanted_power_w(DC, done, 80.0) == 0.0


class TestOfferedPower:
    def test_ac_offers_six_amperes_or_nothing(self):
        assert offered_power_w(AC, BUS, Limit(6 * 690)) == pytest.approx(4_140.0)
        assert offered_power_w(AC, BUS, Limit(5.9 * 690)) == 0.0

    def test_a_one_phase_limit_uses_one_phase(self):
        limit = Limit(16 * 230, phases=1)
        assert used_phases(AC, BUS, limit) == 1
        assert offered_power_w(AC, BUS, limit) == 3_680.0

    def test_dc_has_a_minimum_too(self):
        assert offered_power_w(DC, BUS, Limit(999)) == 0.0
        assert offered_power_w(DC, BUS, Limit(1_000)) == 1_000.0
        assert offered_power_w(DC, BUS, Limit(90_000)) == 50_000.0
        assert offered_power_w(DC, BUS, None) == 50_000.0

    @given(connectors, vehicles, limits)
    def test_the_offer_is_never_above_limit_or_rating(self, connector, vehicle, limit):
        offered = offered_power_w(connector, vehicle, limit)
        assert 0.0 <= offered <= connector.rated_power_w + 1e-6
        if limit is not None:
            assert offered <= limit.power_w + 1e-6


class TestAdvance:
    def test_an_hour_at_full_power_is_its_energy(self):
        charge = Charge(power_w=50_000.0, soc_percent=20.0)
        after = move(charge, 50_000.0, 3600.0)
        assert after.register_wh == pytest.approx(50_000.0)
        assert after.soc_percent == pytest.approx(20.0 + 50_000 * 0.96 / 350_000 * 100)

    def test_power_ramps(self):
        after = move(Charge(soc_percent=20.0), 50_000.0, 2.0)
        assert after.power_w == 20_000.0

    def test_the_cap_wins_over_the_ramp(self):
        after = move(Charge(power_w=50_000.0, soc_percent=20.0), 0.0, 0.1, cap_w=5_000.0)
        assert after.power_w == 5_000.0

    def test_speed_accelerates_energy_but_not_power(self):
        slow = move(Charge(soc_percent=20.0), 50_000.0, 1.0)
        fast = move(Charge(soc_percent=20.0), 50_000.0, 1.0, speed=60.0)
        assert fast.power_w == slow.power_w
        assert fast.register_wh == pytest.approx(60 * slow.register_wh)

    @given(
        connectors,
        vehicles,
        socs,
        st.lists(
            st.tuples(st.floats(0, 200_000), st.floats(0, 200_000), st.floats(0, 900)),
            max_size=20,
        ),
    )
    def test_energy_never_decreases_and_no_battery_is_overfull(self, connector, vehicle, soc, steps):
        charge = Charge(soc_percent=soc)
        for target, cap, dt_s in steps:
            after = advance(
                charge,
                connector=connector,
                vehicle=vehicle,
                target_w=target,
                cap_w=cap,
                dt_s=dt_s,
                ramp_w_per_s=5_000.0,
            )
            assert after.register_wh >= charge.register_wh
            assert charge.soc_percent <= after.soc_percent <= 100.0
            assert after.soc_percent <= max(soc, vehicle.target_soc_percent) + 1e-6
            assert 0.0 <= after.power_w <= cap
            assert math.isfinite(after.temperature_c)
            charge = after

    @given(st.floats(0, 1e6))
    def test_rest_cools_down(self, dt_s):
        after = rest(Charge(power_w=1.0, temperature_c=45.0), dt_s=dt_s)
        assert after.power_w == 0.0
        assert AMBIENT_C <= after.temperature_c <= 45.0


def move(charge, target_w, dt_s, *, cap_w=50_000.0, speed=1.0):
    return advance(
        charge,
        connector=DC,
        vehicle=BUS,
        target_w=target_w,
        cap_w=cap_w,
        dt_s=dt_s,
        ramp_w_per_s=10_000.0,
        speed=speed,
    )
