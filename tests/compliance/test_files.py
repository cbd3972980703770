"""Firmware updates and diagnostics (TC_044, TC_045), with the files on a server of the operator's."""

from __future__ import annotations

from tests.compliance.csms import Csms
from tests.compliance.station import Station, ago

FIRMWARE = "https://files.example.com/firmware-2.0.bin"
UPLOADS = "ftp://files.example.com/uploads"


def ask_to_update(station: Station, csms: Csms) -> int:
    """An operator asks for an update, which is taken; return the command."""
    command = csms.ask("UpdateFirmware", {"location": FIRMWARE, "retrieveDate": ago()})
    assert station.expect("UpdateFirmware", {})["location"] == FIRMWARE
    csms.await_outcome(command, state="accepted")
    assert csms.transfer(command)["state"] == "accepted"
    return command


def report(station: Station, csms: Csms, command: int, status: str, state: str) -> None:
    """The charge point tells how far the update has come, and the central system shows it."""
    assert station.call("FirmwareStatusNotification", status=status) == {}
    assert csms.transfer(command)["state"] == state


def test_tc_044_1_csms_firmware_is_downloaded_and_installed(station: Station, csms: Csms) -> None:
    command = ask_to_update(station, csms)
    report(station, csms, command, "Downloading", "downloading")
    report(station, csms, command, "Downloaded", "downloaded")
    station.status("Unavailable")
    report(station, csms, command, "Installing", "installing")
    station.disconnect()
    station.connect()
    booted = station.call(
        "BootNotification",
        chargePointVendor="Example",
        chargePointModel="Two sockets",
        firmwareVersion="2.0",
    )
    assert booted["status"] == "Accepted"
    station.status("Available")
    report(station, csms, command, "Installed", "installed")
    csms.sweep()
    assert csms.transfer(command)["version_seen"] == "2.0"
    assert csms.charge_point()["boot"]["firmware_version"] == "2.0"


def test_tc_044_2_csms_firmware_download_fails(station: Station, csms: Csms) -> None:
    command = ask_to_update(station, csms)
    report(station, csms, command, "Downloading", "downloading")
    report(station, csms, command, "DownloadFailed", "failed")
    assert csms.transfer(command)["error"] == "DownloadFailed"


def test_tc_044_3_csms_firmware_installation_fails(station: Station, csms: Csms) -> None:
    command = ask_to_update(station, csms)
    report(station, csms, command, "Downloading", "downloading")
    report(station, csms, command, "Downloaded", "downloaded")
    report(station, csms, command, "Installing", "installing")
    report(station, csms, command, "InstallationFailed", "failed")
    assert csms.transfer(command)["error"] == "InstallationFailed"


def ask_for_diagnostics(station: Station, csms: Csms) -> int:
    """An operator asks for diagnostics, which are promised; return the command."""
    command = csms.ask("GetDiagnostics", {"location": UPLOADS})
    assert station.expect("GetDiagnostics", {"fileName": "diagnostics.zip"}) == {"location": UPLOADS}
    csms.await_outcome(command, state="accepted", response={"fileName": "diagnostics.zip"})
    assert csms.transfer(command)["file_name"] == "diagnostics.zip"
    return command


def test_tc_045_1_csms_diagnostics_are_uploaded(station: Station, csms: Csms) -> None:
    command = ask_for_diagnostics(station, csms)
    assert station.call("DiagnosticsStatusNotification", status="Uploading") == {}
    assert csms.transfer(command)["state"] == "uploading"
    assert station.call("DiagnosticsStatusNotification", status="Uploaded") == {}
    assert csms.transfer(command)["state"] == "uploaded"


def test_tc_045_2_csms_diagnostics_upload_fails(station: Station, csms: Csms) -> None:
    command = ask_for_diagnostics(station, csms)
    assert station.call("DiagnosticsStatusNotification", status="Uploading") == {}
    assert station.call("DiagnosticsStatusNotification", status="UploadFailed") == {}
    assert csms.transfer(command)["state"] == "failed"
