"""The operation list of a site: every connector, live; the same view answers for its fragments."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from charging.models import OperationBatch
from charging.types import Operation
from evkit.console.access import get_site, may_command, member_page, principal_of
from evkit.console.confirming import ICONS, short_label
from evkit.console.ids import read_ids
from evkit.console.outcomes import Result, result_of
from evkit.console.rows import RowFilter, headings
from evkit.console.selectors.rows import row_chips, site_rows, zones_of_site
from evkit.core.clock import utc_now
from sites.models import Site

ALL: Final = "all"
MAX_ROWS: Final = 1000
RECENT: Final = timedelta(minutes=10)


@member_page
def operation(request: HttpRequest, code: str) -> HttpResponse:
    """Show every connector of a site as a row.

    With `only=1,2` an htmx request gets the rows of those charge points as fragments that replace
    themselves, or remove themselves where they no longer pass the filter; with `only=all`, or without
    `only` (a search, another order), the whole table body.
    """
    site = get_site(request, code)
    chosen = RowFilter.read(request.GET)
    asked = request.GET.get("only", "")
    some = None if asked in {"", ALL} else read_ids(asked)
    rows = site_rows(site, utc_now(), some)
    shown = chosen.apply(rows)
    may = may_command(request, site.pk)
    context = {
        "site": site,
        "filter": chosen,
        "rows": shown[:MAX_ROWS],
        "gone": [] if some is None else [row for row in rows if not chosen.passes(row)],
        "left_out": max(len(shown) - MAX_ROWS, 0),
        "whole": some is None,
        "empty_site": some is None and not rows,
        "chips": row_chips(site, chosen),
        "may_command": may,
        "recent": _recent(request, site) if may else None,
    }
    page = request.headers.get("HX-Request") != "true"
    if some is None:
        context |= {"headings": headings(chosen)}
    if page:
        context |= {"zones": zones_of_site(site), "actions": _actions()}
    template = "console/operation/page.html" if page else "console/operation/live.html"
    with timezone.override(site.zone):
        return render(request, template, context)


def _actions() -> list[tuple[str, str, str]]:
    """Return the operations as slug, icon and label, in the order of their buttons."""
    return [(operation.value, ICONS[operation], short_label(operation)) for operation in Operation]


def _recent(request: HttpRequest, site: Site) -> Result | None:
    """Return the viewer's own last operation on the site, while it is news."""
    now = utc_now()
    own = OperationBatch.objects.filter(
        site=site, requested_name=principal_of(request).actor.name, created_at__gt=now - RECENT
    ).first()
    return None if own is None else result_of(own, now)
