"""A small site with live state, written straight into the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from chargers.models import (
    ChargePoint,
    ChargePointState,
    Evse,
    EvseState,
    FileJob,
    FirmwareFile,
    InstalledCertificate,
    IssuedCertificate,
)
from chargers.types import CertificateState, CertificateUse, FileJobState, JobKind
from charging.models import IdToken, Reservation, Transaction, Vehicle
from charging.models.reservation import ReservationState
from evkit.core.clock import utc_now
from sites.models import Membership, Site, User
from sites.types import Role
from tests.support.certificates import ec_key, self_signed

NOW = datetime(2026, 11, 17, 13, 7, 30, tzinfo=UTC)


def add_site(code: str = "depot", **fields: Any) -> Site:
    """Add a site with a limit of 100 kW."""
    values = {"name_en": "Depot", "name_fr": "Dépôt", "limit_value": 100_000, **fields}
    return Site.objects.create(code=code, **values)


def add_user(role: Role, *sites: Site, language: str = "en") -> User:
    """Add a user named after the role, a member of these sites."""
    user = User.objects.create_user(role.value, password="a long password", role=role, language=language)
    for site in sites:
        Membership.objects.create(user=user, site=site)
    return user


def add_charge_point(site: Site, identity: str, *, online: bool = True, zone: str = "") -> ChargePoint:
    """Add a charge point that is connected or was until twelve minutes ago."""
    row = ChargePoint.objects.create(identity=identity, site=site, zone=zone)
    ChargePointState.objects.create(
        charge_point=row,
        connected=online,
        connected_at=NOW - timedelta(days=6),
        disconnected_at=None if online else NOW - timedelta(minutes=12),
        last_seen_at=NOW if online else NOW - timedelta(minutes=12),
        booted_at=NOW - timedelta(days=6),
        protocol="1.6",
        model="DC 50",
    )
    return row


def add_connector(row: ChargePoint, number: int, status: str = "Available", **live: Any) -> Evse:
    """Add a 50 kW DC connector in a status that began fifteen minutes ago."""
    evse = Evse.objects.create(charge_point=row, number=number, max_power_w=50_000, current="DC")
    since = NOW - timedelta(minutes=15)
    EvseState.objects.create(evse=evse, status=status, status_since=since, measured_at=NOW, **live)
    return evse


def add_transaction(evse: Evse, vehicle: str = "Bus 212", **fields: Any) -> Transaction:
    """Add a running transaction of a vehicle, begun an hour ago."""
    bus = Vehicle.objects.create(code=vehicle.lower().replace(" ", "-"), name=vehicle)
    tag = vehicle.replace(" ", "").upper()
    token = IdToken.objects.create(value=tag, key=tag, vehicle=bus)
    start = NOW - timedelta(hours=1)
    values = {
        "start_key": f"{evse.pk}",
        "started_at": start,
        "started_received_at": start,
        "charging_at": start,
        "step": "charging",
        "meter_start_wh": 0,
        "energy_wh": 24_800,
        **fields,
    }
    return Transaction.objects.create(
        charge_point=evse.charge_point, evse=evse, id_token=token, id_tag=tag, vehicle=bus, **values
    )


@dataclass(frozen=True, slots=True)
class Depot:
    """What the fixture `depot` holds: A_001 charges, A_002 is faulted, A_003 is offline."""

    site: Site
    charging: ChargePoint
    faulted: ChargePoint
    offline: ChargePoint
    transaction: Transaction


def add_depot() -> Depot:
    """Add a site with three charge points."""
    site = add_site()
    charging = add_charge_point(site, "A_001", zone="Hall A")
    evse = add_connector(charging, 1, "Charging", power_w=38_400, limit_w=40_000, soc_percent=64)
    add_connector(charging, 2)
    transaction = add_transaction(evse)
    faulted = add_charge_point(site, "A_002", zone="Hall A")
    add_connector(faulted, 1, "Faulted", error_code="GroundFailure")
    offline = add_charge_point(site, "A_003", online=False, zone="Yard")
    add_connector(offline, 1, "Charging", power_w=7_000)
    return Depot(site, charging, faulted, offline, transaction)


def add_reservation(depot: Depot, charge_point: ChargePoint | None = None, connector: int = 2) -> Reservation:
    """Reserve a connector for the next hour: the free one, unless another is named."""
    return Reservation.objects.create(
        charge_point=charge_point or depot.charging, connector=connector,
        id_token=IdToken.objects.get(), created_at=utc_now(),
        state=ReservationState.ACCEPTED, expires_at=utc_now() + timedelta(hours=1),
    )  # fmt: skip


def add_firmware() -> FirmwareFile:
    """Add a firmware for any charge point to the library, without its content."""
    return FirmwareFile.objects.create(
        version="2.0", name="fw.bin", size=1, sha256="0" * 64, added_at=NOW, added_by="root"
    )


def add_signed_firmware() -> FirmwareFile:
    """Add a signed firmware for any charge point to the library, without its content."""
    return FirmwareFile.objects.create(
        version="3.0", name="fw.bin", size=1, sha256="1" * 64, added_at=NOW, added_by="root",
        signing_certificate=self_signed(ec_key()), signature="c2lnbmVk",
    )  # fmt: skip


def add_root(depot: Depot) -> InstalledCertificate:
    """Add a root certificate that the charging charge point is known to have, by its hashes only."""
    return InstalledCertificate.objects.create(
        charge_point=depot.charging, use=CertificateUse.CENTRAL_SYSTEM, hash_algorithm="SHA256",
        issuer_name_hash="ab", issuer_key_hash="cd", serial_number="1f", seen_at=NOW,
    )  # fmt: skip


def add_certificate(depot: Depot) -> IssuedCertificate:
    """Add a certificate that the charging charge point uses."""
    return IssuedCertificate.objects.create(
        charge_point=depot.charging, serial_number="4711", fingerprint="f" * 64, common_name="A_001",
        certificate="", state=CertificateState.ACCEPTED, issued_at=NOW, not_before=NOW,
        not_after=NOW + timedelta(days=700),
    )  # fmt: skip


def add_received_file(depot: Depot, content: bytes = b"a log") -> FileJob:
    """Add diagnostics that the charging charge point has uploaded."""
    job = FileJob.objects.create(
        charge_point=depot.charging, kind=JobKind.DIAGNOSTICS, state=FileJobState.UPLOADED, token="t",
        created_at=NOW, due_at=NOW, expires_at=NOW, updated_at=NOW, requested_name="operator",
        file_name="cp \"1\".log", size=len(content), received_at=NOW,
    )  # fmt: skip
    job.path.parent.mkdir(parents=True, exist_ok=True)
    job.path.write_bytes(content)
    return job
