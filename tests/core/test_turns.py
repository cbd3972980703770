"""Transactions of one process begin in the order in which they were asked for."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from copy import deepcopy
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connections

from evkit.core.sqlite.base import DatabaseWrapper, turns
from evkit.core.turns import Turns


class Somebody:
    """Who wants a turn."""


def in_thread(work: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


class TestTurns:
    def test_come_in_the_order_in_which_they_are_asked_for(self) -> None:
        lock, came = Turns(), []
        people = [Somebody() for _ in range(6)]
        lock.take(people[0], 5)

        def wait(number: int) -> None:
            lock.take(people[number], 5)
            came.append(number)
            lock.give_back(people[number])

        threads = []
        for number in range(1, 6):
            threads.append(in_thread(partial(wait, number)))
            time.sleep(0.05)
        assert came == []
        lock.give_back(people[0])
        for thread in threads:
            thread.join(5)
        assert came == [1, 2, 3, 4, 5]

    def test_who_waited_too_long_is_told_and_holds_up_nobody(self) -> None:
        lock, first, late, third = Turns(), Somebody(), Somebody(), Somebody()
        lock.take(first, 5)
        assert not lock.take(late, 0.01)
        lock.give_back(late)
        assert not lock.take(third, 0.01)
        lock.give_back(first)
        assert lock.take(third, 0.01)

    def test_who_is_gone_holds_up_nobody(self) -> None:
        lock, last = Turns(), Somebody()
        lock.take(Somebody(), 5)
        assert lock.take(last, 5)


@pytest.fixture
def connect(tmp_path: Path, django_db_blocker):
    """Return a way to open connections to a database file of one's own."""
    opened: list[DatabaseWrapper] = []

    def connect() -> DatabaseWrapper:
        settings = deepcopy(connections["default"].settings_dict)
        settings |= {
            "ENGINE": "evkit.core.sqlite",
            "NAME": tmp_path / "own.sqlite3",
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 0.2,
                "init_command": "PRAGMA journal_mode=WAL",
            },
        }
        opened.append(DatabaseWrapper(settings, f"own-{len(opened)}"))
        opened[-1].inc_thread_sharing()
        return opened[-1]

    with django_db_blocker.unblock():
        yield connect
        for each in opened:
            each.close()


def run(
    connection: DatabaseWrapper, query: str, parameters: list[int] | None = None
) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return cursor.fetchall()


def begin(connection: DatabaseWrapper) -> None:
    connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)


def end(connection: DatabaseWrapper) -> None:
    connection.commit()
    connection.set_autocommit(True)


class TestTransactions:
    def test_wait_for_each_other_longer_than_the_database_would(self, connect) -> None:
        writer, other = connect(), connect()
        begin(writer)
        waiting = in_thread(lambda: begin(other))
        time.sleep(0.5)  # the database itself gives up after 0.2 s
        assert waiting.is_alive()
        end(writer)
        waiting.join(5)
        assert not other.get_autocommit()
        end(other)

    def test_give_way_to_whoever_waits_even_where_one_writes_again_and_again(self, connect) -> None:
        busy, other, over = connect(), connect(), threading.Event()

        def write() -> None:
            while not over.is_set():
                begin(busy)
                time.sleep(0.02)
                end(busy)

        writing = in_thread(write)
        time.sleep(0.1)
        began = time.monotonic()
        for _ in range(10):
            begin(other)
            end(other)
        waited_s = time.monotonic() - began
        over.set()
        writing.join(5)
        assert waited_s < 5.0

    def test_let_a_statement_outside_of_any_have_its_turn(self, connect) -> None:
        """Left to SQLite it would give up after 0.2 s, and be the last one whenever others come again."""
        busy, other, over = connect(), connect(), threading.Event()
        run(other, "CREATE TABLE one (number INTEGER)")

        def write() -> None:
            while not over.is_set():
                begin(busy)
                time.sleep(0.5)
                end(busy)

        writing = in_thread(write)
        time.sleep(0.1)
        try:
            run(other, "INSERT INTO one VALUES (%s)", [1])
            run(other, "UPDATE one SET number = 2")
            with other.cursor() as cursor:
                cursor.executemany("INSERT INTO one VALUES (%s)", [[3], [4]])
            assert run(other, "DELETE FROM one WHERE number > 2 RETURNING number") == [(3,), (4,)]
        finally:
            over.set()
            writing.join(5)
        assert run(other, "SELECT number FROM one") == [(2,)]

    def test_wait_for_a_statement_only_as_long_as_it_takes(self, connect) -> None:
        first, second = connect(), connect()
        run(first, "CREATE TABLE one (number INTEGER UNIQUE)")
        run(first, "INSERT INTO one VALUES (1)")
        with pytest.raises(IntegrityError):
            run(first, "INSERT INTO one VALUES (1)")
        began = time.monotonic()
        begin(second)
        run(second, "INSERT INTO one VALUES (2)")  # inside a transaction: no turn of its own
        end(second)
        assert time.monotonic() - began < 2.0

    def test_let_everybody_read(self, connect) -> None:
        writer, reader = connect(), connect()
        run(writer, "CREATE TABLE one (number INTEGER)")
        begin(writer)
        run(writer, "INSERT INTO one VALUES (1)")
        assert run(reader, "SELECT count(*) FROM one") == [(0,)]
        end(writer)

    @pytest.mark.parametrize("how", ["rollback", "close"])
    def test_give_their_turn_back_however_they_end(self, connect, how: str) -> None:
        first, second = connect(), connect()
        begin(first)
        getattr(first, how)()
        begin(second)
        end(second)

    def test_give_it_back_where_they_cannot_begin(self, connect, monkeypatch) -> None:
        monkeypatch.setattr("evkit.core.sqlite.base.WAIT_S", 0.05)
        first, second = connect(), connect()
        begin(first)
        with pytest.raises(OperationalError):
            begin(second)  # neither its turn came nor the database
        end(first)
        assert turns.take(self, 0.05)
        turns.give_back(self)
