"""Texts from outside, made fit for a column."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def storable(text: str | None, limit: int) -> str:
    """Return `text` without NUL characters (PostgreSQL refuses them), cut to `limit`; None becomes ""."""
    if not text:
        return ""
    if "\x00" in text:
        text = text.replace("\x00", "")
    return text[:limit]


def storable_json(value: Any) -> Any:
    """Return JSON types without NUL characters in their texts and names."""
    if isinstance(value, str):
        return value.replace("\x00", "") if "\x00" in value else value
    if isinstance(value, Mapping):
        return {storable_json(name): storable_json(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [storable_json(part) for part in value]
    return value
