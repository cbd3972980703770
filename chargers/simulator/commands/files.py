"""Sequences of statuses of files on their way, whichever message reports them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from chargers.simulator.commands.core import ANSWER_FIRST_S, restart
from chargers.simulator.security_log import tell_event

if TYPE_CHECKING:
    from chargers.simulator.charge_point import SimulatedChargePoint

SIGNED: Final = "SignedFirmware"


def usable(location: str) -> bool:
    """Tell whether the address is of a kind that a charge point can use."""
    return location.split(":", 1)[0].lower() in {"http", "https", "ftp", "ftps", "sftp"}


def send_status(cp: SimulatedChargePoint, kind: str, *, early: bool = False) -> None:
    """Send the present status notification of a kind: Firmware, Diagnostics, SignedFirmware or Log."""
    station = cp.station
    body: dict[str, object] = {"status": station.file_status.get(kind, "Idle")}
    if kind in station.request_ids and kind in station.file_status:
        body["requestId"] = station.request_ids[kind]
    cp.post(f"{kind}StatusNotification", body, early=early)


def sequence(
    cp: SimulatedChargePoint,
    kind: str,
    statuses: Sequence[str],
    finish: Callable[[], None],
    wait_s: float = ANSWER_FIRST_S,
) -> None:
    """Report one status after the other, then `finish`."""
    if not statuses:
        finish()
        return

    def enter() -> None:
        cp.station.file_status[kind] = statuses[0]
        send_status(cp, kind)
        sequence(cp, kind, statuses[1:], finish, cp.spec.file_step_s)

    cp.timers.set(kind, max(wait_s, ANSWER_FIRST_S), enter)


def settle(cp: SimulatedChargePoint, kind: str) -> Callable[[], None]:
    """Return what makes a kind idle again, a step later."""

    def idle() -> None:
        cp.station.file_status.pop(kind, None)

    return lambda: cp.timers.set(kind, cp.spec.file_step_s, idle)


def install(cp: SimulatedChargePoint, kind: str, location: str) -> Callable[[], None]:
    """Return what reboots with the firmware of an address, a step later."""

    def reboot() -> None:
        cp.firmware_version = location.rsplit("/", 1)[-1][:50] or cp.firmware_version
        cp.station.announce_installed = kind
        restart(cp)

    return lambda: cp.timers.set(kind, cp.spec.file_step_s, reboot)


def announce_installed(cp: SimulatedChargePoint) -> None:
    """Report the update that the reboot has finished."""
    if kind := cp.station.announce_installed:
        cp.station.announce_installed = ""
        cp.station.file_status[kind] = "Installed"
        send_status(cp, kind)
        cp.station.file_status.pop(kind)
        if kind == SIGNED:
            tell_event(cp, "FirmwareUpdated", cp.firmware_version)
