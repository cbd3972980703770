"""What charge points report of themselves and their connectors (OCPP 1.6 §4.9), set-based."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from chargers.events import ChargePointChanged
from chargers.models import EvseState
from chargers.ocpp.handling import Batch, InboundCall
from chargers.services.availability import confirm_availability
from chargers.services.evses import Place, ensure_evses, is_connector
from chargers.services.heartbeats import note_seen
from chargers.services.outages import Turn, store_turns
from evkit.core.db import columns, update_rows
from evkit.core.texts import storable


@dataclass(frozen=True, slots=True)
class StatusReport:
    """One status as reported: `number` 0 is the charge point itself, `device_at` its own trusted time.

    `clock_offset_s` is the device's clock minus ours, in s, as this report shows it.
    """

    call: InboundCall
    number: int
    status: str
    error_code: str = ""
    vendor_error_code: str = ""
    info: str = ""
    device_at: datetime | None = None
    clock_offset_s: float | None = None

    @property
    def place(self) -> Place:
        """The charge point and connector that the report is about."""
        return self.call.link.charge_point_id, self.number


_OWN = columns(
    charge_point_id="bigint",
    status="text",
    error_code="text",
    vendor_error_code="text",
    info="text",
    status_at="timestamptz",
)
_CONNECTOR = columns(
    evse_id="bigint",
    status="text",
    error_code="text",
    vendor_error_code="text",
    info="text",
    status_at="timestamptz",
    status_device_at="timestamptz",
    status_since="timestamptz",
)

_CLOCK = columns(charge_point_id="bigint", clock_offset_s="float8")

_Since = tuple[str, datetime | None]


def store_statuses(reports: Sequence[StatusReport], batch: Batch) -> None:
    """Store statuses in the order of their receipt; the last of each place is the present one.

    `status_since` moves only when the status changes. Connector 0 is the charge point's own status.
    Undeclared connectors are created. The clock is judged by changes only: a status that is merely
    repeated may carry the time of the change. Commands that waited for a status are confirmed.
    """
    ordered = sorted(reports, key=lambda report: (report.call.received_at, report.call.sequence))
    note_seen((report.call.link.charge_point_id, report.call.received_at) for report in ordered)
    _store_own(report for report in ordered if report.number == 0)
    _store_connectors([report for report in ordered if is_connector(report.number)], batch)
    confirm_availability({report.call.link.charge_point_id for report in ordered}, batch)
    for charge_point_id, site_id in {
        report.call.link.charge_point_id: report.call.link.site_id for report in ordered
    }.items():
        batch.publish(ChargePointChanged(charge_point_id, site_id))


def _store_own(reports: Iterable[StatusReport]) -> None:
    last = {report.call.link.charge_point_id: report for report in reports}
    update_rows(
        "chargers_chargepointstate",
        _OWN,
        [(pk, *_values(report), report.call.received_at) for pk, report in sorted(last.items())],
    )


def _store_connectors(reports: Sequence[StatusReport], batch: Batch) -> None:
    if not reports:
        return
    ids, present = _load(reports, batch)
    rows = {}
    offsets = {}
    turns = []
    for report in reports:
        evse_id = ids[report.place]
        status, since = present[evse_id]
        at = report.call.received_at
        if status != report.status or since is None:
            since = at
            offsets[report.place[0]] = report.clock_offset_s
            turns.append(Turn(evse_id, at, status, report.status, report.error_code))
        present[evse_id] = (report.status, since)
        rows[evse_id] = (evse_id, *_values(report), at, report.device_at, since)
    update_rows("chargers_evsestate", _CONNECTOR, list(rows.values()))
    store_turns(turns)
    update_rows("chargers_chargepointstate", _CLOCK, [row for row in offsets.items() if row[1] is not None])


def _load(reports: Sequence[StatusReport], batch: Batch) -> tuple[dict[Place, int], dict[int, _Since]]:
    """Return the connectors' keys and their locked present statuses; keys that went stale are replaced."""
    ids = {
        report.place: pk
        for report in reports
        if (pk := report.call.link.evse_ids.get(report.number)) is not None
    }
    present = _lock(ids.values())
    ids = {place: pk for place, pk in ids.items() if pk in present}
    new = ensure_evses([(report.call, report.number) for report in reports if report.place not in ids], batch)
    if new:
        present |= _lock(new.values())
    return ids | new, present


def _lock(ids: Iterable[int]) -> dict[int, _Since]:
    rows = EvseState.objects.filter(pk__any_of=set(ids)).order_by("pk").select_for_update(of=("self",))
    return {pk: (status, since) for pk, status, since in rows.values_list("pk", "status", "status_since")}


def _values(report: StatusReport) -> tuple[str, str, str, str]:
    return (
        report.status,
        storable(report.error_code, 64),
        storable(report.vendor_error_code, 255),
        storable(report.info, 255),
    )
