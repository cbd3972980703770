"""Saving, renaming, sharing and deleting filters of list pages."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from evkit.console.access import member_page
from evkit.core.errors import EvkitError
from sites.addresses import client_address
from sites.models import SavedFilter, User
from sites.services.saved_filters import change_filter, delete_filter, save_filter

PAGES: Final = frozenset(
    {"charge_points", "connectors", "vehicles", "vehicle", "transactions", "all_transactions", "audit"}
)


@require_POST
@member_page
def saved_filters(request: HttpRequest) -> HttpResponse:
    """Keep a list's query string under a name, and go back to it."""
    page = request.POST.get("page", "")
    if page not in PAGES:
        raise Http404(_("There is no such list."))
    query = request.POST.get("query", "")
    try:
        kept = save_filter(
            user=_user(request),
            page=page,
            name=request.POST.get("name", ""),
            query=query,
            shared="shared" in request.POST,
            address=client_address(request),
        )
    except EvkitError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("The filter “%(name)s” is saved.") % {"name": kept.name})
    return _back(request, query)


@require_POST
@member_page
def saved_filter(request: HttpRequest, number: int) -> HttpResponse:
    """Rename, share, open by itself or delete a saved filter (`action`: change or delete)."""
    user, address = _user(request), client_address(request)
    saved = SavedFilter.objects.visible_to(user).filter(pk=number).first()
    if saved is None:
        raise Http404(_("There is no such filter, or it is not yours."))
    try:
        if request.POST.get("action") == "delete":
            delete_filter(user=user, saved=saved, address=address)
            messages.success(request, _("The filter “%(name)s” is deleted.") % {"name": saved.name})
        else:
            change_filter(
                user=user,
                saved=saved,
                name=request.POST.get("name", ""),
                shared="shared" in request.POST,
                opens="opens" in request.POST,
                address=address,
            )
            messages.success(request, _("The filter “%(name)s” is saved.") % {"name": saved.name})
    except EvkitError as error:
        messages.error(request, error.message)
    return _back(request)


def _user(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise Http404
    return request.user


def _back(request: HttpRequest, query: str = "") -> HttpResponse:
    """Go back to the list."""
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    if not safe:
        return redirect("sites")
    return redirect(f"{target}?{query}" if query else target)
