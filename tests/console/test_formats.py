from __future__ import annotations

import pytest
from django.utils import translation

from evkit.console.formats import duration, number, quantity


class TestNumber:
    @pytest.mark.parametrize(("language", "expected"), [("en", "1,234.5"), ("fr", "1\u202f234,5")])
    def test_uses_the_marks_of_the_language(self, language: str, expected: str) -> None:
        with translation.override(language):
            assert number(1234.5, 1) == expected

    def test_shows_a_dash_for_nothing(self) -> None:
        assert number(None) == "–"

    def test_never_shows_a_negative_zero(self) -> None:
        assert number(-0.04, 1) == "0.0"

    def test_writes_a_real_minus_sign(self) -> None:
        assert number(-3.2, 1) == "\u22123.2"


class TestQuantity:
    def test_keeps_number_and_unit_on_one_line(self) -> None:
        with translation.override("fr"):
            assert quantity(38.4, "kW", 1) == "38,4\u202fkW"

    def test_shows_only_a_dash_for_nothing(self) -> None:
        assert quantity(None, "kW") == "–"


class TestDuration:
    @pytest.mark.parametrize(
        ("seconds", "expected"),
        [
            (0, "0 s"),
            (59.9, "59 s"),
            (60, "1 min"),
            (3599, "59 min"),
            (3900, "1 h 05 min"),
            (-5, "0 s"),
        ],
    )
    def test_shows_the_two_leading_units(self, seconds: float, expected: str) -> None:
        assert duration(seconds).replace("\u202f", " ") == expected

    @pytest.mark.parametrize(
        ("language", "expected"), [("en", "6\u202fd\u202f04\u202fh"), ("fr", "6\u202fj\u202f04\u202fh")]
    )
    def test_names_days_in_the_language(self, language: str, expected: str) -> None:
        with translation.override(language):
            assert duration(6 * 86400 + 4 * 3600) == expected

    def test_shows_a_dash_for_nothing(self) -> None:
        assert duration(None) == "–"
