"""The files of one charge point: firmware it was sent, diagnostics it left."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Final

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from chargers.models import ChargePoint, FileJob
from evkit.console.access import get_charge_point, member_page, principal_of
from evkit.console.streaming import plain_name
from evkit.console.views.charge_point.tabs import Context, tab_page
from sites.permissions import Right

PAGE: Final = 25
CHUNK_BYTES: Final = 1 << 18


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
    response = StreamingHttpResponse(_chunks(job.path), content_type="application/octet-stream")
    name = plain_name(job.file_name) or f"{row.identity}-{job.pk}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Content-Length"] = str(job.path.stat().st_size)
    response["Cache-Control"] = "no-store"
    return response


async def _chunks(path: Path) -> AsyncIterator[bytes]:
    with await asyncio.to_thread(path.open, "rb") as file:
        while chunk := await asyncio.to_thread(file.read, CHUNK_BYTES):
            yield chunk
