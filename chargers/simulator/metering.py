"""MeterValues: turning the physical state of a connector into sampled values (§7.33)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from chargers.simulator.clock import format_time
from chargers.simulator.connector import Connector
from chargers.simulator.electrics import Readings
from chargers.simulator.frames import Payload
from chargers.simulator.spec import NOMINAL_VOLTAGE_V

REGISTER = "Energy.Active.Import.Register"
Format = Callable[[float, int], str]
Row = tuple[str, str, str | None]


def plain_number(value: float, digits: int) -> str:
    """Write a number with a point."""
    return f"{value:.{digits}f}"


def meter_value(
    connector: Connector,
    readings: Readings,
    *,
    measurands: Iterable[str],
    at: datetime,
    context: str = "Sample.Periodic",
    write: Format = plain_number,
) -> Payload:
    """Build one MeterValue with the measurands asked for."""
    sampled = []
    for measurand in measurands:
        for value, unit, phase in _rows(measurand, connector, readings, write):
            item = {
                "value": value,
                "context": context,
                "format": "Raw",
                "measurand": measurand,
                "location": "EV" if measurand == "SoC" else "Outlet",
            }
            if unit:
                item["unit"] = unit
            if phase is not None:
                item["phase"] = phase
            sampled.append(item)
    return {"timestamp": format_time(at), "sampledValue": sampled}


def _rows(measurand: str, connector: Connector, readings: Readings, write: Format) -> Iterator[Row]:
    if measurand == "Current.Import":
        yield from _per_phase(connector, readings.currents_a, "A", ("L1", "L2", "L3"), write)
    elif measurand == "Voltage":
        phases = ("L1-N", "L2-N", "L3-N")
        yield from _per_phase(connector, readings.voltages_v, "V", phases, write)
    elif measurand != "SoC" or connector.vehicle is not None:
        value, digits, unit = _single(measurand, connector, readings)
        yield write(value, digits), unit, None


def _per_phase(
    connector: Connector,
    values: tuple[float, ...],
    unit: str,
    phases: tuple[str, ...],
    write: Format,
) -> Iterator[Row]:
    for index, value in enumerate(values):
        yield write(value, 2), unit, phases[index] if connector.spec.current == "AC" else None


def _single(measurand: str, connector: Connector, readings: Readings) -> tuple[float, int, str]:
    """Return value, digits and unit; Frequency has no unit in StopTransaction.req (§7.45)."""
    charge = connector.charge
    current_a = connector.offered_w / (NOMINAL_VOLTAGE_V * connector.phases)
    values = {
        REGISTER: (connector.register_wh, 0, "Wh"),
        "Energy.Active.Import.Interval": (_interval_wh(connector), 1, "Wh"),
        "Power.Active.Import": (charge.power_w, 1, "W"),
        "Power.Offered": (connector.offered_w, 1, "W"),
        "Current.Offered": (current_a, 1, "A"),
        "SoC": (charge.soc_percent, 1, "Percent"),
        "Frequency": (readings.frequency_hz, 2, ""),
        "Temperature": (charge.temperature_c, 1, "Celsius"),
    }
    return values[measurand]


def _interval_wh(connector: Connector) -> float:
    if connector.transaction is None:
        return 0.0
    return max(0.0, connector.charge.register_wh - connector.transaction.sampled_wh)
