"""Security events, logs and signed firmware (TC_077 to TC_081)."""

from __future__ import annotations

import urllib.request
from typing import Any

from tests.compliance.csms import Csms
from tests.compliance.station import Station, ago

FIRMWARE = {
    "location": "https://files.example.com/firmware-2.0.bin",
    "retrieveDateTime": "2026-01-01T00:00:00Z",
    "signingCertificate": "-----BEGIN CERTIFICATE-----",
    "signature": "c2lnbmF0dXJl",
}


def tell(station: Station, csms: Csms, kind: str) -> None:
    """The charge point tells of an event, and the central system shows it."""
    at = ago(minutes=1)
    assert station.call("SecurityEventNotification", type=kind, timestamp=at, techInfo="chain") == {}
    event = csms.security_events()[0]
    assert (event["type"], event["tech_info"], event["critical"]) == (kind, "chain", False)
    assert event["at"].startswith(at[:23])


def test_tc_077_csms_an_invalid_charge_point_certificate_is_told(station: Station, csms: Csms) -> None:
    tell(station, csms, "InvalidChargePointCertificate")


def test_tc_078_csms_an_invalid_central_system_certificate_is_told(station: Station, csms: Csms) -> None:
    tell(station, csms, "InvalidCentralSystemCertificate")


def test_tc_079_csms_the_security_log_is_uploaded(station: Station, csms: Csms) -> None:
    command = csms.ask("GetLog", {"logType": "SecurityLog", "log": {}})
    asked = station.expect("GetLog", {"status": "Accepted", "filename": "security.log"})
    assert asked["logType"] == "SecurityLog"
    csms.await_outcome(command, state="accepted")
    number = asked["requestId"]
    assert station.call("LogStatusNotification", status="Uploading", requestId=number) == {}
    assert csms.transfer(command)["state"] == "uploading"
    request = urllib.request.Request(asked["log"]["remoteLocation"], data=b"an event", method="PUT")
    with urllib.request.urlopen(request, timeout=20) as answer:
        assert answer.status == 201
    assert station.call("LogStatusNotification", status="Uploaded", requestId=number) == {}
    shown = csms.transfer(command)
    assert (shown["state"], shown["file_name"], shown["size"]) == ("uploaded", "security.log", 8)


def ask_to_update(station: Station, csms: Csms) -> tuple[int, int]:
    """An operator asks for an update with signed firmware; return the command and the request's number."""
    command = csms.ask("SignedUpdateFirmware", {"firmware": FIRMWARE})
    asked = station.expect("SignedUpdateFirmware")
    assert asked["firmware"] == FIRMWARE
    csms.await_outcome(command, state="accepted")
    return command, int(asked["requestId"])


def report(station: Station, csms: Csms, update: tuple[int, int], status: str) -> Any:
    """The charge point tells how far the update has come; return what the central system shows."""
    command, number = update
    assert station.call("SignedFirmwareStatusNotification", status=status, requestId=number) == {}
    return csms.transfer(command)


def test_tc_080_csms_signed_firmware_is_installed(station: Station, csms: Csms) -> None:
    update = ask_to_update(station, csms)
    assert report(station, csms, update, "Downloading")["state"] == "downloading"
    assert report(station, csms, update, "Downloaded")["state"] == "downloaded"
    assert report(station, csms, update, "SignatureVerified")["state"] == "verified"
    assert report(station, csms, update, "InstallRebooting")["state"] == "installing"
    station.disconnect()
    station.connect()
    station.call(
        "BootNotification",
        chargePointVendor="Example",
        chargePointModel="Two sockets",
        firmwareVersion="2.0",
    )
    assert report(station, csms, update, "Installing")["state"] == "installing"
    assert station.call("SecurityEventNotification", type="FirmwareUpdated", timestamp=ago()) == {}
    assert report(station, csms, update, "Installed")["state"] == "installed"
    assert csms.security_events()[0]["critical"] is True


def test_tc_081_csms_an_invalid_signature_ends_the_update(station: Station, csms: Csms) -> None:
    update = ask_to_update(station, csms)
    assert report(station, csms, update, "Downloading")["state"] == "downloading"
    assert report(station, csms, update, "Downloaded")["state"] == "downloaded"
    shown = report(station, csms, update, "InvalidSignature")
    assert (shown["state"], shown["error"]) == ("failed", "InvalidSignature")
    assert station.call("SecurityEventNotification", type="InvalidFirmwareSignature", timestamp=ago()) == {}
    assert csms.security_events()[0]["type"] == "InvalidFirmwareSignature"
