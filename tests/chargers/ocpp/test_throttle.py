from __future__ import annotations

import pytest

from chargers.ocpp import throttle
from chargers.ocpp.throttle import CROWD, FORGET_S, TRUSTED_S, Throttle

HERE, ELSEWHERE = "192.0.2.7", "192.0.2.8"


def crowded(now: float = 0.0) -> Throttle:
    """A throttle that was told of too many strangers at one address."""
    crowd = Throttle()
    for number in range(CROWD):
        crowd.failed(HERE, f"GUESS_{number}", now)
    return crowd


class TestIdentity:
    def test_waits_longer_and_longer_after_five_failures(self) -> None:
        one = Throttle()
        for _attempt in range(5):
            assert not one.refuses(HERE, "CP", 0.0)
            one.failed(HERE, "CP", 0.0)
        assert one.refuses(HERE, "CP", 0.9)
        assert not one.refuses(HERE, "CP", 1.0)
        one.failed(HERE, "CP", 1.0)
        assert one.refuses(HERE, "CP", 2.9)
        assert not one.refuses(ELSEWHERE, "CP", 2.9)

    def test_is_forgiven_after_a_success(self) -> None:
        one = Throttle()
        for _attempt in range(9):
            one.failed(HERE, "CP", 0.0)
        one.succeeded(HERE, "CP", 1.0)
        assert not one.refuses(HERE, "CP", 1.0)


class TestAddress:
    def test_of_many_failing_identities_is_heard_once_a_second(self) -> None:
        crowd = crowded()
        attempts = [crowd.refuses(HERE, f"OTHER_{tenth}", tenth / 10) for tenth in range(100)]
        assert attempts.count(False) == 10

    def test_is_free_up_to_the_limit(self) -> None:
        crowd = Throttle()
        for number in range(CROWD):
            assert not crowd.refuses(HERE, f"GUESS_{number}", 0.0)
            crowd.failed(HERE, f"GUESS_{number}", 0.0)
        assert not crowd.refuses(HERE, "OTHER", 0.0)
        assert crowd.refuses(HERE, "OTHER", 0.1)

    def test_does_not_keep_out_who_logged_in_from_there(self) -> None:
        crowd = crowded()
        crowd.succeeded(HERE, "CP", 0.0)
        assert not any(crowd.refuses(HERE, "CP", tenth / 10) for tenth in range(100))

    def test_lets_a_new_charge_point_in_that_tries_again(self) -> None:
        crowd = crowded()
        assert not crowd.refuses(HERE, "OTHER", 0.0)
        assert crowd.refuses(HERE, "NEW", 0.5)
        assert not crowd.refuses(HERE, "NEW", 1.0)
        crowd.succeeded(HERE, "NEW", 1.0)
        assert not crowd.refuses(HERE, "NEW", 1.1)

    def test_is_not_confused_with_another(self) -> None:
        crowd = crowded()
        crowd.succeeded(ELSEWHERE, "CP", 0.0)
        assert not any(crowd.refuses(ELSEWHERE, f"OTHER_{number}", 0.1) for number in range(5))
        assert not crowd.refuses(HERE, "CP", 0.1)
        assert crowd.refuses(HERE, "CP", 0.2)

    def test_is_forgiven_after_ten_minutes(self) -> None:
        crowd = crowded()
        assert not any(crowd.refuses(HERE, f"OTHER_{number}", FORGET_S) for number in range(5))

    def test_takes_an_identity_for_a_stranger_again_after_a_day(self) -> None:
        crowd = crowded(TRUSTED_S)
        crowd.succeeded(HERE, "CP", 0.0)
        assert not crowd.refuses(HERE, "OTHER", TRUSTED_S)
        assert crowd.refuses(HERE, "CP", TRUSTED_S)


class TestMemory:
    def test_is_bounded_and_forgets_the_oldest(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(throttle, "REMEMBERED", 2)
        one = Throttle()
        for name in ("A", "B", "C"):
            for _attempt in range(6):
                one.failed(HERE, name, 0.0)
        assert [one.refuses(HERE, name, 0.5) for name in ("A", "B", "C")] == [False, True, True]
