from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SitesConfig(AppConfig):
    """Users, roles, sites and their circuits; labelled apart from `django.contrib.sites`."""

    name = "sites"
    label = "evsites"
    verbose_name = _("Sites and users")
