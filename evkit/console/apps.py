from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConsoleConfig(AppConfig):
    """The operator's console: pages, live feed, configuration file and API."""

    name = "evkit.console"
    label = "console"
    verbose_name = _("Console")
