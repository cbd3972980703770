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

ADVICE: Final[dict[str, Promise]] = {
    "ConnectorLockFailure": _("Push the plug in firmly, or unlock the connector and plug it in again."),
    "EVCommunicationError": _("Unplug the vehicle and plug it in again; try another cable or connector."),
    "GroundFailure": _("Keep the vehicle unplugged and have an electrician check the cable and the socket."),
    "HighTemperature": _("Let it cool down, check its ventilation and its plug, then reset it."),
    "InternalError": _("Reset it; call its maintenance if the error returns."),
    "LocalListConflict": _("Reset it; its local list must be sent again."),
    "OverCurrentFailure": _("Have the vehicle and the cable checked before it charges again."),
    "OverVoltage": _("Have the site's supply checked, then reset it."),
    "PowerMeterFailure": _("Reset it; call its maintenance if the meter stays silent."),
    "PowerSwitchFailure": _("Take it out of service and call its maintenance."),
    "ReaderFailure": _("Start the charge from here; have the reader repaired."),
    "ResetFailure": _("Cut its power for a minute, then wait for it to come back."),
    "UnderVoltage": _("Have the site's supply checked, then reset it."),
    "WeakSignal": _("Check its antenna and its network."),
}
OTHERWISE: Final = _("Read its display, reset it, and call its maintenance if the fault returns.")


def advice(error_code: str) -> str:
    """Return what to do about an error code, in one sentence."""
    return str(ADVICE.get(error_code, OTHERWISE))


def fault_text(error_code: str, vendor_code: str = "", info: str = "") -> str:
    """Return what is wrong in words, with the vendor's own code or text when there is one."""
    known = FAULTS.get(error_code)
    text = str(known) if known is not None else error_code
    text = "" if text == "NoError" else text
    extra = " · ".join(dict.fromkeys(filter(None, (vendor_code, info))))
    return f"{text} ({extra})" if text and extra else text or extra
