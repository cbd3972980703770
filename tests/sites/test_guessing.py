from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sites.models import LoginFailure
from sites.services.guessing import count_failure, forgive, suspects, wait_s

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def fail(times, *, username="ann", address="", at=NOW):
    for _ in range(times):
        count_failure(suspects(username, address), now=at)


def wait(*, username="ann", address="", at=NOW):
    return wait_s(suspects(username, address), now=at)


class TestWait:
    def test_the_first_failures_are_free(self):
        fail(4)
        assert wait() == 0

    def test_then_the_delay_doubles_up_to_a_quarter_of_an_hour(self):
        fail(5)
        delays = [wait()]
        for _ in range(10):
            fail(1)
            delays.append(wait())
        assert delays == [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]

    def test_it_ends_by_itself(self):
        fail(6)
        assert wait(at=NOW + timedelta(seconds=3)) == 1
        assert wait(at=NOW + timedelta(seconds=4)) == 0

    def test_names_are_compared_without_regard_to_case(self):
        fail(5, username="Ann")
        assert wait(username="aNN") == 2

    def test_other_names_are_free(self):
        fail(9)
        assert wait(username="bob") == 0

    def test_an_address_has_more_tries_as_many_people_may_share_it(self):
        for number in range(19):
            fail(1, username=f"user{number}", address="192.0.2.1")
        assert wait(username="someone", address="192.0.2.1") == 0
        fail(1, username="user20", address="192.0.2.1")
        assert wait(username="someone", address="192.0.2.1") == 2
        assert wait(username="someone", address="192.0.2.2") == 0


class TestForgetting:
    def test_a_quiet_hour_forgets(self):
        fail(9)
        later = NOW + timedelta(hours=1)
        assert wait(at=later) == 0
        fail(1, at=later)
        assert LoginFailure.objects.get().count == 1

    def test_a_success_forgives_the_name_and_not_the_address(self):
        fail(5, address="192.0.2.1")
        forgive(suspects("ann", "192.0.2.1"))
        assert list(LoginFailure.objects.values_list("key", "count")) == [("address:192.0.2.1", 5)]

    def test_names_of_any_length_are_counted(self):
        fail(5, username="x" * 5000 + "\x00")
        assert wait(username="x" * 5000) == 2
