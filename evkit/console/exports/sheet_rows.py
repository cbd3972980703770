"""Rows of a sheet as they stand in an Excel file (ECMA-376 Part 1, §18.3.1.73), written as text.

openpyxl makes the workbook; it would build an element for every cell, which takes some ten times as long.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta, tzinfo
from html import escape
from io import BytesIO
from pathlib import Path
from typing import IO, Any, Final
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.utils import get_column_letter

MOST_CHARACTERS: Final = 32_767
"""A cell holds no more."""
EPOCH: Final = datetime(1899, 12, 30)  # noqa: DTZ001  # times in Excel have no zone
DAY: Final = timedelta(days=1)
NO_CHARACTERS: Final = re.compile("[\ufffe\uffff]")
"""XML has none of these (XML 1.0, production 2): one of them, and no program opens the workbook."""

_END: Final = b"</sheetData>"
_CHUNK: Final = 1 << 20

Show = Callable[[Any], str]
"""Return what follows the address of a cell (`<c r="B7"`) with a value; "" leaves the cell out."""


def shown_moment(style: int, zone: tzinfo) -> Show:
    """Return what writes a moment as days since 1900 by the clock of a zone."""

    def show(value: datetime | None) -> str:
        if value is None:
            return ""
        days = (value.astimezone(zone).replace(tzinfo=None) - EPOCH) / DAY
        return f' s="{style}"><v>{days}</v></c>'

    return show


def shown_number(style: int) -> Show:
    """Return what writes a number; one that is not finite is left out."""

    def show(value: float | None) -> str:
        return "" if value is None or not math.isfinite(value) else f' s="{style}"><v>{value}</v></c>'

    return show


def shown_text(value: object) -> str:
    """Write a value as text, whatever it begins with, so that nothing in it is computed."""
    if value is None or value == "":
        return ""
    text = escape(storable_text(str(value)), quote=False).replace("\r", "&#13;")
    return f' t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def storable_text(text: str) -> str:
    """Return text as a cell can hold it: only characters of XML, not too long."""
    return NO_CHARACTERS.sub("\ufffd", ILLEGAL_CHARACTERS_RE.sub("\ufffd", text[:MOST_CHARACTERS]))


class SheetRows:
    """The rows of one sheet below its header, kept in a `file` of their own until the workbook is whole."""

    def __init__(self, file: IO[bytes], shows: Sequence[Show]) -> None:
        self.count = 0
        self._file = file
        self._columns = [(get_column_letter(place), show) for place, show in enumerate(shows, 1)]

    def append(self, rows: Iterable[Iterable[object]]) -> None:
        """Write rows of values, one for every column."""
        lines = []
        for number, values in enumerate(rows, self.count + 2):
            cells = [
                f'<c r="{letter}{number}"{shown}'
                for (letter, show), value in zip(self._columns, values, strict=True)
                if (shown := show(value))
            ]
            lines.append(f'<row r="{number}">{"".join(cells)}</row>')
        self.count += len(lines)
        self._file.write("".join(lines).encode("utf-8", "replace"))

    def copy_to(self, target: IO[bytes]) -> None:
        """Write everything into another file."""
        self._file.seek(0)
        while chunk := self._file.read(_CHUNK):
            target.write(chunk)

    @property
    def size(self) -> int:
        """How many bytes they are."""
        return self._file.tell()


def put_rows(path: Path, book: bytes, sheets: Sequence[SheetRows]) -> None:
    """Write `book`, whose first sheets have only headers, with the rows of those sheets."""
    parts = {f"xl/worksheets/sheet{number}.xml": rows for number, rows in enumerate(sheets, 1)}
    with ZipFile(BytesIO(book)) as skeleton, ZipFile(path, "w", ZIP_DEFLATED) as target:
        for info in skeleton.infolist():
            content, rows = skeleton.read(info), parts.get(info.filename)
            if rows is None:
                target.writestr(info, content)
                continue
            head, tail = content.split(_END)
            info.file_size = len(content) + rows.size
            with target.open(info, "w") as part:
                part.write(head)
                rows.copy_to(part)
                part.write(_END + tail)
