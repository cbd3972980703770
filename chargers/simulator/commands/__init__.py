"""How a charge point answers the calls of the central system, by action."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from chargers.simulator.commands import (
    certificates,
    configuration,
    core,
    firmware,
    local_list,
    reservation,
    security,
    smart_charging,
    transactions,
    trigger,
)
from chargers.simulator.frames import Payload

if TYPE_CHECKING:
    from chargers.simulator.charge_point import SimulatedChargePoint

Answer = Callable[["SimulatedChargePoint", Payload], Payload]

ANSWERS: Final[Mapping[str, Answer]] = {
    "CancelReservation": reservation.cancel_reservation,
    "CertificateSigned": certificates.certificate_signed,
    "ChangeAvailability": core.change_availability,
    "ChangeConfiguration": configuration.change_configuration,
    "ClearCache": core.clear_cache,
    "ClearChargingProfile": smart_charging.clear_charging_profile,
    "DataTransfer": core.data_transfer,
    "DeleteCertificate": certificates.delete_certificate,
    "ExtendedTriggerMessage": security.extended_trigger_message,
    "GetCompositeSchedule": smart_charging.get_composite_schedule,
    "GetConfiguration": configuration.get_configuration,
    "GetDiagnostics": firmware.get_diagnostics,
    "GetInstalledCertificateIds": certificates.get_installed_certificate_ids,
    "GetLocalListVersion": local_list.get_local_list_version,
    "GetLog": security.get_log,
    "InstallCertificate": certificates.install_certificate,
    "RemoteStartTransaction": transactions.remote_start,
    "RemoteStopTransaction": transactions.remote_stop,
    "ReserveNow": reservation.reserve_now,
    "Reset": core.reset,
    "SendLocalList": local_list.send_local_list,
    "SetChargingProfile": smart_charging.set_charging_profile,
    "SignedUpdateFirmware": security.signed_update_firmware,
    "TriggerMessage": trigger.trigger_message,
    "UnlockConnector": core.unlock_connector,
    "UpdateFirmware": firmware.update_firmware,
}
