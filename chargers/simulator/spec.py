"""What a simulated charge point, its connectors and the vehicles are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

NOMINAL_VOLTAGE_V = 230.0
MINIMUM_AC_CURRENT_A = 6.0


@dataclass(frozen=True, slots=True)
class ConnectorSpec:
    """One connector: its number (from 1), kind and ratings.

    `max_power_w` is the rating of a DC power module; an AC connector is rated by
    `max_current_a` per phase and its number of `phases`.
    """

    number: int = 1
    current: Literal["AC", "DC"] = "AC"
    max_power_w: float = 50_000.0
    max_current_a: float = 32.0
    phases: int = 3

    @property
    def rated_power_w(self) -> float:
        """Highest power of the connector at nominal voltage."""
        if self.current == "DC":
            return self.max_power_w
        return self.max_current_a * self.phases * NOMINAL_VOLTAGE_V


@dataclass(frozen=True, slots=True)
class VehicleSpec:
    """One vehicle: its identification, battery and charging ability.

    State of charge is in percent. `ac_max_current_a` is the limit of the onboard charger per
    phase, `dc_max_power_w` what the battery takes from a DC connector.
    """

    code: str
    id_tag: str
    battery_wh: float = 60_000.0
    soc_percent: float = 30.0
    target_soc_percent: float = 100.0
    ac_max_current_a: float = 32.0
    ac_phases: int = 3
    dc_max_power_w: float = 150_000.0


@dataclass(frozen=True, slots=True)
class ChargePointSpec:
    """One charge point as built and configured.

    `max_power_w` is shared by its connectors (None: the sum of their ratings). A new limit is
    obeyed at the latest `obey_delay_s` after it is known; power moves by at most `ramp_w_per_s`
    on its way there. `misbehaviours` names entries of `chargers.simulator.misbehaviour`; those
    that recur or delay do so at `pace_s`. `reboot_s` is the time between a reset and the next
    connection, `tick_s` the step of the simulation while a vehicle is plugged in, `file_step_s` the
    time between the statuses of a firmware update or a diagnostics upload. With `tells_security_events` it
    tells that it has started or was reset (security whitepaper, A04); a central system without the security
    extension would refuse that. `secure_url` is the endpoint (wss, without the identity) that it connects to
    from security profile 2 on; it trusts nothing but the roots that were installed. `base_load_w` is what its
    main meter shows at connector 0, in total or for each of three phases; () for a charge point without one.
    """

    identity: str
    connectors: tuple[ConnectorSpec, ...] = (ConnectorSpec(),)
    vendor: str = "evkit"
    model: str = "Simulated"
    firmware: str = "1.6.0"
    serial: str = ""
    password: str | None = None
    max_power_w: float | None = None
    misbehaviours: tuple[str, ...] = ()
    meter_interval_s: float = 60
    obey_delay_s: float = 2.0
    ramp_w_per_s: float = 10_000.0
    unavailable: tuple[int, ...] = ()
    seed: int = 0
    configuration: tuple[tuple[str, str], ...] = ()
    pace_s: float = 60.0
    reboot_s: float = 3.0
    file_step_s: float = 2.0
    tick_s: float = 1.0
    reconnect_s: float = 1.0
    reconnect_max_s: float = 60.0
    call_timeout_s: float = 30.0
    tells_security_events: bool = False
    secure_url: str = ""
    base_load_w: tuple[float, ...] = ()

    @property
    def rated_power_w(self) -> float:
        """Highest power of all connectors together."""
        if self.max_power_w is not None:
            return self.max_power_w
        return sum(connector.rated_power_w for connector in self.connectors)
