"""CSV files of any length (RFC 4180), as spreadsheets of the language open them."""

from __future__ import annotations

import csv
from pathlib import Path

from django.utils.translation import get_language

from evkit.console.exports.selection import Selection
from evkit.console.exports.workbook import Progress
from evkit.console.tables.export import BOM, cell, delimiter


def write_csv(path: Path, selection: Selection, *, progress: Progress) -> int:
    """Write a selection as CSV and return the number of rows; `progress` hears of every stretch.

    Text that a spreadsheet would compute gets an apostrophe, which the import takes away.
    """
    french = (get_language() or "en").startswith("fr")
    fields = selection.fields
    done = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(BOM)
        writer = csv.writer(file, delimiter=delimiter(french=french))
        writer.writerow([field.heading for field in fields])
        for stretch in selection.stretches():
            writer.writerows([cell(field.value(row), french=french) for field in fields] for row in stretch)
            done += len(stretch)
            progress(done)
    return done
