"""Why transactions and connections ended, in words."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from charging.types import Flag

STOPS: Final[dict[str, Promise]] = {
    "": gettext_lazy("Stopped at the charge point"),
    "Local": gettext_lazy("Stopped at the charge point"),
    "Remote": gettext_lazy("Stopped remotely"),
    "EVDisconnected": gettext_lazy("Vehicle unplugged"),
    "EmergencyStop": gettext_lazy("Emergency stop"),
    "PowerLoss": gettext_lazy("Power failure"),
    "HardReset": gettext_lazy("Hard reset of the charge point"),
    "SoftReset": gettext_lazy("Reset of the charge point"),
    "Reboot": gettext_lazy("Restart of the charge point"),
    "UnlockCommand": gettext_lazy("Connector unlocked remotely"),
    "DeAuthorized": gettext_lazy("Badge no longer accepted"),
    "Other": gettext_lazy("Other reason"),
}
"""OCPP 1.6 §7.36 Reason; one that is left out means Local (§6.49)."""

FLAGS: Final = dict(Flag.choices)

REPLACED: Final = "a newer connection took over"
CLOSINGS: Final[dict[str, Promise]] = {
    REPLACED: gettext_lazy("Replaced by a newer connection of the charge point"),
    "restart": gettext_lazy("evkit was stopped or restarted"),
    "evkit was restarted": gettext_lazy("evkit was stopped or restarted"),
    "no message for too long": gettext_lazy("The charge point fell silent, evkit closed the connection"),
}
CODES: Final[dict[int, Promise]] = {
    1000: gettext_lazy("Closed by the charge point"),
    1001: gettext_lazy("The charge point went away"),
    1002: gettext_lazy("Protocol error"),
    1005: gettext_lazy("Closed by the charge point without a reason"),
    1006: gettext_lazy("Connection lost: network or power supply"),
    1009: gettext_lazy("A message was too big"),
    1011: gettext_lazy("Connection lost: no answer to pings"),
    1012: gettext_lazy("The charge point restarts"),
    1013: gettext_lazy("evkit was overloaded and asked to come back later"),
}


class Told(Protocol):
    """What is told of a transaction: the transaction itself, or a row with some of its columns."""

    @property
    def ended_at(self) -> datetime | None:
        """When it ended."""

    @property
    def stop_reason(self) -> str:
        """The reason of the stop (OCPP 1.6 §7.36)."""

    @property
    def flags(self) -> Any:
        """What is out of the ordinary."""


def stop_text(transaction: Told) -> str:
    """Return why a transaction ended; empty while it runs."""
    if transaction.ended_at is None:
        return ""
    if not transaction.stop_reason and Flag.PRESUMED_ENDED in transaction.flags:
        return _("Not known")
    return reason_text(transaction.stop_reason)


def reason_text(reason: str) -> str:
    """Return the reason of a stop in words; one that OCPP does not know as it came."""
    return str(STOPS.get(reason, reason))


def flag_texts(transaction: Told) -> list[str]:
    """Return what is out of the ordinary about a transaction."""
    return [str(FLAGS.get(flag, flag)) for flag in transaction.flags]


def closing_text(code: int | None, reason: str) -> str:
    """Return why a connection ended (RFC 6455 §7.4.1)."""
    known = CLOSINGS.get(reason) or CODES.get(code or 0)
    if known:
        return str(known)
    if reason:
        return reason
    return _("Closed with code %(code)s") % {"code": code} if code else _("Not known")
