"""What applying a configuration file changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Field, Model

MASK = "***"


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that changes, or (with an empty `field`) a thing that is created or removed.

    Attributes:
        kind: "site", "charge_point", "connector" ...
        key: the stable key; "A_001/1" for a connector, "depot-nord/f1" for a feeder.
        field: the changed field; "" for the thing itself.
        old: value before; None for something created.
        new: value after; None for something removed.
    """

    kind: str
    key: str
    field: str
    old: object
    new: object


class Journal:
    """Collects differences while things are written."""

    def __init__(self) -> None:
        self.differences: list[Difference] = []

    def created(self, kind: str, key: str) -> None:
        """Note that a thing is created."""
        self.differences.append(Difference(kind, key, "", None, key))

    def removed(self, kind: str, key: str) -> None:
        """Note that a thing is removed."""
        self.differences.append(Difference(kind, key, "", key, None))

    def changed(self, kind: str, key: str, field: str, old: object, new: object) -> None:
        """Note that a field changes."""
        self.differences.append(Difference(kind, key, field, old, new))


def is_new(row: Model) -> bool:
    """Tell whether a row is not in the database yet."""
    return row._state.adding  # noqa: SLF001 (documented by Django)


def write(journal: Journal, kind: str, key: str, row: Model, values: Mapping[str, Any]) -> None:
    """Set `values` on `row` and save what differs; a new row is created.

    Foreign keys are given as instances; those of `row` should be loaded already.
    """
    if is_new(row):
        journal.created(kind, key)
        for field, value in values.items():
            setattr(row, field, value)
            if value not in (None, ""):
                journal.changed(kind, key, field, None, shown(value))
        row.save(force_insert=True)
        return
    changed = [field for field, value in values.items() if _stored(row, field) != _storable(value)]
    for field in changed:
        journal.changed(kind, key, field, shown(getattr(row, field)), shown(values[field]))
        setattr(row, field, values[field])
    if changed:
        row.save(update_fields=changed)


def _stored(row: Model, name: str) -> object:
    field = row._meta.get_field(name)  # noqa: SLF001 (Django's documented Meta API)
    return getattr(row, field.attname) if isinstance(field, Field) else None


def _storable(value: object) -> object:
    return value.pk if isinstance(value, Model) else value


def shown(value: object) -> object:
    """Return a value as a person reads it: the key of a row, the ISO form of a time."""
    if isinstance(value, Model):
        return getattr(value, "code", None) or str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    return value


def lines(differences: Iterable[Difference]) -> Iterator[str]:
    """Yield the differences as lines of text: "+" created, "-" removed, "~" changed."""
    heading = ("", "")
    for difference in differences:
        place = (difference.kind, difference.key)
        title = f"{difference.kind.replace('_', ' ')} {difference.key}"
        if not difference.field:
            yield f"{'+' if difference.old is None else '-'} {title}"
        else:
            if place != heading:
                yield f"~ {title}"
            yield f"    {difference.field}: {_change(difference)}"
        heading = place


def _change(difference: Difference) -> str:
    if difference.old is None:
        return _word(difference.new)
    return f"{_word(difference.old)} -> {_word(difference.new)}"


def _word(value: object) -> str:
    if value is None or value == "":
        return "-"
    return f"{value:g}" if isinstance(value, float) else str(value)
