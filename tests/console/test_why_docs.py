"""The table of causes in docs/console.md is the table of causes in the code."""

from __future__ import annotations

import re
from pathlib import Path

from django.conf import settings

from evkit.console.why import CAUSES, Cause

PAGE = Path(settings.BASE_DIR) / "docs" / "console.md"


def row(cause: Cause) -> str:
    sentence = re.sub(r"%\((\w+)\)s", lambda found: f"*{found[1].replace('_', ' ')}*", str(cause.sentence))
    return f"| `{cause.code}` | {sentence} | {cause.remedy.label if cause.remedy else ''} |"


def table() -> str:
    return "\n".join(["| cause | sentence | button |", "|---|---|---|", *map(row, CAUSES)])


def test_the_documented_causes_are_those_of_the_code_in_their_order() -> None:
    assert table() in PAGE.read_text(encoding="utf-8")
