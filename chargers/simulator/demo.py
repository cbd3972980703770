"""The demo depot: its charge points and vehicles, and how to bring it to life."""

from __future__ import annotations

import logging
from typing import Final

from chargers.simulator.demo_data import DEMO_CHARGE_POINTS, DEMO_PARKED, DEMO_VEHICLES
from chargers.simulator.runner import SimulationOptions, simulate

__all__ = ["DEMO_CHARGE_POINTS", "DEMO_PARKED", "DEMO_VEHICLES", "run_demo"]

REPORT_S: Final = 60.0

log = logging.getLogger(__name__)


async def run_demo(url: str, *, seed: int = 0) -> None:
    """Drive the demo depot against the endpoint `url` until cancelled."""
    await simulate(SimulationOptions(url, seed=seed, report_s=REPORT_S), log.info)
