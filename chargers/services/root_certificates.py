"""Root certificates in charge points: installed, listed, deleted (security whitepaper, M03, M04, M05)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from cryptography import x509
from cryptography.x509 import BasicConstraints, ExtensionNotFound
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from chargers.models import Authority, ChargePoint, Command, InstalledCertificate
from chargers.ocpp.handling import Batch
from chargers.services.authority import to_pem
from chargers.services.certificate_hashes import ALGORITHMS, HashData, hash_data, hash_data_of
from chargers.services.commands import queue_command
from chargers.services.effects import awaited, mark_seen
from chargers.services.signatures import read_certificate
from chargers.types import CertificateUse
from evkit.core.errors import InvalidInputError
from evkit.core.recorders import SYSTEM, Actor
from evkit.core.texts import storable

LAST_ROOT: Final = gettext_noop(
    "This is the last root certificate by which the charge point trusts this system. "
    "Install another one first."
)
TLS_PROFILE: Final = 2
READ_PATIENCE: Final = timedelta(minutes=5)
KEPT: Final = 100
"""Certificates kept of one use of a charge point."""


class LastRootError(InvalidInputError):
    """Without this certificate the charge point could trust the central system no more."""

    code = "last_root"


def install_root(
    *, charge_point: ChargePoint, use: CertificateUse, certificate: str, now: datetime, actor: Actor = SYSTEM
) -> Command:
    """Ask to install a root certificate in PEM (InstallCertificate, M05).

    Raises:
        InvalidInputError: it is no certificate of an authority, or has expired.
    """
    require_authority(certificate, now)
    payload = {"certificateType": use.value, "certificate": certificate.strip() + "\n"}
    return queue_command(
        charge_point=charge_point, action="InstallCertificate", payload=payload, now=now, actor=actor
    )


def require_authority(certificate: str, now: datetime) -> None:
    """Check that a certificate in PEM is one of an authority, and not expired.

    Raises:
        InvalidInputError: it is not.
    """
    read = read_certificate(certificate, field="certificate")
    if not _is_authority(read):
        raise InvalidInputError(_("This is not the certificate of an authority."), field="certificate")
    if read.not_valid_after_utc <= now:
        raise InvalidInputError(_("This certificate has expired."), field="certificate")


def delete_root(*, installed: InstalledCertificate, now: datetime, actor: Actor = SYSTEM) -> Command:
    """Ask to delete a root certificate (DeleteCertificate, M04).

    Raises:
        LastRootError: it is the last one of the central system that a charge point with TLS has.
    """
    names = named(installed)
    require_not_last(installed.charge_point, names)
    return queue_command(
        charge_point=installed.charge_point,
        action="DeleteCertificate",
        payload={"certificateHashData": names.to_payload()},
        now=now,
        actor=actor,
    )


def require_not_last(charge_point: ChargePoint, names: HashData) -> None:
    """Check that something is left by which the charge point can trust the central system.

    One that evkit does not know may be any, under the hashes of another algorithm.

    Raises:
        LastRootError: it is the last one, or may be, and the security profile is 2 or 3.
    """
    rows = InstalledCertificate.objects.filter(charge_point=charge_point)
    if charge_point.security_profile < TLS_PROFILE:
        return
    if matching(rows.filter(use=CertificateUse.MANUFACTURER), names):
        return
    roots = list(rows.filter(use=CertificateUse.CENTRAL_SYSTEM))
    meant = matching(roots, names)
    left = [row for row in roots if row not in meant and not row.doubtful]
    if len(left) < (1 if meant else 2):
        raise LastRootError(_(LAST_ROOT))


def read_roots(
    *, charge_point: ChargePoint, use: CertificateUse, now: datetime, actor: Actor = SYSTEM
) -> Command:
    """Ask which root certificates are there (GetInstalledCertificateIds, M03)."""
    return queue_command(
        charge_point=charge_point,
        action="GetInstalledCertificateIds",
        payload={"certificateType": use.value},
        now=now,
        actor=actor,
        patience=READ_PATIENCE,
    )


def store_installed(command: Command, now: datetime) -> None:
    """Note that the charge point took a certificate whose hashes follow from it alone."""
    try:
        read = read_certificate(str(command.payload.get("certificate", "")))
    except InvalidInputError:
        return
    names = hash_data_of(read)
    if names is not None:
        _store(command.charge_point, str(command.payload.get("certificateType", "")), names, read, now)


def store_list(charge_point: ChargePoint, use: str, entries: Iterable[HashData], now: datetime) -> None:
    """Store which certificates of a use are there, in place of what was known."""
    known = list(_known_certificates(charge_point))
    kept = []
    for names in list(dict.fromkeys(entries))[:KEPT]:
        read = next((each for each in known if _is_named(each, names)), None)
        kept.append(_store(charge_point, use, names, read, now).pk)
    InstalledCertificate.objects.filter(charge_point=charge_point, use=use).exclude(pk__in=kept).delete()


def uses_of(charge_point: ChargePoint, names: HashData) -> list[CertificateUse]:
    """Return what a certificate is for; both where it is not known."""
    rows = matching(InstalledCertificate.objects.filter(charge_point=charge_point), names)
    return sorted({CertificateUse(row.use) for row in rows}) or list(CertificateUse)


def forget(charge_point: ChargePoint, names: HashData) -> None:
    """Note that a certificate is gone."""
    for row in matching(InstalledCertificate.objects.filter(charge_point=charge_point), names):
        row.delete()


def doubt(charge_point: ChargePoint, names: HashData) -> None:
    """Note that a certificate may be gone: nothing was heard of its deletion."""
    for row in matching(InstalledCertificate.objects.filter(charge_point=charge_point), names):
        InstalledCertificate.objects.filter(pk=row.pk).update(doubtful=True)


def see_effects(charge_point: ChargePoint, use: str, batch: Batch) -> None:
    """Mark the installations and deletions of a use whose effect the list shows."""
    rows = list(InstalledCertificate.objects.filter(charge_point=charge_point, use=use))
    waiting = awaited(("InstallCertificate", "DeleteCertificate"), [charge_point.pk])
    seen = [each for each in waiting.select_related("charge_point") if _shows(each, use, rows)]
    mark_seen(seen, batch.now, batch)


def names_in(payload: Mapping[str, Any]) -> HashData:
    """Return the hash data of a DeleteCertificate."""
    told = payload["certificateHashData"]
    keys = ("hashAlgorithm", "issuerNameHash", "issuerKeyHash", "serialNumber")
    return hash_data(*(str(told.get(key, "")) for key in keys))


def _shows(command: Command, use: str, rows: list[InstalledCertificate]) -> bool:
    if command.action == "DeleteCertificate":
        return not matching(rows, names_in(command.payload))
    if command.payload.get("certificateType") != use:
        return False
    names = hash_data_of(read_certificate(str(command.payload.get("certificate", ""))))
    return names is not None and bool(matching(rows, names))


def matching(rows: Iterable[InstalledCertificate], names: HashData) -> list[InstalledCertificate]:
    """Return those that `names` names, under whichever algorithm they are known."""
    return [row for row in rows if named(row) == names or _is_named(_read(row), names)]


def named(row: InstalledCertificate) -> HashData:
    """Return the hash data of a row, as the charge point knows it (M04.FR.07)."""
    return hash_data(row.hash_algorithm, row.issuer_name_hash, row.issuer_key_hash, row.serial_number)


def _store(
    charge_point: ChargePoint, use: str, names: HashData, read: x509.Certificate | None, now: datetime
) -> InstalledCertificate:
    facts: dict[str, object] = {"seen_at": now, "doubtful": False, "hash_algorithm": names.algorithm}
    if read is not None:
        facts["certificate"] = to_pem(read)
        facts["subject"] = storable(read.subject.rfc4514_string(), 255)
        facts["not_after"] = read.not_valid_after_utc
    row, _created = InstalledCertificate.objects.update_or_create(
        charge_point=charge_point,
        use=use,
        issuer_name_hash=names.issuer_name,
        issuer_key_hash=names.issuer_key,
        serial_number=names.serial,
        defaults=facts,
    )
    return row


def _known_certificates(charge_point: ChargePoint) -> Iterable[x509.Certificate]:
    """Yield the certificates that a charge point may have: those it was sent, and evkit's own root."""
    rows: QuerySet[InstalledCertificate] = InstalledCertificate.objects.filter(charge_point=charge_point)
    texts = [*rows.values_list("certificate", flat=True), *_sent(charge_point)]
    texts += Authority.objects.values_list("certificate", flat=True)
    for text in dict.fromkeys(texts):
        if text:
            try:
                yield read_certificate(text)
            except InvalidInputError:
                continue


def _sent(charge_point: ChargePoint) -> Iterable[str]:
    commands = Command.objects.filter(charge_point=charge_point, action="InstallCertificate")
    return [
        str(payload.get("certificate", "")) for payload in commands.values_list("payload", flat=True)[:KEPT]
    ]


def _read(row: InstalledCertificate) -> x509.Certificate | None:
    return read_certificate(row.certificate) if row.certificate else None


def _is_named(certificate: x509.Certificate | None, names: HashData) -> bool:
    if certificate is None or names.algorithm not in ALGORITHMS:
        return False
    return hash_data_of(certificate, names.algorithm) == names


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(BasicConstraints).value.ca
    except (ExtensionNotFound, ValueError):
        return False
