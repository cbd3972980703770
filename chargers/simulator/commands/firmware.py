"""Answers about firmware and diagnostics: their sequences of statuses (OCPP 1.6 §5.9, §5.19)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chargers.simulator.clock import parse_time
from chargers.simulator.commands.files import install, sequence, settle, usable
from chargers.simulator.frames import Payload

if TYPE_CHECKING:
    from chargers.simulator.charge_point import SimulatedChargePoint

UPLOAD = ("Uploading", "Uploaded")
DOWNLOAD = ("Downloading", "Downloaded", "Installing")


def get_diagnostics(cp: SimulatedChargePoint, payload: Payload) -> Payload:
    """Name a file and pretend to upload it; an unusable address fails."""
    idle = settle(cp, "Diagnostics")
    if not usable(payload["location"]):
        sequence(cp, "Diagnostics", ("UploadFailed",), idle)
        return {}
    sequence(cp, "Diagnostics", UPLOAD, idle)
    stamp = cp.clock.now().strftime("%Y%m%dT%H%M%SZ")
    return {"fileName": f"{cp.spec.identity}-{stamp}.log"}


def update_firmware(cp: SimulatedChargePoint, payload: Payload) -> Payload:
    """Pretend to download and install at the time asked for, then reboot with a new version."""
    location = payload["location"]
    wait_s = (parse_time(payload["retrieveDate"]) - cp.clock.now()).total_seconds()
    if usable(location):
        sequence(cp, "Firmware", DOWNLOAD, install(cp, "Firmware", location), wait_s)
    else:
        sequence(cp, "Firmware", ("Downloading", "DownloadFailed"), settle(cp, "Firmware"), wait_s)
    return {}
