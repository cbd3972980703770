"""Rows of a sheet written as text, read back with openpyxl."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils.datetime import to_excel

from evkit.console.exports.sheet_rows import (
    DAY,
    EPOCH,
    MOST_CHARACTERS,
    SheetRows,
    Show,
    put_rows,
    shown_moment,
    shown_number,
    shown_text,
    storable_text,
)

PARIS = ZoneInfo("Europe/Paris")
Rows = Sequence[Sequence[object]]


def read_back(path: Path, shows: Sequence[Show], *stretches: Rows) -> list[tuple[Any, ...]]:
    """Return the values that openpyxl reads below the header."""
    book = Workbook(write_only=True)
    book.create_sheet("rows").append(["head"] * len(shows))
    skeleton = BytesIO()
    book.save(skeleton)
    with BytesIO() as file:
        rows = SheetRows(file, shows)
        for stretch in stretches:
            rows.append(stretch)
        put_rows(path, skeleton.getvalue(), [rows])
    sheet = load_workbook(path).worksheets[0]
    return list(sheet.iter_rows(min_row=2, max_col=len(shows), values_only=True))


class TestTexts:
    @settings(max_examples=60, deadline=None)
    @given(st.lists(st.text(), min_size=1, max_size=20))
    def test_come_back_as_they_are_stored(self, tmp_path: Path, texts: list[str]) -> None:
        found = read_back(
            tmp_path / "file.xlsx", [shown_number(0), shown_text], [(1, each) for each in texts]
        )
        assert [row[1] for row in found] == [storable_text(each) or None for each in texts]

    @pytest.mark.parametrize(
        "text", ["  two before", "a\nb\r\nc\t", "<a & b>", "]]>", "=1+1", "é\u202f€", "0"]
    )
    def test_of_every_kind(self, tmp_path: Path, text: str) -> None:
        assert read_back(tmp_path / "file.xlsx", [shown_text], [[text]]) == [(text,)]

    def test_control_characters_and_long_ones_do_not_break_it(self) -> None:
        assert storable_text("a\x00b\x0bc") == "a\ufffdb\ufffdc"
        assert len(storable_text("x" * 50_000)) == MOST_CHARACTERS

    @pytest.mark.parametrize("none", ["\ufffe", "\uffff"])
    def test_what_xml_has_no_character_for_does_not_break_the_workbook(
        self, tmp_path: Path, none: str
    ) -> None:
        assert read_back(tmp_path / "file.xlsx", [shown_text], [[f"a{none}b"]]) == [("a\ufffdb",)]

    def test_half_a_character_is_a_question_mark(self, tmp_path: Path) -> None:
        assert read_back(tmp_path / "file.xlsx", [shown_text], [["a\ud800b"]]) == [("a?b",)]


class TestNumbers:
    @pytest.mark.parametrize("value", [0, -7, 2**40, 0.1, 1e-9, 1.5e300, 30.123])
    def test_keep_all_their_digits(self, tmp_path: Path, value: float) -> None:
        assert read_back(tmp_path / "file.xlsx", [shown_number(0)], [[value]]) == [(value,)]

    def test_that_are_none_leave_their_cell_out(self, tmp_path: Path) -> None:
        rows = [(None, 1), (float("nan"), 2), (float("inf"), 3)]
        found = read_back(tmp_path / "file.xlsx", [shown_number(0), shown_number(0)], rows)
        assert found == [(None, 1), (None, 2), (None, 3)]


class TestMoments:
    @given(st.integers(0, 7_000_000_000_000_000))
    def test_are_days_by_the_clock_of_the_zone_as_openpyxl_counts_them(self, microseconds: int) -> None:
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)
        text = shown_moment(3, PARIS)(moment)
        assert text.startswith(' s="3"><v>')
        days = float(text.removeprefix(' s="3"><v>').removesuffix("</v></c>"))
        local = moment.astimezone(PARIS).replace(tzinfo=None)
        assert days == pytest.approx(to_excel(local), abs=2e-9)
        assert abs(EPOCH + days * DAY - local) < timedelta(milliseconds=1)

    def test_that_are_none_leave_their_cell_out(self) -> None:
        assert shown_moment(3, PARIS)(None) == ""


def test_several_stretches_are_one_sheet_and_every_style_is_kept(tmp_path: Path) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("rows")
    cell = WriteOnlyCell(sheet)
    cell.number_format = "#,##0.00"
    style = cell.style_id
    sheet.append(["first", "second"])
    book.create_sheet("other").append(["untouched"])
    skeleton = BytesIO()
    book.save(skeleton)
    with BytesIO() as file:
        rows = SheetRows(file, [shown_number(style), shown_text])
        for number in range(5):
            rows.append([(number * 2, "even"), (number * 2 + 1, "odd")])
        assert rows.count == 10
        put_rows(tmp_path / "file.xlsx", skeleton.getvalue(), [rows])
    for read_only in (False, True):
        loaded = load_workbook(tmp_path / "file.xlsx", read_only=read_only)
        found = list(loaded["rows"].iter_rows(min_row=2))
        assert [row[0].value for row in found] == list(range(10))
        assert {row[0].number_format for row in found} == {"#,##0.00"}
        assert [row[1].value for row in found] == ["even", "odd"] * 5
        assert [[cell.value for cell in row] for row in loaded["other"].iter_rows()] == [["untouched"]]
