"""The simulated charge point speaks the security extension (security whitepaper, A04, N01, L01)."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from tests.support.certificates import ec_key, self_signed

CERTIFICATE = self_signed(ec_key())
EXPIRED = self_signed(ec_key(), starts=datetime(2020, 1, 1, tzinfo=UTC))
BEFORE_REBOOT = ("Downloading", "Downloaded", "SignatureVerified", "Installing", "InstallRebooting")


def log_of(number: int, kind: str = "SecurityLog", location: str = "ftp://127.0.0.1/") -> dict[str, object]:
    return {"log": {"remoteLocation": location}, "log_type": kind, "request_id": number}


def firmware(**changes: str) -> dict[str, str]:
    return {
        "location": "http://127.0.0.1/fw-3.0.bin",
        "retrieveDateTime": datetime.now(tz=UTC).isoformat(),
        "signingCertificate": CERTIFICATE,
        "signature": "c2ln",
        **changes,
    }


def reported(csms, action):
    return [(row["status"], row.get("requestId")) for row in csms.of(action)]


class TestLog:
    async def test_every_status_carries_the_number_of_the_request(self, csms, connect):
        await connect()
        answer = await csms.ask("GetLog", **log_of(7))
        assert (answer.status, answer.filename[:17]) == ("Accepted", "CP_1-SecurityLog-")
        await csms.until(lambda: len(csms.of("LogStatusNotification")) == 2)
        assert reported(csms, "LogStatusNotification") == [("Uploading", 7), ("Uploaded", 7)]

    async def test_the_log_of_events_is_put_where_it_was_asked_for(self, csms, connect):
        received = asyncio.Queue[bytes]()

        async def take(reader, writer):
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            await received.put(head.split(b" ")[0] + b"\n" + await reader.readexactly(length))
            writer.write(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            await writer.drain()
            writer.close()

        async with await asyncio.start_server(take, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            await connect(tells_security_events=True)
            await csms.ask("GetLog", **log_of(1, location=f"http://127.0.0.1:{port}/files/x/"))
            method, line = (await asyncio.wait_for(received.get(), 10)).decode().split("\n")[:2]
        assert (method, line.split(";")[1:]) == ("PUT", ["StartupOfTheDevice", "1.6.0"])
        await csms.until(lambda: reported(csms, "LogStatusNotification")[-1:] == [("Uploaded", 1)])

    async def test_nobody_there_is_a_failure(self, csms, connect):
        await connect()
        await csms.ask("GetLog", **log_of(1, location="http://127.0.0.1:9/"))
        await csms.until(lambda: reported(csms, "LogStatusNotification")[-1:] == [("UploadFailure", 1)])

    async def test_a_newer_request_takes_the_place_of_one_under_way(self, csms, connect):
        await connect(file_step_s=0.5)
        await csms.ask("GetLog", **log_of(1))
        await csms.until(lambda: reported(csms, "LogStatusNotification") == [("Uploading", 1)])
        assert (await csms.ask("GetLog", **log_of(2))).status == "AcceptedCanceled"
        await csms.until(lambda: reported(csms, "LogStatusNotification")[-1] == ("Uploaded", 2))
        assert ("Uploaded", 1) not in reported(csms, "LogStatusNotification")


class TestFirmware:
    async def test_a_signed_one_is_installed_and_told_after_the_reboot(self, csms, connect):
        await connect()
        answer = await csms.ask("SignedUpdateFirmware", 5, firmware())
        assert answer.status == "Accepted"
        await csms.until(lambda: len(csms.of("SignedFirmwareStatusNotification")) == 6)
        assert reported(csms, "SignedFirmwareStatusNotification") == [
            (status, 5) for status in (*BEFORE_REBOOT, "Installed")
        ]
        assert csms.of("BootNotification")[1]["firmwareVersion"] == "fw-3.0.bin"
        await csms.until(
            lambda: [e["type"] for e in csms.of("SecurityEventNotification")] == ["FirmwareUpdated"]
        )

    async def test_a_wrong_signature_is_told_and_nothing_installed(self, csms, connect):
        cp = await connect()
        await csms.ask("SignedUpdateFirmware", 5, firmware(signature="no base64!"))
        await csms.until(lambda: bool(csms.of("SecurityEventNotification")))
        assert csms.of("SecurityEventNotification")[0]["type"] == "InvalidFirmwareSignature"
        assert reported(csms, "SignedFirmwareStatusNotification")[-1] == ("InvalidSignature", 5)
        assert cp.firmware_version == "1.6.0"

    @pytest.mark.parametrize("certificate", ["nonsense", EXPIRED])
    async def test_a_certificate_that_is_none_or_expired_is_refused(self, csms, connect, certificate):
        await connect()
        answer = await csms.ask("SignedUpdateFirmware", 5, firmware(signingCertificate=certificate))
        assert answer.status == "InvalidCertificate"
        await csms.until(lambda: bool(csms.of("SecurityEventNotification")))
        assert csms.of("SecurityEventNotification")[0]["type"] == "InvalidFirmwareSigningCertificate"
        assert csms.of("SignedFirmwareStatusNotification") == []


class TestTrigger:
    @pytest.mark.parametrize(
        ("message", "action"),
        [
            ("LogStatusNotification", "LogStatusNotification"),
            ("FirmwareStatusNotification", "SignedFirmwareStatusNotification"),
            ("Heartbeat", "Heartbeat"),
            ("StatusNotification", "StatusNotification"),
            ("MeterValues", "MeterValues"),
            ("BootNotification", "BootNotification"),
        ],
    )
    async def test_every_message_can_be_asked_for(self, csms, connect, message, action):
        await connect()
        await csms.until(lambda: len(csms.of("StatusNotification")) == 3)
        before = len(csms.of(action))
        assert (await csms.ask("ExtendedTriggerMessage", message, 1)).status == "Accepted"
        await csms.until(lambda: len(csms.of(action)) > before)

    async def test_nothing_under_way_is_idle_without_a_number(self, csms, connect):
        await connect()
        await csms.ask("ExtendedTriggerMessage", "LogStatusNotification")
        await csms.until(lambda: csms.of("LogStatusNotification") == [{"status": "Idle"}])


async def test_a_reset_is_told_before_it_happens(csms, connect):
    await connect(tells_security_events=True)
    await csms.ask("Reset", "Hard")
    await csms.until(lambda: len(csms.of("SecurityEventNotification")) == 3)
    assert [event["type"] for event in csms.of("SecurityEventNotification")] == [
        "StartupOfTheDevice", "ResetOrReboot", "StartupOfTheDevice",
    ]  # fmt: skip
