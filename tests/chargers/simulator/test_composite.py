from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chargers.simulator.composite import CompositePeriod, composite_schedule, limit_at
from chargers.simulator.limits import Limit
from chargers.simulator.profile_store import ProfileStore
from chargers.simulator.profiles import (
    MAX_PROFILE,
    TX_DEFAULT_PROFILE,
    TX_PROFILE,
    Period,
    Profile,
)

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
RATED = Limit(22_080.0, 3)
DAY_S = 86_400

starts = st.integers(-3 * DAY_S, 3 * DAY_S).map(lambda s: NOON + timedelta(seconds=s))
periods = st.lists(st.tuples(st.integers(1, DAY_S), st.integers(0, 40)), max_size=4, unique_by=lambda p: p[0])


@st.composite
def profiles(draw):
    purpose = draw(st.sampled_from([MAX_PROFILE, TX_DEFAULT_PROFILE, TX_PROFILE]))
    connector = {MAX_PROFILE: 0, TX_PROFILE: 1}.get(purpose, draw(st.integers(0, 2)))
    kind = draw(st.sampled_from(["Absolute", "Relative", "Recurring"]))
    later = sorted(draw(periods))
    first = (0, draw(st.integers(0, 40)))
    return Profile(
        profile_id=draw(st.integers(1, 50)),
        connector=connector,
        stack_level=draw(st.integers(0, 3)),
        purpose=purpose,
        kind=kind,
        unit=draw(st.sampled_from(["A", "W"])),
        periods=tuple(Period(start, limit * 1.0) for start, limit in [first, *later]),
        recurrency=draw(st.sampled_from(["Daily", "Weekly"])) if kind == "Recurring" else None,
        valid_from=draw(st.none() | starts),
        valid_to=draw(st.none() | starts),
        duration_s=draw(st.none() | st.integers(1, 2 * DAY_S)),
        start=draw(starts) if kind == "Recurring" else draw(st.none() | starts),
    )


class TestCompositeSchedule:
    def test_without_profiles_the_hardware_is_the_limit(self):
        assert composite(ProfileStore()) == [CompositePeriod(0.0, RATED)]

    def test_the_lower_of_charge_point_and_connector_counts_at_every_instant(self):
        store = store_of(
            profile(1, MAX_PROFILE, [(0, 11_040), (1800, 22_080)], connector=0),
            profile(2, TX_DEFAULT_PROFILE, [(0, 16_000), (2700, 8_000)]),
        )
        assert composite(store) == [
            CompositePeriod(0.0, Limit(11_040.0, 3)),
            CompositePeriod(1800.0, Limit(16_000.0, 3)),
            CompositePeriod(2700.0, Limit(8_000.0, 3)),
        ]

    def test_it_begins_and_ends_with_validity(self):
        store = store_of(
            profile(
                1,
                TX_DEFAULT_PROFILE,
                [(0, 5_000)],
                valid_from=NOON + timedelta(seconds=60),
                valid_to=NOON + timedelta(seconds=120),
            )
        )
        assert composite(store) == [
            CompositePeriod(0.0, RATED),
            CompositePeriod(60.0, Limit(5_000.0, 3)),
            CompositePeriod(120.0, RATED),
        ]

    def test_a_daily_schedule_comes_back(self):
        store = store_of(
            profile(
                1,
                TX_DEFAULT_PROFILE,
                [(0, 7_000)],
                kind="Recurring",
                recurrency="Daily",
                start=NOON - timedelta(days=3, hours=-1),
                duration_s=3600,
            )
        )
        found = composite(store, duration_s=2 * DAY_S)
        assert [period.start_s for period in found] == [0, 3600, 7200, 90_000, 93_600]

    def test_an_endless_request_is_cut_at_seven_days(self):
        store = store_of(
            profile(
                1,
                TX_DEFAULT_PROFILE,
                [(0, 7_000), (60, 8_000)],
                kind="Recurring",
                recurrency="Daily",
                start=NOON - timedelta(days=365),
            )
        )
        assert len(composite(store, duration_s=2**31)) <= 15

    @settings(max_examples=200)
    @given(st.lists(profiles(), max_size=8), st.integers(0, 2), st.integers(1, 3 * DAY_S), st.data())
    def test_it_says_what_holds_at_every_instant(self, installed, connector, duration_s, data):
        store = store_of(*installed)
        found = composite_schedule(
            store,
            connector=connector,
            start=NOON,
            duration_s=duration_s,
            session_start=NOON - timedelta(hours=1),
            rated=RATED,
        )
        assert found[0].start_s == 0.0
        begins = [period.start_s for period in found]
        assert begins == sorted(set(begins))
        assert begins[-1] < duration_s or begins == [0.0]
        offset = data.draw(st.floats(0, duration_s, exclude_max=True))
        current = [period for period in found if period.start_s <= offset][-1]
        at = NOON + timedelta(seconds=offset)
        assert current.limit == limit_at(store, connector, at, NOON - timedelta(hours=1), RATED)

    @settings(max_examples=200)
    @given(st.lists(profiles(), max_size=8), starts)
    def test_it_agrees_with_a_naive_reading_of_the_rules(self, installed, at):
        store = store_of(*installed)
        session_start = NOON - timedelta(hours=1)
        expected = naive_limit_w(list(store), at, session_start)
        assert limit_at(store, 1, at, session_start, RATED).power_w == pytest.approx(expected)


def naive_value_w(item, at, session_start):
    """What one profile says at an instant, written down straight from OCPP 1.6 §7.8 and §7.13."""
    if (item.valid_from and at < item.valid_from) or (item.valid_to and at >= item.valid_to):
        return None
    origin = item.start if item.start and item.kind != "Relative" else session_start
    elapsed = (at - origin) / timedelta(seconds=1)
    if elapsed < 0:
        return None
    if item.kind == "Recurring":
        elapsed %= DAY_S if item.recurrency == "Daily" else 7 * DAY_S
    if item.duration_s is not None and elapsed >= item.duration_s:
        return None
    limit = [p.limit for p in item.periods if p.start_s <= elapsed][-1]
    return limit if item.unit == "W" else limit * 690


def naive_limit_w(installed, at, session_start):
    """Limit of connector 1, written down straight from OCPP 1.6 §3.13."""

    def leading(purpose, connector):
        candidates = [p for p in installed if (p.purpose, p.connector) == (purpose, connector)]
        candidates.sort(key=lambda p: p.stack_level, reverse=True)
        values = [naive_value_w(item, at, session_start) for item in candidates]
        return next((value for value in values if value is not None), None)

    has_own = any((p.purpose, p.connector) == (TX_DEFAULT_PROFILE, 1) for p in installed)
    own = leading(TX_PROFILE, 1)
    if own is None:
        own = leading(TX_DEFAULT_PROFILE, 1 if has_own else 0)
    limits = (own, leading(MAX_PROFILE, 0), RATED.power_w)
    return min(limit for limit in limits if limit is not None)


def profile(identity, purpose, pairs, *, connector=1, kind="Absolute", start=NOON, **changes):
    return Profile(
        profile_id=identity,
        connector=connector,
        stack_level=0,
        purpose=purpose,
        kind=kind,
        unit="W",
        periods=tuple(Period(begin, float(limit)) for begin, limit in pairs),
        start=start,
        **changes,
    )


def store_of(*installed):
    store = ProfileStore()
    for item in installed:
        store.install(item)
    return store


def composite(store, *, duration_s=3600):
    return composite_schedule(
        store, connector=1, start=NOON, duration_s=duration_s, session_start=NOON, rated=RATED
    )
