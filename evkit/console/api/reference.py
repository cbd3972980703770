"""The OpenAPI document (version 3.1) as something to read: operations by subject, and their shapes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

Node = Mapping[str, Any]

METHODS: Final = ("get", "post", "put", "patch", "delete")
REF: Final = "#/components/schemas/"
SAMPLES: Final[dict[str, Any]] = {"integer": 0, "number": 0, "boolean": True, "string": "text", "array": []}
BOUNDS: Final = {
    "minimum": "≥ {}",
    "maximum": "≤ {}",
    "maxLength": "≤ {} characters",
    "default": "usually {}",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A parameter or a field: its type in words, and the shape to look it up in."""

    name: str
    kind: str
    shape: str
    required: bool
    note: str


@dataclass(frozen=True, slots=True)
class Shape:
    """A JSON object with its fields."""

    name: str
    text: str
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class Operation:
    """One request."""

    name: str
    method: str
    path: str
    summary: str
    text: str
    parameters: list[Row]
    body: str
    status: str
    answer: str
    example: str


@dataclass(frozen=True, slots=True)
class Section:
    """The requests about one subject."""

    name: str
    operations: list[Operation]


def sections(document: Node) -> list[Section]:
    """Return the operations by subject, in the document's order."""
    found: dict[str, list[Operation]] = {}
    for path, methods in document["paths"].items():
        for method in METHODS:
            if method in methods:
                node = methods[method]
                subject = (node.get("tags") or [""])[0]
                found.setdefault(subject, []).append(_operation(document, path, method, node))
    return [Section(name, operations) for name, operations in found.items()]


def shapes(document: Node) -> list[Shape]:
    """Return the JSON objects and the choices that requests and answers are made of, by name."""
    known = document["components"]["schemas"]
    return [
        Shape(name, _note(node) if "enum" in node else node.get("description", ""), _rows(node))
        for name, node in sorted(known.items())
        if node.get("properties") or "enum" in node
    ]


def _operation(document: Node, path: str, method: str, node: Node) -> Operation:
    status, answer = next(iter(node["responses"].items()))
    body = _json_of(node.get("requestBody", {}))
    return Operation(
        name=node["operationId"],
        method=method.upper(),
        path=path,
        summary=node.get("summary", ""),
        text=node.get("description", ""),
        parameters=[_parameter(given) for given in node.get("parameters", [])],
        body=_shape_of(body),
        status=str(status),
        answer=_shape_of(_json_of(answer)),
        example=_example(document, method.upper(), path, body),
    )


def _json_of(holder: Node) -> Node:
    schema: Node = holder.get("content", {}).get("application/json", {}).get("schema", {})
    return schema


def _parameter(given: Node) -> Row:
    schema = given["schema"]
    note = given.get("description", "") or _note(schema)
    return Row(given["name"], _kind(schema), _shape_of(schema), bool(given.get("required")), note)


def _rows(node: Node) -> list[Row]:
    required = set(node.get("required", []))
    return [
        Row(name, _kind(field), _shape_of(field), name in required, _note(field))
        for name, field in node.get("properties", {}).items()
    ]


def _shape_of(schema: Node) -> str:
    """Return the name of the shape that a schema refers to, also as one of several or as a list's items."""
    if "$ref" in schema:
        return str(schema["$ref"]).removeprefix(REF)
    inner = [*schema.get("anyOf", []), *schema.get("allOf", []), schema.get("items") or {}]
    return next((name for part in inner if part and (name := _shape_of(part))), "")


def _kind(schema: Node) -> str:
    """Return a type in words: "string or null", "list of CallOut"."""
    if "$ref" in schema:
        return _shape_of(schema)
    parts = [*schema.get("anyOf", []), *schema.get("allOf", [])]
    if parts:
        return " or ".join(dict.fromkeys(_kind(part) for part in parts))
    kind = str(schema.get("type", "anything"))
    if kind == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    return str(schema.get("format", kind)) if kind == "string" else kind


def _note(schema: Node) -> str:
    """Return what a value may be, in a few words."""
    parts = [schema.get("description", "")]
    choices = schema.get("enum") or ([schema["const"]] if "const" in schema else [])
    parts.append(", ".join(str(choice) for choice in choices))
    parts += [text.format(schema[key]) for key, text in BOUNDS.items() if schema.get(key) is not None]
    return "; ".join(part for part in parts if part)


def _example(document: Node, method: str, path: str, body: Node) -> str:
    """Return the request as a line for a terminal."""
    verb = "" if method == "GET" else f"-X {method} "
    data = f"-d '{json.dumps(_sample(document, body))}' " if body else ""
    return f'curl {verb}-H "Authorization: Bearer $TOKEN" {data}"$EVKIT{path}"'


def _sample(document: Node, schema: Node) -> Any:
    """Return a value of a schema with its required fields, or with its first one."""
    if "$ref" in schema:
        return _sample(document, document["components"]["schemas"][_shape_of(schema)])
    fields = schema.get("properties")
    if fields:
        names = schema.get("required") or list(fields)[:1]
        return {name: _sample(document, fields[name]) for name in names}
    if schema.get("anyOf"):
        return _sample(document, schema["anyOf"][0])
    return (schema.get("enum") or [SAMPLES.get(schema.get("type", ""), {})])[0]
