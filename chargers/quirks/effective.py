"""The quirks of one charge point: those of its model, and what an administrator switched on or off."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from chargers.quirks.presets import Model, presets_for
from chargers.quirks.types import QUIRK_NAMES, Quirks, quirks_named

_MODELS: Final = 2000


@lru_cache(maxsize=_MODELS)
def of_model(model: Model) -> frozenset[str]:
    """Return the names of the quirks of a model; looked up once per vendor, model and firmware."""
    return frozenset(name for _make, preset in presets_for(model) for name in preset.quirks)


def effective(model: Model, switches: Mapping[str, bool]) -> Quirks:
    """Return the quirks that count; a switch beats the preset."""
    preset = of_model(model)
    return quirks_named(name for name in QUIRK_NAMES if switches.get(name, name in preset))


def read_switches(stored: object) -> dict[str, bool]:
    """Return switches as the database holds them (JSON as text, or decoded), without what is not known."""
    content = json.loads(stored) if isinstance(stored, str | bytes) else stored
    if not isinstance(content, dict):
        return {}
    return {name: value for name, value in content.items() if name in QUIRK_NAMES and isinstance(value, bool)}
