"""`transactions`: charging sessions and what the meter showed during them."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from pydantic import Field

from charging.models import Transaction
from charging.models.id_token import token_key
from charging.models.transaction import TransactionQuerySet
from charging.services.energy_trust import correct_energy
from evkit.console.api.auth import ApiRequest
from evkit.console.api.paging import Order, Paging, refuse_unknown_parameters
from evkit.console.api.scope import visible_charge_points
from evkit.console.api.types import GivenMoment, Moment, Page, Strict
from evkit.core.clock import utc_now
from evkit.core.errors import NotFoundError
from sites.permissions import Principal, Right

router = Router(tags=["transactions"])
ORDER = Order("-number", types=[int])
MAX_NUMBER = 2**31 - 1


class TransactionFilter(Paging):
    """What the list can be narrowed to; `from` (included) and `to` (excluded) are about the start."""

    site: str | None = None
    charge_point: str | None = None
    vehicle: str | None = None
    id_tag: str | None = None
    started_from: GivenMoment | None = Field(None, alias="from")
    started_before: GivenMoment | None = Field(None, alias="to")
    open: bool | None = None


class TransactionOut(Schema):
    """A transaction; energies in Wh, times the charge point's where they can be trusted.

    `energy_wh` is what was measured. `energy_trusted_wh` is what counts in totals: the corrected energy, else
    the measured one; null where that is in doubt.
    """

    number: int
    open: bool
    site: str | None
    charge_point: str
    connector: int
    id_tag: str
    vehicle: str | None
    authorization: str
    step: str
    connected_at: Moment | None
    authorised_at: Moment | None
    started_at: Moment
    charging_at: Moment | None
    ended_at: Moment | None
    stop_reason: str
    stop_id_tag: str
    meter_start_wh: float
    meter_stop_wh: float | None
    energy_wh: float
    energy_trusted_wh: float | None
    energy_suspect: bool
    power_peak_w: float | None
    soc_start_percent: float | None
    soc_last_percent: float | None
    flags: list[str]


@router.get("transactions", response=Page[TransactionOut], summary="Transactions, the newest first")
def list_transactions(request: ApiRequest, wanted: Query[TransactionFilter]) -> Page[TransactionOut]:
    """Return the transactions on the token's sites."""
    refuse_unknown_parameters(request, TransactionFilter)
    found, cursor = ORDER.page(_matching(_visible(request.auth), wanted), wanted)
    return Page[TransactionOut](items=[_out(row) for row in found], next_cursor=cursor)


class EnergyTotalsOut(Schema):
    """Energy of transactions in Wh: the trusted sum, and how many and how much measured it leaves out."""

    count: int
    energy_wh: float
    left_out: int
    left_out_wh: float


class CorrectionIn(Strict):
    """What the energy was, in Wh (null: let the measured one be judged by itself), and why."""

    value_wh: float | None
    reason: str = Field(max_length=255)


@router.get("transactions/totals", response=EnergyTotalsOut, summary="Energy of transactions")
def read_totals(request: ApiRequest, wanted: Query[TransactionFilter]) -> EnergyTotalsOut:
    """Return the energy of the transactions that the list would show."""
    refuse_unknown_parameters(request, TransactionFilter)
    rows = _matching(_visible(request.auth), wanted)
    totals = rows.energy_totals()
    return EnergyTotalsOut(
        count=rows.count(),
        energy_wh=totals.trusted_wh,
        left_out=totals.left_out,
        left_out_wh=totals.left_out_wh,
    )


@router.post(
    "transactions/{int:number}/energy", response=TransactionOut, summary="Correct the energy of a transaction"
)
def correct_transaction(request: ApiRequest, number: int, wanted: CorrectionIn) -> TransactionOut:
    """Decide what the energy of an ended transaction was; the audit journal keeps who did and why."""
    row = get_transaction(request.auth, number)
    request.auth.require(Right.COMMAND, row.charge_point.site_id)
    correct_energy(
        number=row.number,
        value_wh=wanted.value_wh,
        reason=wanted.reason,
        now=utc_now(),
        actor=request.auth.actor,
    )
    return _out(get_transaction(request.auth, number))


@router.get("transactions/{int:number}", response=TransactionOut, summary="One transaction")
def read_transaction(request: ApiRequest, number: int) -> TransactionOut:
    """Return a transaction."""
    return _out(get_transaction(request.auth, number))


def get_transaction(principal: Principal, number: int) -> Transaction:
    """Return a transaction that the caller may see.

    Raises:
        NotFoundError: there is none, or the caller may not know of it.
    """
    row = _visible(principal).filter(number=number).first() if number <= MAX_NUMBER else None
    if row is None:
        raise NotFoundError(_("There is no transaction %(number)s.") % {"number": number})
    return row


def _visible(principal: Principal) -> TransactionQuerySet:
    rows = Transaction.objects.select_related("charge_point__site", "evse", "vehicle")
    if principal.site_ids is None:
        return rows
    return rows.filter(charge_point__in=visible_charge_points(principal))


def _matching(rows: TransactionQuerySet, wanted: TransactionFilter) -> TransactionQuerySet:
    conditions: dict[str, object] = {
        "charge_point__site__code": wanted.site,
        "charge_point__identity": wanted.charge_point,
        "vehicle__code": wanted.vehicle,
        "started_at__gte": wanted.started_from,
        "started_at__lt": wanted.started_before,
        "ended_at__isnull": wanted.open,
    }
    if wanted.id_tag is not None:
        rows = rows.filter(
            Q(id_token__key=token_key(wanted.id_tag)) | Q(id_tag__iexact=wanted.id_tag.strip())
        )
    return rows.filter(**{name: value for name, value in conditions.items() if value is not None})


def _out(row: Transaction) -> TransactionOut:
    site = row.charge_point.site
    return TransactionOut(
        number=row.number,
        open=row.ended_at is None,
        site=site.code if site else None,
        charge_point=row.charge_point.identity,
        connector=row.evse.number,
        id_tag=row.id_tag,
        vehicle=row.vehicle.code if row.vehicle else None,
        authorization=row.authorization,
        step=row.step,
        connected_at=row.connected_at,
        authorised_at=row.authorised_at,
        started_at=row.started_at,
        charging_at=row.charging_at,
        ended_at=row.ended_at,
        stop_reason=row.stop_reason,
        stop_id_tag=row.stop_id_tag,
        meter_start_wh=row.meter_start_wh,
        meter_stop_wh=row.meter_stop_wh,
        energy_wh=row.energy_wh,
        energy_trusted_wh=row.trusted_wh,
        energy_suspect=row.energy_suspect,
        power_peak_w=row.power_peak_w,
        soc_start_percent=row.soc_start_percent,
        soc_last_percent=row.soc_last_percent,
        flags=row.flags,
    )
