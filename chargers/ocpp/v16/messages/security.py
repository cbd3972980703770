"""Messages of the security extension of OCPP 1.6 (security whitepaper, edition 3, §5), both ways."""

from __future__ import annotations

from chargers.ocpp.v16.messages.base import Message
from chargers.ocpp.v16.messages.confirmations import StatusConf


class SecurityEventNotificationReq(Message, frozen=True, kw_only=True):
    """Something happened that concerns security (§5.15); names of types are in §8."""

    type: str
    timestamp: str | None = None
    tech_info: str | None = None


class LogStatusNotificationReq(Message, frozen=True, kw_only=True):
    """How the upload of a log goes (§5.13); without `request_id` none is under way."""

    status: str
    request_id: int | None = None


class SignedFirmwareStatusNotificationReq(Message, frozen=True, kw_only=True):
    """How the update with a signed firmware goes (§5.19); without `request_id` none is under way."""

    status: str
    request_id: int | None = None


class SignCertificateReq(Message, frozen=True, kw_only=True):
    """The charge point asks for a certificate (§5.17); `csr` is in PEM."""

    csr: str


class CertificateHashData(Message, frozen=True, kw_only=True):
    """What names a certificate (§6.1): hashes of its issuer's name and key, and its serial number."""

    hash_algorithm: str
    issuer_name_hash: str
    issuer_key_hash: str
    serial_number: str


class CertificateSignedConf(StatusConf, frozen=True, kw_only=True):
    """Accepted, Rejected (§5.2)."""


class DeleteCertificateConf(StatusConf, frozen=True, kw_only=True):
    """Accepted, Failed, NotFound (§5.4)."""


class GetInstalledCertificateIdsConf(StatusConf, frozen=True, kw_only=True):
    """Accepted, NotFound (§5.8)."""

    certificate_hash_data: list[CertificateHashData] | None = None


class InstallCertificateConf(StatusConf, frozen=True, kw_only=True):
    """Accepted, Failed, Rejected (§5.12)."""


class ExtendedTriggerMessageConf(StatusConf, frozen=True, kw_only=True):
    """Accepted, Rejected, NotImplemented (§5.6)."""


class GetLogConf(StatusConf, frozen=True, kw_only=True):
    """Accepted, Rejected, AcceptedCanceled (§5.10); no name where there is nothing to upload."""

    filename: str | None = None


class SignedUpdateFirmwareConf(StatusConf, frozen=True, kw_only=True):
    """Accepted, Rejected, AcceptedCanceled, InvalidCertificate, RevokedCertificate (§5.22)."""
