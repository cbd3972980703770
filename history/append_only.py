"""The audit journal can only grow: the database itself refuses changes, and removal before its time.

What may change is that the user or the site of an entry is deleted: the entry keeps their names. An entry
may be removed once it is older than an administrator has the journal kept (`Project.audit_days`), 90 days
at least; where nothing is set, never. Routine orders of smart charging also go once they are older than
`Project.audit_routine_days`, 90 days at least. PostgreSQL's TRUNCATE is refused as well, SQLite's REPLACE
leaves an entry as it is. Made after migrations, as SQLite loses the triggers of a table that is altered.
"""

from __future__ import annotations

from typing import Final

from django.db import connections, transaction

from chargers.models.command import SHARING
from history.models import AuditEntry
from sites.models import Project
from sites.models.project import SHORTEST

KEPT_DAYS: Final = SHORTEST["audit_days"]
RULE: Final = "older ones go where the storage settings say for how many days"
NO_UPDATE: Final = "audit_entry_stays"
NO_DELETE: Final = "audit_entry_is_kept"
NO_REPLACE: Final = "audit_entry_is_not_replaced"
NO_TRUNCATE: Final = "audit_entries_are_kept"

_POSTGRESQL: Final = (
    """
CREATE OR REPLACE FUNCTION audit_entry_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  kept integer := (SELECT audit_days FROM {project});
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    RAISE EXCEPTION 'audit entries are kept: {rule}' USING ERRCODE = 'restrict_violation';
  END IF;
  IF TG_OP = 'DELETE' THEN
    IF {routine} THEN
      kept := least(kept, (SELECT audit_routine_days FROM {project}));
    END IF;
    IF kept IS NULL OR OLD.at > now() - make_interval(days => greatest(kept, {days})) THEN
      RAISE EXCEPTION 'audit entries are kept: {rule}' USING ERRCODE = 'restrict_violation';
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
    """
CREATE OR REPLACE TRIGGER {no_truncate} BEFORE TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_guard()
""",
)
_SQLITE: Final = (
    "DROP TRIGGER IF EXISTS {no_update}",
    "DROP TRIGGER IF EXISTS {no_delete}",
    "DROP TRIGGER IF EXISTS {no_replace}",
    """
CREATE TRIGGER {no_update} BEFORE UPDATE ON {table}
WHEN NOT ({same}
  AND (NEW.user_id IS NULL OR NEW.user_id IS OLD.user_id)
  AND (NEW.site_id IS NULL OR NEW.site_id IS OLD.site_id))
BEGIN SELECT RAISE(ABORT, 'audit entries never change'); END
""",
    """
CREATE TRIGGER {no_delete} BEFORE DELETE ON {table}
WHEN NOT EXISTS (
  SELECT 1 FROM {project}
  WHERE OLD.at <= strftime('%Y-%m-%d %H:%M:%f', 'now', '-' || max(
    CASE WHEN {routine}
      THEN min(coalesce(audit_days, audit_routine_days), coalesce(audit_routine_days, audit_days))
      ELSE audit_days END, {days}) || ' days')
)
BEGIN SELECT RAISE(ABORT, 'audit entries are kept: {rule}'); END
""",
    # REPLACE takes a row away without a word to the triggers of deletion.
    """
CREATE TRIGGER {no_replace} BEFORE INSERT ON {table}
WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id)
BEGIN SELECT RAISE(IGNORE); END
""",
)


def unguard_audit(*, using: str, plan: object = None, **_signal: object) -> None:
    """Take SQLite's triggers away before migrations: it alters no table that another's trigger reads."""
    if plan and connections[using].vendor == "sqlite":
        with connections[using].cursor() as cursor:
            for name in (NO_UPDATE, NO_DELETE, NO_REPLACE):
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")


def guard_audit(*, using: str, plan: object = None, **_signal: object) -> None:
    """Make the triggers after migrations; without a plan tables were only emptied."""
    if plan is None:
        return
    connection = connections[using]
    table, project = (model._meta.db_table for model in (AuditEntry, Project))  # noqa: SLF001
    if not {table, project} <= set(connection.introspection.table_names()):
        return
    fixed = [
        field.column
        for field in AuditEntry._meta.concrete_fields  # noqa: SLF001
        if field.name not in {"user", "site"}
    ]
    same = " AND ".join(f'NEW."{name}" IS OLD."{name}"' for name in fixed)
    names = {
        "table": table, "project": project, "days": KEPT_DAYS, "rule": RULE,
        "no_update": NO_UPDATE, "no_delete": NO_DELETE, "no_truncate": NO_TRUNCATE, "no_replace": NO_REPLACE,
        "same": same,
        "routine": f"OLD.user_name = '{SHARING}' AND OLD.verb = 'command' AND OLD.user_id IS NULL",
    }  # fmt: skip
    with transaction.atomic(using=using), connection.cursor() as cursor:
        for statement in _POSTGRESQL if connection.vendor == "postgresql" else _SQLITE:
            cursor.execute(statement.format(**names))
