"""The operating mode of a charge point by its model, its configuration and its administrator."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import msgspec

from chargers.models import ChargePoint
from chargers.quirks import Model, effective, presets_for, read_switches
from chargers.quirks.modes import UNKNOWN, Mode, Record, Source, record_of, stored_mode, told_mode
from chargers.services.quirks import model_of

_plain = msgspec.json.Encoder(order="sorted").encode


def mode_record(charge_point: ChargePoint, keys: Mapping[str, str], learned: Mode = UNKNOWN) -> Record:
    """Return the mode that counts; `keys` are its configuration keys, `learned` what it was seen to obey."""
    model = model_of(charge_point)
    return record_by(model, charge_point.quirk_switches, charge_point.operating_mode, keys, learned)


def record_by(
    model: Model,
    switches: Mapping[str, bool],
    declared: Mapping[str, Any],
    keys: Mapping[str, str],
    learned: Mode = UNKNOWN,
) -> Record:
    """Return the same of what it depends on: what it is, its quirk switches, and its declared mode."""
    return _record(model, _plain(switches), _plain(declared), tuple(keys.items()), learned)


@lru_cache(maxsize=4096)
def _record(
    model: Model, switches: bytes, declared: bytes, keys: tuple[tuple[str, str], ...], learned: Mode
) -> Record:
    """Return the same; `switches` and `declared` are JSON. The charge points of a site differ little."""
    return record_of(
        {
            Source.ADMINISTRATOR: stored_mode(msgspec.json.decode(declared)),
            Source.LEARNED: learned,
            Source.PRESET: _preset(model, switches),
            Source.TOLD: told_mode(dict(keys)),
        }
    )


def _preset(model: Model, switches: bytes) -> Mode:
    """Return what the presets of a model say; its quirks are among them."""
    quirks = effective(model, read_switches(switches))
    of_quirks = Mode(
        unit="W" if quirks.watts_only else None,
        stack_level=0 if quirks.base_stack_level else None,
        pause="limit" if quirks.pause_not_stop else None,
    )
    record = record_of({Source.ADMINISTRATOR: of_quirks})
    for _make, preset in presets_for(model):
        record = record_of({Source.ADMINISTRATOR: record.mode, Source.PRESET: preset.mode})
    return record.mode
