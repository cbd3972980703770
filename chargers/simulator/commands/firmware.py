"""Answers about firmware and diagnostics: their sequences of statuses (OCPP 1.6 §5.9, §5.19)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from chargers.simulator.clock import parse_time
from chargers.simulator.commands.core import ANSWER_FIRST_S, restart
from chargers.simulator.frames import Payload

if TYPE_CHECKING:
    from chargers.simulator.charge_point import SimulatedChargePoint

UPLOAD = ("Uploading", "Uploaded")
DOWNLOAD = ("Downloading", "Downloaded", "Installing")


def get_diagnostics(cp: SimulatedChargePoint, payload: Payload) -> Payload:
    """Name a file and pretend to upload it; an unusable address fails."""
    if not _usable(payload["location"]):
        _sequence(cp, "Diagnostics", ("UploadFailed",))
        return {}
    _sequence(cp, "Diagnostics", UPLOAD)
    stamp = cp.clock.now().strftime("%Y%m%dT%H%M%SZ")
    return {"fileName": f"{cp.spec.identity}-{stamp}.log"}


def update_firmware(cp: SimulatedChargePoint, payload: Payload) -> Payload:
    """Pretend to download and install at the time asked for, then reboot with a new version."""
    location = payload["location"]
    wait_s = (parse_time(payload["retrieveDate"]) - cp.clock.now()).total_seconds()
    if _usable(location):
        version = location.rsplit("/", 1)[-1][:50] or cp.firmware_version
        _sequence(cp, "Firmware", DOWNLOAD, max(wait_s, 0.0), version)
    else:
        _sequence(cp, "Firmware", ("Downloading", "DownloadFailed"), max(wait_s, 0.0))
    return {}


def send_status(cp: SimulatedChargePoint, kind: str, *, early: bool = False) -> None:
    """Send the present FirmwareStatusNotification or DiagnosticsStatusNotification."""
    body = {"status": cp.station.file_status.get(kind, "Idle")}
    cp.post(f"{kind}StatusNotification", body, early=early)


def _usable(location: str) -> bool:
    return location.split(":", 1)[0].lower() in {"http", "https", "ftp", "ftps", "sftp"}


def _sequence(
    cp: SimulatedChargePoint,
    kind: str,
    statuses: Sequence[str],
    wait_s: float = ANSWER_FIRST_S,
    version: str | None = None,
) -> None:
    if not statuses:
        _finish(cp, kind, version)
        return

    def enter() -> None:
        cp.station.file_status[kind] = statuses[0]
        send_status(cp, kind)
        _sequence(cp, kind, statuses[1:], cp.spec.file_step_s, version)

    cp.timers.set(kind, max(wait_s, ANSWER_FIRST_S), enter)


def _finish(cp: SimulatedChargePoint, kind: str, version: str | None) -> None:
    def settle() -> None:
        if version is None:
            cp.station.file_status.pop(kind, None)
            return
        cp.firmware_version = version
        cp.station.announce_installed = True
        restart(cp)

    cp.timers.set(kind, cp.spec.file_step_s, settle)
