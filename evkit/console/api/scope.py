"""What a caller may see: every endpoint starts from here."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from chargers.models import ChargePoint, Evse
from evkit.core.errors import NotFoundError
from sites.models import Site
from sites.permissions import Principal, Right


def visible_charge_points(principal: Principal) -> QuerySet[ChargePoint]:
    """Return the charge points of the caller's sites; a caller of every site also sees those without one."""
    if principal.site_ids is None:
        return ChargePoint.objects.all()
    return ChargePoint.objects.filter(site_id__in=principal.site_ids)


def get_site(principal: Principal, code: str) -> Site:
    """Return a site that the caller may see.

    Raises:
        NotFoundError: there is none, or the caller may not know of it.
    """
    site = principal.sites().filter(code=code).first()
    if site is None:
        raise NotFoundError(_("There is no site “%(code)s”.") % {"code": code})
    return site


def get_charge_point(principal: Principal, identity: str) -> ChargePoint:
    """Return a charge point that the caller may see.

    Raises:
        NotFoundError: there is none, or the caller may not know of it.
    """
    row = visible_charge_points(principal).filter(identity=identity).first()
    if row is None:
        raise NotFoundError(_("There is no charge point “%(identity)s”.") % {"identity": identity})
    return row


def get_connector(principal: Principal, identity: str, number: int, right: Right) -> Evse:
    """Return a connector of a charge point on whose site the caller holds a right.

    Raises:
        NotFoundError: there is none, or the caller may not know of it.
        ForbiddenError: the caller may see it, but lacks the right.
    """
    charge_point = get_charge_point(principal, identity)
    principal.require(right, charge_point.site_id)
    found = charge_point.evses.filter(number=number).first() if number < 2**31 else None
    if found is None:
        raise NotFoundError(_("%(identity)s has no such connector.") % {"identity": identity})
    return found
