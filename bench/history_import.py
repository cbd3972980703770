"""Takes over the transactions of a former system as an administrator does: upload, trial, import."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from bench.history_filling import POINTS, START, YEAR
from charging.models import Transaction
from evkit.console.importing.mapping import guess
from sites.models import User

HEADS = ("Charge point", "Connector", "Start", "End", "Energy (kWh)", "Badge", "Vehicle", "Number")
EVERY = timedelta(minutes=10)


def take_over(rows: str) -> dict[str, float]:
    """Import so many transactions; return elapsed and processor time of each step in s."""
    client = Client(HTTP_HOST="localhost")
    client.force_login(User.objects.get(username="bench"))
    before = Transaction.objects.count()
    file = SimpleUploadedFile("former.csv", _file(int(rows)))
    found: dict[str, float] = {"megabytes": (file.size or 0) / 1e6}
    answer = _timed(found, "upload", lambda: client.post(reverse("import_transactions"), {"file": file}))
    columns = answer.url
    form = {name: str(place) for name, place in guess(HEADS).columns.items()}
    _timed(found, "trial", lambda: client.post(columns, form))
    answer = _timed(found, "import", lambda: client.post(columns, {**form, "import": "1"}))
    assert answer.status_code == 302, answer.status_code
    found["imported"] = Transaction.objects.count() - before
    return found


def _timed(found: dict[str, float], step: str, work: Callable[[], Any]) -> Any:
    began, worked = time.perf_counter(), time.process_time()
    answer = work()
    found[step] = time.perf_counter() - began
    found[f"{step}_processor"] = time.process_time() - worked
    return answer


def _file(rows: int) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADS)
    for number in range(rows):
        start = START - 3 * YEAR + number * EVERY / 10
        end = start + 3 * EVERY
        writer.writerow([
            f"B_{number % POINTS:03}", 1, f"{start:%Y-%m-%d %H:%M:%S}", f"{end:%Y-%m-%d %H:%M:%S}",
            f"{10 + number % 300 / 10:.1f}", f"TAG{number % 100:05}", f"Bus {number % 100}", f"F{number}",
        ])  # fmt: skip
    return text.getvalue().encode()
