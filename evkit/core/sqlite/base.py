"""Transactions on SQLite begin in the order in which they were asked for.

SQLite has one writer at a time. Left to itself, whoever waits looks for a gap every tenth of a second: beside
a thread that commits again and again it finds none for many seconds. Within one process a queue costs
nothing. Other processes, and statements outside of a transaction, wait as before.
"""

from __future__ import annotations

from typing import Final

from django.db.backends.sqlite3 import base

from evkit.core.turns import Turns

WAIT_S: Final = 20.0
"""Whoever has waited so long tries without its turn: SQLite then tells what is wrong."""

turns: Final = Turns()


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that waits for its turn before a transaction, and gives it back at its end."""

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
