"""Logging in and out, and the viewer's own choices."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.views import LoginView, PasswordChangeView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from evkit.console.access import member_page, principal_of
from sites.forms import LogInForm
from sites.models import User
from sites.types import Theme

COOKIE_AGE_S = 365 * 24 * 3600


class LogIn(LoginView):
    """The log-in page; the authentication backend slows down guessing."""

    template_name = "account/login.html"
    authentication_form = LogInForm
    redirect_authenticated_user = True


class ChangePassword(PasswordChangeView):
    """Change one's own password."""

    template_name = "account/password.html"
    success_url = reverse_lazy("account")

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        """Store the new password and say so."""
        messages.success(self.request, _("Your password was changed."))
        return super().form_valid(form)


@member_page
def account(request: HttpRequest) -> HttpResponse:
    """Show the viewer's own data and choices."""
    context = {
        "sites": principal_of(request).sites(),
        "themes": Theme.choices,
        "languages": [("fr", "Français"), ("en", "English")],
    }
    return render(request, "account/account.html", context)


@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Keep the chosen language or theme: in the account, and in a cookie for the log-in page."""
    language, theme = request.POST.get("language", ""), request.POST.get("theme", "")
    response = _back(request)
    changed = {}
    if language in dict(settings.LANGUAGES):
        changed["language"] = language
        translation.activate(language)
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, max_age=COOKIE_AGE_S, samesite="Lax")
    if theme in Theme.values:
        changed["theme"] = theme
        response.set_cookie("theme", theme, max_age=COOKIE_AGE_S, samesite="Lax")
    if changed and isinstance(request.user, User):
        User.objects.filter(pk=request.user.pk).update(**changed)
    return response


def _back(request: HttpRequest) -> HttpResponse:
    """Go back to the page the choice was made on; nothing to show for a script."""
    if request.headers.get("X-Requested-With") == "fetch":
        return HttpResponse(status=204)
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return redirect(target if safe else "sites")
