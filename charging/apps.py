from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ChargingConfig(AppConfig):
    """Id tokens, vehicles, transactions and metering."""

    name = "charging"
    label = "charging"
    verbose_name = _("Charges and vehicles")
