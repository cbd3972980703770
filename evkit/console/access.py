"""Who is asking, and which sites and charge points they may see: for views and the live feed."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from chargers.models import ChargePoint
from evkit.core.errors import ForbiddenError
from sites.addresses import client_address
from sites.models import Site
from sites.permissions import Principal, Right, principal_of_user

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def principal_of(request: HttpRequest) -> Principal:
    """Return the principal behind a request, worked out once per request."""
    known: Principal | None = getattr(request, "principal", None)
    if known is None:
        known = principal_of_user(request.user, client_address(request))
        request.principal = known  # type: ignore[attr-defined]  # one per request, like request.user
    return known


def sites_of(request: HttpRequest) -> list[Site]:
    """Return the sites that the viewer may see, by code, read once per request."""
    known: list[Site] | None = getattr(request, "sites", None)
    if known is None:
        known = list(principal_of(request).sites())
        request.sites = known  # type: ignore[attr-defined]  # one per request, like the principal
    return known


def get_site(request: HttpRequest, code: str) -> Site:
    """Return a site that the viewer may see.

    Raises:
        Http404: there is no such site, or the viewer may not know of it.
    """
    site = next((site for site in sites_of(request) if site.code == code), None)
    if site is None:
        raise Http404(_("There is no such site, or it is not yours to see."))
    return site


def get_charge_point(request: HttpRequest, code: str, identity: str) -> ChargePoint:
    """Return a charge point of a site that the viewer may see, with its live state.

    Raises:
        Http404: there is no such charge point on that site, or the viewer may not know of it.
    """
    site = get_site(request, code)
    points = ChargePoint.objects.of_site(site).with_live_state()
    found = points.filter(identity=identity).first()
    if found is None:
        raise Http404(_("There is no such charge point on this site."))
    return found


def member_page(view: View[P]) -> View[P]:
    """Require a log-in, and answer 403 where the principal lacks a right."""

    @login_required
    @wraps(view)
    def checked(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except ForbiddenError as error:
            raise PermissionDenied(error.message) from error

    return checked


def administrator_page(view: View[P]) -> View[P]:
    """Require a log-in, and answer 403 to everybody but administrators."""

    @member_page
    @wraps(view)
    def checked(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        principal_of(request).require(Right.CONFIGURE, None)
        return view(request, *args, **kwargs)

    return checked


def may_command(request: HttpRequest, site_id: int | None) -> bool:
    """Tell whether the viewer may command the charge points of a site."""
    return principal_of(request).may(Right.COMMAND, site_id)
