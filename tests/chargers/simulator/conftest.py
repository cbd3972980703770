"""A running central system, and charge points that are quick enough for tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest

from chargers.simulator.charge_point import SimulatedChargePoint
from chargers.simulator.spec import ChargePointSpec, ConnectorSpec, VehicleSpec
from tests.chargers.simulator.csms import Csms, running_csms

BUS = VehicleSpec("bus", "B4A63CDF2212", battery_wh=350_000, soc_percent=40.0)
CONNECTORS = (
    ConnectorSpec(1, "AC", max_current_a=32, phases=3),
    ConnectorSpec(2, "DC", max_power_w=50_000),
)
QUICK = {
    "tick_s": 0.02,
    "meter_interval_s": 0.1,
    "obey_delay_s": 0.2,
    "ramp_w_per_s": 1_000_000.0,
    "reboot_s": 0.2,
    "reconnect_s": 0.05,
    "file_step_s": 0.05,
    "pace_s": 0.3,
}

Connect = Callable[..., Any]


def quick_spec(identity: str = "CP_1", **changes: Any) -> ChargePointSpec:
    return ChargePointSpec(identity, **{"connectors": CONNECTORS, **QUICK, **changes})


@pytest.fixture
async def csms() -> AsyncIterator[Csms]:
    async with running_csms() as running:
        yield running


@pytest.fixture
async def connect(csms: Csms) -> AsyncIterator[Connect]:
    """Start a charge point against the central system and wait for its boot."""
    async with AsyncExitStack() as stack:

        async def start(*, boot: bool = True, speed: float = 1.0, **changes: Any) -> Any:
            spec = quick_spec(**changes)
            cp = SimulatedChargePoint(spec, url=csms.url, history=500, speed=speed)
            await stack.enter_async_context(cp)
            if boot:
                await cp.booted()
            return cp

        yield start
