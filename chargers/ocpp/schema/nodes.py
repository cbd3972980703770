"""A schema and the struct that carries it, compiled into one tree."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec

from chargers.ocpp.schema.official import Schema


class Kind(Enum):
    """JSON types as the schemas name them."""

    TEXT = auto()
    INTEGER = auto()
    NUMBER = auto()
    BOOLEAN = auto()
    OBJECT = auto()
    LIST = auto()


@dataclass(frozen=True, slots=True)
class Node:
    """What the official schema says of a value, and what evkit's struct makes of it.

    Attributes:
        fraction: an integer that evkit keeps with its fraction, if it has one.
        struct: of an object.
        names: of an object: lower-case name to name, to find misspelt ones.
    """

    kind: Kind
    max_length: int | None = None
    choices: frozenset[str] = frozenset()
    is_time: bool = False
    fraction: bool = False
    min_items: int = 0
    item: Node | None = None
    fields: Mapping[str, Node] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    names: Mapping[str, str] = field(default_factory=dict)
    struct: type[msgspec.Struct] | None = None

    def fits(self, value: object) -> bool:
        """Tell whether `value` is text as the schema wants it: the usual case, told quickly."""
        if type(value) is not str or self.kind is not Kind.TEXT or not value:
            return False
        if self.choices:
            return value in self.choices
        return self.max_length is None or len(value) <= self.max_length


_KINDS = {
    "string": Kind.TEXT,
    "integer": Kind.INTEGER,
    "number": Kind.NUMBER,
    "boolean": Kind.BOOLEAN,
    "object": Kind.OBJECT,
    "array": Kind.LIST,
}


def compile_node(schema: Schema, annotation: Any) -> Node:
    """Return the tree for a schema and the type that carries it in a struct."""
    kind = _KINDS[schema["type"]]
    if kind is Kind.OBJECT:
        return _compile_object(schema, annotation)
    if kind is Kind.LIST:
        item = compile_node(schema["items"], _plain(get_args(annotation)[0]))
        return Node(kind, min_items=schema.get("minItems", 0), item=item)
    return Node(
        kind,
        max_length=schema.get("maxLength"),
        choices=frozenset(schema.get("enum", ())),
        is_time=schema.get("format") == "date-time",
        fraction=annotation is float,
    )


def _compile_object(schema: Schema, struct: type[msgspec.Struct]) -> Node:
    hints = get_type_hints(struct)
    annotations = {each.encode_name: _plain(hints[each.name]) for each in msgspec.structs.fields(struct)}
    properties = schema.get("properties", {})
    return Node(
        Kind.OBJECT,
        fields={name: compile_node(properties[name], annotations[name]) for name in properties},
        required=frozenset(schema.get("required", ())),
        names={name.lower(): name for name in properties},
        struct=struct,
    )


def _plain(annotation: Any) -> Any:
    """Return the type without "or None"."""
    if get_origin(annotation) in (Union, types.UnionType):
        return next(each for each in get_args(annotation) if each is not type(None))
    return annotation
