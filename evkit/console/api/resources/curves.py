"""`.../curves` of charge points, sites and transactions: no more points than a plot needs."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from pydantic import Field

from charging.models import Transaction
from evkit.console.api.auth import ApiRequest
from evkit.console.api.resources.transactions import get_transaction
from evkit.console.api.scope import get_charge_point, get_connector, get_site
from evkit.console.api.types import GivenMoment, Moment, Strict
from evkit.console.periods import Period
from evkit.console.selectors.connector_curves import Curves, connector_curves
from evkit.console.selectors.measured import NARROWEST, WIDEST
from evkit.console.selectors.power_curves import power_curves
from evkit.core.clock import utc_now
from evkit.core.errors import InvalidInputError
from sites.permissions import Right

router = Router(tags=["curves"])
MAX_CONNECTOR = 2**31 - 1


class CurvesQuery(Strict):
    """The period (the last 24 hours if left out) and how many points at most are wanted of a quantity."""

    since: GivenMoment | None = Field(None, alias="from")
    until: GivenMoment | None = Field(None, alias="to")
    points: int = Field(2 * WIDEST, ge=2 * NARROWEST, le=2 * WIDEST)

    @property
    def width(self) -> int:
        """The width of a plot that shows so many points."""
        return self.points // 2

    def period(self) -> Period:
        """Return the period.

        Raises:
            InvalidInputError: it ends before it begins.
        """
        until = self.until or utc_now()
        since = self.since or until - timedelta(hours=24)
        if since >= until:
            raise InvalidInputError(_("The period ends before it begins."), field="to")
        return Period(since, until)


class ConnectorCurvesQuery(CurvesQuery):
    """Of one connector; without it the power of all connectors of the charge point, added up."""

    connector: int | None = Field(None, ge=1, le=MAX_CONNECTOR)


class OutageOut(Schema):
    """A time without a connection."""

    start: Moment
    end: Moment


class CurvesOut(Schema):
    """Values by quantity at `times` (epoch seconds), in W, A, V, percent, degrees Celsius and Wh; null: none.

    `step_s` is the length of the stretches that were read, 0 for raw samples. If `reduced`, each part of the
    period is told by its lowest and its highest values. `limits` are in W.
    """

    since: Moment = Field(serialization_alias="from")
    until: Moment = Field(serialization_alias="to")
    step_s: int
    reduced: bool
    times: list[float]
    values: dict[str, list[float | None]]
    limits: dict[str, list[float | None]]
    transactions: list[int]
    outages: list[OutageOut]


@router.get(
    "charge-points/{path:identity}/curves",
    response=CurvesOut,
    by_alias=True,
    summary="Curves of a charge point",
)
def charge_point_curves(request: ApiRequest, identity: str, query: Query[ConnectorCurvesQuery]) -> CurvesOut:
    """Return the curves of a connector, or the power of a charge point; peaks survive at any length."""
    period = query.period()
    row = get_charge_point(request.auth, identity)
    voltage_v = row.site.voltage_v if row.site else 230.0
    if query.connector is not None:
        evse = get_connector(request.auth, identity, query.connector, Right.VIEW)
        return _out(period, connector_curves(evse, period, width=query.width, voltage_v=voltage_v))
    if row.site is None:
        raise InvalidInputError(_("A charge point without a site is read by connector."), field="connector")
    return _out(period, power_curves(row.site, row, period, width=query.width))


@router.get("sites/{code}/curves", response=CurvesOut, by_alias=True, summary="Power of a site over time")
def site_curves(request: ApiRequest, code: str, query: Query[CurvesQuery]) -> CurvesOut:
    """Return the power of a site, its connectors added up, with its limit.

    `running` among the values tells how many transactions ran at once.
    """
    site = get_site(request.auth, code)
    period = query.period()
    return _out(period, power_curves(site, None, period, width=query.width))


@router.get(
    "transactions/{int:number}/curves", response=CurvesOut, by_alias=True, summary="Curves of a transaction"
)
def transaction_curves(request: ApiRequest, number: int) -> CurvesOut:
    """Return the curves of a transaction's connector from its start to its end."""
    row = get_transaction(request.auth, number)
    period = Period(row.started_at, _end(row))
    site = row.charge_point.site
    voltage_v = site.voltage_v if site else 230.0
    return _out(period, connector_curves(row.evse, period, width=WIDEST, voltage_v=voltage_v))


def _end(row: Transaction) -> datetime:
    return max(row.ended_at or utc_now(), row.started_at + timedelta(seconds=1))


def _out(period: Period, curves: Curves) -> CurvesOut:
    told = {
        name: list(series)
        for name, series in curves.values.items()
        if any(value is not None for value in series)
    }
    return CurvesOut(
        since=period.since,
        until=period.until,
        step_s=curves.step_s,
        reduced=curves.reduced,
        times=list(curves.times),
        values=told,
        limits={str(kind): list(series) for kind, series in curves.limits.items()},
        transactions=[each.number for each in curves.sessions],
        outages=[OutageOut(start=each.start, end=each.end) for each in curves.outages],
    )
