"""The operating mode of a charge point by its model, its configuration and its administrator."""

from __future__ import annotations

from collections.abc import Mapping

from chargers.models import ChargePoint
from chargers.quirks import presets_for
from chargers.quirks.modes import UNKNOWN, Mode, Record, Source, record_of, stored_mode, told_mode
from chargers.services.quirks import model_of, quirks_of


def mode_record(charge_point: ChargePoint, keys: Mapping[str, str], learned: Mode = UNKNOWN) -> Record:
    """Return the mode that counts; `keys` are its configuration keys, `learned` what it was seen to obey."""
    return record_of(
        {
            Source.ADMINISTRATOR: stored_mode(charge_point.operating_mode),
            Source.LEARNED: learned,
            Source.PRESET: _preset(charge_point),
            Source.TOLD: told_mode(keys),
        }
    )


def _preset(charge_point: ChargePoint) -> Mode:
    """Return what the presets of its model say; its quirks are among them."""
    quirks = quirks_of(charge_point)
    of_quirks = Mode(
        unit="W" if quirks.watts_only else None,
        stack_level=0 if quirks.base_stack_level else None,
        pause="limit" if quirks.pause_not_stop else None,
    )
    record = record_of({Source.ADMINISTRATOR: of_quirks})
    for _make, preset in presets_for(model_of(charge_point)):
        record = record_of({Source.ADMINISTRATOR: record.mode, Source.PRESET: preset.mode})
    return record.mode
