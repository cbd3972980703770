"""CSV for a spreadsheet: in the viewer's language, so that a double click opens it in columns."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from django.http import StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import get_language

BOM = "\ufeff"
FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
"""What a spreadsheet takes for the beginning of a formula, also behind blanks and in full width."""


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
    writer = csv.writer(_Echo(), delimiter=";" if french else ",")
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
    return harmless(str(value))


def harmless(text: str) -> str:
    """Return text with an apostrophe before it where a spreadsheet would compute it."""
    return f"'{text}" if FORMULA.match(text) else text
