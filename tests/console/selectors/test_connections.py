from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargers.models import Boot, Connection
from evkit.console.periods import Period
from evkit.console.selectors.connections import availability, connection_page, merged
from tests.factories import ChargePointFactory

NOW = datetime(2026, 11, 17, 12, 0, tzinfo=UTC)
DAY = Period(NOW - timedelta(hours=24), NOW, "24h")


def hours_ago(hours):
    return NOW - timedelta(hours=hours)


def connect(charge_point, opened, closed=None, **fields):
    return Connection.objects.create(
        token=uuid4(),
        charge_point=charge_point,
        opened_at=hours_ago(opened),
        closed_at=None if closed is None else hours_ago(closed),
        **fields,
    )


@pytest.fixture
def charge_point(db):
    return ChargePointFactory()


class TestAvailability:
    def test_is_the_time_online_of_the_time_watched(self, charge_point):
        connect(charge_point, 48, 18)
        connect(charge_point, 12, 6)
        found = availability(charge_point.pk, DAY)
        assert found.online == timedelta(hours=12)
        assert found.percent == 50
        assert found.interruptions == 2

    def test_the_watch_begins_with_the_first_connection_ever(self, charge_point):
        connect(charge_point, 10)
        found = availability(charge_point.pk, DAY)
        assert (found.percent, found.interruptions) == (100, 0)
        assert found.watched == Period(hours_ago(10), NOW)

    def test_connections_that_overlap_count_once(self, charge_point):
        connect(charge_point, 30, 5)
        connect(charge_point, 6)
        assert availability(charge_point.pk, DAY).percent == 100

    def test_offline_all_the_time(self, charge_point):
        connect(charge_point, 48, 30)
        found = availability(charge_point.pk, DAY)
        assert (found.percent, found.interruptions, found.spans) == (0, 1, [])

    def test_never_connected_is_not_known(self, charge_point):
        found = availability(charge_point.pk, DAY)
        assert (found.percent, found.watched, found.interruptions) == (None, None, 0)


class TestMerged:
    @given(st.lists(st.tuples(st.integers(0, 40), st.none() | st.integers(0, 40)), max_size=12))
    def test_spans_are_apart_in_order_and_inside(self, hours):
        times = sorted(
            ((hours_ago(a), None if b is None else max(hours_ago(b), hours_ago(a))) for a, b in hours),
            key=lambda each: each[0],
        )
        spans = merged(times, DAY)
        ends = [moment for span in spans for moment in (span.since, span.until)]
        assert ends == sorted(ends)
        assert len(set(ends)) == len(ends)
        assert all(DAY.since <= moment <= DAY.until for moment in ends)


class TestConnectionPage:
    def test_tells_why_each_ended_and_the_boots_in_between(self, charge_point):
        connect(charge_point, 10, 8, close_code=1006)
        connect(charge_point, 7)
        Boot.objects.create(charge_point=charge_point, at=hours_ago(9), facts={}, status="Accepted")
        _page, lines = connection_page(charge_point.pk, "", NOW)
        assert [line.reason for line in lines] == ["", "Connection lost: network or power supply"]
        assert [len(line.boots) for line in lines] == [0, 1]
        assert [line.duration_s for line in lines] == [7 * 3600, 2 * 3600]
