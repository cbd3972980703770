"""`docs/compliance.md` says what the tests say."""

from __future__ import annotations

from collections import Counter

from tests.compliance.cases import cases_with_tests, official_cases
from tests.support.server import ROOT

TABLE = ROOT / "docs" / "compliance.md"


def rows() -> list[list[str]]:
    """Return the cells of the table's rows: case, title, result."""
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    return [
        [cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| TC_")
    ]


def test_the_table_lists_every_case_once_in_the_order_of_the_list() -> None:
    assert [(case, title) for case, title, _result in rows()] == list(official_cases().items())


def test_a_case_passes_in_the_table_if_and_only_if_it_has_a_test() -> None:
    tested = set(cases_with_tests())
    expected = {case: "passes" if case in tested else "not yet" for case in official_cases()}
    assert {case: result for case, _title, result in rows()} == expected


def test_every_test_is_of_an_official_case_and_no_case_has_two() -> None:
    assert set(cases_with_tests()) <= set(official_cases())
    assert [case for case, count in Counter(cases_with_tests()).items() if count > 1] == []


def test_the_table_counts_what_passes() -> None:
    assert f"{len(cases_with_tests())} of {len(official_cases())} cases pass" in TABLE.read_text(
        encoding="utf-8"
    )
