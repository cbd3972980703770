"""Answers of the security extension: logs, signed firmware, triggers (whitepaper N01, L01, §5.5)."""

from __future__ import annotations

import asyncio
import base64
import binascii
import urllib.request
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final

from cryptography import x509

from chargers.simulator.clock import parse_time
from chargers.simulator.commands.certificates import request_certificate
from chargers.simulator.commands.files import install, send_status, sequence, settle, usable
from chargers.simulator.commands.trigger import SENDERS, Sender, triggered
from chargers.simulator.frames import Payload
from chargers.simulator.security_log import tell_event, written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chargers.simulator.charge_point import SimulatedChargePoint

LOG: Final = "Log"
FIRMWARE: Final = "SignedFirmware"
DOWNLOAD: Final = ("Downloading", "Downloaded")
INSTALL: Final = ("SignatureVerified", "Installing", "InstallRebooting")
UPLOAD_PATIENCE_S: Final = 20.0


def get_log(cp: SimulatedChargePoint, payload: Payload) -> Payload:
    """Upload the log where it is asked for; a request that comes meanwhile takes its place (N01.FR.11)."""
    busy = LOG in cp.station.file_status
    cp.station.request_ids[LOG] = payload["requestId"]
    location = payload["log"]["remoteLocation"]
    if usable(location):
        sequence(cp, LOG, ("Uploading",), lambda: _upload(cp, location))
    else:
        sequence(cp, LOG, ("BadMessage",), settle(cp, LOG))
    stamp = cp.clock.now().strftime("%Y%m%dT%H%M%SZ")
    return {
        "status": "AcceptedCanceled" if busy else "Accepted",
        "filename": f"{cp.spec.identity}-{payload['logType']}-{stamp}.csv",
    }


def _upload(cp: SimulatedChargePoint, location: str) -> None:
    async def upload() -> None:
        done = not location.startswith("http") or await asyncio.to_thread(_put, location, written(cp))
        sequence(cp, LOG, ("Uploaded" if done else "UploadFailure",), settle(cp, LOG))

    cp.spawn(upload())


def _put(location: str, content: bytes) -> bool:
    request = urllib.request.Request(location, data=content, method="PUT")  # noqa: S310 (http only)
    try:
        with urllib.request.urlopen(request, timeout=UPLOAD_PATIENCE_S):  # noqa: S310
            return True
    except OSError:
        return False


def signed_update_firmware(cp: SimulatedChargePoint, payload: Payload) -> Payload:
    """Check the certificate, pretend to download, check the signature, reboot with a new version (L01)."""
    firmware = payload["firmware"]
    if not _is_valid(firmware["signingCertificate"], cp.clock.now()):
        tell_event(cp, "InvalidFirmwareSigningCertificate")
        return {"status": "InvalidCertificate"}
    busy = FIRMWARE in cp.station.file_status
    cp.station.request_ids[FIRMWARE] = payload["requestId"]
    wait_s = (parse_time(firmware["retrieveDateTime"]) - cp.clock.now()).total_seconds()
    if not usable(firmware["location"]):
        sequence(cp, FIRMWARE, ("Downloading", "DownloadFailed"), settle(cp, FIRMWARE), wait_s)
    elif not _is_base64(firmware["signature"]):
        sequence(cp, FIRMWARE, (*DOWNLOAD, "InvalidSignature"), lambda: _distrust(cp), wait_s)
    else:
        sequence(cp, FIRMWARE, (*DOWNLOAD, *INSTALL), install(cp, FIRMWARE, firmware["location"]), wait_s)
    return {"status": "AcceptedCanceled" if busy else "Accepted"}


def _distrust(cp: SimulatedChargePoint) -> None:
    tell_event(cp, "InvalidFirmwareSignature")
    settle(cp, FIRMWARE)()


def _is_valid(certificate: str, now: datetime) -> bool:
    try:
        read = x509.load_pem_x509_certificate(certificate.encode())
    except ValueError:
        return False
    return read.not_valid_before_utc <= now <= read.not_valid_after_utc


def _is_base64(text: str) -> bool:
    try:
        return bool(base64.b64decode(text, validate=True))
    except binascii.Error:
        return False


def extended_trigger_message(cp: SimulatedChargePoint, payload: Payload) -> Payload:
    """Send the message asked for after the answer; NotImplemented for any other."""
    return triggered(cp, payload, EXTENDED_SENDERS)


def _log_status(cp: SimulatedChargePoint, numbers: Sequence[int]) -> None:  # noqa: ARG001
    send_status(cp, LOG, early=True)


def _firmware_status(cp: SimulatedChargePoint, numbers: Sequence[int]) -> None:  # noqa: ARG001
    send_status(cp, FIRMWARE, early=True)


EXTENDED_SENDERS: Final[Mapping[str, Sender]] = {
    "BootNotification": SENDERS["BootNotification"],
    "FirmwareStatusNotification": _firmware_status,
    "Heartbeat": SENDERS["Heartbeat"],
    "LogStatusNotification": _log_status,
    "MeterValues": SENDERS["MeterValues"],
    "SignChargePointCertificate": request_certificate,
    "StatusNotification": SENDERS["StatusNotification"],
}
