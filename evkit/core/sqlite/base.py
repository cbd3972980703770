"""Writes on SQLite take turns in the order in which they were asked for.

SQLite has one writer at a time. Left to itself, whoever waits looks for a gap every tenth of a second: beside
a thread that commits again and again it finds none for many seconds. Within one process a queue costs
nothing. A turn is a transaction, or one statement that writes outside of any. Other processes wait as before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Final

from django.db.backends.sqlite3 import base

from evkit.core.turns import Turns

WAIT_S: Final = 20.0
"""Whoever has waited so long tries without its turn: SQLite then tells what is wrong."""

WRITES: Final = re.compile(r"\s*(?:INSERT|UPDATE|DELETE|REPLACE)\b", re.IGNORECASE)

turns: Final = Turns()


class Cursor(base.SQLiteCursorWrapper):
    """A cursor whose statements wait for their turn where they write outside of a transaction."""

    def __init__(self, connection: Any, *, owner: object) -> None:
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
        turns.take(self._owner, WAIT_S)
        try:
            yield
        finally:
            turns.give_back(self._owner)


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that waits for its turn before it writes, and gives it back afterwards."""

    def create_cursor(self, name: str | None = None) -> Any:  # noqa: ARG002 (Django's signature)
        """Return a cursor."""
        return self.connection.cursor(factory=partial(Cursor, owner=self))

    def _start_transaction_under_autocommit(self) -> None:
        turns.take(self, WAIT_S)
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]  # the stubs leave it out
        except BaseException:
            turns.give_back(self)
            raise

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]  # the stubs leave it out
        turns.give_back(self)

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]  # the stubs leave it out
        finally:
            turns.give_back(self)

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]  # the stubs leave it out
        finally:
            turns.give_back(self)
