"""The design tokens as the style sheets declare them, with the contrast of every colour (WCAG 2.2 §1.4.3)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from django.contrib.staticfiles import finders

DECLARED: Final = re.compile(r"--([\w-]+):\s*([^;]+);")
PAIR: Final = re.compile(r"light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)")
COLOUR: Final = re.compile(r"#[0-9a-f]{6}")
ICON: Final = re.compile(r'<symbol id="([^"]+)"')

GROUPS: Final = {
    "ink": ("ink", "ink-2", "ink-3", "accent", "fault-ink"),
    "surface": ("ground", "frame", "surface", "surface-hover", "surface-sunk", "line", "line-strong"),
    "accent": ("accent", "accent-ink", "accent-soft"),
    "quantity": ("q-fill", "q-mid", "q-second", "q-third", "q-track"),
    "band": (
        "band-1", "band-1-ink", "band-2", "band-2-ink", "band-3", "band-3-ink", "band-4", "band-4-ink",
        "band-edge", "band-1-soft",
    ),
}  # fmt: skip
GROUNDS: Final = ("ground", "frame", "surface", "surface-hover", "surface-sunk", "accent-soft", "band-1-soft")
ON: Final = {
    "accent-ink": "accent",
    "band-1-ink": "band-1",
    "band-2-ink": "band-2",
    "band-3-ink": "band-3",
    "band-4-ink": "band-4",
}
TYPE_SIZES: Final = ("hero", "figure", "head", "title", "lead", "body", "small", "micro")
SPACES: Final = ("05", "1", "15", "2", "3", "4", "6", "8")
REM_PX: Final = 16


class Look(StrEnum):
    """A theme in one of the two schemes of the device."""

    LIGHT = "light"
    DARK = "dark"
    CONTRAST_LIGHT = "contrast-light"
    CONTRAST_DARK = "contrast-dark"


@dataclass(frozen=True, slots=True)
class Swatch:
    """A colour in one look, and its contrast with what is behind it there; None for what is behind itself."""

    look: Look
    colour: str
    contrast: float | None


@dataclass(frozen=True, slots=True)
class Colour:
    """A colour token in all looks."""

    name: str
    swatches: list[Swatch]


@dataclass(frozen=True, slots=True)
class Length:
    """A token of a size, in pixels at the usual text size."""

    name: str
    px: float


def palettes() -> dict[Look, dict[str, str]]:
    """Return the colours of every look by token."""
    usual = _declared("css/tokens.css")
    strong = {**usual, **_declared("css/contrast.css")}
    return {
        Look.LIGHT: _side(usual, 1),
        Look.DARK: _side(usual, 2),
        Look.CONTRAST_LIGHT: _side(strong, 1),
        Look.CONTRAST_DARK: _side(strong, 2),
    }


def colours(group: str) -> list[Colour]:
    """Return the colour tokens of a group."""
    by_look = palettes()
    return [
        Colour(name, [_swatch(look, palette, name) for look, palette in by_look.items()])
        for name in GROUPS[group]
    ]


def _swatch(look: Look, palette: Mapping[str, str], name: str) -> Swatch:
    behind = palette[ON.get(name, "surface")]
    return Swatch(look, palette[name], None if name in GROUNDS else contrast(palette[name], behind))


def lengths(prefix: str, names: tuple[str, ...]) -> list[Length]:
    """Return tokens of a size."""
    declared = _declared("css/tokens.css")
    tokens = [f"{prefix}-{name}" for name in names]
    return [Length(token, float(declared[token].removesuffix("rem")) * REM_PX) for token in tokens]


def icons(sprite: str) -> list[str]:
    """Return the names of all icons of a sprite."""
    return ICON.findall(_text(sprite))


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21 (WCAG 2.2, "contrast ratio")."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[start : start + 2], 16) / 255) for start in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)


def _side(declared: Mapping[str, str], side: int) -> dict[str, str]:
    """Return the colours of the light (1) or dark (2) scheme."""
    found = {}
    for name, value in declared.items():
        if pair := PAIR.fullmatch(value):
            found[name] = pair[side]
        elif COLOUR.fullmatch(value):
            found[name] = value
    return found


def _declared(sheet: str) -> dict[str, str]:
    return {name: value.strip() for name, value in DECLARED.findall(_text(sheet))}


def _text(path: str) -> str:
    """Return the text of a static file.

    Raises:
        FileNotFoundError: it is not there.
    """
    found = finders.find(path)
    if not isinstance(found, str):
        raise FileNotFoundError(path)
    return Path(found).read_text(encoding="utf-8")
