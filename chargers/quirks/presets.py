"""Quirk presets: data files, one per make, matched by what a charge point says of itself at boot.

Format (`chargers/data/quirks/<make>.yaml`), checked when it is read:

    make: ABB
    presets:
      - vendors: ["abb*"]        # patterns with * and ?, in any case; one must match
        models: ["*"]            # optional, "*" by default
        firmware: ["*"]          # optional, "*" by default
        quirks: [silent_reconnect]
        mode: {unit: W}          # optional, see `chargers.quirks.modes`
        source: https://...      # where this was seen
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib import resources
from typing import Any, Final

import msgspec
import yaml

from chargers.quirks.modes import UNKNOWN, Mode
from chargers.quirks.types import QUIRK_NAMES
from evkit.core.errors import EvkitError

FOLDER: Final = "data/quirks"


class BadPresetError(EvkitError):
    """A preset file does not follow the format."""

    code = "bad_quirk_preset"


class Preset(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which charge points have which quirks and operating mode; patterns match in any case."""

    vendors: tuple[str, ...]
    source: str
    quirks: tuple[str, ...] = ()
    mode: Mode = UNKNOWN
    models: tuple[str, ...] = ("*",)
    firmware: tuple[str, ...] = ("*",)

    def matches(self, model: Model) -> bool:
        """Tell whether a charge point is one of these."""
        return (
            _any(self.vendors, model.vendor)
            and _any(self.models, model.model)
            and _any(self.firmware, model.firmware_version)
        )


class Make(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file."""

    make: str
    presets: tuple[Preset, ...]


@dataclass(frozen=True, slots=True)
class Model:
    """What a charge point says of itself in its BootNotification."""

    vendor: str = ""
    model: str = ""
    firmware_version: str = ""


def read_make(name: str, text: str) -> Make:
    """Return what a preset file declares.

    Raises:
        BadPresetError: it breaks the format, or names a quirk that evkit does not know.
    """
    try:
        content: Any = yaml.safe_load(text)
        make = msgspec.convert(content, Make)
    except (yaml.YAMLError, msgspec.ValidationError) as error:
        raise BadPresetError(f"{name}: {error}") from error
    for preset in make.presets:
        unknown = sorted(set(preset.quirks) - set(QUIRK_NAMES))
        if unknown or not preset.vendors or not (preset.quirks or preset.mode != UNKNOWN):
            raise BadPresetError(
                f"{name}: unknown or missing: {', '.join(unknown) or 'vendors, or quirks and mode'}"
            )
    return make


@cache
def all_makes() -> Mapping[str, Make]:
    """Return every preset file by its name."""
    folder = resources.files("chargers").joinpath(FOLDER)
    files = sorted((each for each in folder.iterdir() if each.name.endswith(".yaml")), key=lambda f: f.name)
    return {each.name: read_make(each.name, each.read_text("utf-8")) for each in files}


def presets_for(model: Model) -> Sequence[tuple[Make, Preset]]:
    """Return the presets that fit a charge point, in the order of the files."""
    return [
        (make, preset) for make in all_makes().values() for preset in make.presets if preset.matches(model)
    ]


@cache
def _lowered(pattern: str) -> str:
    return pattern.casefold()


def _any(patterns: Sequence[str], text: str) -> bool:
    folded = text.strip().casefold()
    return any(fnmatchcase(folded, _lowered(pattern)) for pattern in patterns)
