from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HistoryConfig(AppConfig):
    """Message log and audit journal."""

    name = "history"
    label = "history"
    verbose_name = _("History")
