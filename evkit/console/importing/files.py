"""Uploaded tables: kept for a day in the data folder, and read within limits."""

from __future__ import annotations

import csv
import re
import secrets
import time
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import ParseError

from django.conf import settings
from django.utils.translation import gettext as _

from evkit.console.importing.sheets import sheet_lines, text_lines, unpacked_bytes
from evkit.core.errors import InvalidInputError

MOST_BYTES: Final = 10 * 1024 * 1024
MOST_UNPACKED: Final = 200 * 1024 * 1024
MOST_ROWS: Final = 50_000
MOST_TITLES: Final = 20
"""Lines above the headers."""
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

    Empty lines and titles above the headers are passed over.

    Raises:
        UnreadableFileError: it is neither, has no rows, or too many.
    """
    found: list[Sequence[object]] = []
    numbers: list[int] = []
    try:
        lines = _sheet(content) if content.startswith(ZIP) else text_lines(content)
        for number, line in enumerate(lines, 1):
            if _filled(line):
                found.append(line)
                numbers.append(number)
            if len(found) > MOST_ROWS + MOST_TITLES + 1:
                break
    except BROKEN as error:
        raise UnreadableFileError(_("The file cannot be read as CSV or Excel (.xlsx).")) from error
    top = _headers_place(found)
    if len(found) < top + 2:
        raise UnreadableFileError(_("The file needs a line of headers and at least one row below it."))
    if len(found) > top + 1 + MOST_ROWS:
        raise UnreadableFileError(
            _("The file has more than %(number)d rows. Divide it.") % {"number": MOST_ROWS}
        )
    heads = [str(value).strip()[:80] if value is not None else "" for value in found[top]]
    while heads and not heads[-1]:
        heads.pop()
    return Table(heads, [line[: len(heads)] for line in found[top + 1 :]], numbers[top + 1 :])


def _sheet(content: bytes) -> Iterator[Sequence[object]]:
    if unpacked_bytes(content) > MOST_UNPACKED:
        raise UnreadableFileError(_("The file is too large once it is unpacked."))
    return sheet_lines(content)


def _filled(line: Sequence[object]) -> int:
    return sum(value not in {None, ""} for value in line)


def _headers_place(lines: Sequence[Sequence[object]]) -> int:
    """Return which line holds the headers: titles fill at most half as many cells as the rows below them."""
    filled = [_filled(line) for line in lines[: MOST_TITLES + 1]]
    return next((place for place, cells in enumerate(filled) if cells * 2 > max(filled)), 0)


def _folder() -> Path:
    return Path(settings.EVKIT_DATA_DIR) / "imports"
