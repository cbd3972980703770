from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.utils import timezone, translation

from evkit.console.streaming import csv_line
from evkit.console.tables.export import cell, csv_response


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

    @pytest.mark.parametrize(
        "text", ["=1+1", "+33", "-2", "@cmd", "\tx", " =1+1", "\n=1+1", "\u00a0@x", "\uff1d1+1"]
    )
    def test_is_never_a_formula(self, text: str) -> None:
        assert cell(text, french=False) == f"'{text}"

    def test_raw_samples_and_messages_are_as_harmless(self) -> None:
        assert csv_line([" =1+1", -2.5, "A_001"]) == "' =1+1,-2.5,A_001\r\n"

    def test_a_negative_number_stays_a_number(self) -> None:
        assert cell(-2.5, french=True) == "-2,5"

    def test_times_are_those_of_the_site(self) -> None:
        with timezone.override("Europe/Paris"):
            assert cell(datetime(2026, 11, 17, 13, 7, 30, tzinfo=UTC), french=True) == "2026-11-17 14:07:30"


class TestCsvResponse:
    def test_opens_in_a_french_spreadsheet(self) -> None:
        with translation.override("fr"):
            response = csv_response([["Borne", "Puissance"], ["Dépôt; A", 1.5]], "liste")
            text = b"".join(response.streaming_content).decode()  # type: ignore[arg-type]
        assert text == '\ufeffBorne;Puissance\r\n"Dépôt; A";1,5\r\n'
        assert response.headers["Content-Disposition"] == 'attachment; filename="liste.csv"'
