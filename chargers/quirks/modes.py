"""Operating modes: how a charge point takes limits: unit, purposes, stack level, latency and so on.

A preset says it for a model, the charge point in its configuration, experience for what it obeys, and an
administrator above all. Unknown is None.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Final, Literal

import msgspec

Purpose = Literal["ChargePointMaxProfile", "TxDefaultProfile", "TxProfile"]


class Mode(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is known of how a charge point takes limits; None: nothing.

    Attributes:
        unit: in which it takes limits, if it takes only one.
        purposes: of charging profiles that it obeys.
        stack_level: the highest that it accepts.
        kind: `Relative` where schedules by the clock are not obeyed.
        periods: how many a schedule may have.
        pause: how a charge is interrupted: by a limit of 0 or, where that is not obeyed, only by a stop.
        resumes: whether it goes on by itself after a limit of 0.
        latency_s: so long it may take to obey.
        minimum_a: the least current per phase with which its AC connectors charge.
        survives_reboot: whether it keeps default profiles when it boots.
    """

    unit: Literal["A", "W"] | None = None
    purposes: tuple[Purpose, ...] | None = None
    stack_level: Annotated[int, msgspec.Meta(ge=0, le=1000)] | None = None
    kind: Literal["Absolute", "Relative"] | None = None
    periods: Annotated[int, msgspec.Meta(ge=1)] | None = None
    pause: Literal["limit", "stop"] | None = None
    resumes: bool | None = None
    latency_s: Annotated[float, msgspec.Meta(ge=1, le=600)] | None = None
    minimum_a: Annotated[float, msgspec.Meta(gt=0, le=80)] | None = None
    survives_reboot: bool | None = None


MODE_FIELDS: Final = Mode.__struct_fields__
UNKNOWN: Final = Mode()


class Source(StrEnum):
    """Who says it, the first before all later ones."""

    ADMINISTRATOR = "administrator"
    LEARNED = "learned"
    PRESET = "preset"
    TOLD = "told"


@dataclass(frozen=True, slots=True)
class Record:
    """The operating mode that counts, and who says each part of it."""

    mode: Mode
    sources: Mapping[str, Source]


def read_mode(stored: object) -> Mode:
    """Return a mode from plain JSON types.

    Raises:
        ValueError: it names a field that there is not, or a value that makes no sense.
    """
    try:
        return msgspec.convert(stored, Mode)
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from error


def stored_mode(stored: object) -> Mode:
    """Return a mode as the database holds it; nothing where that is not one."""
    try:
        return read_mode(stored)
    except ValueError:
        return UNKNOWN


def record_of(known: Mapping[Source, Mode]) -> Record:
    """Return what counts of what several say."""
    values: dict[str, Any] = {}
    sources: dict[str, Source] = {}
    for source in Source:
        mode = known.get(source, UNKNOWN)
        for name in MODE_FIELDS:
            value = getattr(mode, name)
            if value is not None and name not in values:
                values[name], sources[name] = value, source
    return Record(Mode(**values), sources)


def told_mode(keys: Mapping[str, str]) -> Mode:
    """Return what a charge point tells in its configuration (OCPP 1.6 §9.4)."""
    allowed = keys.get("ChargingScheduleAllowedChargingRateUnit", "")
    level = keys.get("ChargeProfileMaxStackLevel", "")
    periods = keys.get("ChargingScheduleMaxPeriods", "")
    unit: Literal["A", "W"] | None = None
    if ("Current" in allowed) != ("Power" in allowed):
        unit = "A" if "Current" in allowed else "W"
    return Mode(
        unit=unit,
        stack_level=min(int(level), 1000) if level.isdecimal() else None,
        periods=max(int(periods), 1) if periods.isdecimal() else None,
    )


TOLD_KEYS: Final = (
    "ChargeProfileMaxStackLevel",
    "ChargingScheduleAllowedChargingRateUnit",
    "ChargingScheduleMaxPeriods",
)
