"""Schema-driven repair: what a charge point sent, made to fit evkit's structs.

Every repair is recorded; one bad part never loses the good ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from chargers.ocpp.deviations import DeviationLog, printable
from chargers.ocpp.schema.errors import PayloadError
from chargers.ocpp.schema.nodes import Kind, Node
from chargers.ocpp.schema.scalars import (
    UNUSABLE,
    decimal_point,
    json_text,
    repair_boolean,
    repair_choice,
    repair_integer,
    repair_number,
    repair_text,
)
from chargers.ocpp.schema.versions import Version

_MISSING: Final = object()


class Repair:
    """The repair of one payload.

    Args:
        version: its tables.
        defaults: by place, what a missing required field becomes (None: it is left out).
        is_request: empty optional strings mean nothing in requests, but may be values in answers.
        log: takes the deviations.
    """

    __slots__ = ("_aliases", "_cause", "_decimal_places", "_defaults", "_is_request", "_json_places", "_log")

    def __init__(
        self, version: Version, defaults: Mapping[str, object], log: DeviationLog, *, is_request: bool
    ) -> None:
        self._aliases = dict(version.aliases)
        self._decimal_places = version.decimal_places
        self._json_places = version.json_places
        self._defaults = defaults
        self._is_request = is_request
        self._log = log
        self._cause: PayloadError | None = None

    def payload(self, node: Node, value: dict[str, Any]) -> dict[str, Any]:
        """Return the repaired payload, fit for `msgspec.convert`.

        Raises:
            PayloadError: something is missing or unusable that cannot be done without.
        """
        repaired = self._object(node, value, "")
        if repaired is UNUSABLE:
            assert self._cause is not None
            raise self._cause
        assert isinstance(repaired, dict)
        return repaired

    def _value(self, node: Node, value: object, place: str) -> object:
        if node.kind is Kind.TEXT:
            return self._text(node, value, place)
        if node.kind is Kind.OBJECT:
            return self._object(node, value, place)
        if node.kind is Kind.LIST:
            return self._list(node, value, place)
        if node.kind is Kind.INTEGER:
            return repair_integer(node, value, place, self._log)
        if node.kind is Kind.NUMBER:
            return repair_number(value, place, self._log)
        return repair_boolean(value, place, self._log)

    def _text(self, node: Node, value: object, place: str) -> object:
        if isinstance(value, dict | list) and place in self._json_places:
            return json_text(value, place, self._log)
        text = repair_text(node, value, place, self._log)
        if not isinstance(text, str) or not text:
            return text
        if node.choices:
            return repair_choice(node, text, place, self._aliases, self._log)
        return text

    def _list(self, node: Node, value: object, place: str) -> object:
        assert node.item is not None
        if not isinstance(value, list):
            if isinstance(value, dict) is not (node.item.kind is Kind.OBJECT):
                return UNUSABLE
            self._log.add("object-for-list", place, "one element instead of a list")
            value = [value]
        repaired = []
        for element in value:
            part = self._value(node.item, element, place)
            if part is UNUSABLE:
                self._log.add("bad-element", place, "an element of the list is unusable")
            else:
                repaired.append(part)
        if len(repaired) < node.min_items:
            self._log.add("empty-list", place, "the list is empty")
        return repaired

    def _object(self, node: Node, value: object, place: str) -> object:
        if isinstance(value, list) and len(value) == 1:
            self._log.add("list-for-object", place, "a list instead of its one element")
            value = value[0]
        if not isinstance(value, dict):
            return UNUSABLE
        prefix = f"{place}." if place else ""
        repaired: dict[str, Any] = {}
        for name, part in value.items():
            known = self._name(node, name, value, prefix)
            if known is not None:
                self._field(node, known, part, prefix, repaired)
        self._dot_decimals(repaired, prefix)
        for name in sorted(node.required - repaired.keys()):
            if not self._stand_in(node, name, prefix, repaired):
                return UNUSABLE
        return repaired

    def _name(self, node: Node, name: str, value: dict[str, Any], prefix: str) -> str | None:
        """Return the official name of a property, None if it has none."""
        if name in node.fields:
            return name
        known = node.names.get(name.lower())
        if known is None or known in value:
            self._log.add(
                "extra-property", prefix + printable(name), "the specification has no such property"
            )
            return None
        self._log.add("property-spelling", prefix + known, f"written {printable(name)}")
        return known

    def _field(self, node: Node, name: str, value: object, prefix: str, repaired: dict[str, Any]) -> None:
        child = node.fields[name]
        if child.fits(value):
            repaired[name] = value
            return
        place = prefix + name
        if value is None:
            self._log.add("null-value", place, "null")
            return
        part = self._value(child, value, place)
        if part is UNUSABLE:
            self._log.add("unusable-value", place, "of a wrong type")
        elif part == "" and self._drops_empty(node, child, name, place):
            return
        else:
            repaired[name] = part

    def _drops_empty(self, node: Node, child: Node, name: str, place: str) -> bool:
        """Record an empty string, and tell whether it is as good as nothing."""
        if not self._is_request and not child.choices:
            return False
        self._log.add("empty-string", place, "empty text")
        return name not in node.required or bool(child.choices) or child.is_time

    def _dot_decimals(self, repaired: dict[str, Any], prefix: str) -> None:
        place = f"{prefix}value"
        if place in self._decimal_places and repaired.get("format") != "SignedData" and "value" in repaired:
            repaired["value"] = decimal_point(repaired["value"], place, self._log)

    def _stand_in(self, node: Node, name: str, prefix: str, repaired: dict[str, Any]) -> bool:
        """Fill in a missing required field; tell whether that was possible."""
        place = prefix + name
        default = self._defaults.get(place, _MISSING)
        if default is _MISSING:
            self._cause = PayloadError("OccurenceConstraintViolation", f"{place} is missing or unusable.")
            return False
        code = "missing-timestamp" if node.fields[name].is_time else "missing-field"
        self._log.add(code, place, "required, but missing or unusable")
        if default is not None:
            repaired[name] = default
        return True
