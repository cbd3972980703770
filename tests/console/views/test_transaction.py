"""The page of one transaction in unusual times: what it tells, and where its links lead."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.test import Client
from django.urls import reverse

from chargers.models import ChargePointState
from charging.models import LimitChange, MeterSample, Transaction
from charging.types import LimitKind
from history.models import Message
from history.types import Direction
from sites.types import Role
from tests.console.depot import Depot
from tests.factories import TransactionFactory

LogIn = Callable[..., Client]
HOUR = timedelta(hours=1)
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

    @pytest.mark.parametrize("part", ["limits", "messages"])
    def test_lists_tell_the_two_hours_apart(self, depot: Depot, log_in: LogIn, part: str) -> None:
        row = charge(depot, TURN - HOUR, TURN + 2 * HOUR)
        for moment in (TURN - HOUR / 2, TURN + HOUR / 2, TURN + 3 * HOUR / 2):
            tell(row, moment, "DataTransfer")
            LimitChange.objects.create(evse=row.evse, at=moment, kind=LimitKind.ACCEPTED, power_w=9.0)
        listed = page_of(log_in(Role.GUEST), row).split(f'id="tx-{part}"')[1].split('id="tx-')[0]
        assert re.findall(r">25 Oct\. ([^<]*)<", listed) == [
            "02:30:00 (UTC+2)", "02:30:00 (UTC+1)", "03:30:00",
        ]  # fmt: skip


class TestSteps:
    def test_the_step_where_an_open_one_stands_still_says_why(self, log_in: LogIn, depot: Depot) -> None:
        ChargePointState.objects.filter(charge_point=depot.charging).update(connected=False)
        page = page_of(log_in(Role.GUEST), depot.transaction)
        step = page.split('<li class="step is-stopped">')[1].split("</li>")[0]
        assert "No connection since" in step
        assert page.count("No connection since") == 1


def heard(page: Any) -> list[str]:
    """Return the actions of the frames that a page shows."""
    found = page.context["detail"].heard
    return [line.action for line in (*found.first, *found.last)]


def shown(client: Client, row: Transaction) -> Any:
    """Return the answer with the page of a transaction."""
    return client.get(reverse("transaction", args=["depot", row.number]))


class TestMessages:
    def test_are_there_although_they_came_long_after_it_happened(self, depot: Depot, log_in: LogIn) -> None:
        start, late = TURN, timedelta(hours=30)
        row = charge(
            depot,
            start,
            start + HOUR,
            started_received_at=start + late,
            ended_received_at=start + late + HOUR,
        )
        tell(row, start + 5 * HOUR, "DataTransfer")
        tell(row, start + late, "StartTransaction")
        tell(row, start + late + timedelta(minutes=30), "FirmwareStatusNotification")
        tell(row, start + late + HOUR, "StopTransaction")
        client = log_in(Role.GUEST)
        page = shown(client, row)
        assert heard(page) == ["StartTransaction", "StopTransaction"]
        frames = client.get(link_to(page.content.decode(), "messages")).context["lines"]
        assert [line.action for line in frames] == [
            "StopTransaction", "FirmwareStatusNotification", "StartTransaction",
        ]  # fmt: skip

    def test_of_too_many_the_first_and_the_last_are_shown(self, depot: Depot, log_in: LogIn) -> None:
        row = charge(depot, TURN, TURN + 2 * HOUR)
        tell(row, TURN, "StartTransaction")
        for minute in range(1, 120):
            tell(row, TURN + timedelta(minutes=minute), "StatusNotification")
        tell(row, TURN + 2 * HOUR, "StopTransaction")
        page = shown(log_in(Role.GUEST), row)
        actions = heard(page)
        assert (actions[0], actions[-1], len(actions)) == ("StartTransaction", "StopTransaction", 100)
        assert "Those in between are among all messages." in page.content.decode()


class TestWithoutMeterValues:
    def test_one_sentence_stands_for_curves_figures_and_registers(self, depot: Depot, log_in: LogIn) -> None:
        row = charge(depot, TURN, TURN + HOUR, meter_stop_wh=9000, energy_wh=8000)
        page = shown(log_in(Role.GUEST), row).content.decode()
        assert "No meter values came with this transaction." in page
        assert "Its energy is the difference between the meter at start and at stop." in page
        assert 'id="charts"' not in page
        for gone in ("State of charge", "Peak power"):
            assert gone not in page
        assert re.search(r'id="cp-figures"[^>]* hidden', page)
        assert "time not known" in page

    def test_that_they_were_removed_is_told(self, depot: Depot, log_in: LogIn) -> None:
        row = charge(depot, TURN, TURN + HOUR, measured_at=TURN + HOUR / 2)
        page = shown(log_in(Role.GUEST), row).content.decode()
        assert "Its meter values are not kept any more." in page
        assert "No meter values came" not in page

    def test_a_running_one_waits_for_its_curves(self, depot: Depot, log_in: LogIn) -> None:
        row = charge(depot, TURN, None)
        page = shown(log_in(Role.GUEST), row).content.decode()
        assert 'id="charts"' in page
        assert re.search(r'id="cp-figures"[^>]* hidden', page)
        assert "Meter now" not in page


class TestRegisters:
    def test_are_those_of_the_first_and_the_last_sample_that_told_them(
        self, depot: Depot, log_in: LogIn
    ) -> None:
        row = charge(depot, TURN, TURN + HOUR)
        measure(row, TURN, soc_percent=20)
        measure(row, TURN + HOUR / 4, energy_wh=1000.0)
        measure(row, TURN + HOUR / 2, energy_wh=7000.0)
        measure(row, TURN + HOUR, power_w=0.0)
        detail = shown(log_in(Role.GUEST), row).context["detail"]
        assert [(each.first, each.last) for each in detail.registers] == [(1000.0, 7000.0)]

    def test_one_that_dropped_is_told_to_be_no_measure(self, depot: Depot, log_in: LogIn) -> None:
        client = log_in(Role.GUEST)
        for start, restarted, told in ((TURN, None, False), (TURN + 2 * HOUR, 0.0, True)):
            row = charge(depot, start, start + HOUR, segment_start_wh=restarted)
            measure(row, start, energy_wh=7000.0)
            measure(row, start + HOUR, energy_wh=2000.0)
            page = shown(client, row).content.decode()
            assert ("The register dropped while it charged" in page) == told
