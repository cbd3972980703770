from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chargers.simulator.connector import Connector, Transaction
from chargers.simulator.power import Moment, PowerStage
from chargers.simulator.profile_store import ProfileStore
from chargers.simulator.profiles import MAX_PROFILE, TX_DEFAULT_PROFILE, Period, Profile
from chargers.simulator.spec import ChargePointSpec, ConnectorSpec, VehicleSpec

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
TICK_S = 0.5
DELAY_S = 3.0
SPEC = ChargePointSpec(
    "CP_1",
    (ConnectorSpec(1, "AC"), ConnectorSpec(2, "DC", max_power_w=50_000)),
    max_power_w=60_000,
    tick_s=TICK_S,
    obey_delay_s=DELAY_S,
    ramp_w_per_s=10_000,
    seed=3,
)
BUS = VehicleSpec("bus", "TAG", battery_wh=350_000, soc_percent=40.0)


class Bench:
    """A power stage with both connectors in a transaction, on a clock of its own."""

    def __init__(self, *, spec=SPEC, vehicle=BUS, obeys=True, speed=1.0):
        self.profiles = ProfileStore()
        self.stage = PowerStage(spec, self.profiles, speed=speed, obeys=obeys)
        self.now_s = 0.0
        delay = max(0.0, spec.obey_delay_s - 2 * spec.tick_s)
        self.connectors = [Connector(part, obey_delay_s=delay, register_wh=0.0) for part in spec.connectors]
        for connector in self.connectors:
            connector.plug(vehicle)
            connector.transaction = Transaction(connector.number, "TAG", NOON, 0)

    def tick(self):
        self.now_s += TICK_S
        at = NOON + timedelta(seconds=self.now_s)
        self.stage.advance(self.connectors, Moment(self.now_s, at))

    def run(self, seconds):
        for _ in range(int(seconds / TICK_S)):
            self.tick()
        return [connector.charge.power_w for connector in self.connectors]

    def limit(self, connector, watts):
        purpose = TX_DEFAULT_PROFILE if connector else MAX_PROFILE
        self.profiles.install(
            Profile(
                profile_id=connector + 1,
                connector=connector,
                stack_level=0,
                purpose=purpose,
                kind="Relative",
                unit="W",
                periods=(Period(0, watts),),
            )
        )


class TestPowerStage:
    def test_connectors_share_what_the_charge_point_can_do(self):
        first, second = Bench().run(10)
        assert 21_500 < first <= 22_080
        assert 37_000 < second <= 37_920

    def test_a_limit_is_reached_by_a_ramp_within_the_delay(self):
        bench = Bench()
        bench.run(10)
        bench.limit(2, 5_000.0)
        bench.tick()
        assert 30_000 < bench.connectors[1].charge.power_w < 34_000
        assert bench.run(DELAY_S)[1] <= 5_000

    def test_no_power_below_the_minimum_of_ac(self):
        bench = Bench()
        bench.limit(1, 4_000.0)
        assert bench.run(5)[0] == 0.0
        assert bench.connectors[0].status == "SuspendedEVSE"

    def test_a_share_below_the_minimum_suspends_too(self):
        bench = Bench()
        bench.limit(0, 6_000.0)
        first, second = bench.run(10)
        assert first == 0.0
        assert bench.connectors[0].status == "SuspendedEVSE"
        assert 2_900 < second <= 3_000

    def test_a_full_battery_takes_nothing(self):
        bench = Bench(speed=100_000.0)
        assert bench.run(10) == [0.0, 0.0]
        assert [c.charge.soc_percent for c in bench.connectors] == pytest.approx([100.0, 100.0])
        assert [c.status for c in bench.connectors] == ["SuspendedEV", "SuspendedEV"]

    def test_a_disobedient_one_ignores_everything(self):
        bench = Bench(obeys=False)
        bench.limit(0, 0.0)
        assert sum(bench.run(10)) > 59_000

    def test_the_same_seed_gives_the_same_measurements(self):
        assert Bench().run(10) == Bench().run(10)

    def test_currents_and_voltages_make_up_the_power(self):
        bench = Bench()
        bench.run(10)
        for connector in bench.connectors:
            readings = bench.stage.readings(connector, bench.now_s)
            pairs = zip(readings.voltages_v, readings.currents_a, strict=True)
            total = sum(voltage * current for voltage, current in pairs)
            assert total == pytest.approx(connector.charge.power_w)
            assert readings.frequency_hz == pytest.approx(50.0, abs=0.05)

    @settings(max_examples=60)
    @given(
        st.lists(
            st.tuples(
                st.integers(0, 2),
                st.floats(0, 60_000),
                st.integers(0, 20),
            ),
            max_size=10,
        ),
        st.floats(0.1, 99.0),
    )
    def test_power_is_within_every_limit_once_the_delay_has_passed(self, changes, soc):
        vehicle = VehicleSpec("bus", "TAG", battery_wh=350_000, soc_percent=soc)
        bench = Bench(vehicle=vehicle)
        limits = {0: 60_000.0, 1: 22_080.0, 2: 50_000.0}
        since = dict.fromkeys(limits, 0.0)
        registers = [0.0, 0.0]
        for number, watts, ticks in changes:
            bench.limit(number, watts)
            limits[number], since[number] = watts, bench.now_s
            for _ in range(ticks):
                bench.tick()
                powers = {c.number: c.charge.power_w for c in bench.connectors}
                powers[0] = sum(powers.values())
                for key, limit in limits.items():
                    if bench.now_s - since[key] > DELAY_S:
                        assert powers[key] <= limit + 1e-6
                after = [c.charge.register_wh for c in bench.connectors]
                assert all(new >= old for new, old in zip(after, registers, strict=True))
                registers = after
                assert all(c.charge.soc_percent <= 100.0 for c in bench.connectors)
