"""What `bench.history` measures in a filled database: pages, curves and files."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from bench.growth_days import grow
from bench.history_filling import START, YEAR, fill
from bench.history_import import take_over
from bench.history_queries import taken
from evkit.console.exports.running import run_export
from history.models import ExportJob
from history.services.exports import ask_for_export
from sites.models import Site, User
from sites.permissions import principal_of_user


def measure(rounds: str) -> dict[str, dict[str, float]]:
    """Return what people look at takes in ms; plans of slow queries go to standard error."""
    client = Client(HTTP_HOST="localhost")
    client.force_login(User.objects.get(username="bench"))
    asked = _pages() | _curves()
    return {name: taken(name, client, *each, 2 * int(rounds)) for name, each in asked.items()}


Asked = dict[str, tuple[str, dict[str, Any]]]
"""By name an address and its query."""


def _pages() -> Asked:
    page, reports = reverse("transactions", args=["bench"]), reverse("reports", args=["bench"])
    month = {"from": "2025-03-01", "to": "2025-03-31"}
    return {
        "history page": (page, {}),
        "history page, a charge point": (page, {"charge_point": "B_007"}),
        "history page, a vehicle": (page, {"vehicle": "bus-7"}),
        "history page, a badge": (page, {"tag": "TAG00012"}),
        "history page, searched": (page, {"q": "bus-12"}),
        "history page, flagged": (page, {"flag": "any"}),
        "history page, a month": (page, month),
        "history page, the 200th": (page, {"page": "200"}),
        "the most energy first": (page, {"sort": "-energy"}),
        "totals of everything": (page, {"only": "totals"}),
        "totals of a month": (page, {"only": "totals", **month}),
        "report on a month": (reports, {"unit": "month", "date": "2025-03-15"}),
        "report on a year": (reports, {"unit": "year", "date": "2025-03-15"}),
        "storage, with its preview": (reverse("storage"), {}),
    }


def _curves() -> Asked:
    connector = reverse("connector_curves", args=["bench", "B_005", 1])
    year = {"start": START.timestamp(), "end": (START + YEAR).timestamp(), "width": 800}
    begin = (START + timedelta(days=100)).timestamp()
    return {
        "a year's curve": (connector, year),
        "a year's curve of the site": (reverse("site_curves", args=["bench"]), year),
        "a month's curve": (connector, {**year, "start": begin, "end": begin + 30 * 86400}),
        "a day's curve": (connector, {**year, "start": begin, "end": begin + 86400}),
    }


def export(columns: str) -> dict[str, float]:
    """Write an Excel file of about 100,000 transactions; memory is what the process grew by at most."""
    user = User.objects.get(username="bench")
    job = ask_for_export(
        user=user, actor=principal_of_user(user, "").actor, table="transactions", kind="xlsx",
        query="from=2025-01-01&to=2025-04-19", everything=columns == "all", site=Site.objects.get(),
        language="en", now=datetime.now(UTC),
    )  # fmt: skip
    before = _megabytes()
    began, worked = time.perf_counter(), time.process_time()
    run_export(job.pk)
    seconds, processor = time.perf_counter() - began, time.process_time() - worked
    job = ExportJob.objects.get(pk=job.pk)
    assert job.ready, job.error
    grown = _megabytes() - before
    sheet = load_workbook(job.path, read_only=True).worksheets[0]
    width = len(next(sheet.iter_rows(max_row=1, values_only=True)))
    return {
        "seconds": seconds, "processor": processor, "megabytes": grown, "rows": job.done, "columns": width,
        "file_megabytes": job.path.stat().st_size / 1e6,
    }  # fmt: skip


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


TASKS: dict[str, Callable[[str], dict[str, Any]]] = {
    "fill": fill,
    "measure": measure,
    "export": export,
    "grow": grow,
    "take_over": take_over,
}
