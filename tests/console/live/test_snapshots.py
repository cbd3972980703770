from __future__ import annotations

import threading
import time
from itertools import count
from typing import Any

from django.test import RequestFactory

from evkit.console.live.snapshots import Snapshots
from evkit.core.lanes import ARRIVED


def request(arrived: float) -> Any:
    made = RequestFactory().get("/")
    made.scope = {ARRIVED: arrived}  # type: ignore[attr-defined]
    return made


class TestSnapshots:
    def test_who_came_before_the_reading_began_shares_it(self) -> None:
        snapshots, numbers = Snapshots(), count()
        early, later = request(time.monotonic()), request(time.monotonic())
        assert snapshots.get("key", early, lambda: next(numbers)) == 0
        assert snapshots.get("key", later, lambda: next(numbers)) == 0

    def test_who_came_after_it_began_reads_again(self) -> None:
        snapshots, numbers = Snapshots(), count()
        snapshots.get("key", request(time.monotonic()), lambda: next(numbers))
        assert snapshots.get("key", request(time.monotonic()), lambda: next(numbers)) == 1

    def test_a_request_from_elsewhere_always_reads(self) -> None:
        snapshots, numbers = Snapshots(), count()
        snapshots.get("key", RequestFactory().get("/"), lambda: next(numbers))
        assert snapshots.get("key", RequestFactory().get("/"), lambda: next(numbers)) == 1

    def test_keys_are_apart(self) -> None:
        snapshots, now = Snapshots(), time.monotonic()
        assert snapshots.get("a", request(now), lambda: 1) == 1
        assert snapshots.get("b", request(now), lambda: 2) == 2

    def test_a_failed_reading_is_not_kept(self) -> None:
        snapshots, now = Snapshots(), request(time.monotonic())
        try:
            snapshots.get("key", now, lambda: 1 // 0)
        except ZeroDivisionError:
            assert snapshots.get("key", now, lambda: 1) == 1

    def test_what_was_used_longest_ago_is_forgotten(self) -> None:
        snapshots, numbers, early = Snapshots(kept=2), count(), request(time.monotonic())
        for key in ("a", "b", "a", "c"):
            snapshots.get(key, early, lambda: next(numbers))
        assert snapshots.get("a", early, lambda: next(numbers)) == 0
        assert snapshots.get("b", early, lambda: next(numbers)) == 3

    def test_many_threads_read_once(self) -> None:
        snapshots, numbers, early = Snapshots(), count(), request(time.monotonic())

        def read() -> int:
            time.sleep(0.05)
            return next(numbers)

        seen: list[int] = []
        threads = [
            threading.Thread(target=lambda: seen.append(snapshots.get("key", early, read)))
            for _time in range(5)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert seen == [0] * 5
