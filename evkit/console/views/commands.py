"""One page per command: the form, and the queueing of what it asks for."""

from __future__ import annotations

import json

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from chargers.models import ChargePoint
from charging.services.pausing import UnableToPauseError
from evkit.console.access import get_charge_point, member_page, principal_of
from evkit.console.commands.base import CommandForm
from evkit.console.commands.catalogue import COMMANDS
from evkit.console.public import public_url
from evkit.console.selectors.overview import charge_point_url
from evkit.console.views.charge_point.tabs import in_zone_of
from evkit.core.clock import utc_now
from evkit.core.errors import InvalidInputError
from sites.permissions import Right


@require_http_methods(["GET", "POST"])
@member_page
def command(request: HttpRequest, code: str, identity: str, slug: str) -> HttpResponse:
    """Show the form of a command, or queue the command; operators and administrators only."""
    charge_point = get_charge_point(request, code, identity)
    principal_of(request).require(Right.COMMAND, charge_point.site_id)
    form_class = COMMANDS.get(slug)
    if form_class is None:
        raise Http404(_("There is no such command."))
    form = form_class(
        request.POST if request.method == "POST" else None,
        initial=request.GET.dict() if request.method == "GET" else None,
        charge_point=charge_point,
        base_url=public_url(request),
    )
    with in_zone_of(charge_point):
        if request.method == "POST" and form.is_valid() and _queued(request, form):
            return _done(request, charge_point, form)
        return _form_page(request, charge_point, form, slug)


def _queued(request: HttpRequest, form: CommandForm) -> bool:
    """Queue the command; a refusal is shown on the form."""
    try:
        form.queue(now=utc_now(), actor=principal_of(request).actor)
    except (InvalidInputError, UnableToPauseError) as error:
        form.add_error(None, error.message)
        return False
    return True


def _done(request: HttpRequest, charge_point: ChargePoint, form: CommandForm) -> HttpResponse:
    """Tell that the command is on its way; its result appears on the charge point's page."""
    text = _("%(command)s: sent to %(identity)s.") % {
        "command": form.heading,
        "identity": charge_point.identity,
    }
    if request.headers.get("HX-Request") != "true":
        messages.success(request, text)
        return redirect(charge_point_url(charge_point))
    response = HttpResponse(status=204)
    response["HX-Trigger"] = json.dumps({"command-queued": {"text": text}}, ensure_ascii=True)
    return response


def _form_page(request: HttpRequest, charge_point: ChargePoint, form: CommandForm, slug: str) -> HttpResponse:
    fragment = request.headers.get("HX-Request") == "true"
    template = "console/commands/dialog.html" if fragment else "console/commands/page.html"
    context = {"charge_point": charge_point, "site": charge_point.site, "form": form, "slug": slug}
    return render(request, template, context, status=200)
