from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.http import QueryDict

from charging.types import Flag
from evkit.console.selectors.transactions import TransactionFilter, transaction_page
from tests.factories import EARLY, ChargePointFactory, TransactionFactory

NOW = EARLY + timedelta(days=2)


@pytest.fixture
def charge_point(db):
    return ChargePointFactory(evses=2)


def add(charge_point, connector=1, *, days=0, minutes=None, **fields):
    start = EARLY + timedelta(days=days)
    return TransactionFactory(
        evse=charge_point.evses.get(number=connector),
        started_at=start,
        ended_at=None if minutes is None else start + timedelta(minutes=minutes),
        **fields,
    )


def numbers(charge_point, query):
    wanted = TransactionFilter.from_query(QueryDict(query), None)
    return [line.row.number for line in transaction_page(charge_point, wanted, "", NOW).lines]


class TestTransactionPage:
    def test_the_newest_comes_first_with_sums_over_all(self, charge_point):
        ended = add(charge_point, minutes=30, energy_wh=5000, stop_reason="EVDisconnected")
        running = add(charge_point, days=1, energy_wh=1000)
        found = transaction_page(charge_point, TransactionFilter(), "", NOW)
        assert [line.row for line in found.lines] == [running, ended]
        assert [line.reason for line in found.lines] == ["", "Vehicle unplugged"]
        assert (found.totals.count, found.totals.energy.trusted_wh, found.totals.mean_s) == (2, 6000, 1800)
        assert found.lines[0].duration_s == 24 * 3600

    def test_filters_by_state_and_by_date(self, charge_point):
        ended = add(charge_point, minutes=30).number
        running = add(charge_point, days=1).number
        assert numbers(charge_point, "state=open") == [running]
        assert numbers(charge_point, "state=closed") == [ended]
        assert numbers(charge_point, "to=2026-01-10") == [ended]
        assert numbers(charge_point, "from=2026-01-11") == [running]
        assert numbers(charge_point, "from=nonsense&state=nonsense") == [running, ended]

    def test_filters_by_connector(self, charge_point):
        add(charge_point, 1)
        second = add(charge_point, 2)
        found = transaction_page(charge_point, TransactionFilter(connector=2), "", NOW)
        assert [line.row for line in found.lines] == [second]

    def test_says_what_is_odd(self, charge_point):
        add(charge_point, minutes=1, flags=[Flag.PRESUMED_ENDED])
        (line,) = transaction_page(charge_point, TransactionFilter(), "", NOW).lines
        assert line.reason == "Not known"
        assert line.flags == ["Presumed ended: the stop was never received"]

    def test_nothing_adds_up_to_nothing(self, charge_point):
        found = transaction_page(charge_point, TransactionFilter(), "9", datetime(2026, 1, 1, tzinfo=UTC))
        assert (found.totals.count, found.totals.energy.trusted_wh, found.totals.mean_s) == (0, 0.0, None)
