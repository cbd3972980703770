"""Asking for an operation: its confirmation, its start, and what came of it line by line."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from chargers.models import Evse
from charging.models import OperationBatch
from charging.services.operations import UnableToOperateError, Wish, operate, prepare
from charging.services.planning import Arguments
from charging.types import Operation
from evkit.console.access import get_site, may_command, member_page, principal_of
from evkit.console.confirming import confirmation
from evkit.console.ids import read_ids
from evkit.console.operation_form import OperationForm, first_form, wish_of
from evkit.console.outcomes import Result, result_of
from evkit.console.rows import RowFilter
from evkit.console.selectors.rows import site_rows
from evkit.core.clock import utc_now
from sites.models import Site
from sites.permissions import Right

ALL: Final = "all"
LISTED: Final = 50
BRIEF_LINES: Final = 8


@require_POST
@member_page
def confirm(request: HttpRequest, code: str) -> HttpResponse:
    """Show what an operation on the selection would do; nothing is asked yet."""
    site = get_site(request, code)
    principal_of(request).require(Right.COMMAND, site.pk)
    wish = _selected(request, site)
    return _confirmation_page(request, wish, first_form(wish))


@require_POST
@member_page
def run(request: HttpRequest, code: str) -> HttpResponse:
    """Start an operation that was confirmed, and show its progress."""
    site = get_site(request, code)
    principal_of(request).require(Right.COMMAND, site.pk)
    form = OperationForm(request.POST, operation=_operation(request.POST.get("operation", "")))
    if not form.is_valid():
        targets = request.POST.get("targets", "")
        wish = wish_of(site, _operation(request.POST.get("operation", "")), targets, Arguments())
        return _confirmation_page(request, wish, form)
    wish = form.wish(site)
    try:
        made = operate(wish=wish, principal=principal_of(request), now=utc_now())
    except UnableToOperateError as error:
        return _refusal_page(request, site, error.message)
    if request.headers.get("HX-Request") != "true":
        return redirect("operation_batch", site.code, made.pk)
    return _brief(request, site, result_of(made, utc_now()))


@member_page
def batch(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Show an operation line by line.

    `part=brief` is its summary in a dialog; `only=1,2` the lines of those charge points, live.
    """
    site = get_site(request, code)
    found = _batch(site, number)
    now = utc_now()
    result = result_of(found, now)
    if request.GET.get("part") == "brief":
        return _brief(request, site, result)
    asked = request.GET.get("only", "")
    only = read_ids(asked)
    context = {
        "site": site,
        "result": result,
        "lines": [line for line in result.lines if line.point_pk in only or asked in {"", ALL}],
        "may_command": may_command(request, site.pk),
    }
    page = request.headers.get("HX-Request") != "true"
    template = "console/operation/batch.html" if page else "console/operation/batch_live.html"
    with timezone.override(site.zone):
        return render(request, template, context)


@member_page
def batches(request: HttpRequest, code: str) -> HttpResponse:
    """Show the last operations of a site."""
    site = get_site(request, code)
    now = utc_now()
    found = OperationBatch.objects.filter(site=site)[:LISTED]
    context = {"site": site, "results": [result_of(each, now) for each in found]}
    with timezone.override(site.zone):
        return render(request, "console/operation/batches.html", context)


def _selected(request: HttpRequest, site: Site) -> Wish:
    """Return the wish behind a press of a button: one row, the ticked rows, all that match, or a retry."""
    asked = request.POST
    if "retry" in asked:
        return _again(site, _batch(site, _number(asked["retry"])))
    single, _colon, pk = asked.get("one", "").partition(":")
    if single:
        return wish_of(site, _operation(single), pk, Arguments())
    name = _operation(asked.get("operation", ""))
    if "every" in asked:
        rows = RowFilter.read(asked).apply(site_rows(site, utc_now()))
        targets = ",".join(str(row.pk) for row in rows)
    else:
        targets = ",".join([*asked.getlist("target"), asked.get("targets", "")])
    return wish_of(site, name, targets, Arguments())


def _again(site: Site, made: OperationBatch) -> Wish:
    """Return the wish that tries the failed lines of an operation again."""
    failed = result_of(made, utc_now()).failed
    whole = [line.point_pk for line in failed if line.evse_pk is None]
    ids = {line.evse_pk for line in failed if line.evse_pk is not None}
    ids |= set(Evse.objects.filter(charge_point__any_of=whole).values_list("pk", flat=True))
    wish = wish_of(site, Operation(made.operation), "", Arguments(**made.arguments))
    return replace(wish, evse_ids=frozenset(ids))


def _operation(text: str) -> Operation:
    if text not in Operation.values:
        raise Http404(_("There is no such operation."))
    return Operation(text)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 18 else 0


def _batch(site: Site, number: int) -> OperationBatch:
    found = OperationBatch.objects.filter(site=site, pk=number).first() if number < 2**63 else None
    if found is None:
        raise Http404(_("There is no such operation on this site."))
    return found


def _confirmation_page(request: HttpRequest, wish: Wish, form: OperationForm) -> HttpResponse:
    """Say what would happen, with the form that makes it happen."""
    try:
        targets = prepare(wish=wish, principal=principal_of(request))
    except UnableToOperateError as error:
        return _refusal_page(request, wish.site, error.message)
    said = confirmation(wish.site, wish.operation, targets)
    return _dialog(request, wish.site, "confirm", {"said": said, "form": form})


def _refusal_page(request: HttpRequest, site: Site, message: str) -> HttpResponse:
    return _dialog(request, site, "refused", {"message": message})


def _brief(request: HttpRequest, site: Site, result: Result) -> HttpResponse:
    context = {
        "site": site,
        "result": result,
        "lines": result.most_telling[:BRIEF_LINES],
        "more": max(len(result.lines) - BRIEF_LINES, 0),
        "may_command": may_command(request, site.pk),
    }
    with timezone.override(site.zone):
        return render(request, "console/operation/_brief.html", context)


def _dialog(request: HttpRequest, site: Site, name: str, context: dict[str, object]) -> HttpResponse:
    """Answer with the content of a dialog, or with a page around it."""
    fragment = request.headers.get("HX-Request") == "true"
    template = f"console/operation/_{name}.html" if fragment else "console/operation/lone.html"
    part = f"console/operation/_{name}.html"
    with timezone.override(site.zone):
        return render(request, template, {"site": site, "part": part, **context})
