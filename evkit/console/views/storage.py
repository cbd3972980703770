"""How long data are kept: what would go is shown before it is decided."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from evkit.console.access import administrator_page, principal_of
from evkit.core.clock import utc_now
from evkit.core.errors import InvalidInputError
from history.retention.kinds import KINDS
from history.services.retention import change_retention, forecast, project_settings

LONGEST_DAYS = 36_500


@require_http_methods(["GET", "HEAD", "POST"])
@administrator_page
def storage(request: HttpRequest) -> HttpResponse:
    """Show what is kept for how long and what goes next; post `preview` to see, `keep` to decide."""
    days: Mapping[str, int | None] = {}
    archived = project_settings().archive_removed
    if request.method == "POST":
        archived = "archive" in request.POST
        try:
            days = _read_days(request.POST)
        except InvalidInputError as error:
            messages.error(request, error.message)
            return redirect("storage")
        if request.POST.get("do") == "keep":
            change_retention(days=days, archived=archived, actor=principal_of(request).actor)
            messages.success(request, _("The times are kept. What is older goes within the hour."))
            return redirect("storage")
    found = forecast(days=days, now=utc_now())
    context = {"forecasts": found, "archived": archived, "previewed": bool(days)}
    return render(request, "console/storage.html", context)


def _read_days(posted: QueryDict) -> dict[str, int | None]:
    """Return the days by setting; empty keeps for ever.

    Raises:
        InvalidInputError: one is no number of days.
    """
    found: dict[str, int | None] = {}
    for kind in KINDS:
        text = posted.get(kind.setting, "").strip()
        good = (
            text.isascii() and text.isdigit() and len(text) < 6 and kind.shortest <= int(text) <= LONGEST_DAYS
        )
        if text and not good:
            message = _("%(kind)s: give %(shortest)d to 36500 days, or nothing to keep them for ever.")
            told = {"kind": kind.label, "shortest": kind.shortest}
            raise InvalidInputError(message % told, field=kind.setting)
        found[kind.setting] = int(text) if text else None
    return found
