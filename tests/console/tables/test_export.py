from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime

import pytest
from django.utils import timezone, translation
from hypothesis import given, settings
from hypothesis import strategies as st

from evkit.console.importing.sheets import text_lines
from evkit.console.streaming import csv_line
from evkit.console.tables.export import as_it_was, cell, csv_response, harmless


class TestCell:
    @pytest.mark.parametrize(
        ("value", "english", "french"),
        [
            (None, "", ""),
            (38.4, "38.4", "38,4"),
            (40.0, "40", "40"),
            (3, "3", "3"),
            ("A_001", "A_001", "A_001"),
        ],
    )
    def test_reads_as_numbers_in_either_language(self, value: object, english: str, french: str) -> None:
        assert (cell(value, french=False), cell(value, french=True)) == (english, french)

    @pytest.mark.parametrize("text", ["=1+1", "+33", "-2", "@cmd", "\tx", " =1+1", "\u00a0@x", "\uff1d1+1"])
    def test_is_never_a_formula(self, text: str) -> None:
        assert cell(text, french=False) == f"'{text}"

    def test_raw_samples_and_messages_are_as_harmless(self) -> None:
        assert csv_line([" =1+1", -2.5, "A_001"]) == "' =1+1,-2.5,A_001\r\n"

    def test_a_negative_number_stays_a_number(self) -> None:
        assert cell(-2.5, french=True) == "-2,5"

    def test_times_are_those_of_the_site(self) -> None:
        with timezone.override("Europe/Paris"):
            assert cell(datetime(2026, 11, 17, 13, 7, 30, tzinfo=UTC), french=True) == "2026-11-17 14:07:30"


OTHERS = {",": ";", ";": ","}
TEXTS = st.text(st.sampled_from("=+-@'\";,\t\n\r 2a.]\uff1d"), max_size=12)


class TestHarmless:
    @settings(max_examples=1000)
    @given(cells=st.lists(TEXTS, min_size=1, max_size=3), written=st.sampled_from(",;"))
    def test_no_cell_is_a_formula_whichever_delimiter_the_file_is_opened_with(
        self, cells: list[str], written: str
    ) -> None:
        file = io.StringIO()
        csv.writer(file, delimiter=written).writerow([harmless(text, written) for text in cells])
        for opened in (written, OTHERS[written], "\t"):
            for line in csv.reader(io.StringIO(file.getvalue(), newline=""), delimiter=opened):
                for found in line:
                    assert not found.lstrip().startswith(("=", "@", "\uff1d")), (opened, found)
                    assert re.match(r"\s*(?![+-]\d+(\.\d+)?[\]},;\t\r\n])[+-]", found) is None or (
                        re.fullmatch(r"\s*[+-]\d+(\.\d+)?", found)
                    ), (opened, found)

    @settings(max_examples=1000)
    @given(text=TEXTS, written=st.sampled_from(",;"))
    def test_the_import_reads_back_what_it_was(self, text: str, written: str) -> None:
        assert as_it_was(harmless(text, written), written) == text

    @pytest.mark.parametrize(
        "text", ["Lyon, Part-Dieu; A-B", "a = b; c", '{"t":[1,-2,-3.5]}', "l'été; d'hiver"]
    )
    def test_ordinary_text_stays_as_it_is(self, text: str) -> None:
        assert (harmless(text, ","), harmless(text, ";")) == (text, text)

    def test_what_follows_the_other_delimiter_gets_an_apostrophe(self) -> None:
        assert harmless("A;=1+1", ",") == "A;'=1+1"
        assert harmless("A,=1+1", ",") == "A,=1+1"
        assert harmless('A, "=1+1', ";") == "A,' \"=1+1"

    def test_a_line_break_begins_a_cell_as_well(self) -> None:
        assert harmless("\n=1+1") == "'\n'=1+1"

    def test_an_exported_file_is_imported_unchanged(self) -> None:
        texts = ["=1+1", "'=1+1", "A;=1+1", "A,-B", "ordinary"]
        for language in ("fr", "en"):
            with translation.override(language):
                response = csv_response([["Heading"] * 5, texts], "list")
            content = b"".join(response.streaming_content)  # type: ignore[arg-type]
            assert list(text_lines(content))[1] == texts


class TestCsvResponse:
    def test_opens_in_a_french_spreadsheet(self) -> None:
        with translation.override("fr"):
            response = csv_response([["Borne", "Puissance"], ["Dépôt; A", 1.5]], "liste")
            text = b"".join(response.streaming_content).decode()  # type: ignore[arg-type]
        assert text == '\ufeffBorne;Puissance\r\n"Dépôt; A";1,5\r\n'
        assert response.headers["Content-Disposition"] == 'attachment; filename="liste.csv"'
