"""Excel workbooks of any length in constant memory (ECMA-376, written row by row)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any, Final

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from evkit.console.exports.description import Field, Kind
from evkit.console.exports.selection import Selection

MOST_ROWS: Final = 1_048_575
"""Rows of a sheet below its header; Excel holds 1,048,576 in all."""
MOST_CHARACTERS: Final = 32_767
DATES: Final = {"fr": "dd/mm/yyyy hh:mm:ss", "en": "yyyy-mm-dd hh:mm:ss"}
HEAD_FONT: Final = Font(bold=True)
HEAD_FILL: Final = PatternFill("solid", fgColor="FFE9ECEF")

Progress = Callable[[int], None]


def write_workbook(path: Path, selection: Selection, *, asker: str, progress: Progress) -> int:
    """Write a selection as a workbook and return the number of rows; `progress` hears of every stretch.

    Times are those of the active time zone, as real dates; text is written as text, whatever it begins
    with, so that nothing in it is computed. More rows than a sheet holds go on in another.
    """
    book = Workbook(write_only=True)
    try:
        done = _fill(_Sheets(book, str(selection.export.title), selection.fields), selection, progress)
        _about(book, selection, done, asker)
        book.save(path)
    except BaseException:
        _throw_away(book)
        raise
    return done


def _fill(sheets: _Sheets, selection: Selection, progress: Progress) -> int:
    done = 0
    for stretch in selection.stretches():
        for row in stretch:
            sheets.append(row)
        done += len(stretch)
        progress(done)
    sheets.finish()
    return done


def _throw_away(book: Any) -> None:
    """Remove the temporary files of the sheets that were begun."""
    for sheet in book.worksheets:
        sheet.close()
        sheet._writer.cleanup()  # noqa: SLF001  # openpyxl removes them only when it saves


class _Sheets:
    """The sheets of the rows: as many as it takes."""

    def __init__(self, book: Any, title: str, fields: Sequence[Field]) -> None:
        self.book, self.title, self.fields = book, title[:24], fields
        self.zone = timezone.get_current_timezone()
        self.number = 0
        self._begin()

    def append(self, row: Any) -> None:
        if self.filled == MOST_ROWS:
            self.finish()
            self._begin()
        for cell, put, field in self.cells:
            put(cell, field.value(row))
        self.sheet.append([cell for cell, _put, _field in self.cells])
        self.filled += 1

    def finish(self) -> None:
        """Let the filters of the header reach over all rows."""
        last = get_column_letter(len(self.fields))
        self.sheet.auto_filter.ref = f"A1:{last}{self.filled + 1}"

    def _begin(self) -> None:
        self.number += 1
        self.filled = 0
        name = self.title if self.number == 1 else f"{self.title} {self.number}"
        self.sheet = self.book.create_sheet(name)
        self.sheet.freeze_panes = "A2"
        for place, field in enumerate(self.fields, 1):
            self.sheet.column_dimensions[get_column_letter(place)].width = field.characters
        self.sheet.append([_heading(self.sheet, field) for field in self.fields])
        self.cells = [(_cell(self.sheet, field), _putter(field, self.zone), field) for field in self.fields]


def _heading(sheet: Any, field: Field) -> Any:
    cell = WriteOnlyCell(sheet, field.heading)
    cell.font, cell.fill = HEAD_FONT, HEAD_FILL
    cell.alignment = Alignment(horizontal="left" if field.kind == Kind.TEXT else "right", vertical="center")
    return cell


def _cell(sheet: Any, field: Field) -> Any:
    """Return the cell that every row of a column is written with: its style is made once."""
    cell = WriteOnlyCell(sheet)
    if field.kind == Kind.MOMENT:
        cell.number_format = DATES["fr" if (get_language() or "en").startswith("fr") else "en"]
    elif field.kind == Kind.NUMBER:
        cell.number_format = "#,##0" + ("." + "0" * field.decimals if field.decimals else "")
    elif field.kind == Kind.WHOLE:
        cell.number_format = "0"
    return cell


def _putter(field: Field, zone: tzinfo) -> Callable[[Any, object], None]:
    if field.kind == Kind.MOMENT:
        return lambda cell, value: _put_moment(cell, value, zone)
    return _put_text if field.kind == Kind.TEXT else _put_number


def _put_moment(cell: Any, value: object, zone: tzinfo) -> None:
    cell.value = value.astimezone(zone).replace(tzinfo=None) if isinstance(value, datetime) else None


def _put_number(cell: Any, value: object) -> None:
    cell.value = value


def _put_text(cell: Any, value: object) -> None:
    cell.value = None if value is None or value == "" else storable_text(str(value))
    if cell.value is not None:
        cell.data_type = "s"


def storable_text(text: str) -> str:
    """Return text as a cell can hold it: no control characters, not too long."""
    return ILLEGAL_CHARACTERS_RE.sub("\ufffd", text[:MOST_CHARACTERS])


def _about(book: Any, selection: Selection, rows: int, asker: str) -> None:
    """Add the sheet that says what the rows are, which filters held, and what they sum up to."""
    sheet = book.create_sheet(gettext("About this file"))
    sheet.column_dimensions["A"].width = 34
    sheet.column_dimensions["B"].width = 44
    sheet.column_dimensions["C"].width = 10
    made = date_format(timezone.localtime(selection.scope.now), "j F Y H:i:s")
    zone = timezone.get_current_timezone_name()
    _pair(sheet, gettext("Content"), str(selection.export.title))
    _pair(sheet, gettext("Sites"), ", ".join(site.name for site in selection.scope.sites))
    _pair(sheet, gettext("Made"), made)
    _pair(sheet, gettext("Made by"), asker)
    _pair(sheet, gettext("Time zone of all times"), zone)
    _title(sheet, gettext("Filters"))
    for label, value in selection.words or [(gettext("none: everything is here"), "")]:
        _pair(sheet, label, value)
    _title(sheet, gettext("Totals"))
    _pair(sheet, gettext("Rows"), rows)
    for one in selection.sums:
        _pair(sheet, one.label, round(one.value, one.decimals), one.unit)


def _title(sheet: Any, text: str) -> None:
    sheet.append([])
    _pair(sheet, text, "", bold=True)


def _pair(sheet: Any, label: str, value: object, unit: str = "", *, bold: bool = False) -> None:
    name = WriteOnlyCell(sheet, storable_text(label))
    name.data_type = "s"
    name.font = Font(bold=bold)
    shown = WriteOnlyCell(sheet)
    if isinstance(value, int | float):
        shown.value = value
        shown.number_format = "#,##0.0" if isinstance(value, float) else "#,##0"
    else:
        _put_text(shown, value)
    shown.alignment = Alignment(horizontal="left")
    sheet.append([name, shown, unit])
