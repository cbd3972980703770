"""The security extension of OCPP 1.6: known to this charge point, but not supported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NoReturn

from chargers.simulator.calls import CallRefusedError
from chargers.simulator.frames import Payload

if TYPE_CHECKING:
    from chargers.simulator.charge_point import SimulatedChargePoint

ACTIONS: Final = (
    "CertificateSigned",
    "DeleteCertificate",
    "ExtendedTriggerMessage",
    "GetInstalledCertificateIds",
    "GetLog",
    "InstallCertificate",
    "SignedUpdateFirmware",
)


def not_supported(cp: SimulatedChargePoint, payload: Payload) -> NoReturn:  # noqa: ARG001
    """Refuse with NotSupported (OCPP-J 1.6 §4.2.3)."""
    raise CallRefusedError("NotSupported", "the security extension is not supported")
