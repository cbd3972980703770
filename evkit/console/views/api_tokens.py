"""Tokens of the REST API, for administrators: create, look at, revoke."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from evkit.console.access import administrator_page, principal_of
from evkit.console.context import Frame
from evkit.console.people.forms import TokenForm
from evkit.console.people.listing import token_lines
from evkit.core.clock import utc_now
from evkit.core.errors import EvkitError
from sites.models import ApiToken
from sites.services.tokens import create_token, revoke_token
from sites.types import Role


@require_safe
@administrator_page
def api_tokens(request: HttpRequest) -> HttpResponse:
    """List the tokens with what they may do and when they were last used."""
    return render(request, "console/tokens/page.html", {"lines": token_lines(utc_now())})


@require_http_methods(["GET", "POST"])
@never_cache
@administrator_page
def new_api_token(request: HttpRequest) -> HttpResponse:
    """Create a token and show it, this once."""
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data, now = form.cleaned_data, utc_now()
        try:
            token, secret = create_token(
                name=data["name"],
                role=Role(data["role"]),
                sites=list(data["sites"]),
                now=now,
                actor=principal_of(request).actor,
                expires_at=form.expires_at(Frame(request, now).timezone),
            )
            context = {
                "secret": secret,
                "heading": token.name,
                "label": _("Token"),
                "done": reverse("api_tokens"),
            }
            return render(request, "console/tokens/created.html", context)
        except EvkitError as error:
            form.refuse(error)
    return render(request, "console/tokens/new.html", {"form": form})


@require_POST
@administrator_page
def revoke_api_token(request: HttpRequest, number: int) -> HttpResponse:
    """End a token for good."""
    token = ApiToken.objects.filter(pk=number).first()
    if token is None:
        raise Http404(_("There is no such token."))
    revoke_token(token=token, now=utc_now(), actor=principal_of(request).actor)
    messages.success(request, _("The token “%(name)s” was revoked.") % {"name": token.name})
    return redirect("api_tokens")
