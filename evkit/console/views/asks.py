"""Badges that wait for an operator's answer: the panel on every page, and the answer."""

from __future__ import annotations

import json

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from chargers.models import DeferredAnswer
from chargers.services.deferred import AlreadyAnsweredError
from charging.services.manual import answer_badge
from evkit.console.access import member_page, principal_of
from evkit.console.selectors.badges import tag_of
from evkit.core.clock import utc_now
from sites.permissions import Right


@require_GET
@member_page
def asks(request: HttpRequest) -> HttpResponse:
    """Show the badges that the viewer may accept or refuse, as the inside of the panel."""
    return render(request, "components/asks.html")


@require_POST
@member_page
def answer(request: HttpRequest, number: int) -> HttpResponse:
    """Accept or refuse a badge; operators and administrators of its site only."""
    row = DeferredAnswer.objects.select_related("charge_point").filter(pk=number).first()
    principal = principal_of(request)
    if row is None or not principal.may(Right.VIEW, row.charge_point.site_id):
        raise Http404(_("No charge point waits for this answer."))
    principal.require(Right.COMMAND, row.charge_point.site_id)
    accept = request.POST.get("decision") == "accept"
    try:
        answer_badge(pk=number, accept=accept, actor=principal.actor, now=utc_now())
    except AlreadyAnsweredError as error:
        return _told(request, error.message, bad=True)
    sentence = (
        _("Badge %(tag)s is accepted at %(place)s.")
        if accept
        else _("Badge %(tag)s is refused at %(place)s.")
    )
    return _told(request, sentence % {"tag": tag_of(row), "place": row.charge_point}, bad=False)


def _told(request: HttpRequest, text: str, *, bad: bool) -> HttpResponse:
    """Tell what came of it, and show what still waits."""
    if request.headers.get("HX-Request") != "true":
        (messages.error if bad else messages.success)(request, text)
        target = request.POST.get("next", "")
        safe = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()})
        return redirect(target if safe else "sites")
    response = render(request, "components/asks.html")
    response["HX-Trigger"] = json.dumps({"toast": {"text": text, "bad": bad}}, ensure_ascii=True)
    return response
