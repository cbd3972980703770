"""Lines of an archive as rows for set-based writes: each value in the type of its column."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from django.db import models

from evkit.core.db import Column
from evkit.core.fields import NumbersField
from evkit.core.literals import Row

_Int2 = Annotated[int, msgspec.Meta(ge=-(2**15), lt=2**15)]
_Int4 = Annotated[int, msgspec.Meta(ge=-(2**31), lt=2**31)]
_Int8 = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
_TYPES: Final[Sequence[tuple[type[models.Field[Any, Any]], str, Any]]] = (
    (models.SmallIntegerField, "int2", _Int2),
    (models.BigIntegerField, "bigint", _Int8),
    (models.IntegerField, "int4", _Int4),
    (models.FloatField, "float8", float),
    (models.BooleanField, "bool", bool),
    (models.CharField, "text", str),
    (models.TextField, "text", str),
    (models.DateTimeField, "timestamptz", datetime),
    (models.UUIDField, "uuid", UUID),
    (models.JSONField, "jsonb", Any),
    (NumbersField, "float8[]", list[float]),
)
"""The type of a column in PostgreSQL and of its values, by kind of field; the first that fits."""


def fields_of(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    """Return the fields of a model that have a column, in their order."""
    fields = model._meta.concrete_fields  # noqa: SLF001 (Django's documented Meta API)
    return [field for field in fields if not isinstance(field, models.CompositePrimaryKey)]


def columns_for(model: type[models.Model]) -> list[Column]:
    """Return the columns of the rows that `reader` makes."""
    return [Column(str(field.column), _types(field)[0]) for field in fields_of(model)]


def reader(model: type[models.Model], names: Sequence[str]) -> Callable[[bytes], Row]:
    """Return what turns a line of an archive with the columns `names` into a row of the model's columns.

    Columns that the model has no more are left out, those that it has got since have their default. The
    reader raises `msgspec.MsgspecError` for a line that is none of this model.
    """
    fields = {field.attname: field for field in fields_of(model)}
    decode = msgspec.json.Decoder(_line_of([fields.get(name) for name in names])).decode
    if list(names) == list(fields):
        return decode
    added = [field for name, field in fields.items() if name not in names]
    places = {name: place for place, name in enumerate([*names, *(field.attname for field in added)])}
    ordered = itemgetter(*(places[name] for name in fields))
    return lambda line: ordered((*decode(line), *(field.get_default() for field in added)))


def _line_of(fields: Sequence[models.Field[Any, Any] | None]) -> Any:
    """Return the type of a line: an array with as many values."""
    return tuple[tuple(Any if field is None else _value_of(field) for field in fields)]  # type: ignore[misc]


def _value_of(field: models.Field[Any, Any]) -> Any:
    found = _types(field)[1]
    return found | None if field.null else found


def _types(field: models.Field[Any, Any]) -> tuple[str, Any]:
    """Return the types of a column and of its values; a reference has those of what it refers to."""
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    for kind, type_, value in _TYPES:
        if isinstance(field, kind):
            return type_, value
    raise TypeError(field)
