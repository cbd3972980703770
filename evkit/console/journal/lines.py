"""The details of an audit entry as lines: what, before and after."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db import models
from django.utils.translation import gettext as _

from evkit.console.formats import NOTHING
from evkit.console.journal.commands import action_text, request_text
from evkit.console.journal.configuration import things_of
from evkit.console.journal.fields import counted, field_of, name_of
from evkit.console.journal.values import unit_of, units_of, value_text
from history.models import AuditEntry

PAIRED: Final = frozenset({"change", "set_role", "set_sites"})
"""Deeds whose details are pairs of before and after."""

HIDDEN: Final = frozenset({"unit"})
LONGEST: Final = "lines"
"""What a configuration file changed, thing by thing: it comes last."""


@dataclass(frozen=True, slots=True)
class Line:
    """One detail: its name, what it is, and what it was before ("" where that is not told).

    `whole` is False if the words leave something out that the raw text has.
    """

    name: str
    value: str
    before: str = ""
    whole: bool = True


class Reader:
    """Reads entries; names of things are looked up once for all of them."""

    def __init__(self) -> None:
        self._named: dict[tuple[type[models.Model], object], str] = {}

    def lines(self, entry: AuditEntry) -> list[Line]:
        """Return the details of an entry, in the reader's language."""
        details: Mapping[str, Any] = entry.details
        if entry.verb == "answer" or "payload" in details:
            return list(self._command(entry))
        if entry.verb == "correct" and "before_wh" in details:
            return list(_correction(details))
        if set(details) == {"from", "to"}:
            value, before = value_text(details["to"]), value_text(details["from"])
            return [Line(_("Security profile"), value, before)]
        return list(self._others(entry))

    def _others(self, entry: AuditEntry) -> Iterator[Line]:
        details = entry.details
        changes = details.get("changes")
        rest = {name: value for name, value in details.items() if name not in {"changes", LONGEST}}
        paired = entry.verb in PAIRED and not isinstance(changes, Mapping)
        yield from (self._pairs(entry, rest) if paired else self._facts(entry, rest))
        if isinstance(changes, Mapping):
            yield from self._pairs(entry, changes, of_connector="connector" in details)
        for each in things_of(details.get(LONGEST) or ()):
            yield Line(each.name, each.told, whole=False)

    def _pairs(
        self, entry: AuditEntry, pairs: Mapping[str, Any], *, of_connector: bool = False
    ) -> Iterator[Line]:
        for name, pair in pairs.items():
            if not isinstance(pair, list) or len(pair) != 2:
                field = field_of(entry.object_type, name)
                label = counted(name) if entry.object_type == "configuration" else name_of(field, name)
                yield Line(label, self._text(pair, field))
                continue
            if entry.object_type == "schedule_group" and name == "connectors":
                yield from _members(pair)
                continue
            field = field_of(entry.object_type, name, of_connector=of_connector)
            units = units_of(name, pairs)
            before, after = (self._text(v, field, unit) for v, unit in zip(pair, units, strict=True))
            if before != after:
                known = before != NOTHING or entry.verb in PAIRED
                yield Line(name_of(field, name), after, before if known else "")

    def _facts(self, entry: AuditEntry, facts: Mapping[str, Any]) -> Iterator[Line]:
        unit = str(facts.get("unit", ""))
        for name, value in facts.items():
            if name in HIDDEN or value in (None, "", [], {}):
                continue
            field = field_of(entry.object_type, name)
            own = unit if name in {"told", "measured"} else unit_of(name)
            yield Line(name_of(field, name), self._text(value, field, own))

    def _command(self, entry: AuditEntry) -> Iterator[Line]:
        details = entry.details
        asked = details.get("payload", details.get("request"))
        request = request_text(asked) if isinstance(asked, Mapping) else value_text(asked)
        yield Line(action_text(str(details.get("action", ""))), request, whole=not asked)
        shown = {"action", "payload", "request"}
        yield from self._facts(entry, {name: value for name, value in details.items() if name not in shown})

    def _text(self, value: Any, field: models.Field[Any, Any] | None = None, unit: str = "") -> str:
        if field is not None and field.is_relation and isinstance(value, int | str):
            return self._name(field, value)
        return value_text(value, field, unit)

    def _name(self, field: models.Field[Any, Any], key: object) -> str:
        model = field.related_model
        if not isinstance(model, type):
            return str(key)
        if (model, key) not in self._named:
            row = model._default_manager.filter(pk=key).first()  # noqa: SLF001 (Django's documented name)
            self._named[model, key] = str(row or key)
        return self._named[model, key]


def _members(pair: list[Any]) -> Iterator[Line]:
    """Tell which connectors left and joined a group: an entry keeps these, not before and after."""
    gone, come = pair
    if gone:
        yield Line(_("Connectors taken out"), value_text(gone))
    if come:
        yield Line(_("Connectors added"), value_text(come))


def _correction(details: Mapping[str, Any]) -> Iterator[Line]:
    before, after = (value_text(details.get(name), unit="Wh") for name in ("before_wh", "value_wh"))
    yield Line(_("Energy"), after, before)
    if details.get("reason"):
        yield Line(_("Reason"), value_text(details["reason"]))
