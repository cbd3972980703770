"""What a sampled value means, worked out once per combination of names and then looked up."""

from __future__ import annotations

from typing import Final, NamedTuple, Protocol

from charging.metering.codec import Facets, pack
from charging.metering.vendor_names import VendorNames
from charging.metering.vocabulary import CONTEXTS, OTHER, STANDARD, Kind, base_unit
from evkit.core.units import Scale, scale_of

DEFAULT_MEASURAND: Final = "Energy.Active.Import.Register"
DEFAULT_CONTEXT: Final = "Sample.Periodic"
DEFAULT_LOCATION: Final = "Outlet"

NO_SLOT: Final = -1
POWER: Final = 0
ENERGY: Final = 4
CURRENT: Final = 8
VOLTAGE: Final = 12
SOC: Final = 16
TEMPERATURE: Final = 17
SLOTS: Final = 18
"""Places of headline values: a total, followed by L1, L2 and L3 where there are phases."""

_SLOTS: Final = {
    "Power.Active.Import": POWER,
    "Energy.Active.Import.Register": ENERGY,
    "Current.Import": CURRENT,
    "Voltage": VOLTAGE,
    "SoC": SOC,
    "Temperature": TEMPERATURE,
}
_LINES: Final = {"": 0, "L1": 1, "L2": 2, "L3": 3, "L1-N": 1, "L2-N": 2, "L3-N": 3}
_OWN_COLUMN: Final = frozenset(
    {POWER, ENERGY, CURRENT + 1, CURRENT + 2, CURRENT + 3, VOLTAGE, SOC, TEMPERATURE}
)
_LENIENT: Final = frozenset({"share", "temperature"})
_MAX_SHAPES: Final = 20_000


class Sampled(Protocol):
    """A sampled value of any OCPP version, as text; None stands for the default (OCPP 1.6 §7.43)."""

    @property
    def value(self) -> str: ...  # noqa: D102
    @property
    def context(self) -> str | None: ...  # noqa: D102
    @property
    def format(self) -> str | None: ...  # noqa: D102
    @property
    def measurand(self) -> str | None: ...  # noqa: D102
    @property
    def phase(self) -> str | None: ...  # noqa: D102
    @property
    def location(self) -> str | None: ...  # noqa: D102
    @property
    def unit(self) -> str | None: ...  # noqa: D102


class Shape(NamedTuple):
    """How values of one combination of names are stored.

    Attributes:
        code: for the packed column.
        factor: to the base unit.
        offset: to the base unit.
        slot: the headline place, `NO_SLOT` if none.
        rank: preference among sources of the same headline value, 0 is the best.
        context: number of the reading context.
        direct: whether a column of its own says all, so that nothing needs to be packed.
        names: the names themselves where they could not be numbered, else None.
    """

    code: float
    factor: float
    offset: float
    slot: int
    rank: int
    context: int
    direct: bool
    names: tuple[str, ...] | None


Key = tuple[str | None, str | None, str | None, str | None, str | None]


class Shapes:
    """The shapes this process has met; bounded."""

    def __init__(self, names: VendorNames) -> None:
        self._names = names
        self.known: dict[Key, Shape] = {}

    def learn(self, sample: Sampled) -> Shape:
        """Return the shape of `sample`; remembered unless it rests on an uncommitted name."""
        key = (sample.measurand, sample.unit, sample.phase, sample.context, sample.location)
        measurand = sample.measurand or DEFAULT_MEASURAND
        context = sample.context or DEFAULT_CONTEXT
        location = sample.location or DEFAULT_LOCATION
        phase = sample.phase or ""
        unit, scale, fits = _unit(measurand, sample.unit or "")
        named = (
            (Kind.MEASURAND, measurand),
            (Kind.UNIT, unit),
            (Kind.PHASE, phase),
            (Kind.CONTEXT, context),
            (Kind.LOCATION, location),
        )
        settled = all(self._names.knows(kind, name) for kind, name in named)
        facets = Facets(*(self._names.number(kind, name) for kind, name in named))
        shape = _shape(facets, scale, _slot(measurand, phase) if fits else NO_SLOT)
        if OTHER in facets:
            shape = shape._replace(names=tuple(name for _, name in named))
        if settled:
            if len(self.known) >= _MAX_SHAPES:
                self.known.clear()
            self.known[key] = shape
        return shape


shapes = Shapes(VendorNames())
"""Those of this process, for all charge points; a cache that may be lost at any time."""


def _shape(facets: Facets, scale: Scale, slot: int) -> Shape:
    begin = CONTEXTS[2]
    location = min(facets.location, len(STANDARD[Kind.LOCATION]))
    late = facets.context == STANDARD[Kind.CONTEXT][begin]
    rank = location * 2 + late
    plain_phase = facets.phase <= STANDARD[Kind.PHASE]["L3"]
    return Shape(
        code=float(pack(facets)),
        factor=scale.factor,
        offset=scale.offset,
        slot=slot,
        rank=rank,
        context=facets.context,
        direct=slot in _OWN_COLUMN and location == 0 and plain_phase,
        names=None,
    )


def _slot(measurand: str, phase: str) -> int:
    first = _SLOTS.get(measurand, NO_SLOT)
    line = _LINES.get(phase, NO_SLOT)
    if NO_SLOT in (first, line):
        return NO_SLOT
    return first if first >= SOC else first + line


def _unit(measurand: str, unit: str) -> tuple[str, Scale, bool]:
    """Return the unit to store, the way to it, and whether it fits the measurand."""
    base, kind = base_unit(measurand)
    own = Scale(base, kind)
    if not unit or (unit == "Wh" and kind not in {"", "energy"}):
        return base, own, True
    scale = scale_of(unit)
    if scale is None:
        return (base, own, True) if kind in _LENIENT else (unit, Scale(unit, ""), False)
    return scale.base, scale, scale.kind == kind
