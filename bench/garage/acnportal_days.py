"""Runs in an environment of its own with acnportal 0.3.3: days as JSON in, outcomes as JSON out.

`python -I acnportal_days.py < days.json`. A period is a minute. Nothing of evkit is imported.
"""

from __future__ import annotations

import json
import sys
import warnings
from datetime import UTC, datetime

import numpy as np
from acnportal.acnsim import (
    EV,
    Battery,
    ChargingNetwork,
    Current,
    EventQueue,
    FiniteRatesEVSE,
    PluginEvent,
    Simulator,
)
from acnportal.algorithms import (
    RoundRobin,
    SortedSchedulingAlgo,
    earliest_deadline_first,
    first_come_first_served,
    least_laxity_first,
)

PERIOD_S = 60
ALGORITHMS = {
    "round robin": lambda: RoundRobin(first_come_first_served),
    "first come": lambda: SortedSchedulingAlgo(first_come_first_served),
    "earliest deadline": lambda: SortedSchedulingAlgo(earliest_deadline_first),
    "least laxity": lambda: SortedSchedulingAlgo(least_laxity_first),
}


def run(day: dict, algorithm: str) -> dict:
    """Simulate one day; return delivered energies, changes of settings and seconds above the limit."""
    voltage, limit_a = day["voltage_v"], day["limit_w"] / day["voltage_v"]
    network = ChargingNetwork()
    stations = sorted({each["station"] for each in day["vehicles"]})
    rates = [0, *range(int(day["least_a"]), int(day["hardware_a"]) + 1)]
    for station in stations:
        network.register_evse(FiniteRatesEVSE(station, rates), voltage, 0)
    network.add_constraint(Current(stations), limit_a)
    vehicles = [_vehicle(each, index, voltage) for index, each in enumerate(day["vehicles"])]
    events = EventQueue([PluginEvent(each.arrival, each) for each in vehicles])
    simulator = Simulator(
        network, ALGORITHMS[algorithm](), events, datetime(2019, 5, 1, tzinfo=UTC), period=1, verbose=False
    )
    simulator.run()
    row = {station: index for index, station in enumerate(network.station_ids)}
    pilots, drawn = simulator.pilot_signals, simulator.charging_rates
    return {
        "delivered_wh": [each.energy_delivered * 1000 for each in vehicles],
        "changes": sum(
            _changes(pilots[row[each.station_id], each.arrival : each.departure]) for each in vehicles
        ),
        "over_s": PERIOD_S * int(np.sum(drawn.sum(axis=0) > limit_a + 1 / voltage)),
    }


def _vehicle(told: dict, index: int, voltage_v: float) -> EV:
    arrives = told["arrives_s"] // PERIOD_S
    departs = max(told["departs_s"] // PERIOD_S, arrives + 1)
    need_kwh = told["energy_wh"] / 1000
    battery = Battery(need_kwh, 0, told["most_a"] * voltage_v / 1000)
    return EV(arrives, departs, need_kwh, told["station"], str(index), battery)


def _changes(pilots: np.ndarray) -> int:
    return int(np.count_nonzero(np.diff(np.concatenate([[-1.0], pilots]))))


def main() -> None:
    """Run every algorithm on every day."""
    warnings.simplefilter("ignore")
    days = json.load(sys.stdin)
    found = {name: [run(day, name) for day in days] for name in ALGORITHMS}
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
