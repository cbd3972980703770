"""Puts the rows of archives back."""

from __future__ import annotations

import gzip
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final

import msgspec
from django.apps import apps
from django.db import models, transaction

from evkit.core.db import insert_new
from evkit.core.errors import InvalidInputError
from evkit.core.literals import Row
from evkit.core.recorders import SYSTEM, Deed, record
from history.partitions import PARTITIONED, make_partition, month_of
from history.retention.archive import FORMAT, Head
from history.retention.kinds import RESTORED
from history.retention.reading import columns_for, fields_of, reader

BATCH: Final = 5000


def in_order(paths: Collection[Path]) -> list[Path]:
    """Return archives in the order in which they can be restored: what belongs to others after them.

    Raises:
        InvalidInputError: one is no archive.
    """
    return sorted(paths, key=lambda path: (RESTORED.index(_model_of(path)), path.name))


def restore(path: Path) -> tuple[str, int]:
    """Put the rows of an archive back, apart from those that are there; return the model and the rows held.

    References to what was deleted meanwhile are emptied; what belonged to it is left out.

    Raises:
        InvalidInputError: the file is no archive, or is broken off.
    """
    model, count = _model_of(path), 0
    label = model._meta.label_lower  # noqa: SLF001 (Django's documented Meta API)
    tried: set[date] = set()
    with _lines(path) as (head, lines):
        rows = _rows(model, head, lines)
        while batch := list(islice(rows, BATCH)):
            _make_partitions(model, batch, tried)
            _insert(model, batch)
            count += len(batch)
    record(Deed(SYSTEM, "restore", "retention", label, None, {"file": path.name, "rows": count}))
    return label, count


def _model_of(path: Path) -> type[models.Model]:
    with _lines(path) as (head, _rest):
        model = apps.get_model(head.model)
        if model not in RESTORED:
            raise LookupError(head.model)
        return model


@contextmanager
def _lines(path: Path) -> Iterator[tuple[Head, Iterator[bytes]]]:
    """Open an archive: its head and the lines after it; what is wrong with it is the caller's input."""
    try:
        with gzip.open(path, "rb") as file:
            head = msgspec.json.decode(file.readline(), type=Head)
            if head.format != FORMAT:
                raise InvalidInputError(f"{path}: not an archive of this version ({head.format})")
            yield head, iter(file)
    except (OSError, EOFError, msgspec.MsgspecError, LookupError) as error:
        raise InvalidInputError(f"{path}: {error}") from error


def _rows(model: type[models.Model], head: Head, lines: Iterator[bytes]) -> Iterator[Row]:
    """Yield the rows of an archive; each of its parts has a head of its own."""
    read = reader(model, head.columns)
    for line in lines:
        if line.startswith(b"["):
            yield read(line)
        else:
            read = reader(model, msgspec.json.decode(line, type=Head).columns)


def _make_partitions(model: type[models.Model], rows: list[Row], tried: set[date]) -> None:
    """Create the partitions of the months of `rows`, apart from those that were `tried` before."""
    if model not in PARTITIONED:
        return
    place = [field.attname for field in fields_of(model)].index(PARTITIONED[model])
    moments = {moment for row in rows if isinstance(moment := row[place], datetime)}
    months = {month_of(moment) for moment in moments} - tried
    for month in sorted(months):
        make_partition(model, month)
    tried |= months


def _insert(model: type[models.Model], rows: list[Row]) -> None:
    with transaction.atomic():
        for place, field in enumerate(fields_of(model)):
            if isinstance(field, models.ForeignKey):
                rows = _without_gone(field, place, rows)
        insert_new(model._meta.db_table, columns_for(model), rows)  # noqa: SLF001


def _without_gone(field: models.ForeignKey[Any, Any], place: int, rows: list[Row]) -> list[Row]:
    """Return rows whose reference, at `place`, is there or could be emptied."""
    wanted = {row[place] for row in rows} - {None}
    there = set(
        field.related_model._default_manager.filter(pk__any_of=wanted).values_list("pk", flat=True)  # noqa: SLF001
    )
    if there == wanted:
        return rows
    known = there | {None}
    if not field.null:
        return [row for row in rows if row[place] in known]
    return [row if row[place] in known else (*row[:place], None, *row[place + 1 :]) for row in rows]
