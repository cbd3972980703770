"""Logging in and out, and the viewer's own choices."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.contrib.auth.views import LoginView, PasswordChangeView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from evkit.console.access import member_page, principal_of
from evkit.console.people.forms import LANGUAGES, OwnPasswordForm, ProfileForm
from evkit.console.people.listing import session_lines
from evkit.core.clock import utc_now
from evkit.core.errors import EvkitError
from sites.authentication import WAIT_ATTRIBUTE
from sites.forms import LogInForm
from sites.models import User
from sites.services.sessions import end_session, end_sessions
from sites.services.users import change_profile, set_password
from sites.types import Theme

COOKIE_AGE_S = 365 * 24 * 3600


class LogIn(LoginView):
    """The log-in page; the authentication backend slows down guessing."""

    template_name = "account/login.html"
    authentication_form = LogInForm
    redirect_authenticated_user = True

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        """Show the form again; too early a try is answered with 429 and how long to wait."""
        response = super().form_invalid(form)
        if wait_s := getattr(self.request, WAIT_ATTRIBUTE, 0):
            response.status_code = 429
            response.headers["Retry-After"] = str(wait_s)
        return response


class ChangePassword(PasswordChangeView):
    """Change one's own password."""

    template_name = "account/password.html"
    form_class = OwnPasswordForm
    success_url = reverse_lazy("account")

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        """Store the new password, end the other sessions and say so."""
        set_password(
            user=form.user,
            password=form.cleaned_data["new_password1"],
            actor=principal_of(self.request).actor,
            keep=self.request.session.session_key or "",
        )
        update_session_auth_hash(self.request, form.user)
        messages.success(self.request, _("Your password was changed. You are logged out everywhere else."))
        return redirect(self.get_success_url())


@require_http_methods(["GET", "POST"])
@member_page
def account(request: HttpRequest) -> HttpResponse:
    """Show the viewer's own data, choices and sessions; change their name and address."""
    user = _viewer(request)
    names = {"first_name": user.first_name, "last_name": user.last_name, "email": user.email}
    form = ProfileForm(request.POST or None, initial=names)
    if request.method == "POST" and form.is_valid():
        try:
            profile = form.profile(user.language)
            change_profile(user=user, profile=profile, actor=principal_of(request).actor)
            messages.success(request, _("Your details were saved."))
            return redirect("account")
        except EvkitError as error:
            form.refuse(error)
    context = {
        "form": form,
        "sites": principal_of(request).sites(),
        "themes": Theme.choices,
        "languages": LANGUAGES,
        "sessions": session_lines(user, request.session.session_key or "", utc_now()),
    }
    return render(request, "account/account.html", context)


@require_POST
@member_page
def end_session_of_mine(request: HttpRequest) -> HttpResponse:
    """Log the viewer out in one other place, or in all of them."""
    user, actor = _viewer(request), principal_of(request).actor
    if handle := request.POST.get("session"):
        try:
            end_session(user=user, handle=handle, actor=actor)
            messages.success(request, _("The session was ended."))
        except EvkitError as error:
            messages.error(request, error.message)
        return redirect("account")
    end_sessions(user=user, actor=actor, keep=request.session.session_key or "")
    update_session_auth_hash(request, user)
    messages.success(request, _("You are logged out everywhere else."))
    return redirect("account")


@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Keep the chosen language, theme or shortcuts: in the account, and in a cookie for the log-in page."""
    language, theme = request.POST.get("language", ""), request.POST.get("theme", "")
    response = _back(request)
    changed: dict[str, Any] = {}
    if "shortcuts" in request.POST:
        changed["shortcuts"] = request.POST["shortcuts"] == "on"
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


def _viewer(request: HttpRequest) -> User:
    """Return the logged-in user as a row that may be changed."""
    return User.objects.get(username=request.user.get_username())


def _back(request: HttpRequest) -> HttpResponse:
    """Go back to the page the choice was made on; nothing to show for a script."""
    if request.headers.get("X-Requested-With") == "fetch":
        return HttpResponse(status=204)
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return redirect(target if safe else "sites")
