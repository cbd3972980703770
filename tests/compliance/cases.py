"""The list of the official cases, and the tests that are named after them."""

from __future__ import annotations

import re
from pathlib import Path

FOLDER = Path(__file__).parent
LIST = FOLDER.parent / "data" / "ocpp16_compliance_cases.tsv"
_TEST = re.compile(r"^def test_(tc_\d{3}(?:_\d)?_csms)", re.MULTILINE)


def official_cases() -> dict[str, str]:
    """Return the titles of the cases by their numbers, in the order of the list."""
    lines = LIST.read_text(encoding="utf-8").splitlines()
    return {number: title.strip(" -") for number, title in (line.split("\t") for line in lines)}


def case_of(test_name: str) -> str:
    """Return the number of the case that a test is named after, as in `test_tc_001_csms_cold_boot`."""
    found = re.match(r"test_(tc_\d{3}(?:_\d)?_csms)", test_name)
    assert found is not None, f"{test_name} is not named after a case"
    return found[1].upper()


def cases_with_tests() -> list[str]:
    """Return the numbers of the cases that have a test, one for each test."""
    return [
        number.upper()
        for file in sorted(FOLDER.glob("test_*.py"))
        for number in _TEST.findall(file.read_text(encoding="utf-8"))
    ]
