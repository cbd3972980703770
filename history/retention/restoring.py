"""Puts the rows of archives back."""

from __future__ import annotations

import gzip
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, Final

import msgspec
from django.apps import apps
from django.db import models, transaction

from evkit.core.errors import InvalidInputError
from evkit.core.recorders import SYSTEM, Deed, record
from history.retention.archive import FORMAT, Head
from history.retention.kinds import RESTORED

BATCH: Final = 2000


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
    with _lines(path) as (head, lines):
        rows = (_instance(model, head.columns, line) for line in lines if line.startswith(b"["))
        while batch := list(islice(rows, BATCH)):
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


def _instance(model: type[models.Model], columns: Sequence[str], line: bytes) -> models.Model:
    values = msgspec.json.decode(line, type=list)
    fields = {field.attname: field for field in model._meta.concrete_fields}  # noqa: SLF001
    known = {
        name: fields[name].to_python(value)
        for name, value in zip(columns, values, strict=True)
        if name in fields
    }
    return model(**known)


def _insert(model: type[models.Model], rows: list[models.Model]) -> None:
    with transaction.atomic():
        for field in model._meta.concrete_fields:  # noqa: SLF001
            if isinstance(field, models.ForeignKey):
                rows = _without_gone(field, rows)
        model._default_manager.bulk_create(rows, ignore_conflicts=True)  # noqa: SLF001


def _without_gone(field: models.ForeignKey[Any, Any], rows: list[models.Model]) -> list[models.Model]:
    """Return rows whose reference is there, or could be emptied."""
    wanted = {getattr(row, field.attname) for row in rows} - {None}
    there = set(
        field.related_model._default_manager.filter(pk__in=wanted).values_list("pk", flat=True)  # noqa: SLF001
    )
    kept = []
    for row in rows:
        value = getattr(row, field.attname)
        if value is not None and value not in there:
            if not field.null:
                continue
            setattr(row, field.attname, None)
        kept.append(row)
    return kept
