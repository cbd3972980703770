"""One connector: what is plugged in, what it is doing, and the status that follows from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from chargers.simulator.frames import Payload
from chargers.simulator.limits import LimitWindow
from chargers.simulator.physics import Charge
from chargers.simulator.profiles import Profile
from chargers.simulator.spec import ConnectorSpec, VehicleSpec


@dataclass(frozen=True, slots=True)
class Reservation:
    """A connector kept free for an id tag until a time."""

    reservation_id: int
    id_tag: str
    expires: datetime
    parent_id_tag: str | None = None


@dataclass(slots=True, eq=False)
class Transaction:
    """One transaction; `remote_id` is known when the central system has answered.

    `stuck`: it takes no power any more.
    """

    connector: int
    id_tag: str
    started_at: datetime
    meter_start_wh: int
    reservation_id: int | None = None
    remote_id: int | None = None
    answered: bool = False
    refused: bool = False
    stuck: bool = False
    sampled_s: float = 0.0
    sampled_wh: float = 0.0
    samples: list[Payload] = field(default_factory=list)

    @property
    def wire_id(self) -> int:
        """Transaction id to put into messages; -1 as long as there is none."""
        return -1 if self.remote_id is None else self.remote_id


class Connector:
    """State of one connector; the charge point moves it, the status is derived."""

    __slots__ = (
        "authorised",
        "caps",
        "charge",
        "error_code",
        "finishing",
        "goes_unavailable",
        "offered_w",
        "operative",
        "phases",
        "reported",
        "reservation",
        "spec",
        "start_profile",
        "transaction",
        "updated_s",
        "vehicle",
        "wanted_w",
    )

    def __init__(self, spec: ConnectorSpec, *, obey_delay_s: float, register_wh: float) -> None:
        self.spec = spec
        self.charge = Charge(register_wh=register_wh)
        self.caps = LimitWindow(obey_delay_s)
        self.vehicle: VehicleSpec | None = None
        self.transaction: Transaction | None = None
        self.authorised: str | None = None
        self.reservation: Reservation | None = None
        self.start_profile: Profile | None = None
        self.operative = True
        self.goes_unavailable = False
        self.finishing = False
        self.error_code = "NoError"
        self.reported: tuple[str, str] | None = None
        self.offered_w = spec.rated_power_w
        self.wanted_w = 0.0
        self.phases = spec.phases
        self.updated_s = 0.0

    @property
    def number(self) -> int:
        """Number of the connector in OCPP."""
        return self.spec.number

    @property
    def register_wh(self) -> int:
        """Reading of the meter, whole Wh."""
        return int(self.charge.register_wh)

    @property
    def status(self) -> str:
        """Status as in StatusNotification (OCPP 1.6 §4.9)."""
        if self.error_code != "NoError":
            return "Faulted"
        if self.transaction is not None:
            return self._session_status(self.transaction)
        if self.finishing:
            return "Finishing"
        if not self.operative:
            return "Unavailable"
        if self.vehicle is not None or self.authorised is not None:
            return "Preparing"
        return "Available" if self.reservation is None else "Reserved"

    @property
    def is_active(self) -> bool:
        """Tell whether the physics of the connector move: a vehicle is in a transaction."""
        return self.transaction is not None and self.vehicle is not None

    def plug(self, vehicle: VehicleSpec) -> None:
        """Connect a vehicle."""
        self.vehicle = vehicle
        self.charge = Charge(0.0, self.charge.register_wh, vehicle.soc_percent, self.charge.temperature_c)

    def unplug(self) -> None:
        """Disconnect the vehicle."""
        self.vehicle = None
        self.finishing = False
        self.authorised = None

    def _session_status(self, transaction: Transaction) -> str:
        if self.offered_w <= 0 or transaction.refused:
            return "SuspendedEVSE"
        if self.wanted_w <= 0 or self.vehicle is None:
            return "SuspendedEV"
        return "Charging"
