"""Triggers that write down when a start or an end of a transaction came, moved or went, whoever did it.

Made after migrations, as SQLite loses the triggers of a table that is altered.
"""

from __future__ import annotations

from typing import Final

from django.db import connections, transaction

from charging.models import Transaction
from history.models import RunningDue

NAMES: Final = ("running_started", "running_ended", "running_moved", "running_removed")

_DUE: Final = "INSERT INTO {due} (charge_point_id, since, until) VALUES"
_OLD: Final = "(OLD.charge_point_id, OLD.started_at, OLD.ended_at)"
_NEW: Final = "(NEW.charge_point_id, NEW.started_at, NEW.ended_at)"

_POSTGRESQL: Final = (
    f"""
CREATE OR REPLACE FUNCTION running_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF NEW.started_at = OLD.started_at AND NEW.charge_point_id = OLD.charge_point_id THEN
      {_DUE} (
        NEW.charge_point_id, least(OLD.ended_at, NEW.ended_at),
        CASE WHEN OLD.ended_at IS NOT NULL AND NEW.ended_at IS NOT NULL
             THEN greatest(OLD.ended_at, NEW.ended_at) END
      );
      RETURN NULL;
    END IF;
  END IF;
  IF TG_OP <> 'INSERT' THEN {_DUE} {_OLD}; END IF;
  IF TG_OP <> 'DELETE' THEN {_DUE} {_NEW}; END IF;
  RETURN NULL;
END $$
""",
    """
CREATE OR REPLACE TRIGGER running_started AFTER INSERT ON {table}
FOR EACH ROW EXECUTE FUNCTION running_changed()
""",
    """
CREATE OR REPLACE TRIGGER running_moved AFTER UPDATE OF started_at, ended_at, charge_point_id ON {table}
FOR EACH ROW WHEN (
  (OLD.started_at, OLD.ended_at, OLD.charge_point_id)
  IS DISTINCT FROM (NEW.started_at, NEW.ended_at, NEW.charge_point_id)
) EXECUTE FUNCTION running_changed()
""",
    """
CREATE OR REPLACE TRIGGER running_removed AFTER DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION running_changed()
""",
)
_SQLITE: Final = (
    *(f"DROP TRIGGER IF EXISTS {name}" for name in NAMES),
    f"CREATE TRIGGER running_started AFTER INSERT ON {{table}} BEGIN {_DUE} {_NEW}; END",
    f"CREATE TRIGGER running_removed AFTER DELETE ON {{table}} BEGIN {_DUE} {_OLD}; END",
    f"""
CREATE TRIGGER running_ended AFTER UPDATE OF ended_at ON {{table}}
WHEN NEW.started_at = OLD.started_at AND NEW.charge_point_id = OLD.charge_point_id
  AND NEW.ended_at IS NOT OLD.ended_at
BEGIN
  {_DUE} (
    NEW.charge_point_id,
    min(coalesce(OLD.ended_at, NEW.ended_at), coalesce(NEW.ended_at, OLD.ended_at)),
    max(OLD.ended_at, NEW.ended_at)
  );
END
""",
    f"""
CREATE TRIGGER running_moved AFTER UPDATE OF started_at, charge_point_id ON {{table}}
WHEN NEW.started_at <> OLD.started_at OR NEW.charge_point_id <> OLD.charge_point_id
BEGIN {_DUE} {_OLD}, {_NEW}; END
""",
)


def ignore_changes(*, using: str, plan: object = None, **_signal: object) -> None:
    """Take SQLite's triggers away before migrations: it alters no table that another's trigger names."""
    if plan and connections[using].vendor == "sqlite":
        with connections[using].cursor() as cursor:
            for name in NAMES:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")


def notice_changes(*, using: str, plan: object = None, **_signal: object) -> None:
    """Make the triggers after migrations; without a plan tables were only emptied."""
    if plan is None:
        return
    connection = connections[using]
    table, due = (model._meta.db_table for model in (Transaction, RunningDue))  # noqa: SLF001
    if not {table, due} <= set(connection.introspection.table_names()):
        return
    with transaction.atomic(using=using), connection.cursor() as cursor:
        for statement in _POSTGRESQL if connection.vendor == "postgresql" else _SQLITE:
            cursor.execute(statement.format(table=table, due=due))
