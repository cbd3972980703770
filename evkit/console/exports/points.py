"""What exports of rows that belong to charge points have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from chargers.models import ChargePoint
from evkit.console.exports.description import Scope
from evkit.console.periods import read_moment
from evkit.console.tables.filtering import Filter, Kind, Option, Rows


def point_ids(scope: Scope) -> list[int]:
    """Return the ids of the charge points of a scope."""
    return list(ChargePoint.objects.filter(site__in=scope.sites).values_list("pk", flat=True))


def point_filters(scope: Scope, time: str) -> list[Filter]:
    """Return the filters by charge point, site and time (the name of the field)."""
    identities = ChargePoint.objects.filter(site__in=scope.sites).order_by("identity")
    options = [Option(identity, identity) for identity in identities.values_list("identity", flat=True)]
    return [
        Filter("from", pgettext("period", "From"), _since(time), Kind.DATE),
        Filter("to", pgettext("period", "To"), _until(time), Kind.DATE),
        Filter("charge_point", _("Charge point"), _of_point(scope), options=options),
    ]


def name_points(rows: list[Any]) -> None:
    """Attach to rows the `identity` of their charge point: "" where it is gone."""
    ids = {row.charge_point_id for row in rows}
    names = dict(ChargePoint.objects.filter(pk__in=ids).values_list("pk", "identity"))
    for row in rows:
        row.identity = names.get(row.charge_point_id, "")


def _of_point(scope: Scope) -> Callable[[Rows, str], Rows]:
    """Return what narrows by identity; an unknown one leaves nothing."""

    def narrow(rows: Rows, value: str) -> Rows:
        points = ChargePoint.objects.filter(site__in=scope.sites, identity=value)
        return rows.filter(charge_point_id__in=list(points.values_list("pk", flat=True)))

    return narrow


def _since(field: str) -> Callable[[Rows, str], Rows]:
    def narrow(rows: Rows, value: str) -> Rows:
        moment = read_moment(value)
        return rows.filter(**{f"{field}__gte": moment}) if moment else rows

    return narrow


def _until(field: str) -> Callable[[Rows, str], Rows]:
    def narrow(rows: Rows, value: str) -> Rows:
        moment = read_moment(value, end=True)
        return rows.filter(**{f"{field}__lt": moment}) if moment else rows

    return narrow
