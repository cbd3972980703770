"""Django's administration, open to administrators only."""

from __future__ import annotations

from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from sites.forms import LogInForm
from sites.models import User
from sites.types import Role


class EvkitAdminSite(AdminSite):
    """The administration: the role decides, not a flag that somebody may have forgotten."""

    site_header = _("evkit administration")
    site_title = _("evkit administration")
    index_title = _("Configuration")
    login_form = LogInForm

    def has_permission(self, request: HttpRequest) -> bool:
        """Tell whether the viewer is an active administrator."""
        user = request.user
        return isinstance(user, User) and user.is_active and user.role == Role.ADMINISTRATOR
