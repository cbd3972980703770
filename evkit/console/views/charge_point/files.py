"""The files of one charge point: firmware it was sent, diagnostics it left."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from chargers.models import ChargePoint, FileJob
from evkit.console.access import get_charge_point, member_page, principal_of
from evkit.console.streaming import file_response, plain_name
from evkit.console.views.charge_point.tabs import Context, tab_page
from sites.permissions import Right

PAGE: Final = 25


@member_page
def files(request: HttpRequest, code: str, identity: str) -> HttpResponse:
    """List the file jobs, newest first."""
    return tab_page(request, code, identity, "files", _context)


def _context(request: HttpRequest, row: ChargePoint, _now: datetime) -> Context:
    jobs = FileJob.objects.filter(charge_point=row).select_related("firmware")
    return {"page": Paginator(jobs, PAGE).get_page(request.GET.get("page", ""))}


@require_safe
@member_page
def download(request: HttpRequest, code: str, identity: str, pk: int) -> StreamingHttpResponse:
    """Send a file that was received; operators and administrators only."""
    row = get_charge_point(request, code, identity)
    principal_of(request).require(Right.COMMAND, row.site_id)
    job = FileJob.objects.filter(charge_point=row, pk=pk, received_at__isnull=False).first()
    if job is None or not job.path.is_file():
        raise Http404(_("There is no such file."))
    name = plain_name(job.file_name) or f"{row.identity}-{job.pk}"
    return file_response(job.path, name, "application/octet-stream")
