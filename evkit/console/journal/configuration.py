"""What a configuration file changed, read from the lines that the journal keeps of it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from evkit.console.deeds import THINGS, thing
from evkit.console.journal.fields import field_of, name_of
from evkit.console.journal.values import units_of, value_text

MODELS: Final = {"group": "schedule_group", "connector": "evse", "id_tag": "idtoken"}
"""Kinds of things in a configuration file whose model is called otherwise."""

SIGNS: Final = "+-~"
KINDS: Final = sorted(THINGS, key=len, reverse=True)


@dataclass(slots=True)
class Thing:
    """One thing that was added ("+"), removed ("-") or changed ("~"), with its fields before and after."""

    sign: str
    kind: str
    key: str
    changes: dict[str, list[Any]] = field(default_factory=dict)

    @property
    def model(self) -> str:
        """The kind that its fields are looked up with."""
        return MODELS.get(self.kind, self.kind)

    @property
    def name(self) -> str:
        """What it is, in words."""
        return f"{thing(self.kind)} {self.key}"

    @property
    def told(self) -> str:
        """What became of it, in words."""
        became = {"+": pgettext("journal", "added"), "-": pgettext("journal", "removed")}.get(self.sign)
        told = [name for name, pair in self.changes.items() if any(v is not None for v in pair)]
        parts = [self._part(name) for name in told if not self._is_unit(name)]
        return " · ".join([became, *parts] if became else parts)

    def _is_unit(self, name: str) -> bool:
        return name.endswith("_unit") and f"{name.removesuffix('_unit')}_value" in self.changes

    def _part(self, name: str) -> str:
        found = field_of(self.model, name)
        words = None if found is not None and found.is_relation else found
        pair, units = self.changes[name], units_of(name, self.changes)
        before, after = (value_text(v, words, unit) for v, unit in zip(pair, units, strict=True))
        change = after if pair[0] is None else f"{before} → {after}"
        return _("%(name)s: %(value)s") % {"name": name_of(found, name), "value": change}


def things_of(lines: Iterable[str]) -> Iterator[Thing]:
    """Yield the things that lines tell of; see `evkit.console.config_file.differences.lines`."""
    found: Thing | None = None
    for line in lines:
        if line[:1] in SIGNS and line[1:2] == " ":
            if found:
                yield found
            found = _thing(line[0], line[2:])
        elif found and ": " in line:
            name, change = line.strip().split(": ", 1)
            found.changes[name] = _pair(change, field_of(found.model, name))
    if found:
        yield found


def _thing(sign: str, title: str) -> Thing:
    """Return the thing of a title like "charge point A_001"."""
    for kind in KINDS:
        words = kind.replace("_", " ") + " "
        if title.startswith(words):
            return Thing(sign, kind, title.removeprefix(words))
    kind, _space, key = title.partition(" ")
    return Thing(sign, kind, key)


def _pair(change: str, of: models.Field[Any, Any] | None) -> list[Any]:
    before, arrow, after = change.partition(" -> ")
    return [_value(before, of), _value(after, of)] if arrow else [None, _value(before, of)]


def _value(word: str, of: models.Field[Any, Any] | None) -> Any:
    """Return a value as it was before it became a word of a line."""
    if word == "-":
        return None
    numeric = isinstance(of, models.IntegerField | models.FloatField | models.BooleanField)
    if not numeric and not word.startswith(("[", "{")):
        return word
    try:
        return ast.literal_eval(word)
    except (ValueError, SyntaxError):
        return word
