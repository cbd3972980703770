"""Taking over the transactions of a former system: a file, its columns, a trial, the import."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from charging.services.importing import import_charges
from evkit.console.access import administrator_page, principal_of
from evkit.console.importing.files import (
    MOST_BYTES,
    MOST_ROWS,
    Table,
    UnreadableFileError,
    forget_upload,
    keep_upload,
    kept_table,
)
from evkit.console.importing.mapping import TARGETS, ColumnMeanings, Reader, guess
from evkit.core.clock import utc_now

MINE = "imports"
"""Of the session: the files that the viewer uploaded."""


@require_http_methods(["GET", "POST"])
@administrator_page
def import_transactions(request: HttpRequest) -> HttpResponse:
    """Ask for a file and keep it."""
    error = ""
    if request.method == "POST":
        try:
            token = _upload(request)
        except UnreadableFileError as refused:
            error = refused.message
        else:
            request.session[MINE] = [*request.session.get(MINE, [])[-4:], token]
            return redirect("import_columns", token)
    limits = {"megabytes": MOST_BYTES // 1024**2, "rows": MOST_ROWS}
    return render(
        request, "console/importing/page.html", {"error": error, **limits}, status=422 if error else 200
    )


@require_http_methods(["GET", "POST"])
@administrator_page
def import_columns(request: HttpRequest, token: str) -> HttpResponse:
    """Ask what the columns mean, try the import, and do it where nothing is wrong."""
    table = kept_table(token) if token in request.session.get(MINE, []) else None
    if table is None:
        raise Http404(_("There is no such file any more. Upload it again."))
    meanings = _meanings(request.POST, table) if request.method == "POST" else guess(table.heads)
    outcome = None
    if request.method == "POST" and not meanings.missing:
        outcome = Reader(meanings, list(principal_of(request).sites()), utc_now()).read(table)
        if "import" in request.POST and outcome.may_be_imported:
            done = import_charges(charges=outcome.charges, actor=principal_of(request).actor, now=utc_now())
            forget_upload(token)
            text = ngettext("%(number)d transaction imported.", "%(number)d transactions imported.", done)
            messages.success(request, text % {"number": done})
            return redirect(f"{reverse('all_transactions')}?flag=imported")
    context = {
        "token": token, "table": table, "rows": len(table.rows), "sample": table.rows[:5],
        "targets": [(target, meanings.columns.get(target.name)) for target in TARGETS],
        "meanings": meanings, "outcome": outcome, "tried": request.method == "POST",
    }  # fmt: skip
    return render(request, "console/importing/columns.html", context)


def _upload(request: HttpRequest) -> str:
    file = request.FILES.get("file")
    if file is None:
        raise UnreadableFileError(_("Choose a file."))
    # One byte more than allowed is enough to know that it is too large.
    return keep_upload(file.read(MOST_BYTES + 1))


def _meanings(form: QueryDict, table: Table) -> ColumnMeanings:
    columns = {}
    for target in TARGETS:
        place = form.get(target.name, "")
        if place.isascii() and place.isdigit() and len(place) < 4 and int(place) < len(table.heads):
            columns[target.name] = int(place)
    return ColumnMeanings(columns, kwh=form.get("unit") != "Wh")
