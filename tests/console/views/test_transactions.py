from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from charging.models import LimitChange, Transaction, Vehicle
from charging.types import Flag
from evkit.console.history_filters import PERIODS, days_of
from evkit.console.tables import paging
from evkit.core.clock import utc_now
from sites.types import Role
from tests.console.depot import Depot, add_charge_point, add_connector, add_site
from tests.factories import TransactionFactory

TODAY = date(2026, 11, 17)
LogIn = Callable[..., Client]


def counted(row: Transaction) -> float:
    return row.energy_wh if row.corrected_wh is None else row.corrected_wh


def lasted(row: Transaction) -> timedelta:
    assert row.ended_at
    return row.ended_at - row.started_at


ORDERS: dict[str, Callable[[Transaction], Any]] = {
    "": lambda row: (-row.started_at.timestamp(), -row.number),
    "energy": lambda row: (counted(row), row.number),
    "-duration": lambda row: (-lasted(row), row.number),
    "-peak": lambda row: (row.power_peak_w is None, -(row.power_peak_w or 0), row.number),
    "place": lambda row: (row.charge_point.identity, row.evse.number, row.number),
}
"""What the parameter `sort` means, worked out in Python."""


@pytest.fixture
def url(depot: Depot) -> str:
    return reverse("transactions", args=[depot.site.code])


@pytest.fixture
def history(depot: Depot) -> dict[str, Transaction]:
    """Transactions beside the running one of the depot: by what is peculiar about each."""
    evse = depot.charging.evses.get(number=2)
    now = utc_now()
    bus = Vehicle.objects.create(code="bus-300", name="Bus 300")

    def add(days: float, hours: float, **fields: object) -> Transaction:
        start = now - timedelta(days=days)
        return TransactionFactory(
            evse=evse, started_at=start, ended_at=start + timedelta(hours=hours), **fields
        )

    return {
        "old": add(400, 2, energy_wh=10_000, power_peak_w=20_000, stop_reason="EVDisconnected"),
        "doubtful": add(3, 1, energy_wh=7_000_000, energy_suspect=True, flags=[Flag.UNIT_KWH]),
        "corrected": add(2, 4, energy_wh=1, corrected_wh=30_000, energy_suspect=True, vehicle=bus),
    }


def numbers(client: Client, address: str, query: str = "") -> list[int]:
    page = client.get(address + query).content.decode()
    return [int(found) for found in re.findall(r'<tr id="row-(\d+)"', page)]


class TestTheList:
    def test_the_newest_comes_first(
        self, depot: Depot, log_in: LogIn, url: str, history: dict[str, Transaction]
    ) -> None:
        Transaction.objects.filter(pk=depot.transaction.pk).update(started_at=utc_now())
        wanted = [depot.transaction, history["corrected"], history["doubtful"], history["old"]]
        assert numbers(log_in(Role.GUEST), url) == [row.number for row in wanted]

    @pytest.mark.parametrize(
        ("query", "names"),
        [
            ("?vehicle=bus-300", {"corrected"}),
            ("?flag=any", {"doubtful"}),
            ("?flag=unit_kwh", {"doubtful"}),
            ("?flag=clock", set()),
            ("?period=7d", {"doubtful", "corrected", "running"}),
            ("?state=open", {"running"}),
            ("?state=closed", {"old", "doubtful", "corrected"}),
            ("?tag=bus212", {"running"}),
            ("?q=bus+300", {"corrected"}),
            ("?q=a_001+bus212", {"running"}),
            ("?q=BUS+212", {"running"}),
            ("?charge_point=A_001", {"old", "doubtful", "corrected", "running"}),
            ("?charge_point=A_002", set()),
            ("?period=x&state=x&flag=x&from=x", {"old", "doubtful", "corrected", "running"}),
        ],
    )  # fmt: skip
    def test_filters(
        self,
        depot: Depot,
        log_in: LogIn,
        url: str,
        history: dict[str, Transaction],
        query: str,
        names: set[str],
    ) -> None:
        Transaction.objects.filter(pk=depot.transaction.pk).update(started_at=utc_now())
        rows = {**history, "running": depot.transaction}
        assert set(numbers(log_in(Role.GUEST), url, query)) == {rows[name].number for name in names}

    def test_a_number_finds_its_transaction(
        self, log_in: LogIn, url: str, history: dict[str, Transaction]
    ) -> None:
        number = history["old"].number
        assert number in numbers(log_in(Role.GUEST), url, f"?q={number}")

    @pytest.mark.parametrize(
        ("sort", "order"),
        [
            ("start", ["old", "doubtful", "corrected"]),
            ("-energy", ["doubtful", "corrected", "old"]),
            ("-duration", ["corrected", "old", "doubtful"]),
            ("-peak", ["old", "doubtful", "corrected"]),
        ],
    )
    def test_sorts(
        self, log_in: LogIn, url: str, history: dict[str, Transaction], sort: str, order: list[str]
    ) -> None:
        found = numbers(log_in(Role.GUEST), url, f"?state=closed&sort={sort}")
        assert found == [history[name].number for name in order]

    @pytest.mark.parametrize("sort", ["end", "-end"])
    def test_what_runs_ends_after_all_others(
        self, depot: Depot, log_in: LogIn, url: str, history: dict[str, Transaction], sort: str
    ) -> None:
        order = [history[name].number for name in ("old", "doubtful", "corrected")] + [
            depot.transaction.number
        ]
        found = numbers(log_in(Role.GUEST), url, f"?sort={sort}")
        assert found == (order if sort == "end" else order[::-1])

    def test_a_name_is_no_markup(self, log_in: LogIn, url: str, history: dict[str, Transaction]) -> None:
        Vehicle.objects.filter(code="bus-300").update(name='<b>"&')
        page = log_in(Role.GUEST).get(url).content.decode()
        assert '<b>"&' not in page
        assert 'href="/sites/depot/vehicles/bus-300/">&lt;b&gt;&quot;&amp;</a></td>' in page
        assert '<option value="bus-300">&lt;b&gt;&quot;&amp;</option>' in page

    def test_sums_are_over_what_is_trusted_and_say_what_they_leave_out(
        self, log_in: LogIn, url: str, history: dict[str, Transaction]
    ) -> None:
        page = log_in(Role.GUEST).get(f"{url}?state=closed").content.decode()
        sums = page[page.index('id="list-totals"') : page.index("<table")]
        assert "<dd>40.0 <small>kWh" in sums, "10 measured and 30 corrected"
        assert "leaves out 1 transaction" in sums
        assert "7,000.0 kWh measured" in sums
        assert "2\u202fh\u202f20\u202fmin" in sums, "the mean of 2, 1 and 4 hours"

    def test_mean_power_is_energy_over_duration_and_unknown_where_the_energy_is(
        self, log_in: LogIn, url: str, history: dict[str, Transaction]
    ) -> None:
        lines: Any = log_in(Role.GUEST).get(f"{url}?state=closed&sort=start&format=csv")
        rows = b"".join(lines.streaming_content).decode("utf-8-sig").splitlines()
        place = rows[0].split(",").index("Mean (kW)")
        assert [row.split(",")[place] for row in rows[1:]] == ["5", "", "7.5"]

    def test_saved_filters_are_kept_for_both_lists(self, depot: Depot, log_in: LogIn, url: str) -> None:
        client = log_in(Role.OPERATOR)
        for page in ("transactions", "all_transactions"):
            form = {"page": page, "name": "Odd ones", "query": "flag=any", "next": url}
            assert client.post(reverse("saved_filters"), form).status_code == 302
        assert "Odd ones" in client.get(url).content.decode()


class TestAllSites:
    def test_only_the_sites_of_the_viewer_are_in_it(self, depot: Depot, log_in: LogIn) -> None:
        elsewhere = add_site("elsewhere")
        other = TransactionFactory(evse=add_connector(add_charge_point(elsewhere, "B_001"), 1))
        address = reverse("all_transactions")
        assert numbers(log_in(Role.GUEST), address) == [depot.transaction.number]
        both = numbers(log_in(Role.ADMINISTRATOR), address)
        assert set(both) == {depot.transaction.number, other.number}
        assert numbers(log_in_again(), address, "?site=elsewhere") == [other.number]


def log_in_again() -> Client:
    from sites.models import User

    client = Client()
    client.force_login(User.objects.get(username="administrator"))
    return client


class TestManyRows:
    def test_counts_no_further_than_is_useful_and_sums_up_later(
        self, log_in: LogIn, url: str, history: dict[str, Transaction], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(paging, "MOST", 3)
        client = log_in(Role.GUEST)
        page = client.get(url).content.decode()
        assert "of more than 3" in page
        assert "40.0 <small>kWh" not in page
        later = re.search(r'id="list-totals" hx-get="([^"]+)"', page)
        assert later
        sums = client.get(later[1].replace("&amp;", "&")).content.decode()
        assert "64.8 <small>kWh" in sums, "with the running one"

    def test_filters_stay_in_force_in_the_sums_that_come_later(
        self, log_in: LogIn, url: str, history: dict[str, Transaction], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(paging, "MOST", 2)
        client = log_in(Role.GUEST)
        page = client.get(f"{url}?state=closed").content.decode()
        later = re.search(r'id="list-totals" hx-get="([^"]+)"', page)
        assert later
        assert "40.0 <small>kWh" in client.get(later[1].replace("&amp;", "&")).content.decode()

    @pytest.mark.parametrize(("sort", "key"), ORDERS.items())
    def test_pages_hold_every_row_once_in_the_order_asked_for(
        self, depot: Depot, log_in: LogIn, url: str, sort: str, key: Callable[[Transaction], Any]
    ) -> None:
        evse = depot.charging.evses.get(number=2)
        start = utc_now() - timedelta(days=2)
        for hour in range(29):
            ended = start + timedelta(hours=hour, minutes=1 + 11 * hour % 50)
            TransactionFactory(
                evse=evse, started_at=start + timedelta(hours=hour), ended_at=ended,
                energy_wh=7000 * (hour % 10), corrected_wh=3500 if hour % 9 == 0 else None,
                power_peak_w=None if hour % 4 == 0 else 1000 * (hour % 7),
            )  # fmt: skip
        client = log_in(Role.GUEST)
        pages = [numbers(client, f"{url}?state=closed&per=25&sort={sort}&page={page}") for page in (1, 2)]
        rows = sorted(Transaction.objects.exclude(ended_at=None), key=key)
        assert [len(page) for page in pages] == [25, 4]
        assert pages[0] + pages[1] == [row.number for row in rows]


@pytest.mark.parametrize("name", PERIODS)
def test_a_period_is_at_least_a_day_and_ends_no_later_than_today(name: str) -> None:
    days = days_of(name, TODAY)
    assert days
    assert days[0] < days[1] <= TODAY + timedelta(days=1)


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("7d", "2026-11-11", "2026-11-17"),
        ("last-month", "2026-10-01", "2026-10-31"),
        ("last-year", "2025-01-01", "2025-12-31"),
    ],
)
def test_named_periods(name: str, first: str, last: str) -> None:
    days = days_of(name, TODAY)
    assert days
    assert (str(days[0]), str(days[1] - timedelta(days=1))) == (first, last)


class TestTheLimitsOfOneTransaction:
    def test_the_limit_before_it_and_those_within_are_told(self, depot: Depot, log_in: LogIn) -> None:
        row = depot.transaction
        start = row.started_at

        def change(minutes: float, power_w: float) -> None:
            at = start + timedelta(minutes=minutes)
            LimitChange.objects.create(
                evse=row.evse, at=at, kind="accepted", power_w=power_w, reason="profile"
            )

        change(-60, 11_000)
        change(-30, 22_000)
        change(20, 33_000)
        page = log_in(Role.GUEST).get(reverse("transaction", args=[depot.site.code, row.number]))
        text = page.content.decode()
        limits = text[text.index('id="tx-limits"') : text.index('id="tx-messages"')]
        assert re.findall(r"([\d.]+) kW", limits) == ["22.0", "33.0"]


def test_times_are_those_of_the_site(depot: Depot, log_in: LogIn, url: str) -> None:
    at = datetime(2026, 1, 10, 23, 30, tzinfo=UTC)
    Transaction.objects.filter(pk=depot.transaction.pk).update(started_at=at)
    client = log_in(Role.GUEST)
    assert numbers(client, url, "?from=2026-01-11&to=2026-01-11") == [depot.transaction.number]
    assert numbers(client, url, "?from=2026-01-10&to=2026-01-10") == []
