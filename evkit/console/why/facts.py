"""What is known of a connector that could charge: plain values, whoever read them.

Times are aware, powers in W, currents in A per phase, energies in Wh. Statuses and error codes are those
of OCPP 1.6 (§7.7, §7.6). What has no source is None or empty.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from chargers.types import CommandState
from charging.types import AuthorizationStatus

FULL_PERCENT = 95
QUIET = timedelta(minutes=5)
"""Meter values that have not come for so long are missing."""
WARM_UP = timedelta(minutes=1)
"""A charge that has begun may need so long until energy flows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """The connection of the charge point, its boot and its registration."""

    connected: bool = True
    last_seen_at: datetime | None = None
    connected_at: datetime | None = None
    lost_at: datetime | None = None
    booted_at: datetime | None = None
    registration: str = "accepted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The status of a connector, or of the charge point itself."""

    status: str = ""
    since: datetime | None = None
    error_code: str = ""
    vendor_code: str = ""
    info: str = ""

    @property
    def complains(self) -> bool:
        """Whether it reports an error."""
        return self.error_code not in {"", "NoError"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A command, and what came of it; `by` is empty for one of evkit's own.

    `awaited`: it was accepted and its effect may still be seen. `number` is the connector, 0 for all.
    `reason` is what whoever ordered it gave as the reason.
    """

    at: datetime
    by: str = ""
    state: str = CommandState.ACCEPTED
    answer: str = ""
    tag: str = ""
    number: int = 0
    awaited: bool = False
    seen: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """The last decision about a badge at the charge point, as far as it concerns the connector.

    `by` is the operator who decided; `parent` the badge of its group that decided; `elsewhere` the place
    where it charges. `unanswered`: an operator was asked and did not answer in time.
    """

    tag: str
    status: str
    at: datetime
    by: str = ""
    parent: str = ""
    elsewhere: str = ""
    unanswered: bool = False

    @property
    def accepted(self) -> bool:
        """Whether it may charge."""
        return self.status == AuthorizationStatus.ACCEPTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """An Authorize that waits for an operator's answer."""

    pk: int
    tag: str
    deadline: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """The open transaction of the connector; `who` is the vehicle, else its badge `tag`."""

    number: int
    started_at: datetime
    tag: str = ""
    who: str = ""
    authorization: str = AuthorizationStatus.ACCEPTED
    charging_at: datetime | None = None
    measured_at: datetime | None = None
    soc_percent: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """The limit that the charge point accepted; `by` is empty for one that evkit set by itself.

    `least_w` is the power below which the connector does not charge.
    """

    power_w: float
    least_w: float
    by: str = ""
    at: datetime | None = None

    @property
    def too_low(self) -> bool:
        """Whether nothing can charge under it."""
        return self.power_w < self.least_w


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """A reservation that holds the connector: for whom (vehicle, else badge), and until when."""

    number: int
    who: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenUp:
    """An automatic start or restart that did not succeed: how often it was tried, when last, and why not."""

    tries: int
    at: datetime
    failure: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A firmware update or a diagnostics upload that is under way."""

    firmware: bool
    status: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything that tells why connector `number` does not charge.

    `own` is what the charge point reports of itself (connector 0). `start`, `restart`, `closing` and
    `profile` are the last orders to start, to reset, to go out of service and to limit; `pause` is an
    operator's order to hold the charge at no power.
    `given_up` is an automatic start that failed since the vehicle was plugged in.
    `hold` is an operator's word that smart charging gives it nothing, until `at`.
    `inactive_until`: a schedule keeps the connector's group from charging until then.
    `shared`: smart charging shares the power of its site.
    `rests_until`: the vehicle took nothing, and smart charging lends its share to others until then.
    `lost`: its charge did not go on after smart charging had interrupted it.
    """

    number: int = 1
    link: Link = field(default_factory=Link)
    own: Report = field(default_factory=Report)
    connector: Report = field(default_factory=Report)
    power_w: float = 0.0
    charge: Charge | None = None
    badge: Badge | None = None
    question: Question | None = None
    start: Order | None = None
    restart: Order | None = None
    closing: Order | None = None
    profile: Order | None = None
    limit: Limit | None = None
    pause: Order | None = None
    hold: Order | None = None
    job: Job | None = None
    booking: Booking | None = None
    inactive_until: datetime | None = None
    shared: bool = False
    rests_until: datetime | None = None
    lost: bool = False
    given_up: GivenUp | None = None

    @property
    def status(self) -> str:
        """The connector's status."""
        return self.connector.status

    @property
    def closed(self) -> bool:
        """Whether the connector or the whole charge point is out of service."""
        return "Unavailable" in {self.connector.status, self.own.status}

    @property
    def idle(self) -> bool:
        """Whether a badge or a start is what is missing."""
        return self.charge is None and self.status in {"Available", "Preparing", "Reserved"}

    @property
    def left(self) -> bool:
        """Whether the connector has left its open transaction: it is free, or prepares another one."""
        if self.charge is None:
            return False
        again = self.status == "Preparing" and self.charge.charging_at is not None
        return again or self.status in {"Available", "Reserved"}

    def quiet(self, now: datetime) -> bool:
        """Tell whether the open transaction's meter values are missing."""
        if self.charge is None:
            return False
        return now - (self.charge.measured_at or self.charge.started_at) > QUIET

    def delivers(self, now: datetime) -> bool:
        """Tell whether it charges after all."""
        flows = self.link.connected and self.status == "Charging" and self.power_w > 0
        return flows and not self.quiet(now)
