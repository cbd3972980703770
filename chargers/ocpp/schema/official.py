"""The official JSON schemas of the `ocpp` package, with errata applied and references resolved."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files
from typing import Any

Schema = dict[str, Any]

MAX_NAME = 64
MISSPELT_UNITS = frozenset({"Celcius"})


@lru_cache(maxsize=512)
def official_schema(folder: str, name: str) -> Schema | None:
    """Return the schema of a message ("Reset", "ResetResponse"), None if there is none.

    `folder` is that of the version in the `ocpp` package ("v16"). The result is shared: do not
    change it.
    """
    if not name.isalnum() or len(name) > MAX_NAME:
        return None
    file = files("ocpp") / folder / "schemas" / f"{name}.json"
    if not file.is_file():
        return None
    schema: Schema = json.loads(file.read_text(encoding="utf-8-sig"))
    _correct(schema)
    definitions: Schema = schema.pop("definitions", {})
    return _inlined(schema, definitions) if definitions else schema


def _inlined(part: Any, definitions: Schema) -> Any:
    """Return `part` with every reference replaced by what it names: the security extension has some."""
    if isinstance(part, list):
        return [_inlined(each, definitions) for each in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        return _inlined(definitions[part["$ref"].removeprefix("#/definitions/")], definitions)
    return {name: _inlined(each, definitions) for name, each in part.items()}


def _correct(schema: Schema) -> None:
    """Correct the metering part in place.

    OCPP-J 1.6 errata §2.1: the unit is Celsius. OCPP 1.6 errata on §7.31: frequencies are in
    Hertz, in StopTransaction as well. OCPP 1.6 §7.33: a meter value has one sample at least.
    """
    for name, part in schema.get("properties", {}).items():
        if name == "sampledValue":
            part["minItems"] = 1
        if name == "unit" and "kvarh" in part.get("enum", ()):
            units = [unit for unit in part["enum"] if unit not in MISSPELT_UNITS]
            part["enum"] = units if "Hertz" in units else [*units, "Hertz"]
        _correct(part)
        _correct(part.get("items", {}))
