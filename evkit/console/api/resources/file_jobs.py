"""`files`: firmware on its way to a charge point, diagnostics on their way from it."""

from __future__ import annotations

from ninja import Query, Router, Schema

from chargers.models import FileJob
from evkit.console.api.auth import ApiRequest
from evkit.console.api.paging import Order, Paging, refuse_unknown_parameters
from evkit.console.api.scope import get_charge_point
from evkit.console.api.types import Moment, Page

router = Router(tags=["files"])
ORDER = Order("-id", types=[int])


class FileJobOut(Schema):
    """A transfer; `elsewhere` means to or from another server, of which only the statuses tell.

    `size` is in bytes. `log_type` (of a log) and `request_id` are those of the security extension.
    """

    id: int
    charge_point: str
    kind: str
    log_type: str
    request_id: int | None
    state: str
    error: str
    elsewhere: bool
    command: int | None
    file_name: str
    size: int | None
    sha256: str
    version_before: str
    version_seen: str
    requested_by: str
    created_at: Moment
    due_at: Moment
    updated_at: Moment
    received_at: Moment | None
    removed_at: Moment | None


@router.get("charge-points/{path:identity}/files", response=Page[FileJobOut], summary="Transfers of files")
def list_file_jobs(request: ApiRequest, identity: str, wanted: Query[Paging]) -> Page[FileJobOut]:
    """Return the transfers of a charge point, the newest first."""
    refuse_unknown_parameters(request, Paging)
    point = get_charge_point(request.auth, identity)
    rows = FileJob.objects.filter(charge_point=point).select_related("charge_point")
    found, cursor = ORDER.page(rows, wanted)
    return Page[FileJobOut](items=[_out(row) for row in found], next_cursor=cursor)


def _out(row: FileJob) -> FileJobOut:
    return FileJobOut(
        id=row.pk,
        charge_point=row.charge_point.identity,
        kind=row.kind,
        log_type=row.log_type,
        request_id=row.request_id,
        state=row.state,
        error=row.error,
        elsewhere=row.elsewhere,
        command=row.command_id,
        file_name=row.file_name,
        size=row.size,
        sha256=row.sha256,
        version_before=row.version_before,
        version_seen=row.version_seen,
        requested_by=row.requested_name,
        created_at=row.created_at,
        due_at=row.due_at,
        updated_at=row.updated_at,
        received_at=row.received_at,
        removed_at=row.removed_at,
    )
