"""Uploaded tables: kept for a day in the data folder, and read within limits."""

from __future__ import annotations

import csv
import io
import re
import secrets
import time
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from xml.etree.ElementTree import ParseError

from django.conf import settings
from django.utils.translation import gettext as _
from openpyxl import load_workbook

from evkit.core.errors import InvalidInputError

MOST_BYTES: Final = 10 * 1024 * 1024
MOST_UNPACKED: Final = 200 * 1024 * 1024
MOST_ROWS: Final = 50_000
MOST_COLUMNS: Final = 100
KEPT_S: Final = 24 * 3600
TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{20,40}\Z")
ZIP: Final = b"PK\x03\x04"
BROKEN: Final = (
    csv.Error, zipfile.BadZipFile, zlib.error, ParseError, LookupError, ValueError, TypeError, AttributeError,
    RuntimeError, OSError, EOFError,
)  # fmt: skip
"""What reading damaged, half or encrypted files raises (NotImplementedError is a RuntimeError)."""


class UnreadableFileError(InvalidInputError):
    """The file is none that can be imported."""

    code = "import_unreadable"


@dataclass(frozen=True, slots=True)
class Table:
    """What an uploaded file holds: its headers and its rows of plain values.

    `numbers` are those of the rows in the file, as a spreadsheet counts them: empty rows are left out.
    """

    heads: Sequence[str]
    rows: Sequence[Sequence[object]]
    numbers: Sequence[int]


def keep_upload(content: bytes) -> str:
    """Keep an uploaded file and return the token it is found by; older ones go.

    Raises:
        UnreadableFileError: it is too large, or no table.
    """
    if len(content) > MOST_BYTES:
        raise UnreadableFileError(
            _("The file is larger than %(size)d MB. Divide it.") % {"size": MOST_BYTES // 1024**2}
        )
    read_table(content)
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        if old.stat().st_mtime < time.time() - KEPT_S:
            old.unlink(missing_ok=True)
    token = secrets.token_urlsafe(18)
    (folder / token).write_bytes(content)
    return token


def kept_table(token: str) -> Table | None:
    """Return the table of an uploaded file; None if it is gone."""
    path = _folder() / token
    if not TOKEN.match(token) or not path.is_file():
        return None
    return read_table(path.read_bytes())


def forget_upload(token: str) -> None:
    """Remove an uploaded file."""
    if TOKEN.match(token):
        (_folder() / token).unlink(missing_ok=True)


def read_table(content: bytes) -> Table:
    """Return the headers and rows of a CSV file or of the first sheet of a workbook.

    Raises:
        UnreadableFileError: it is neither, has no rows, or too many.
    """
    lines = _sheet(content) if content.startswith(ZIP) else _text(content)
    found: list[Sequence[object]] = []
    numbers: list[int] = []
    try:
        for number, line in enumerate(lines, 1):
            if any(value not in {None, ""} for value in line):
                found.append(line)
                numbers.append(number)
            if len(found) > MOST_ROWS + 1:
                raise UnreadableFileError(
                    _("The file has more than %(number)d rows. Divide it.") % {"number": MOST_ROWS}
                )
    except BROKEN as error:
        raise UnreadableFileError(_("The file cannot be read as CSV or Excel (.xlsx).")) from error
    if len(found) < 2:
        raise UnreadableFileError(_("The file needs a line of headers and at least one row below it."))
    heads = [str(value).strip()[:80] if value is not None else "" for value in found[0]]
    while heads and not heads[-1]:
        heads.pop()
    return Table(heads, [line[: len(heads)] for line in found[1:]], numbers[1:])


def _sheet(content: bytes) -> Iterator[Sequence[object]]:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        if sum(part.file_size for part in packed.infolist()) > MOST_UNPACKED:
            raise UnreadableFileError(_("The file is too large once it is unpacked."))
    book: Any = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    try:
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        yield from sheet.iter_rows(max_row=MOST_ROWS + 3, max_col=MOST_COLUMNS, values_only=True)
    finally:
        book.close()


def _text(content: bytes) -> Iterator[Sequence[object]]:
    if b"\x00" in content[:4096]:
        raise UnreadableFileError(_("The file cannot be read as CSV or Excel (.xlsx)."))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    first = text.split("\n", 1)[0]
    delimiter = max(";,\t", key=first.count)
    for line in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
        yield line[:MOST_COLUMNS]


def _folder() -> Path:
    return Path(settings.EVKIT_DATA_DIR) / "imports"
