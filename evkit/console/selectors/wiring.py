"""Reads how the connectors of a charge point hang on the phases of the supply, as declared and as told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chargers.models import ChargePoint, ConfigurationKey, Evse
from chargers.types import Current, PhaseRotation

KEY = "ConnectorPhaseRotation"


@dataclass(frozen=True, slots=True)
class WiringLine:
    """One connector.

    Attributes:
        hangs_on: the phases of the supply that it is declared to use, "" where that is not known.
        anywhere: it may hang on any of the three, so that it counts on all of them.
        suggested: what the charge point tells where nothing, or something else, is declared; "" for nothing.
    """

    evse: Evse
    hangs_on: str
    anywhere: bool
    suggested: str


def wiring_lines(row: ChargePoint) -> list[WiringLine]:
    """Return the connectors of a charge point by number."""
    told = _told(row)
    return [_line(evse, told.get(str(evse.number))) for evse in row.evses.order_by("number")]


def _line(evse: Evse, told: PhaseRotation | None) -> WiringLine:
    if evse.current == Current.DC:
        return WiringLine(evse, "", anywhere=False, suggested="")
    declared = PhaseRotation(evse.phase_rotation) if evse.phase_rotation else None
    return WiringLine(
        evse,
        hangs_on=", ".join(f"L{phase}" for phase in declared.supply[: evse.phases]) if declared else "",
        anywhere=declared is None and evse.phases < len(PhaseRotation.RST),
        suggested=told if told is not None and told != declared else "",
    )


def _told(row: ChargePoint) -> Mapping[str, PhaseRotation]:
    """Return the rotations that its configuration tells, such as "0.RST, 1.RST, 2.STR" (OCPP 1.6 §9.1.7)."""
    keys = ConfigurationKey.objects.filter(charge_point=row, key__iexact=KEY, known=True)
    value = keys.values_list("value", flat=True).first() or ""
    parts = [part.strip().partition(".") for part in value.split(",")]
    return {
        number: PhaseRotation(rotation)
        for number, _dot, rotation in parts
        if rotation in PhaseRotation.values
    }
