"""Processes that write one SQLite file take turns, whichever of them writes most."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from copy import deepcopy
from pathlib import Path

import pytest
from django.db import OperationalError, connections

from evkit.core.sqlite.base import DatabaseWrapper, turns
from evkit.core.sqlite.processes import SUFFIX, turns_of

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 60.0

WRITER = """
import sys, time
import django
django.setup()
from django.db import connection, transaction
print("ready", flush=True)
sys.stdin.readline()
while True:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO one VALUES ('other')")
        print("writes", flush=True)
        time.sleep({held_s})
"""


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Return a database of its own, where the settings of a process of its own have theirs."""
    path = tmp_path / "evkit.sqlite3"
    with sqlite3.connect(path) as made:
        made.execute("PRAGMA journal_mode=WAL")
        made.execute("CREATE TABLE one (who TEXT)")
    made.close()
    return path


@pytest.fixture
def others(database: Path) -> Iterator[Callable[[float], subprocess.Popen[str]]]:
    """Return a way to start processes whose transactions take so many seconds, one right after the other."""
    with ExitStack() as ending:

        def start(held_s: float) -> subprocess.Popen[str]:
            environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
            environment |= {
                "DJANGO_SETTINGS_MODULE": "evkit.settings",
                "EVKIT_DATA_DIR": str(database.parent),
            }
            process = subprocess.Popen(
                [sys.executable, "-c", WRITER.format(held_s=held_s)],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            ending.enter_context(process)
            ending.callback(process.kill)
            assert process.stdout is not None
            assert process.stdin is not None
            assert process.stdout.readline() == "ready\n"
            process.stdin.write("go\n")
            process.stdin.flush()
            assert process.stdout.readline() == "writes\n"
            return process

        yield start


@pytest.fixture
def mine(database: Path, django_db_blocker) -> Iterator[DatabaseWrapper]:
    """Return a connection to which SQLite itself gives but a fifth of a second."""
    settings = deepcopy(connections["default"].settings_dict)
    settings |= {
        "ENGINE": "evkit.core.sqlite",
        "NAME": database,
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 0.2},
    }
    with django_db_blocker.unblock():
        connection = DatabaseWrapper(settings, "mine")
        yield connection
        connection.close()


def write(connection: DatabaseWrapper, *, alone: bool) -> None:
    """Write a row in a transaction, or with a statement alone."""
    if not alone:
        connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO one VALUES ('mine')")
    if not alone:
        connection.commit()
        connection.set_autocommit(True)


@pytest.mark.parametrize("alone", [False, True], ids=["transactions", "statements"])
def test_processes_that_write_again_and_again_let_others_write(database, others, mine, alone) -> None:
    """SQLite itself finds no gap in 0.2 s where two others leave none: "database is locked"."""
    busy = [others(0.3), others(0.3)]
    for _ in range(5):
        write(mine, alone=alone)
    assert [process.poll() for process in busy] == [None, None]
    with mine.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM one WHERE who = 'mine'")
        assert cursor.fetchall() == [(5,)]


def test_a_process_that_dies_in_its_turn_holds_up_nobody(database, others, mine) -> None:
    other = others(PATIENCE_S)
    threading.Timer(0.5, other.send_signal, [signal.SIGKILL]).start()
    began = time.monotonic()
    write(mine, alone=False)
    assert time.monotonic() - began < 10.0


def test_who_waited_too_long_is_told_by_the_database_and_keeps_no_turn(
    database, others, mine, monkeypatch
) -> None:
    monkeypatch.setattr("evkit.core.sqlite.base.WAIT_S", 0.3)
    other = others(PATIENCE_S)
    for alone in (False, True):
        with pytest.raises(OperationalError, match="locked"):
            write(mine, alone=alone)
    assert not turns.has(mine)
    other.kill()
    other.wait(10)
    write(mine, alone=True)
    others(0.1)  # it writes: nothing is kept here


@pytest.mark.parametrize("path", ["/nowhere/evkit.sqlite3", "/proc/evkit.sqlite3"])
def test_where_no_file_can_lie_beside_the_database_only_sqlite_decides(path) -> None:
    assert turns_of(path) is None


def test_the_file_of_turns_lies_beside_the_database(database, mine) -> None:
    write(mine, alone=True)
    assert sorted(each.name for each in database.parent.iterdir() if each.name.endswith(SUFFIX)) == [
        "evkit.sqlite3-turns"
    ]
