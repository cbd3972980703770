"""Writes on SQLite take turns in the order in which they were asked for.

SQLite has one writer at a time. Left to itself, whoever waits looks for a gap every tenth of a second: beside
a thread or process that commits again and again it finds none for many seconds. A turn is a transaction, or
one statement that writes outside of any: among the threads of a process (`turns`), then among processes.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property, partial
from typing import Any, Final

from django.db.backends.sqlite3 import base

from evkit.core.sqlite.processes import ProcessTurns, turns_of
from evkit.core.turns import Turns

WAIT_S: Final = 20.0
"""Whoever has waited so long tries without its turn: SQLite then tells what is wrong."""

WRITES: Final = re.compile(r"\s*(?:INSERT|UPDATE|DELETE|REPLACE)\b", re.IGNORECASE)

turns: Final = Turns()


class Cursor(base.SQLiteCursorWrapper):
    """A cursor whose statements wait for their turn where they write outside of a transaction."""

    def __init__(self, connection: Any, *, owner: DatabaseWrapper) -> None:
        super().__init__(connection)
        self._owner = owner

    def execute(self, query: str, params: Any = None) -> Any:
        """Execute a statement."""
        with self._turn(query):
            return super().execute(query, params)

    def executemany(self, query: str, param_list: Any) -> Any:
        """Execute a statement for each of several rows."""
        with self._turn(query):
            return super().executemany(query, param_list)

    @contextmanager
    def _turn(self, query: str) -> Iterator[None]:
        if self.connection.in_transaction or not WRITES.match(query):
            yield
            return
        self._owner.take_turn()
        try:
            yield
        finally:
            self._owner.give_turn_back()


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that waits for its turn before it writes, and gives it back afterwards."""

    def take_turn(self) -> None:
        """Wait until nobody else writes, as long as that makes sense."""
        latest = time.monotonic() + WAIT_S
        if turns.take(self, WAIT_S) and self._processes:
            self._processes.take(latest - time.monotonic())

    def give_turn_back(self) -> None:
        """Let others write; nothing happens where it is not this connection's turn."""
        if turns.has(self):
            if self._processes:
                self._processes.give_back()
            turns.give_back(self)

    @cached_property
    def _processes(self) -> ProcessTurns | None:
        name = str(self.settings_dict["NAME"])
        return None if self.is_in_memory_db() or name.startswith("file:") else turns_of(name)

    def create_cursor(self, name: str | None = None) -> Any:  # noqa: ARG002 (Django's signature)
        """Return a cursor."""
        return self.connection.cursor(factory=partial(Cursor, owner=self))

    def _start_transaction_under_autocommit(self) -> None:
        self.take_turn()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]  # the stubs leave it out
        except BaseException:
            self.give_turn_back()
            raise

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]  # the stubs leave it out
        self.give_turn_back()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]  # the stubs leave it out
        finally:
            self.give_turn_back()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]  # the stubs leave it out
        finally:
            self.give_turn_back()
