"""Asking for files of stored data, watching them being written, taking them."""

from __future__ import annotations

import logging
from typing import Final, TypeVar
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from evkit.console.access import get_site, member_page, principal_of, sites_of
from evkit.console.exports.description import Export
from evkit.console.exports.registry import EXPORTS
from evkit.console.exports.running import SMALL, run_export, selection_for
from evkit.console.exports.telling import tell_filters
from evkit.console.streaming import file_response
from evkit.console.tasks import run_export as run_later
from evkit.console.zones import common_zone
from evkit.core.clock import utc_now
from evkit.core.errors import EvkitError
from history.models import ExportJob, ExportSchedule
from history.services.export_schedules import remove_schedule, schedule_export
from history.services.exports import ask_for_export, cancel_export
from history.types import Rhythm
from sites.models import User
from sites.permissions import Principal, Right

SHOWN: Final = 50
PENDING: Final = "exports"
"""Of the session: the exports whose end the asker has not been told of yet."""
Row = TypeVar("Row", ExportJob, ExportSchedule)
TYPES: Final = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
log = logging.getLogger(__name__)


@member_page
def exports(request: HttpRequest) -> HttpResponse:
    """List the viewer's own exports, and offer new ones."""
    viewer = principal_of(request)
    sites = sites_of(request)
    zone = common_zone(sites)
    jobs = [_titled(job) for job in _own(request)[:SHOWN]]
    context = {
        "zone": "" if zone else "UTC",
        "jobs": jobs,
        "busy": any(job.running for job in jobs),
        "tables": [one for one in EXPORTS.values() if _may_ask(one, viewer)],
        "rhythms": Rhythm.choices,
        "schedules": [
            _titled(row) for row in ExportSchedule.objects.filter(user=_user(request)).select_related("site")
        ],
    }
    with timezone.override(zone or "UTC"):
        tell_filters(jobs, sites)
        return render(request, "exports/page.html", context)


@require_POST
@member_page
def new_export(request: HttpRequest) -> HttpResponse:
    """Write a small file at once and send it; have a large one written in the background."""
    export = EXPORTS.get(request.POST.get("table", ""))
    if export is None:
        raise Http404(_("There is no such table."))
    code = request.POST.get("site", "")
    site = get_site(request, code) if code else None
    query = request.POST.get("query", "") or _query_of(request)
    everything, viewer, now = "everything" in request.POST, principal_of(request), utc_now()
    selection = selection_for(export, viewer, site, query, everything=everything, now=now)
    try:
        job = ask_for_export(
            user=_user(request), actor=viewer.actor, table=export.name,
            kind=request.POST.get("kind", ""), query=query, everything=everything, site=site,
            language=get_language() or "en", now=now,
        )  # fmt: skip
    except EvkitError as error:
        return _refused(request, error)
    if selection.at_most(SMALL):
        run_export(job.pk)
        return _go_on(request, reverse("export_file", args=[job.pk]))
    return _in_background(request, job)


@require_POST
@member_page
def schedule(request: HttpRequest) -> HttpResponse:
    """Keep a regular export of the viewer's own."""
    export, viewer = EXPORTS.get(request.POST.get("table", "")), principal_of(request)
    if export is None:
        raise Http404(_("There is no such table."))
    code = request.POST.get("site", "")
    site = get_site(request, code) if code else None
    if export.right != Right.VIEW or site:
        viewer.require(export.right, site.pk if site else None)
    zone = site.zone if site else common_zone(list(viewer.sites())) or ZoneInfo("UTC")
    try:
        schedule_export(
            user=_user(request), actor=viewer.actor, table=export.name, kind=request.POST.get("kind", ""),
            rhythm=request.POST.get("rhythm", ""), site=site, language=get_language() or "en", now=utc_now(),
            zone=zone,
        )  # fmt: skip
    except EvkitError as error:
        messages.error(request, error.message)
    return redirect("exports")


@require_POST
@member_page
def unschedule(request: HttpRequest, number: int) -> HttpResponse:
    """End a regular export of the viewer's own."""
    if not remove_schedule(user=_user(request), actor=principal_of(request).actor, number=number):
        raise Http404(_("There is no such export, or it is not yours."))
    return redirect("exports")


@require_safe
@member_page
def export_file(request: HttpRequest, number: int) -> HttpResponseBase:
    """Send a file to whom asked for it, as long as they may see what is in it."""
    job = _job(request, number)
    there = job.ready and utc_now() < job.expires_at and job.path.is_file()
    if not there or not _may_have(job, principal_of(request)):
        raise Http404(_("There is no such file any more."))
    return file_response(job.path, job.file_name, TYPES[job.kind])


@require_safe
@member_page
def export_toast(request: HttpRequest, number: int) -> HttpResponse:
    """Tell how far one export has come."""
    job = _job(request, number)
    _told(request, [job])
    return render(request, "exports/_toast.html", {"job": _titled(job)})


@require_safe
@member_page
def export_toasts(request: HttpRequest) -> HttpResponse:
    """Tell of all exports whose end the viewer has not been told of yet: after a change of pages."""
    jobs = list(_own(request).filter(pk__in=request.session.get(PENDING, [])))
    _told(request, jobs)
    return render(request, "exports/_toasts.html", {"jobs": [_titled(job) for job in jobs]})


@require_POST
@member_page
def cancel(request: HttpRequest, number: int) -> HttpResponse:
    """Stop an export that is not finished."""
    job = _job(request, number)
    cancel_export(job=job, actor=principal_of(request).actor, now=utc_now())
    if request.headers.get("HX-Request") != "true":
        return redirect("exports")
    job.refresh_from_db()
    _told(request, [job])
    return render(request, "exports/_toast.html", {"job": _titled(job)})


def _own(request: HttpRequest) -> QuerySet[ExportJob]:
    return ExportJob.objects.filter(user=_user(request)).select_related("site")


def _user(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise Http404
    return request.user


def _job(request: HttpRequest, number: int) -> ExportJob:
    job = ExportJob.objects.filter(user=_user(request), pk=number).select_related("site").first()
    if job is None:
        raise Http404(_("There is no such export, or it is not yours."))
    return job


def _titled(job: Row) -> Row:
    """Attach what the job exports, in the viewer's language."""
    known = EXPORTS.get(job.table)
    job.title = known.title if known else job.table  # type: ignore[attr-defined]  # for the templates
    return job


def _may_ask(export: Export, viewer: Principal) -> bool:
    return export.right == Right.VIEW or viewer.may(export.right, None)


def _may_have(job: ExportJob, viewer: Principal) -> bool:
    right = EXPORTS[job.table].right
    return viewer.may(right, job.site_id) if job.site_id else right == Right.VIEW or viewer.may(right, None)


def _query_of(request: HttpRequest) -> str:
    given = {name: request.POST.get(name, "") for name in ("from", "to")}
    return urlencode({name: value for name, value in given.items() if value})


def _in_background(request: HttpRequest, job: ExportJob) -> HttpResponse:
    request.session[PENDING] = [*request.session.get(PENDING, []), job.pk]
    try:
        run_later.delay(number=job.pk)
    except Exception:  # the sweep finds it; the page must not fail with the broker
        log.exception("export_not_handed_over")
    if request.headers.get("HX-Request") != "true":
        return redirect("exports")
    return render(request, "exports/_toast.html", {"job": _titled(job)})


def _refused(request: HttpRequest, error: EvkitError) -> HttpResponse:
    messages.error(request, error.message)
    return _go_on(request, reverse("exports"))


def _go_on(request: HttpRequest, target: str) -> HttpResponse:
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=204, headers={"HX-Redirect": target})
    return redirect(target)


def _told(request: HttpRequest, jobs: list[ExportJob]) -> None:
    """Forget those that have ended: their end is told now."""
    pending = request.session.get(PENDING, [])
    ended = {job.pk for job in jobs if not job.running}
    if ended & set(pending):
        request.session[PENDING] = [number for number in pending if number not in ended]
