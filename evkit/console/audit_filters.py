"""The filters of the audit journal."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from evkit.console.deeds import deed, thing
from evkit.console.periods import read_moment
from evkit.console.tables.filtering import Filter, Kind, Option, Rows
from history.models import AuditEntry
from sites.models import Site

MAX_WORDS = 5
ITSELF = "evkit ("
"""How names begin of what evkit does by itself: sharing power, schedules, automatic starts."""


def audit_filters() -> list[Filter]:
    """Return the filters; deeds and kinds of objects are those that are in the journal."""
    sites = [Option(site.code, site.name) for site in Site.objects.order_by("code")]
    return [
        Filter("q", _("Search"), search, Kind.SEARCH, every=_("User, object, address")),
        Filter("from", pgettext("period", "From"), _since, Kind.DATE),
        Filter("to", pgettext("period", "To"), _until, Kind.DATE),
        Filter("user", _("User"), _equal_user, Kind.TEXT),
        Filter("by", _("Done by"), _by, options=_doers(), every=_("Without smart charging")),
        Filter("verb", _("Deed"), _verb, options=_found("verb", deed), every=_("All deeds")),
        Filter(
            "kind", _("Kind of object"), _kind, options=_found("object_type", thing), every=_("All kinds")
        ),
        Filter("site", _("Site"), _site, options=sites, every=_("All sites")),
    ]


def search(rows: Rows, text: str) -> Rows:
    """Return the entries in which every word is found: who, what, from where."""
    for word in text.split()[:MAX_WORDS]:
        rows = rows.filter(
            Q(user_name__icontains=word)
            | Q(object_key__icontains=word)
            | Q(address__icontains=word)
            | Q(verb__icontains=word)
        )
    return rows


def _found(field: str, words: Callable[[str], str]) -> list[Option]:
    values = AuditEntry.objects.order_by(field).values_list(field, flat=True).distinct()
    return sorted((Option(value, words(value)) for value in values), key=lambda option: option.label)


def _doers() -> list[Option]:
    return [
        Option("all", _("Everybody")),
        Option("people", _("People and programs")),
        Option("evkit", _("evkit by itself")),
    ]


def _by(rows: Rows, value: str) -> Rows:
    itself = Q(user_name__startswith=ITSELF)
    return rows.filter(itself) if value == "evkit" else rows.exclude(itself) if value == "people" else rows


def _equal_user(rows: Rows, value: str) -> Rows:
    return rows.filter(user_name__iexact=value)


def _verb(rows: Rows, value: str) -> Rows:
    return rows.filter(verb=value)


def _kind(rows: Rows, value: str) -> Rows:
    return rows.filter(object_type=value)


def _site(rows: Rows, value: str) -> Rows:
    return rows.filter(site__code=value)


def _since(rows: Rows, value: str) -> Rows:
    moment = read_moment(value)
    return rows.filter(at__gte=moment) if moment else rows


def _until(rows: Rows, value: str) -> Rows:
    moment = read_moment(value, end=True)
    return rows.filter(at__lt=moment) if moment else rows
