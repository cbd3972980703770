"""What happens to transactions, told after the commit."""

from __future__ import annotations

from dataclasses import dataclass

from evkit.core.events import Event


@dataclass(frozen=True, slots=True)
class TransactionStarted(Event):
    """A transaction began on a connector."""

    number: int
    charge_point_id: int
    site_id: int | None
    evse_id: int


@dataclass(frozen=True, slots=True)
class TransactionEnded(Event):
    """A transaction ended, or is presumed to have."""

    number: int
    charge_point_id: int
    site_id: int | None
    evse_id: int


@dataclass(frozen=True, slots=True)
class ChargeOverridden(Event):
    """Somebody boosted or held the charge of a connector, or took that back."""

    charge_point_id: int
    site_id: int | None
    evse_id: int


@dataclass(frozen=True, slots=True)
class ChargePlanned(Event):
    """Somebody said when the vehicle at a connector leaves, or took that back."""

    charge_point_id: int
    site_id: int | None
    evse_id: int


@dataclass(frozen=True, slots=True)
class AutomaticChargeFailed(Event):
    """A charge could not be started, or started again, without anybody asking; `failure` says why."""

    charge_point_id: int
    site_id: int | None
    evse_id: int
    failure: str


@dataclass(frozen=True, slots=True)
class LimitDisobeyed(Event):
    """A connector draws more than it was told: `told` and `measured` in W (DC) or A per phase (AC).

    `last`: nothing that was tried has helped. Where it refused every limit, `told` is 0.
    """

    charge_point_id: int
    site_id: int | None
    evse_id: int
    told: float
    measured: float
    last: bool
