"""The main meter of a site, which a charge point reads as its connector 0 (OCPP 1.6 §4.7)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from chargers.simulator.clock import format_time
from chargers.simulator.metering import Format, Row
from chargers.simulator.spec import NOMINAL_VOLTAGE_V

if TYPE_CHECKING:
    from chargers.simulator.charge_point import SimulatedChargePoint

PHASES: Final = ("L1", "L2", "L3")


class MainMeter:
    """What the site draws beside its charge points; without a load there is no such meter."""

    __slots__ = ("loads_w",)

    def __init__(self, loads_w: Sequence[float]) -> None:
        self.loads_w = _three(loads_w) if loads_w else ()

    def draw(self, *loads_w: float) -> None:
        """Change the load: one in W spread over the phases, or one of each."""
        self.loads_w = _three(loads_w)

    @property
    def power_w(self) -> float:
        """What all phases draw together; negative where the site feeds in."""
        return sum(self.loads_w)

    def rows(self, measurands: Iterable[str], write: Format) -> Iterator[tuple[str, Row]]:
        """Return measurand, value, unit and phase of the power and the currents that are asked for."""
        for measurand in measurands if self.loads_w else ():
            if measurand == "Power.Active.Import":
                yield measurand, (write(self.power_w, 1), "W", None)
            elif measurand == "Current.Import":
                for phase, load_w in zip(PHASES, self.loads_w, strict=True):
                    yield measurand, (write(load_w / NOMINAL_VOLTAGE_V, 2), "A", phase)


def send_main_meter(cp: SimulatedChargePoint, context: str, key: str) -> None:
    """Send those measurands of the main meter that a configuration key lists; nothing where it has none."""
    rows = cp.station.main_meter.rows(cp.configuration.items(key), cp.write_number)
    sampled = [_sampled(measurand, row, context) for measurand, row in rows]
    if sampled:
        value = {"timestamp": format_time(cp.clock.now()), "sampledValue": sampled}
        cp.post("MeterValues", {"connectorId": 0, "meterValue": [value]})


def _sampled(measurand: str, row: Row, context: str) -> dict[str, str]:
    value, unit, phase = row
    sampled = {"value": value, "context": context, "format": "Raw", "measurand": measurand}
    sampled |= {"location": "Inlet", "unit": unit}
    return sampled if phase is None else {**sampled, "phase": phase}


def _three(loads_w: Sequence[float]) -> tuple[float, ...]:
    """Return the load of each phase.

    Raises:
        ValueError: it is neither one for all phases nor one of each.
    """
    if len(loads_w) == 1:
        return (loads_w[0] / 3,) * 3
    if len(loads_w) != len(PHASES):
        raise ValueError("a base load is one value in W, or one of each of three phases")
    return tuple(loads_w)
