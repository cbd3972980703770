from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class HistoryConfig(AppConfig):
    """Message log, audit journal, exports and the views for other tools."""

    name = "history"
    label = "history"
    verbose_name = _("History")

    def ready(self) -> None:
        """Have the views for other tools, and the triggers, follow the migrations."""
        from history.append_only import guard_audit, unguard_audit
        from history.open_database.making import after_migrations, before_migrations
        from history.rollups.noticing import ignore_changes, notice_changes

        pre_migrate.connect(before_migrations, sender=self)
        pre_migrate.connect(unguard_audit, sender=self)
        pre_migrate.connect(ignore_changes, sender=self)
        post_migrate.connect(after_migrations, sender=self)
        post_migrate.connect(guard_audit, sender=self)
        post_migrate.connect(notice_changes, sender=self)
