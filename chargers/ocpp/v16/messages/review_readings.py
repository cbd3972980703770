"""What is notable in meter values: times, numbers, and units and phases that do not fit."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from chargers.ocpp.deviations import DeviationLog
from chargers.ocpp.times import odd_time
from chargers.ocpp.v16.messages.metering import MeterValue, SampledValue

_DEFAULT_MEASURAND: Final = "Energy.Active.Import.Register"
_DECIMAL_COMMA = re.compile(r"[-+]?\d{1,30},\d{1,30}", re.ASCII)
_POWER: Final = frozenset({"W", "kW", "VA", "kVA", "var", "kvar"})
_UNITS: Final = MappingProxyType(
    {
        "Energy.Active": frozenset({"Wh", "kWh"}),
        "Energy.Reactive": frozenset({"varh", "kvarh"}),
        "Power.Active": _POWER,
        "Power.Offered": _POWER,
        "Power.Reactive": _POWER,
        "Current": frozenset({"A"}),
        "Voltage": frozenset({"V"}),
        "Frequency": frozenset({"Hertz"}),
        "Temperature": frozenset({"Celsius", "Fahrenheit", "K"}),
        "SoC": frozenset({"Percent"}),
    }
)
"""Units by the start of the measurand (§7.31, §7.45)."""


def review_readings(values: Sequence[MeterValue], place: str, log: DeviationLog, *, main_meter: bool) -> None:
    """Record what is notable in meter values; `place` is the name of their list."""
    for value in values:
        odd = odd_time(value.timestamp) if value.timestamp is not None else None
        if odd is not None:
            log.add(odd[0], f"{place}.timestamp", odd[1])
        _review_samples(value.sampled_value, f"{place}.sampledValue", log)
        if main_meter and any(sample.location == "Outlet" for sample in value.sampled_value):
            log.add("main-meter-at-outlet", "connectorId", "the main meter is not at an outlet")
    if len(values) > 1 and len({value.timestamp for value in values}) < len(values):
        log.add("repeated-timestamp", place, "several meter values of one moment")


def _review_samples(samples: Sequence[SampledValue], place: str, log: DeviationLog) -> None:
    try:
        total = sum([float(sample.value) for sample in samples])
    except ValueError:
        total = math.nan
    if total - total != 0:  # not finite: somewhere there is no number
        for sample in samples:
            _review_number(sample, f"{place}.value", log)
    for misfit in {_misfit(sample.measurand, sample.phase, sample.unit) for sample in samples}:
        if misfit is not None:
            log.add(misfit[0], place, misfit[1])


def _review_number(sample: SampledValue, place: str, log: DeviationLog) -> None:
    if sample.format == "SignedData" or not sample.value:  # the repair recorded the empty one
        return
    if not sample.value.strip():
        log.add("empty-string", place, "blanks")
    elif _DECIMAL_COMMA.fullmatch(sample.value.strip()):
        log.add("decimal-comma", place, "a comma for the decimal point")
    elif not _is_number(sample.value):
        log.add("not-a-number", place, "text instead of a decimal number")


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


@lru_cache(maxsize=1024)
def _misfit(measurand: str | None, phase: str | None, unit: str | None) -> tuple[str, str] | None:
    """Return code and detail if the unit or the phase does not fit the measurand."""
    measurand = measurand or _DEFAULT_MEASURAND
    units = next((units for start, units in _UNITS.items() if measurand.startswith(start)), None)
    if units is None:
        return None
    if unit is None and "Wh" not in units:
        return "missing-unit", f"{measurand} without a unit"
    if unit is not None and unit not in units and unit in _KNOWN_UNITS:
        return "unit-not-fitting", f"{measurand} in {unit}"
    if phase is not None and "-" in phase and measurand.startswith("Current"):
        return "phase-not-fitting", f"{measurand} between {phase}"
    return None


_KNOWN_UNITS: Final = frozenset(unit for units in _UNITS.values() for unit in units)
