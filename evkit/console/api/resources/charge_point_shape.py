"""A charge point as the API shows it."""

from __future__ import annotations

from collections.abc import Mapping

from ninja import Schema

from chargers.models import ChargePoint, ChargePointState, Evse, EvseState
from evkit.console.api.types import Moment


class Boot(Schema):
    """What the charge point said of itself when it started (OCPP 1.6 BootNotification)."""

    at: Moment | None
    vendor: str
    model: str
    serial_number: str
    firmware_version: str
    iccid: str
    imsi: str
    meter_type: str
    meter_serial_number: str


class ConnectorOut(Schema):
    """A connector: its ratings, state, last measurements and limits, null where nothing is known.

    `current_a` is the highest of the phases, `energy_wh` the meter register, `limit_*` what the charge
    point accepted last, `transaction` the number of the open one.
    """

    number: int
    declared: bool
    current: str
    phases: int
    phase_rotation: str
    max_power_w: float | None
    max_current_a: float | None
    priority: int
    distribution: str
    automatic_start: str
    status: str
    error_code: str
    status_since: Moment | None
    power_w: float | None
    current_a: float | None
    voltage_v: float | None
    energy_wh: float | None
    soc_percent: float | None
    temperature_c: float | None
    measured_at: Moment | None
    limit_w: float | None
    limit_a: float | None
    transaction: int | None


class ChargePointOut(Schema):
    """A charge point; `status` and `error_code` are those of connector 0, the charge point as a whole."""

    identity: str
    site: str | None
    name: str
    zone: str
    registration: str
    security_profile: int
    feeder: str | None
    max_power_w: float | None
    priority: int
    division: str
    site_meter: str
    connected: bool
    connected_at: Moment | None
    disconnected_at: Moment | None
    last_seen_at: Moment | None
    protocol: str
    boot: Boot
    status: str
    error_code: str
    connectors: list[ConnectorOut]


def charge_point_out(row: ChargePoint, open_numbers: Mapping[int, int]) -> ChargePointOut:
    """Return a charge point whose live state is loaded; `open_numbers` are transactions by EVSE."""
    state = getattr(row, "state", None) or ChargePointState()
    return ChargePointOut(
        identity=row.identity,
        site=row.site.code if row.site else None,
        name=row.name,
        zone=row.zone,
        registration=row.registration,
        security_profile=row.security_profile,
        feeder=row.feeder.code if row.feeder else None,
        max_power_w=row.max_power_w,
        priority=row.priority,
        division=row.division,
        site_meter=row.site_meter,
        connected=state.connected,
        connected_at=state.connected_at,
        disconnected_at=state.disconnected_at,
        last_seen_at=state.last_seen_at,
        protocol=state.protocol,
        boot=_boot(state),
        status=state.status,
        error_code=state.error_code,
        connectors=[_connector(evse, open_numbers.get(evse.pk)) for evse in row.evses.all()],
    )


def _boot(state: ChargePointState) -> Boot:
    return Boot(
        at=state.booted_at,
        vendor=state.vendor,
        model=state.model,
        serial_number=state.serial_number,
        firmware_version=state.firmware_version,
        iccid=state.iccid,
        imsi=state.imsi,
        meter_type=state.meter_type,
        meter_serial_number=state.meter_serial_number,
    )


def _connector(evse: Evse, transaction: int | None) -> ConnectorOut:
    state = getattr(evse, "state", None) or EvseState()
    return ConnectorOut(
        number=evse.number,
        declared=evse.declared,
        current=evse.current,
        phases=evse.phases,
        phase_rotation=evse.phase_rotation,
        max_power_w=evse.max_power_w,
        max_current_a=evse.max_current_a,
        priority=evse.priority,
        distribution=evse.distribution,
        automatic_start=evse.automatic_tag,
        status=state.status,
        error_code=state.error_code,
        status_since=state.status_since,
        power_w=state.power_w,
        current_a=state.current_a,
        voltage_v=state.voltage_v,
        energy_wh=state.energy_wh,
        soc_percent=state.soc_percent,
        temperature_c=state.temperature_c,
        measured_at=state.measured_at,
        limit_w=state.limit_w,
        limit_a=state.limit_a,
        transaction=transaction,
    )
