"""Lines of a file: of a text, whose delimiter and encoding are found out, or of a workbook's first sheet."""

from __future__ import annotations

import codecs
import csv
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any, Final

from openpyxl import load_workbook
from openpyxl.cell.read_only import EMPTY_CELL

from evkit.console.tables.export import as_it_was

LAST_ROW: Final = 1_048_576
"""Of a sheet, as Excel has it."""
MOST_COLUMNS: Final = 100
LOOKED_AT: Final = 20
"""Lines that tell the delimiter."""
NAMED_DELIMITER: Final = re.compile(r'"?sep=([^\w"\r\n ])"?[ \t;,]*(?:\r\n|\r|\n|\Z)', re.IGNORECASE)
LITERAL: Final = re.compile(r'"[^"]*"|\\.')
"""In a number format: what is only shown."""


def text_lines(content: bytes) -> Iterator[Sequence[object]]:
    """Yield the lines of a CSV file: delimited by `;`, `,` or tab, or by what a first line `sep=;` names.

    That line is not counted: to spreadsheets it is none. Apostrophes that exports put before formulas go.
    """
    text = _decoded(content)
    named = NAMED_DELIMITER.match(text)
    if named:
        text = text[named.end() :]
        delimiter = named[1]
    else:
        first = "\n".join(text.lstrip().split("\n", LOOKED_AT)[:LOOKED_AT])
        delimiter = max(";,\t", key=first.count)
    for line in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
        yield [as_it_was(cell, delimiter) for cell in line[:MOST_COLUMNS]]


def _decoded(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16")
    if b"\x00" in content[:4096]:
        raise ValueError("not a text")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def sheet_lines(content: bytes) -> Iterator[Sequence[object]]:
    """Yield the lines of the first sheet of a workbook: plain values, shares as "85 %" where they show so."""
    book: Any = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    try:
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        for cells in sheet.iter_rows(max_row=LAST_ROW, max_col=MOST_COLUMNS):
            present = any(cell is not EMPTY_CELL for cell in cells)
            yield [_plain(cell) for cell in cells] if present else []
    finally:
        book.close()


def unpacked_bytes(content: bytes) -> int:
    """Return how large a workbook is once it is unpacked."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return sum(part.file_size for part in packed.infolist())


def _plain(cell: Any) -> object:
    value = cell.value
    if not isinstance(value, int | float) or isinstance(value, bool):
        return value
    shown = cell.number_format
    return f"{value * 100:.10g} %" if "%" in shown and "%" in LITERAL.sub("", shown) else value
