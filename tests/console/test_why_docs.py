"""The table of causes in docs/console.md is the table of causes in the code."""

from __future__ import annotations

import re
from pathlib import Path

from django.conf import settings

from evkit.console.why import CAUSES, Cause

PAGE = Path(settings.BASE_DIR) / "docs" / "console.md"


def told(text: object) -> str:
    return re.sub(r"%\((\w+)\)s", lambda found: f"*{found[1].replace('_', ' ')}*", str(text))


def row(cause: Cause) -> str:
    button = cause.remedy.label if cause.remedy else ""
    return f"| `{cause.code}` | {told(cause.sentence)} | {told(cause.brief)} | {button} |"


def table() -> str:
    return "\n".join(["| cause | sentence | in lists | button |", "|---|---|---|---|", *map(row, CAUSES)])


def test_the_documented_causes_are_those_of_the_code_in_their_order() -> None:
    assert table() in PAGE.read_text(encoding="utf-8")
