"""The audit journal can only grow: the database itself refuses changes, and removal before its time.

What may change is that the user or the site of an entry is deleted: the entry keeps their names. An entry
may be removed once it is `KEPT_DAYS` old. Made after migrations, as SQLite loses the triggers of a table that
is altered.
"""

from __future__ import annotations

from typing import Final

from django.db import connections, transaction

from history.models import AuditEntry

KEPT_DAYS: Final = 90
NO_UPDATE: Final = "audit_entry_stays"
NO_DELETE: Final = "audit_entry_is_kept"

_POSTGRESQL: Final = (
    """
CREATE OR REPLACE FUNCTION audit_entry_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.at > now() - interval '{days} days' THEN
      RAISE EXCEPTION 'audit entries are kept for {days} days' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
  END IF;
  IF (to_jsonb(NEW) - 'user_id' - 'site_id') IS DISTINCT FROM (to_jsonb(OLD) - 'user_id' - 'site_id')
     OR (NEW.user_id IS NOT NULL AND NEW.user_id IS DISTINCT FROM OLD.user_id)
     OR (NEW.site_id IS NOT NULL AND NEW.site_id IS DISTINCT FROM OLD.site_id) THEN
    RAISE EXCEPTION 'audit entries never change' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$
""",
    """
CREATE OR REPLACE TRIGGER {no_update} BEFORE UPDATE ON {table}
FOR EACH ROW EXECUTE FUNCTION audit_entry_guard()
""",
    """
CREATE OR REPLACE TRIGGER {no_delete} BEFORE DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION audit_entry_guard()
""",
)
_SQLITE: Final = (
    """
CREATE TRIGGER IF NOT EXISTS {no_update} BEFORE UPDATE ON {table}
WHEN NOT ({same}
  AND (NEW.user_id IS NULL OR NEW.user_id IS OLD.user_id)
  AND (NEW.site_id IS NULL OR NEW.site_id IS OLD.site_id))
BEGIN SELECT RAISE(ABORT, 'audit entries never change'); END
""",
    """
CREATE TRIGGER IF NOT EXISTS {no_delete} BEFORE DELETE ON {table}
WHEN OLD.at > datetime('now', '-{days} days')
BEGIN SELECT RAISE(ABORT, 'audit entries are kept for {days} days'); END
""",
)


def guard_audit(*, using: str, plan: object = None, **_signal: object) -> None:
    """Make the triggers after migrations; without a plan tables were only emptied."""
    if plan is None:
        return
    connection = connections[using]
    table = AuditEntry._meta.db_table  # noqa: SLF001 (Django's documented Meta API)
    if table not in connection.introspection.table_names():
        return
    fixed = [
        field.column
        for field in AuditEntry._meta.concrete_fields  # noqa: SLF001
        if field.name not in {"user", "site"}
    ]
    same = " AND ".join(f'NEW."{name}" IS OLD."{name}"' for name in fixed)
    names = {"table": table, "days": KEPT_DAYS, "no_update": NO_UPDATE, "no_delete": NO_DELETE, "same": same}
    with transaction.atomic(using=using), connection.cursor() as cursor:
        for statement in _POSTGRESQL if connection.vendor == "postgresql" else _SQLITE:
            cursor.execute(statement.format(**names))
