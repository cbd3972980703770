"""Compressed files of removed rows: one JSON array a line, the first line says of what."""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
from django.conf import settings
from django.db import models

FORMAT: Final = "evkit-archive-1"


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
