from django.contrib.admin.apps import AdminConfig


class EvkitAdminConfig(AdminConfig):
    """Registers evkit's administration in the place of Django's."""

    default_site = "sites.admin_site.EvkitAdminSite"
