"""Peculiarities of makes and models of charge points: what they are, and which files declare them."""

from __future__ import annotations

from chargers.quirks.effective import effective, read_switches
from chargers.quirks.presets import Make, Model, Preset, presets_for
from chargers.quirks.types import NO_QUIRKS, QUIRK_NAMES, Quirks, quirks_named

__all__ = [
    "NO_QUIRKS",
    "QUIRK_NAMES",
    "Make",
    "Model",
    "Preset",
    "Quirks",
    "effective",
    "presets_for",
    "quirks_named",
    "read_switches",
]
