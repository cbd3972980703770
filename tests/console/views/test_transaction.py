"""The page of one transaction in unusual times: what it tells, and where its links lead."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

from asgiref.sync import async_to_sync
from django.test import Client
from django.urls import reverse

from chargers.models import ChargePointState
from charging.models import MeterSample, Transaction
from history.models import Message
from history.types import Direction
from sites.types import Role
from tests.console.depot import Depot
from tests.factories import TransactionFactory

LogIn = Callable[..., Client]
TURN = datetime(2026, 10, 25, 1, 0, tzinfo=UTC)
"""When clocks in Paris go from 03:00 back to 02:00."""


def charge(depot: Depot, start: datetime, end: datetime | None, **fields: Any) -> Transaction:
    """Add a transaction on connector 2."""
    evse = depot.charging.evses.get(number=2)
    return TransactionFactory(evse=evse, started_at=start, ended_at=end, **fields)


def measure(row: Transaction, at: datetime, **values: float) -> None:
    """Add a sample of a transaction."""
    MeterSample.objects.create(
        charge_point_id=row.charge_point_id, evse_number=row.evse.number, transaction_number=row.pk,
        measured_at=at, received_at=at, fingerprint=int(at.timestamp()), **values,
    )  # fmt: skip


def tell(row: Transaction, at: datetime, action: str) -> None:
    """Add a frame of the charge point that came at a time."""
    Message.objects.create(
        charge_point_id=row.charge_point_id, at=at, sequence=int(at.timestamp()), action=action,
        direction=Direction.IN, frame=f'[2,"{int(at.timestamp())}","{action}",{{}}]',
    )  # fmt: skip


def page_of(client: Client, row: Transaction) -> str:
    """Return the page of a transaction."""
    address = reverse("transaction", args=["depot", row.number])
    return client.get(address).content.decode()


def lines_of(response: Any) -> list[str]:
    """Return the lines of a file below its head."""

    async def read() -> bytes:
        return b"".join([chunk async for chunk in response])

    return async_to_sync(read)().decode().splitlines()[1:]


def link_to(page: str, part: str) -> str:
    """Return the address of the link that has `part` in it and a period."""
    found = re.search(rf'href="([^"]*{part}[^"]*from=[^"]*)"', page)
    assert found, part
    return unescape(found[1])


class TestWhenTheClockTurnsBack:
    def test_links_hold_the_whole_transaction(self, depot: Depot, log_in: LogIn) -> None:
        row = charge(depot, TURN - timedelta(minutes=90), TURN + timedelta(minutes=40))
        for minutes in (-80, -20, 20, 39):
            measure(row, TURN + timedelta(minutes=minutes), power_w=1000.0 + minutes)
        tell(row, TURN - timedelta(minutes=90), "StartTransaction")
        tell(row, TURN + timedelta(minutes=40), "StopTransaction")
        client = log_in(Role.GUEST)
        page = page_of(client, row)
        lines = lines_of(client.get(link_to(page, "curves.csv")))
        assert [line.split(",")[5] for line in lines] == ["920.0", "980.0", "1020.0", "1039.0"]
        frames = client.get(link_to(page, "messages")).context["lines"]
        assert [line.action for line in frames] == ["StopTransaction", "StartTransaction"]


class TestSteps:
    def test_the_step_where_an_open_one_stands_still_says_why(self, log_in: LogIn, depot: Depot) -> None:
        ChargePointState.objects.filter(charge_point=depot.charging).update(connected=False)
        page = page_of(log_in(Role.GUEST), depot.transaction)
        step = page.split('<li class="step is-stopped">')[1].split("</li>")[0]
        assert "No connection since" in step
        assert page.count("No connection since") == 1
