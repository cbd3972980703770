"""The actions to a charge point that need more than their status; `evkit.wiring` adds those of other apps.

An action without a line here is sent as asked and settled by its confirmation's status.
"""

from __future__ import annotations

from collections.abc import Mapping

from chargers.ocpp.commanding import CommandRoute
from chargers.ocpp.v16.commands import (
    certificate_signed,
    change_availability,
    change_configuration,
    delete_certificate,
    get_configuration,
    get_diagnostics,
    get_installed_certificate_ids,
    get_log,
    install_certificate,
    reset,
    signed_update_firmware,
    trigger_message,
    unlock_connector,
    update_firmware,
)

COMMANDS: Mapping[str, CommandRoute] = {
    "CertificateSigned": certificate_signed.ROUTE,
    "ChangeAvailability": change_availability.ROUTE,
    "ChangeConfiguration": change_configuration.ROUTE,
    "DeleteCertificate": delete_certificate.ROUTE,
    "ExtendedTriggerMessage": trigger_message.ROUTE,
    "GetConfiguration": get_configuration.ROUTE,
    "GetDiagnostics": get_diagnostics.ROUTE,
    "GetInstalledCertificateIds": get_installed_certificate_ids.ROUTE,
    "GetLog": get_log.ROUTE,
    "InstallCertificate": install_certificate.ROUTE,
    "Reset": reset.ROUTE,
    "SignedUpdateFirmware": signed_update_firmware.ROUTE,
    "TriggerMessage": trigger_message.ROUTE,
    "UnlockConnector": unlock_connector.ROUTE,
    "UpdateFirmware": update_firmware.ROUTE,
}
