"""Compressed files of removed rows: one JSON array a line, the first line says of what."""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final

import msgspec
from django.apps import apps
from django.conf import settings
from django.db import models, transaction

from evkit.core.errors import InvalidInputError

FORMAT: Final = "evkit-archive-1"
BATCH: Final = 2000


class Head(msgspec.Struct, frozen=True):
    """The first line of an archive: the model ("charging.metersample") and its columns."""

    format: str
    model: str
    columns: list[str]


def folder() -> Path:
    """Return where archives lie."""
    return Path(settings.EVKIT_DATA_DIR) / "archive"


def columns_of(model: type[models.Model]) -> list[str]:
    """Return the columns of a model as they are archived."""
    fields = model._meta.concrete_fields  # noqa: SLF001 (Django's documented Meta API)
    return [field.attname for field in fields if not isinstance(field, models.CompositePrimaryKey)]


def append(path: Path, model: type[models.Model], rows: Iterable[Sequence[Any]]) -> int:
    """Add rows to an archive and return how many; they are on the disk when this returns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    label = model._meta.label_lower  # noqa: SLF001 (Django's documented Meta API)
    encode = msgspec.json.Encoder(uuid_format="canonical").encode
    count = 0
    with path.open("r+b" if path.exists() else "xb") as raw:
        raw.seek(raw.truncate(_whole(path)))
        with gzip.open(raw, "wb", compresslevel=6) as file:
            file.write(encode(Head(FORMAT, label, columns_of(model))) + b"\n")
            for row in rows:
                file.write(encode(row) + b"\n")
                count += 1
        raw.flush()
        os.fsync(raw.fileno())
        _size_file(path).write_text(str(raw.tell()))
    return count


def _whole(path: Path) -> int:
    """Return how much of an archive is whole: what a crash broke off behind it was not removed yet."""
    size = _size_file(path)
    return int(size.read_text()) if size.exists() else 0


def _size_file(path: Path) -> Path:
    return path.with_name(f".{path.name}.size")


def restore(path: Path) -> tuple[str, int]:
    """Put the rows of an archive back, apart from those that are there; return the model and the rows held.

    Raises:
        InvalidInputError: the file is no archive, or is broken off.
    """
    count = 0
    try:
        with gzip.open(path, "rb") as file:
            head = msgspec.json.decode(file.readline(), type=Head)
            if head.format != FORMAT:
                raise InvalidInputError(f"{path}: not an archive of this version ({head.format})")
            model = apps.get_model(head.model)
            rows = (_instance(model, head.columns, line) for line in file if line.startswith(b"["))
            for batch in _batches(rows):
                _insert(model, batch)
                count += len(batch)
    except (OSError, EOFError, msgspec.MsgspecError, LookupError) as error:
        raise InvalidInputError(f"{path}: {error}") from error
    return head.model, count


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
        model._default_manager.bulk_create(rows, ignore_conflicts=True)  # noqa: SLF001


def _batches(rows: Iterator[models.Model]) -> Iterator[list[models.Model]]:
    while batch := list(islice(rows, BATCH)):
        yield batch
