"""What is wrong with a request by hand, in words that its author understands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

import jsonschema_rs
from django.utils.translation import gettext as _

Kind = Any  # jsonschema_rs.ValidationErrorKind: each member has its own attributes


def field_of(error: jsonschema_rs.ValidationError) -> str:
    """Return where the error is, as a dotted path; of a property too few or too many, that one."""
    path = [str(part) for part in error.instance_path]
    kind: Kind = error.kind
    if kind.name == "required":
        path.append(str(kind.property))
    elif kind.name == "additionalProperties":
        path.append(str(kind.unexpected[0]))
    return ".".join(path)


def message_of(error: jsonschema_rs.ValidationError) -> str:
    """Return a sentence in the user's language that says what is wrong and what would be right."""
    field = field_of(error)
    word = _WORDING.get(error.kind.name)
    if word is None:
        return _("%(field)s is not valid: %(cause)s.") % {"field": field, "cause": error.message}
    return word(field, error.kind)


def _required(field: str, _kind: Kind) -> str:
    return _("%(field)s is missing; fill it in.") % {"field": field}


def _unexpected(field: str, _kind: Kind) -> str:
    return _("%(field)s is not part of this message; leave it out.") % {"field": field}


def _choice(field: str, kind: Kind) -> str:
    choices = ", ".join(str(each) for each in kind.options)
    return _("%(field)s must be one of: %(choices)s.") % {"field": field, "choices": choices}


def _too_long(field: str, kind: Kind) -> str:
    return _("%(field)s is too long; at most %(limit)s characters are allowed.") % {
        "field": field,
        "limit": kind.limit,
    }


def _too_few(field: str, kind: Kind) -> str:
    return _("%(field)s needs at least %(limit)s elements.") % {"field": field, "limit": kind.limit}


def _too_many(field: str, kind: Kind) -> str:
    return _("%(field)s may have at most %(limit)s elements.") % {"field": field, "limit": kind.limit}


def _step(field: str, kind: Kind) -> str:
    return _("%(field)s must be a multiple of %(step)s.") % {"field": field, "step": kind.multiple_of}


def _type(field: str, kind: Kind) -> str:
    expected = {
        "string": _("%(field)s must be text."),
        "integer": _("%(field)s must be a whole number."),
        "number": _("%(field)s must be a number."),
        "boolean": _("%(field)s must be true or false."),
        "array": _("%(field)s must be a list."),
    }.get(str(kind.types[0]), _("%(field)s must be an object."))
    return expected % {"field": field or _("The message")}


def _format(field: str, kind: Kind) -> str:
    if kind.format == "date-time":
        return _("%(field)s must be a time such as 2025-01-31T08:00:00Z.") % {"field": field}
    return _("%(field)s must be a complete address (URL).") % {"field": field}


_WORDING: Final[Mapping[str, Callable[[str, Kind], str]]] = MappingProxyType(
    {
        "required": _required,
        "additionalProperties": _unexpected,
        "enum": _choice,
        "maxLength": _too_long,
        "minItems": _too_few,
        "maxItems": _too_many,
        "multipleOf": _step,
        "type": _type,
        "format": _format,
    }
)
