"""A forgotten password: a link by mail; the page says the same whether the user exists or not."""

from __future__ import annotations

from functools import partial
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from evkit.console.people.forms import ForgottenForm
from evkit.console.people.letters import WAY_BACK, link_letter
from evkit.core.clock import utc_now
from evkit.core.mail import can_mail, send_later
from sites.addresses import client_address
from sites.forms import wait_text
from sites.services.links import TooManyLinksError, ways_back


@require_http_methods(["GET", "POST"])
@never_cache
def forgotten(request: HttpRequest) -> HttpResponse:
    """Ask for a link by user name or e-mail address."""
    base = people_url(request)
    context: dict[str, object] = {"can_mail": can_mail() and bool(base)}
    form = ForgottenForm(request.POST or None)
    if request.method == "POST" and context["can_mail"] and form.is_valid():
        try:
            _mail_links(request, form.cleaned_data["who"], base)
            return render(request, "account/forgotten.html", {**context, "sent": True})
        except TooManyLinksError as error:
            context["refused"] = wait_text(error.wait)
    status = 429 if "refused" in context else 200
    return render(request, "account/forgotten.html", {**context, "form": form}, status=status)


def _mail_links(request: HttpRequest, who: str, base: str) -> None:
    """Send the links on threads of their own: how long this takes tells nothing."""
    for user, token in ways_back(who=who, address=client_address(request), now=utc_now()):
        link = base + reverse("link", args=[token])
        send_later(partial(link_letter, WAY_BACK, user, link, ZoneInfo("UTC")))


def people_url(request: HttpRequest) -> str:
    """Return the address under which people reach evkit, without a slash at its end; "" if it is not known.

    A request's own host counts only where hosts are named: else whoever asks could put theirs into a letter.
    """
    if "*" not in settings.ALLOWED_HOSTS:
        return request.build_absolute_uri("/").rstrip("/")
    origins: list[str] = settings.CSRF_TRUSTED_ORIGINS
    return next((each.rstrip("/") for each in origins if "*" not in each), "")
