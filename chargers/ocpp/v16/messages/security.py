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


class ExtendedTriggerMessageConf(StatusConf, frozen=True, kw_only=True):
    """Accepted, Rejected, NotImplemented (§5.6)."""


class GetLogConf(StatusConf, frozen=True, kw_only=True):
    """Accepted, Rejected, AcceptedCanceled (§5.10); no name where there is nothing to upload."""

    filename: str | None = None


class SignedUpdateFirmwareConf(StatusConf, frozen=True, kw_only=True):
    """Accepted, Rejected, AcceptedCanceled, InvalidCertificate, RevokedCertificate (§5.22)."""
