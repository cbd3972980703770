"""Users, for administrators: invite, change, deactivate, let in again."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from evkit.console.access import administrator_page, principal_of
from evkit.console.people.forms import InvitationForm, UserForm, user_values
from evkit.console.people.letters import INVITATION, NEW_LINK, link_letter
from evkit.console.people.listing import user_line, user_lines
from evkit.core.clock import utc_now
from evkit.core.errors import EvkitError
from evkit.core.mail import UnableToMailError, can_mail, send
from sites.models import Site, User
from sites.services.links import invite_user, issue_link
from sites.services.users import change_user, set_active


@require_safe
@administrator_page
def users(request: HttpRequest) -> HttpResponse:
    """List all users with role, sites and when they were last here."""
    return render(request, "console/users/page.html", {"lines": user_lines(utc_now())})


@require_http_methods(["GET", "POST"])
@never_cache
@administrator_page
def invite(request: HttpRequest) -> HttpResponse:
    """Create a user and show the link with which they choose their password."""
    form = InvitationForm(request.POST or None, initial={"language": request.LANGUAGE_CODE})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            user, token = invite_user(
                username=data["username"],
                role=data["role"],
                sites=data["sites"],
                profile=form.profile(data["language"]),
                actor=principal_of(request).actor,
                now=utc_now(),
            )
            return _link_page(request, user, token, INVITATION)
        except EvkitError as error:
            form.refuse(error)
    return render(request, "console/users/invite.html", {"form": form})


@require_http_methods(["GET", "POST"])
@administrator_page
def user_detail(request: HttpRequest, number: int) -> HttpResponse:
    """Show a user and change their role, sites and name."""
    user = _user(number)
    form = UserForm(request.POST or None, initial=user_values(user))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            change_user(
                user=user,
                role=data["role"],
                sites=data["sites"],
                profile=form.profile(data["language"]),
                actor=principal_of(request).actor,
            )
            messages.success(request, _("%(username)s was changed.") % {"username": user.get_username()})
            return redirect("users")
        except EvkitError as error:
            form.refuse(error)
            user = _user(number)
    return _detail_page(request, user, form)


@require_POST
@administrator_page
def user_active(request: HttpRequest, number: int) -> HttpResponse:
    """Deactivate a user, or activate them again."""
    user = _user(number)
    active = request.POST.get("active") == "1"
    try:
        set_active(user=user, active=active, actor=principal_of(request).actor)
    except EvkitError as error:
        messages.error(request, error.message)
        return redirect("user", number)
    text = _("%(username)s can log in again.") if active else _("%(username)s can no longer log in.")
    messages.success(request, text % {"username": user.get_username()})
    return redirect("users")


@require_POST
@never_cache
@administrator_page
def user_link(request: HttpRequest, number: int) -> HttpResponse:
    """Make a new link; the old password and older links stop working."""
    user = _user(number)
    try:
        token = issue_link(user=user, actor=principal_of(request).actor, now=utc_now())
    except EvkitError as error:
        messages.error(request, error.message)
        return redirect("user", number)
    return _link_page(request, user, token, NEW_LINK)


def _user(number: int) -> User:
    user = User.objects.prefetch_related("sites").filter(pk=number).first()
    if user is None:
        raise Http404(_("There is no such user."))
    return user


def _detail_page(request: HttpRequest, user: User, form: UserForm) -> HttpResponse:
    context = {"line": user_line(user, utc_now()), "form": form, "is_own": user.pk == request.user.pk}
    return render(request, "console/users/user.html", context)


def _link_page(request: HttpRequest, user: User, token: str, kind: str) -> HttpResponse:
    """Show a link to hand over; it is mailed as well where there are a mail server and an address."""
    link = request.build_absolute_uri(reverse("link", args=[token]))
    context: dict[str, object] = {"person": user, "secret": link, "label": _("Link")}
    context |= {"heading": _("Link to hand over"), "done": reverse("users")}
    if user.email and can_mail():
        try:
            send(link_letter(kind, user, link, _zone_of(user)))
            context["mailed"] = True
        except UnableToMailError as error:
            context["unable"] = error.message
    return render(request, "console/users/link.html", context)


def _zone_of(user: User) -> ZoneInfo:
    """Return the time zone of a user: that of their first site."""
    site = user.sites.order_by("code").first() or Site.objects.order_by("code").first()
    return ZoneInfo("UTC") if site is None else site.zone
