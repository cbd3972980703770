"""The page of transactions at unusual times, made of a charge point's own frames."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from charging.models import Transaction
from sites.types import Role
from tests.charging.ocpp.desk import Desk
from tests.console.depot import Depot

LogIn = Callable[..., Client]
AUTUMN = datetime(2026, 10, 24, 22, 0, tzinfo=UTC)
"""Midnight in Paris, 25 hours before the next one."""
SPRING = datetime(2026, 3, 28, 23, 0, tzinfo=UTC)
"""Midnight in Paris, 23 hours before the next one."""
HOUR = timedelta(hours=1)


def stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def charged(depot: Depot, start: datetime, end: datetime, *, late: timedelta = timedelta()) -> Transaction:
    """Start and stop a charge on connector 2, with a value in between; each heard so much later."""
    desk = Desk(depot.charging)
    request = {"connectorId": 2, "idTag": "BUS212", "meterStart": 1000, "timestamp": stamp(start)}
    number = desk.send("StartTransaction", request, start + late)["transactionId"]
    middle = start + (end - start) / 2
    value = {"value": "20000", "measurand": "Energy.Active.Import.Register", "unit": "Wh"}
    values = [{"timestamp": stamp(middle), "sampledValue": [value]}]
    meter = {"connectorId": 2, "transactionId": number, "meterValue": values}
    desk.send("MeterValues", meter, middle + late)
    stop = {"transactionId": number, "meterStop": 41_000, "timestamp": stamp(end)}
    desk.send("StopTransaction", stop, end + late)
    return Transaction.objects.get(pk=number)


def words_of(client: Client, row: Transaction) -> str:
    """Return the words of the page's first card."""
    page = client.get(reverse("transaction", args=["depot", row.number])).content.decode()
    card = page[page.index('id="tx-facts"') : page.index('id="charts"')]
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", card[card.index(">") + 1 :])))


CASES = [
    ("within a day", AUTUMN + 40 * HOUR, AUTUMN + 42 * HOUR,
     ["Started 15:00:00 ·", "Stopped 17:00:00 ·", "Started 26 Oct. 2026 15:00:00", "Duration 2 h 00 min"]),
    ("over midnight", AUTUMN + 48 * HOUR, AUTUMN + 52 * HOUR,
     ["Started 26 Oct. 23:00:00 ·", "Charging 27 Oct. 01:00:00", "Stopped 27 Oct. 03:00:00 ·",
      "Duration 4 h 00 min", "Mean power 10.0 kW"]),
    ("a day of 25 hours", AUTUMN, AUTUMN + 25 * HOUR,
     ["Started 25 Oct. 00:00:00 ·", "Stopped 26 Oct. 00:00:00 ·", "Duration 1 d 01 h", "Mean power 1.6 kW"]),
    ("a day of 23 hours", SPRING, SPRING + 23 * HOUR,
     ["Started 29 March 00:00:00 ·", "Stopped 30 March 00:00:00 ·", "Duration 23 h 00 min"]),
    ("over the hour that is left out", SPRING + HOUR, SPRING + 3 * HOUR,
     ["Started 01:00:00 ·", "Stopped 04:00:00 ·", "Duration 2 h 00 min"]),
    ("within the hour that comes twice", AUTUMN + 2.5 * HOUR, AUTUMN + 3.5 * HOUR,
     ["Started 02:30:00 (UTC+2) ·", "Stopped 02:30:00 (UTC+1) ·", "Duration 1 h 00 min",
      "Started 25 Oct. 2026 02:30:00 (UTC+2)", "Stopped 25 Oct. 2026 02:30:00 (UTC+1)"]),
]  # fmt: skip


class TestTimes:
    @pytest.mark.parametrize("late", [timedelta(), timedelta(hours=30)], ids=["at once", "offline"])
    @pytest.mark.parametrize(
        ("start", "end", "told"), [case[1:] for case in CASES], ids=[c[0] for c in CASES]
    )
    def test_are_those_of_the_charge_point_by_the_clock_of_the_site(
        self, depot: Depot, log_in: LogIn, start: datetime, end: datetime, told: list[str], late: timedelta
    ) -> None:
        words = words_of(log_in(Role.GUEST), charged(depot, start, end, late=late)).replace("\u202f", " ")
        for text in told:
            assert text in words
        assert ("received later" in words) == bool(late)
