"""Typed decoders that accept nothing but what the official schema allows.

Each is a subclass of evkit's struct with the schema's constraints on top, so that a conforming
payload is parsed, checked and typed in one call.
"""

from __future__ import annotations

import types
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from chargers.ocpp.schema.nodes import Kind, Node

_INT32 = Meta(ge=-(2**31), le=2**31 - 1)


def strict_type(node: Node, *, empty_text: bool) -> Any:
    """Return the type of a node; without `empty_text`, the empty string is left to the repair."""
    if node.kind is Kind.TEXT:
        return _text(node, 0 if empty_text else 1)
    if node.kind is Kind.OBJECT:
        return _struct(node, empty_text=empty_text)
    if node.kind is Kind.LIST:
        assert node.item is not None
        item = strict_type(node.item, empty_text=empty_text)
        return Annotated[_list_of(item), Meta(min_length=node.min_items)]
    if node.kind is Kind.INTEGER:
        return Annotated[int, _INT32]
    return float if node.kind is Kind.NUMBER else bool


def _list_of(item: Any) -> Any:
    return types.GenericAlias(list, (item,))


def _text(node: Node, min_length: int) -> Any:
    if node.choices:
        return Literal[tuple(sorted(node.choices))]
    return Annotated[str, Meta(min_length=min_length, max_length=node.max_length)]


def _struct(node: Node, *, empty_text: bool) -> type[msgspec.Struct]:
    struct = node.struct
    assert struct is not None
    fields: list[Any] = []
    for each in msgspec.structs.fields(struct):
        child = strict_type(node.fields[each.encode_name], empty_text=empty_text)
        needed = each.encode_name in node.required
        fields.append((each.name, child) if needed else (each.name, child, None))
    return msgspec.defstruct(
        struct.__name__,
        fields,
        bases=(struct,),
        module=struct.__module__,
        frozen=True,
        kw_only=True,
        gc=False,
        rename="camel",
        forbid_unknown_fields=True,
        omit_defaults=True,
    )
