"""CSV for a spreadsheet: in the viewer's language, so that a double click opens it in columns."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final

from django.http import StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import get_language

BOM = "\ufeff"
SIGNS: Final = r"=+\-@\uff1d\uff0b\uff0d\uff20"
BLANK: Final = r"[^\S\t\r\n]"
FORMULA: Final = re.compile(rf"(?='*{BLANK}*[{SIGNS}\t\r\n])")
"""What a spreadsheet takes for the beginning of a formula, also behind blanks and in full width."""


def _inner_formula(others: str) -> re.Pattern[str]:
    """Return what finds where a formula begins for who divides the line at other characters than it was."""
    number = rf"[+\-]\d+(?:\.\d+)?[\]}}{others}]"
    return re.compile(rf"(?<=[{others}])(?='*(?:{BLANK}|\")*(?!{number})[{SIGNS}])")


INNER_FORMULA: Final = {",": _inner_formula(r";\t\r\n"), ";": _inner_formula(r",\t\r\n")}
"""By the delimiter of a file: where a cell would begin with a formula if another one is assumed.

Plain numbers between brackets or delimiters (JSON) are none.
"""
ADDED: Final = {parted_by: re.compile(f"{inner.pattern}'") for parted_by, inner in INNER_FORMULA.items()}


class _Echo:
    """A file that gives back what is written."""

    def write(self, value: str) -> str:
        return value


def csv_response(lines: Iterable[Sequence[object]], name: str) -> StreamingHttpResponse:
    """Return lines of plain values as a CSV file; French spreadsheets want semicolons and decimal commas."""
    french = (get_language() or "en").startswith("fr")
    response = StreamingHttpResponse(_encoded(lines, french=french), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _encoded(lines: Iterable[Sequence[object]], *, french: bool) -> Iterator[str]:
    writer = csv.writer(_Echo(), delimiter=delimiter(french=french))
    yield BOM
    for line in lines:
        yield str(writer.writerow([cell(value, french=french) for value in line]))


def cell(value: object, *, french: bool) -> str:
    """Return a value as a spreadsheet reads it; text that it would take for a formula is quoted."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, float):
        text = f"{value:.3f}".rstrip("0").rstrip(".")
        return text.replace(".", ",") if french else text
    if isinstance(value, int):
        return str(value)
    return harmless(str(value), delimiter(french=french))


def delimiter(*, french: bool) -> str:
    """Return what parts the cells: spreadsheets in French want semicolons."""
    return ";" if french else ","


def harmless(text: str, parted_by: str = ",") -> str:
    """Return text with an apostrophe wherever a spreadsheet would begin to compute it.

    That is at its beginning, and behind a character that parts cells where the file is opened with another
    delimiter than it was written with: then quotes within a line do not hold a cell together.
    """
    inner = INNER_FORMULA[parted_by].sub("'", text)
    return f"'{inner}" if FORMULA.match(text) else inner


def as_it_was(text: str, parted_by: str) -> str:
    """Return text without the apostrophes of `harmless`."""
    if text.startswith("'") and FORMULA.match(text):
        text = text[1:]
    added = ADDED.get(parted_by)
    return added.sub("", text) if added else text
