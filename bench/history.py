"""The history with 1 million transactions and 10 million meter samples in PostgreSQL."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.report import Figure
from tests.support.databases import own_database, postgres_answers

ROOT = Path(__file__).resolve().parent.parent
IMPORTED = 50_000


def history(*, rounds: int, size: float = 1.0) -> list[Figure]:
    """Measure pages, curves, roll-ups and exports; `size` 1: 10 million samples, 1 million transactions."""
    if not postgres_answers():
        return []
    with own_database() as url, tempfile.TemporaryDirectory() as folder:
        filled = run_task(url, folder, "fill", size)
        told = run_task(url, folder, "measure", rounds)
        exports = {name: run_task(url, folder, "export", name) for name in ("usual", "all")}
        imported = run_task(url, folder, "take_over", IMPORTED)
    figures = [
        Figure("samples generated", filled["samples"], "rows", f"{filled['sample_bytes']:.0f} bytes each"),
        Figure("transactions generated", filled["transactions"], "rows", f"{filled['bytes']:.0f} bytes each"),
        Figure(
            "rolled up", filled["rolled_per_s"], "samples/s", f"{filled['rollup_bytes']:.0f} bytes/minute"
        ),
    ]
    targets = {"history page": 100.0, "a year's curve": 200.0}
    for name, each in told.items():
        most = next((most for start, most in targets.items() if name.startswith(start)), None)
        note = "processor {processor:.0f}; queries {queries:.0f}, their processor {database:.0f}".format(
            **each
        )
        figures.append(Figure(name, each["elapsed"], "ms", note, at_most=most))
    for name, each in exports.items():
        label = f"Excel, {each['rows']:,} transactions, {each['columns']} columns"
        usual = name == "usual"
        note = f"processor {each['processor']:.1f}; a file of {each['file_megabytes']:.1f} MB"
        figures.append(Figure(label, each["seconds"], "s", note, at_most=12.0 if usual else None))
        figures.append(Figure(f"{label}: memory", each["megabytes"], "MB", at_most=60.0 if usual else None))
    return figures + _of_import(imported)


def _of_import(taken: dict[str, float]) -> list[Figure]:
    name = f"{taken['imported']:,.0f} transactions taken over"
    return [
        Figure(f"{name}: {step}", taken[step], "s", f"processor {taken[f'{step}_processor']:.1f}")
        for step in ("upload", "trial", "import")
    ]


def run_task(url: str, folder: str, *arguments: object) -> Any:
    """Run a task of `bench.history_tasks` in a process of its own and return what it found."""
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "EVKIT_DATA_DIR": folder,
        "EVKIT_SECRET_KEY": "bench-only",
        "DJANGO_SETTINGS_MODULE": "evkit.settings",
    }
    answer = subprocess.run(
        [sys.executable, "-m", "bench.history_work", *map(str, arguments)],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(answer.stdout.splitlines()[-1])
