from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    """What every app builds on: events, clock, units, errors, commands."""

    name = "evkit.core"
    label = "evcore"
    verbose_name = _("Core")

    def ready(self) -> None:
        """Make evkit's lookups known to Django."""
        from evkit.core.lookups import register

        register()
