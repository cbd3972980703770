from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ChargersConfig(AppConfig):
    """Charge points, connections, commands and the OCPP engine."""

    name = "chargers"
    label = "chargers"
    verbose_name = _("Charge points")
