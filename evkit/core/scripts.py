"""Several statements to PostgreSQL in one round trip, COPY among them.

A round trip costs a writer more than the statement in it: the thread gives up the interpreter and has
to get it back from a busy event loop. A script is one simple query (PostgreSQL manual, "Simple Query",
"Multiple Statements in a Simple Query"): it costs one round trip, and one more for each COPY.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from psycopg import Connection, generators
from psycopg.abc import PQGen
from psycopg.adapt import Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult

Rows = list[tuple[Any, ...]]


@dataclass(slots=True)
class Script:
    """Statements to run in their order inside the current transaction, and what their COPYs send."""

    statements: list[str] = field(default_factory=list)
    copies: list[bytes] = field(default_factory=list)

    def add(self, statement: str, parameters: Sequence[Any] = ()) -> None:
        """Add a statement that is not a COPY."""
        if parameters:
            with connection.cursor() as cursor:
                statement = cursor.mogrify(statement, parameters)
        self.statements.append(statement)

    def add_copy(self, statement: str, data: bytes) -> None:
        """Add a `COPY ... FROM STDIN` of `data`."""
        self.statements.append(statement)
        self.copies.append(data)

    def run(self) -> list[Rows]:
        """Run the statements; return the rows of each, none for those that return none.

        Raises:
            django.db.Error: a statement failed; those after it did not run.
        """
        connection.ensure_connection()
        raw: Connection[Any] = connection.connection
        begin = not raw.autocommit and raw.pgconn.transaction_status == TransactionStatus.IDLE
        statements = ["BEGIN", *self.statements] if begin else self.statements
        with connection.wrap_database_errors, raw.lock:
            results = raw.wait(_running(raw.pgconn, ";".join(statements), self.copies))
        rows = [_rows(raw, result) for result in results if result.status != ExecStatus.COPY_IN]
        return rows[begin:]


def _running(pgconn: PGconn, text: str, copies: Sequence[bytes]) -> PQGen[list[PGresult]]:
    pgconn.send_query(text.encode())
    results: list[PGresult] = yield from generators.execute(pgconn)
    for data in copies:
        if results[-1].status != ExecStatus.COPY_IN:
            break
        pgconn.put_copy_data(data)
        pgconn.put_copy_end()
        results += yield from generators.execute(pgconn)
    for result in results:
        if result.status == ExecStatus.FATAL_ERROR:
            raise error_from_result(result)
    return results


def _rows(raw: Connection[Any], result: PGresult) -> Rows:
    if result.status != ExecStatus.TUPLES_OK or not result.ntuples:
        return []
    transformer = Transformer.from_context(raw)
    transformer.set_pgresult(result)
    return transformer.load_rows(0, result.ntuples, tuple)


_gathered: ContextVar[Script | None] = ContextVar("gathered", default=None)


def gathered() -> Script | None:
    """Return the script that collects writes at present, if one does."""
    return _gathered.get()


@contextmanager
def gathered_writes() -> Iterator[None]:
    """Collect what set-based writes add to `gathered()` and run it at the end, together with the commit.

    Whatever else is asked of the database in between sees what was written before: it is run first.
    Call directly inside the outermost `atomic`, and do nothing after it in there.

    Raises:
        django.db.Error: what was collected failed, or the commit did.
    """
    script = Script()
    token = _gathered.set(script)
    try:
        with connection.execute_wrapper(_after_the_gathered):
            yield
    finally:
        _gathered.reset(token)
    if len(connection.atomic_blocks) == 1:
        script.add("COMMIT")
    if script.statements:
        script.run()


def run_gathered() -> None:
    """Run what was collected so far."""
    script = _gathered.get()
    if script is not None and script.statements:
        statements, copies = script.statements, script.copies
        script.statements, script.copies = [], []
        Script(statements, copies).run()


def _after_the_gathered(execute: Callable[..., Any], *arguments: Any) -> Any:
    run_gathered()
    return execute(*arguments)
