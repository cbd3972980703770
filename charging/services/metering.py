"""Storing meter values: any number of messages in a handful of statements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import msgspec

from chargers.events import ChargePointChanged
from chargers.ocpp.handling import Batch, InboundCall
from chargers.services.evses import Place, ensure_evses, is_connector
from charging.metering.attribution import Transactions
from charging.metering.live import Live
from charging.metering.progress import COLUMNS, Progress
from charging.metering.reading import Moment, Quality
from charging.models import Transaction
from charging.services.site_meters import record_site_meters
from evkit.core.db import Read, columns, insert_new, read_rows, update_rows
from evkit.core.literals import Row

_INT32: Final = 2**31 - 1
_TRANSACTIONS: Final = "charging_transaction"

_SAMPLES: Final = columns(
    charge_point_id="bigint",
    evse_number="int4",
    measured_at="timestamptz",
    fingerprint="bigint",
    received_at="timestamptz",
    transaction_number="int4",
    context="int2",
    quality="int2",
    power_w="float8",
    energy_wh="float8",
    current_l1_a="float8",
    current_l2_a="float8",
    current_l3_a="float8",
    voltage_v="float8",
    soc_percent="float8",
    temperature_c="float8",
    packed="float8[]",
    texts="text",
)
_PROGRESS: Final = columns(
    number="int4",
    measured_at="timestamptz",
    step="text",
    charging_at="timestamptz",
    power_peak_w="float8",
    soc_start_percent="float8",
    soc_last_percent="float8",
    meter_last_wh="float8",
    segments_wh="float8",
    segment_start_wh="float8",
    energy_wh="float8",
)


class MeterReport(msgspec.Struct, frozen=True, gc=False):
    """The meter values of one message.

    Attributes:
        call: the message they came in.
        evse_number: the connector as sent; 0 is the charge point's main meter.
        claimed: our transaction number as sent, None if it was left out.
        moments: what was measured.
    """

    call: InboundCall
    evse_number: int
    claimed: int | None
    moments: Sequence[Moment]

    @property
    def place(self) -> Place:
        """The charge point and connector that the values are about."""
        return self.call.link.charge_point_id, self.evse_number


def record_meter_values(reports: Sequence[MeterReport], batch: Batch) -> None:
    """Store meter values in the order of their receipt, live states and transactions with them.

    A sample that is stored already is left out. Undeclared connectors are created; the values of an
    impossible one are stored as the main meter's and recorded as a deviation. What a main meter tells of its
    site is the base load of smart charging.
    """
    record_site_meters(reports)
    ordered = sorted(
        (_believable(report, batch) for report in reports),
        key=lambda report: (report.call.received_at, report.call.sequence),
    )
    evse_ids = _evse_ids(ordered, batch)
    transactions, live = _load(ordered, evse_ids)
    rows: list[Row] = []
    for report in ordered:
        rows += _take(report, transactions, live, batch)
    insert_new("charging_metersample", _SAMPLES, rows)
    live.store()
    _store_progress(transactions.by_number.values())
    for charge_point_id, site_id in {
        report.call.link.charge_point_id: report.call.link.site_id for report in ordered
    }.items():
        batch.publish(ChargePointChanged(charge_point_id, site_id))


def _believable(report: MeterReport, batch: Batch) -> MeterReport:
    number = report.evse_number
    if number == 0 or is_connector(number):
        return report
    batch.deviate(report.call, "connector-out-of-range", "stored as values of the main meter")
    return MeterReport(report.call, 0, report.claimed, report.moments)


def _evse_ids(reports: Iterable[MeterReport], batch: Batch) -> dict[Place, int]:
    ids: dict[Place, int] = {}
    unknown = []
    for report in reports:
        number = report.evse_number
        if number:
            pk = report.call.link.evse_ids.get(number)
            if pk is None:
                unknown.append((report.call, number))
            else:
                ids[report.place] = pk
    return ids | ensure_evses(unknown, batch) if unknown else ids


def _load(reports: Iterable[MeterReport], evse_ids: dict[Place, int]) -> tuple[Transactions, Live]:
    """Load what the messages move on: one round trip, more only if they name other transactions.

    The transactions are the open ones of the connectors and those that the messages name.
    """
    numbers = {pk: place[1] for place, pk in evse_ids.items()}
    main_meters = {report.place[0] for report in reports if not report.evse_number}
    running, connectors, own = read_rows(
        Read(_TRANSACTIONS, COLUMNS, numbers, key="evse_id", while_null="ended_at"),
        *Live.reads(numbers, main_meters),
    )
    transactions = Transactions()
    for row in running:
        transactions.add(Progress.load(row, numbers[row[2]]))
    _load_named(reports, transactions)
    elsewhere = {each.place: each.evse_id for each in transactions.by_number.values()}
    others = set(elsewhere.values()) - numbers.keys()
    if others:
        connectors += read_rows(*Live.reads(others, ()))[0]
    return transactions, Live.load(evse_ids | elsewhere, connectors, own)


def _load_named(reports: Iterable[MeterReport], transactions: Transactions) -> None:
    """Load the transactions that messages name and that are not known yet."""
    claimed = {
        report.claimed for report in reports if report.claimed is not None and 0 < report.claimed <= _INT32
    }
    missing = claimed - transactions.by_number.keys()
    if missing:
        names = [column.name for column in COLUMNS]
        rows = Transaction.objects.filter(pk__any_of=missing).values_list(*names, "evse__number")
        for row in rows:
            transactions.add(Progress.load(row[:-1], row[-1]))


def _take(report: MeterReport, transactions: Transactions, live: Live, batch: Batch) -> list[Row]:
    charge_point_id, evse_number = report.place
    odd: dict[str, None] = {}
    rows: list[Row] = []
    for moment in report.moments:
        progress, deviation = transactions.find(
            charge_point_id=charge_point_id,
            evse_number=evse_number,
            claimed=report.claimed,
            at=moment.order_at,
        )
        number = evse_number
        if progress is not None:
            number = number or progress.evse_number
            if number == progress.evse_number and progress.take(moment):
                odd["register-restarted"] = None
        elif deviation:
            moment.quality |= Quality.NO_TRANSACTION
        live.take((charge_point_id, number), moment, report.call.received_at)
        rows.append(_row(report, number, progress, moment))
        if deviation or moment.quality:
            odd |= dict.fromkeys(_oddities(moment, deviation))
    for code in odd:
        batch.deviate(report.call, code)
    return rows


def _oddities(moment: Moment, deviation: str) -> Iterator[str]:
    if deviation:
        yield deviation
    if not moment.quality:
        return
    if moment.quality & Quality.ENERGY:
        yield "implausible-register"
    if moment.quality & Quality.SOC:
        yield "soc-out-of-range"
    if moment.quality & Quality.IMPOSSIBLE:
        yield "implausible-value"


def _row(report: MeterReport, number: int, progress: Progress | None, moment: Moment) -> Row:
    """Return the row of `_SAMPLES`."""
    return (
        report.call.link.charge_point_id,
        number,
        moment.at,
        moment.fingerprint,
        report.call.received_at,
        None if progress is None else progress.number,
        moment.context,
        moment.quality,
        *moment.headline,
        moment.packed,
        moment.texts,
    )


def _store_progress(all_progress: Iterable[Progress]) -> None:
    update_rows(
        _TRANSACTIONS,
        _PROGRESS,
        [
            (
                progress.number,
                progress.measured_at,
                progress.step,
                progress.charging_at,
                progress.power_peak_w,
                progress.soc_start_percent,
                progress.soc_last_percent,
                progress.register.last_wh,
                progress.register.segments_wh,
                progress.register.segment_start_wh,
                progress.register.energy_wh,
            )
            for progress in all_progress
            if progress.changed
        ],
        while_null="ended_at",
    )
