from __future__ import annotations

import pytest

from chargers.simulator.profile_store import ProfileStore
from chargers.simulator.profiles import (
    MAX_PROFILE,
    TX_DEFAULT_PROFILE,
    TX_PROFILE,
    Period,
    Profile,
)


def profile(identity, connector=1, purpose=TX_DEFAULT_PROFILE, level=0):
    return Profile(identity, connector, level, purpose, "Relative", "W", (Period(0, 1.0),))


@pytest.fixture
def store():
    filled = ProfileStore()
    for item in (
        profile(1, 0, MAX_PROFILE),
        profile(2, 1),
        profile(3, 1, level=1),
        profile(4, 2),
        profile(5, 2, TX_PROFILE),
    ):
        filled.install(item)
    return filled


def ids(store):
    return sorted(item.profile_id for item in store)


class TestInstall:
    def test_the_same_place_in_the_stack_is_replaced(self, store):
        store.install(profile(9, 1, level=1))
        assert ids(store) == [1, 2, 4, 5, 9]

    def test_the_same_id_is_replaced(self, store):
        store.install(profile(2, 2, level=7))
        assert ids(store) == [1, 2, 3, 4, 5]


class TestClear:
    @pytest.mark.parametrize(
        ("criteria", "left"),
        [
            ({}, []),
            ({"profile_id": 3}, [1, 2, 4, 5]),
            ({"profile_id": 3, "connector": 9}, [1, 2, 4, 5]),
            ({"profile_id": 77}, [1, 2, 3, 4, 5]),
            ({"connector": 0}, [2, 3, 4, 5]),
            ({"connector": 1}, [1, 4, 5]),
            ({"purpose": TX_DEFAULT_PROFILE}, [1, 5]),
            ({"connector": 1, "stack_level": 0}, [1, 3, 4, 5]),
            ({"purpose": TX_PROFILE, "connector": 1}, [1, 2, 3, 4, 5]),
        ],
    )
    def test_all_criteria_given_must_match(self, store, criteria, left):
        assert store.clear(**criteria) == 5 - len(left)
        assert ids(store) == left


class TestEndTransaction:
    def test_only_the_transaction_profiles_of_the_connector_go(self, store):
        store.end_transaction(1)
        assert ids(store) == [1, 2, 3, 4, 5]
        store.end_transaction(2)
        assert ids(store) == [1, 2, 3, 4]
