"""Set-based writes of rows that replace those of the same key."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from evkit.core.copying import binary_rows
from evkit.core.db import Column
from evkit.core.literals import Row, sqlite_rows
from evkit.core.scripts import Script


def replace_rows(table: str, cols: Sequence[Column], rows: Sequence[Row], *, key: int) -> None:
    """Write `rows` into `table`; the first `key` of `cols` are its key. Call inside `atomic`.

    Each key may come once. Rows are written in the order of their keys, so that two writers never wait for
    each other in a circle.
    """
    if not rows:
        return
    ordered = sorted(rows, key=lambda row: row[:key])  # type: ignore[arg-type, return-value]  # keys are comparable
    names = ", ".join(f'"{col.name}"' for col in cols)
    keys = ", ".join(f'"{col.name}"' for col in cols[:key])
    changes = ", ".join(f'"{col.name}" = excluded."{col.name}"' for col in cols[key:])
    conflict = f"ON CONFLICT ({keys}) DO UPDATE SET {changes}"
    types = [col.type for col in cols]
    if connection.vendor != "postgresql":
        marks = ", ".join(["%s"] * len(cols))
        with connection.cursor() as cursor:
            cursor.executemany(
                f'INSERT INTO "{table}" ({names}) VALUES ({marks}) {conflict}', sqlite_rows(types, ordered)
            )
        return
    stage = f"{table}_stage"
    with connection.cursor() as cursor:
        cursor.execute(
            f'CREATE TEMPORARY TABLE IF NOT EXISTS "{stage}" (LIKE "{table}") ON COMMIT DELETE ROWS'
        )
        cursor.execute(f'TRUNCATE "{stage}"')
    script = Script()
    script.add_copy(f'COPY "{stage}" ({names}) FROM STDIN (FORMAT binary)', binary_rows(types, ordered))
    script.run()
    with connection.cursor() as cursor:
        cursor.execute(f'INSERT INTO "{table}" ({names}) SELECT {names} FROM "{stage}" {conflict}')
