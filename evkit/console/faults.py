"""Words for the error codes that charge points report (OCPP 1.6 §7.6 ChargePointErrorCode)."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

FAULTS: Final[dict[str, Promise]] = {
    "ConnectorLockFailure": _("The connector does not lock or unlock"),
    "EVCommunicationError": _("Communication with the vehicle failed"),
    "GroundFailure": _("Earth fault"),
    "HighTemperature": _("Temperature too high"),
    "InternalError": _("Internal error of the charge point"),
    "LocalListConflict": _("The local list contradicts the central system"),
    "OtherError": _("Other error"),
    "OverCurrentFailure": _("Overcurrent"),
    "OverVoltage": _("Voltage too high"),
    "PowerMeterFailure": _("The energy meter failed"),
    "PowerSwitchFailure": _("The power switch failed"),
    "ReaderFailure": _("The badge reader failed"),
    "ResetFailure": _("The reset failed"),
    "UnderVoltage": _("Voltage too low"),
    "WeakSignal": _("Weak radio signal"),
}


def fault_text(error_code: str, vendor_code: str = "", info: str = "") -> str:
    """Return what is wrong in words, with the vendor's own code or text when there is one."""
    known = FAULTS.get(error_code)
    text = str(known) if known is not None else error_code
    extra = info or vendor_code
    return f"{text} ({extra})" if text and extra else text or extra
