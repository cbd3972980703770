from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AlarmsConfig(AppConfig):
    """Alarm definitions, occurrences and notification."""

    name = "alarms"
    label = "alarms"
    verbose_name = _("Alarms")
