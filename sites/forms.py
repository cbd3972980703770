"""The log-in form."""

from __future__ import annotations

from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sites.authentication import WAIT_ATTRIBUTE

LONGEST_IN_SECONDS = 120


class LogInForm(AuthenticationForm):
    """User name and password; tells how long to wait after too many failures."""

    def get_invalid_login_error(self) -> ValidationError:
        """Return why the log-in failed: wrong credentials, or too early."""
        wait = getattr(self.request, WAIT_ATTRIBUTE, 0)
        if not wait:
            return super().get_invalid_login_error()
        return ValidationError(wait_text(wait), code="wait")


def wait_text(seconds: int) -> str:
    """Tell how long to wait after too many failures: seconds, or minutes when there are many."""
    if seconds > LONGEST_IN_SECONDS:
        return _("Too many failed attempts. Wait %(minutes)d minutes, then try again.") % {
            "minutes": -(-seconds // 60)
        }
    return ngettext(
        "Too many failed attempts. Wait %(seconds)d second, then try again.",
        "Too many failed attempts. Wait %(seconds)d seconds, then try again.",
        seconds,
    ) % {"seconds": seconds}
