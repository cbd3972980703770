"""Excel workbooks of any length in constant memory: made by openpyxl, their rows written as text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import get_language, gettext
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from evkit.console.exports.description import Field, Kind, Sum
from evkit.console.exports.selection import Selection
from evkit.console.exports.sheet_rows import (
    SheetRows,
    Show,
    put_rows,
    shown_moment,
    shown_number,
    shown_text,
    storable_text,
)
from evkit.console.moments import told

MOST_ROWS: Final = 1_048_575
"""Rows of a sheet below its header; Excel holds 1,048,576 in all."""
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
    totals = selection.export.totals() if selection.export.totals else None
    with ExitStack() as closing:
        sheets = _Sheets(book, selection, path.parent, closing)
        done = 0
        for stretch in selection.stretches():
            sheets.append(stretch)
            if totals:
                totals.add(stretch)
            done += len(stretch)
            progress(done)
        sheets.finish()
        _about(book, selection, asker, [Sum(gettext("Rows"), done), *(totals.sums() if totals else [])])
        skeleton = BytesIO()
        book.save(skeleton)
        put_rows(path, skeleton.getvalue(), sheets.rows)
    return done


class _Sheets:
    """The sheets of the rows: as many as it takes, in a book that gets their headers."""

    def __init__(self, book: Any, selection: Selection, folder: Path, closing: ExitStack) -> None:
        self.book, self.folder, self.closing = book, folder, closing
        self.title, self.fields = str(selection.export.title)[:24], selection.fields
        self.rows: list[SheetRows] = []
        self._begin()

    def append(self, stretch: Sequence[Any]) -> None:
        while stretch:
            if self.rows[-1].count == MOST_ROWS:
                self._begin()
            room = MOST_ROWS - self.rows[-1].count
            self.rows[-1].append([field.value(row) for field in self.fields] for row in stretch[:room])
            stretch = stretch[room:]

    def finish(self) -> None:
        """Write the headers, whose filters reach over all rows."""
        last = get_column_letter(len(self.fields))
        for sheet, rows in zip(self.book.worksheets, self.rows, strict=True):
            sheet.auto_filter.ref = f"A1:{last}{rows.count + 1}"
            sheet.append([_heading(sheet, field) for field in self.fields])

    def _begin(self) -> None:
        number = len(self.rows) + 1
        sheet = self.book.create_sheet(self.title if number == 1 else f"{self.title} {number}")
        sheet.freeze_panes = "A2"
        for place, field in enumerate(self.fields, 1):
            sheet.column_dimensions[get_column_letter(place)].width = field.characters
        file = TemporaryFile(dir=self.folder)  # noqa: SIM115  # without a name; closed by the stack
        self.closing.callback(file.close)
        self.rows.append(SheetRows(file, [_show(sheet, field) for field in self.fields]))


def _heading(sheet: Any, field: Field) -> Any:
    cell = WriteOnlyCell(sheet, field.heading)
    cell.font, cell.fill = HEAD_FONT, HEAD_FILL
    cell.alignment = Alignment(horizontal="left" if field.kind == Kind.TEXT else "right", vertical="center")
    return cell


def _show(sheet: Any, field: Field) -> Show:
    """Return what writes the cells of a column; asking for the number of a style makes the book know it."""
    if field.kind == Kind.TEXT:
        return shown_text
    cell = WriteOnlyCell(sheet)
    if field.kind == Kind.MOMENT:
        cell.number_format = DATES["fr" if (get_language() or "en").startswith("fr") else "en"]
        return shown_moment(cell.style_id, timezone.get_current_timezone())
    decimals = field.decimals if field.kind == Kind.NUMBER else None
    cell.number_format = "0" if decimals is None else "#,##0" + ("." + "0" * decimals if decimals else "")
    return shown_number(cell.style_id)


def _about(book: Any, selection: Selection, asker: str, sums: Sequence[Sum]) -> None:
    """Add the sheet that says what the rows are, which filters held, and what they sum up to."""
    sheet = book.create_sheet(gettext("About this file"))
    sheet.column_dimensions["A"].width = 34
    sheet.column_dimensions["B"].width = 44
    sheet.column_dimensions["C"].width = 10
    made = told(selection.scope.now, "j F Y H:i:s")
    zone = timezone.get_current_timezone_name()
    _pair(sheet, gettext("Content"), str(selection.export.title))
    _pair(sheet, gettext("Sites"), _sites(selection, asker))
    _pair(sheet, gettext("Made"), made)
    _pair(sheet, gettext("Made by"), asker)
    _pair(sheet, gettext("Time zone of all times"), zone)
    _title(sheet, gettext("Filters"))
    for label, value in selection.words or [(gettext("None"), str(selection.export.whole))]:
        _pair(sheet, label, value)
    _title(sheet, gettext("Totals"))
    for one in sums:
        _pair(sheet, one.label, round(one.value, one.decimals), one.unit)


def _sites(selection: Selection, asker: str) -> str:
    names = ", ".join(site.name for site in selection.scope.sites)
    if len(selection.scope.sites) < 2:
        return names
    return gettext("All that %(user)s may see: %(names)s") % {"user": asker, "names": names}


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
        shown.value = storable_text(str(value))
        shown.data_type = "s"
    shown.alignment = Alignment(horizontal="left")
    sheet.append([name, shown, unit])
