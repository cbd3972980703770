"""The names in sampled values, numbered: their place here is stored, so only ever append.

A number of `FIRST_VENDOR` or more is a name that a vendor invented: a row of `Measurand`.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

FIRST_VENDOR: Final = 64
OTHER: Final = FIRST_VENDOR - 1
"""Stands for names beyond what can be numbered; they are kept as text."""


class Kind(StrEnum):
    """The facets of a sampled value (OCPP 1.6 §7.43)."""

    MEASURAND = "measurand"
    UNIT = "unit"
    PHASE = "phase"
    CONTEXT = "context"
    LOCATION = "location"


MEASURANDS: Final = (
    "Energy.Active.Import.Register",
    "Energy.Active.Export.Register",
    "Energy.Reactive.Import.Register",
    "Energy.Reactive.Export.Register",
    "Energy.Active.Import.Interval",
    "Energy.Active.Export.Interval",
    "Energy.Reactive.Import.Interval",
    "Energy.Reactive.Export.Interval",
    "Power.Active.Import",
    "Power.Active.Export",
    "Power.Reactive.Import",
    "Power.Reactive.Export",
    "Power.Offered",
    "Power.Factor",
    "Current.Import",
    "Current.Export",
    "Current.Offered",
    "Voltage",
    "Frequency",
    "Temperature",
    "SoC",
    "RPM",
    "Energy.Active.Net",
    "Energy.Reactive.Net",
    "Energy.Apparent.Net",
    "Energy.Apparent.Import",
    "Energy.Apparent.Export",
)
UNITS: Final = (
    "", "Wh", "varh", "VAh", "W", "var", "VA", "A", "V", "Celsius", "Percent", "Hertz", "RPM",
)  # fmt: skip
PHASES: Final = ("", "L1", "L2", "L3", "N", "L1-N", "L2-N", "L3-N", "L1-L2", "L2-L3", "L3-L1")
CONTEXTS: Final = (
    "Sample.Periodic",
    "Sample.Clock",
    "Transaction.Begin",
    "Transaction.End",
    "Trigger",
    "Interruption.Begin",
    "Interruption.End",
    "Other",
)
LOCATIONS: Final = ("Outlet", "Cable", "Body", "Inlet", "EV")
"""In the order in which a headline value is taken from them."""

STANDARD: Final[Mapping[Kind, Mapping[str, int]]] = {
    kind: {name: number for number, name in enumerate(names)}
    for kind, names in {
        Kind.MEASURAND: MEASURANDS,
        Kind.UNIT: UNITS,
        Kind.PHASE: PHASES,
        Kind.CONTEXT: CONTEXTS,
        Kind.LOCATION: LOCATIONS,
    }.items()
}

_BASE_UNITS: Final = (
    ("Energy.Reactive", "varh", "energy"),
    ("Energy.Apparent", "VAh", "energy"),
    ("Energy.", "Wh", "energy"),
    ("Power.Reactive", "var", "power"),
    ("Power.Factor", "", ""),
    ("Power.", "W", "power"),
    ("Current.", "A", "current"),
    ("Voltage", "V", "voltage"),
    ("Frequency", "Hertz", "frequency"),
    ("Temperature", "Celsius", "temperature"),
    ("SoC", "Percent", "share"),
    ("RPM", "RPM", "speed"),
)


def base_unit(measurand: str) -> tuple[str, str]:
    """Return the base unit of a measurand and its kind ("Wh", "energy"); empty for a vendor's."""
    return next(((unit, kind) for start, unit, kind in _BASE_UNITS if measurand.startswith(start)), ("", ""))
