from __future__ import annotations

import pytest

from chargers.simulator.commands import ANSWERS
from tests.chargers.simulator.commanded import charging, later
from tests.chargers.simulator.conftest import BUS


class TestReset:
    async def test_a_soft_reset_ends_the_transaction_then_reboots(self, csms, connect):
        cp = await connect()
        await charging(cp)
        assert (await csms.ask("Reset", "Soft")).status == "Accepted"
        await csms.until(lambda: len(csms.of("BootNotification")) == 2)
        names = csms.actions("StatusNotification", "MeterValues")
        assert names[-2:] == ["StopTransaction", "BootNotification"]
        assert csms.of("StopTransaction")[0]["reason"] == "SoftReset"
        assert len(csms.links) == 2

    async def test_a_hard_reset_reboots_and_tells_of_the_transaction_afterwards(self, csms, connect):
        cp = await connect()
        await charging(cp)
        assert (await csms.ask("Reset", "Hard")).status == "Accepted"
        await csms.until(lambda: bool(csms.of("StopTransaction")))
        names = csms.actions("StatusNotification", "MeterValues")
        assert names[-2:] == ["BootNotification", "StopTransaction"]
        assert csms.of("StopTransaction")[0]["reason"] == "HardReset"


class TestChangeAvailability:
    async def test_an_idle_connector_changes_at_once(self, csms, connect):
        cp = await connect()
        answer = await csms.ask("ChangeAvailability", 1, "Inoperative")
        assert answer.status == "Accepted"
        await csms.until(lambda: csms.status_of(1) == "Unavailable")
        assert await cp.present_tag(1, BUS.id_tag) == "Rejected"
        await csms.ask("ChangeAvailability", 1, "Operative")
        await csms.until(lambda: csms.status_of(1) == "Available")

    async def test_a_busy_connector_changes_when_its_transaction_has_ended(self, csms, connect):
        cp = await connect()
        await charging(cp)
        answer = await csms.ask("ChangeAvailability", 0, "Inoperative")
        assert answer.status == "Scheduled"
        await csms.until(lambda: csms.status_of(2) == "Unavailable")
        assert csms.status_of(0) == "Unavailable"
        await cp.unplug(1)
        await csms.until(lambda: csms.status_of(1) == "Unavailable")

    async def test_it_survives_a_reset(self, csms, connect):
        await connect()
        await csms.ask("ChangeAvailability", 1, "Inoperative")
        await csms.ask("Reset", "Hard")
        await csms.until(lambda: len(csms.links) == 2 and len(csms.statuses_of(2)) == 2)
        assert csms.status_of(1) == "Unavailable"

    async def test_an_unknown_connector_is_refused(self, csms, connect):
        await connect()
        assert (await csms.ask("ChangeAvailability", 3, "Operative")).status == "Rejected"


class TestConfiguration:
    async def test_all_keys_can_be_read(self, csms, connect):
        await connect()
        answer = await csms.ask("GetConfiguration")
        values = {item["key"]: item for item in answer.configuration_key}
        assert values["NumberOfConnectors"] == {
            "key": "NumberOfConnectors",
            "readonly": True,
            "value": "2",
        }
        assert "value" not in values["AuthorizationKey"]
        assert answer.unknown_key is None

    async def test_unknown_keys_are_named_and_case_does_not_matter(self, csms, connect):
        await connect()
        answer = await csms.ask("GetConfiguration", ["heartbeatinterval", "Colour"])
        assert [item["key"] for item in answer.configuration_key] == ["HeartbeatInterval"]
        assert answer.unknown_key == ["Colour"]

    @pytest.mark.parametrize(
        ("key", "value", "status"),
        [
            ("MeterValueSampleInterval", "5", "Accepted"),
            ("MeterValueSampleInterval", "-5", "Rejected"),
            ("MeterValueSampleInterval", "soon", "Rejected"),
            ("MeterValuesSampledData", "SoC, Voltage", "Accepted"),
            ("MeterValuesSampledData", "SoC,Colour", "Rejected"),
            ("LocalPreAuthorize", "TRUE", "Accepted"),
            ("LocalPreAuthorize", "1", "Rejected"),
            ("NumberOfConnectors", "3", "Rejected"),
            ("ConnectorPhaseRotation", "0.RTS", "RebootRequired"),
            ("Colour", "red", "NotSupported"),
        ],
    )
    async def test_a_change_is_judged(self, csms, connect, key, value, status):
        cp = await connect()
        assert (await csms.ask("ChangeConfiguration", key, value)).status == status
        if status in {"Accepted", "RebootRequired"}:
            assert cp.configuration.text(key) == value

    async def test_a_new_sample_interval_counts_at_once(self, csms, connect):
        cp = await connect(meter_interval_s=3600)
        await charging(cp)
        await csms.ask("ChangeConfiguration", "MeterValuesSampledData", "SoC")
        await csms.ask("ChangeConfiguration", "MeterValueSampleInterval", "1")
        await csms.until(lambda: bool(csms.of("MeterValues")))
        sampled = csms.of("MeterValues")[0]["meterValue"][0]["sampledValue"]
        assert [item["measurand"] for item in sampled] == ["SoC"]

    async def test_a_new_heartbeat_interval_counts_at_once(self, csms, connect):
        await connect()
        await csms.ask("ChangeConfiguration", "HeartbeatInterval", "1")
        await csms.until(lambda: bool(csms.of("Heartbeat")))

    async def test_a_new_password_is_used_from_the_next_connection_on(self, csms, connect):
        cp = await connect(password="first-password")
        await csms.ask("ChangeConfiguration", "AuthorizationKey", "second-password")
        cp.drop()
        await csms.until(lambda: len(csms.links) == 2)
        headers = [link.request.headers["Authorization"] for link in csms.links]
        assert headers[0] != headers[1]

    async def test_clock_aligned_values_come_from_idle_connectors_too(self, csms, connect):
        await connect()
        await csms.ask("ChangeConfiguration", "ClockAlignedDataInterval", "1")
        await csms.until(lambda: len(csms.of("MeterValues")) == 4)
        rows = csms.of("MeterValues")
        assert [row["connectorId"] for row in rows] == [1, 2, 1, 2]
        assert rows[0]["meterValue"][0]["sampledValue"][0]["context"] == "Sample.Clock"
        await csms.ask("ChangeConfiguration", "ClockAlignedDataInterval", "0")


class TestFiles:
    async def test_diagnostics_are_uploaded(self, csms, connect):
        await connect()
        answer = await csms.ask("GetDiagnostics", "http://127.0.0.1/x")
        assert answer.file_name.startswith("CP_1-")
        await csms.until(lambda: len(csms.of("DiagnosticsStatusNotification")) == 2)
        statuses = [row["status"] for row in csms.of("DiagnosticsStatusNotification")]
        assert statuses == ["Uploading", "Uploaded"]

    async def test_firmware_is_installed_and_reported_after_the_reboot(self, csms, connect):
        await connect()
        await csms.ask("UpdateFirmware", "http://127.0.0.1/fw-2.0.bin", later(0))
        await csms.until(lambda: len(csms.of("FirmwareStatusNotification")) == 4)
        statuses = [row["status"] for row in csms.of("FirmwareStatusNotification")]
        assert statuses == ["Downloading", "Downloaded", "Installing", "Installed"]
        assert csms.of("BootNotification")[1]["firmwareVersion"] == "fw-2.0.bin"

    async def test_an_unusable_address_fails(self, csms, connect):
        await connect()
        await csms.ask("GetDiagnostics", "gopher://x")
        await csms.ask("UpdateFirmware", "gopher://x", later(0))
        await csms.until(lambda: len(csms.of("FirmwareStatusNotification")) == 2)
        assert csms.of("DiagnosticsStatusNotification") == [{"status": "UploadFailed"}]
        assert csms.of("FirmwareStatusNotification")[1] == {"status": "DownloadFailed"}


class TestTriggerMessage:
    @pytest.mark.parametrize(
        "name",
        [
            "BootNotification",
            "DiagnosticsStatusNotification",
            "FirmwareStatusNotification",
            "Heartbeat",
            "MeterValues",
            "StatusNotification",
        ],
    )
    async def test_every_message_can_be_asked_for(self, csms, connect, name):
        await connect()
        await csms.until(lambda: len(csms.of("StatusNotification")) == 3)
        before = len(csms.of(name))
        assert (await csms.ask("TriggerMessage", name, 1)).status == "Accepted"
        await csms.until(lambda: len(csms.of(name)) > before)

    async def test_an_unknown_connector_is_refused(self, csms, connect):
        await connect()
        answer = await csms.ask("TriggerMessage", "MeterValues", 9)
        assert answer.status == "Rejected"

    async def test_a_triggered_sample_names_its_context(self, csms, connect):
        await connect()
        await csms.ask("TriggerMessage", "MeterValues", 2)
        await csms.until(lambda: bool(csms.of("MeterValues")))
        row = csms.of("MeterValues")[0]
        assert (row["connectorId"], "transactionId" in row) == (2, False)
        assert row["meterValue"][0]["sampledValue"][0]["context"] == "Trigger"


class TestOtherCommands:
    async def test_unlocking_ends_the_transaction(self, csms, connect):
        cp = await connect()
        await charging(cp)
        assert (await csms.ask("UnlockConnector", 1)).status == "Unlocked"
        await cp.stopped(1)
        assert csms.of("StopTransaction")[0]["reason"] == "UnlockCommand"
        assert (await csms.ask("UnlockConnector", 9)).status == "NotSupported"

    async def test_the_cache_is_cleared(self, csms, connect):
        cp = await connect(configuration=(("AllowOfflineTxForUnknownId", "false"),))
        await cp.authorisation.ask(BUS.id_tag)
        assert (await csms.ask("ClearCache")).status == "Accepted"
        cp.drop(5.0)
        await cp.until(lambda: not cp.online)
        assert await cp.authorisation.ask(BUS.id_tag) == "Invalid"

    async def test_data_of_its_own_vendor_is_echoed(self, csms, connect):
        await connect(vendor="Volthaus")
        answer = await csms.ask("DataTransfer", "Volthaus", "echo", "hello")
        assert (answer.status, answer.data) == ("Accepted", "hello")
        unknown = await csms.ask("DataTransfer", "Other")
        assert unknown.status == "UnknownVendorId"


class TestAnswers:
    def test_every_command_of_the_protocol_is_known(self):
        assert set(ANSWERS) >= {
            "CancelReservation",
            "ChangeAvailability",
            "ChangeConfiguration",
            "ClearCache",
            "ClearChargingProfile",
            "DataTransfer",
            "GetCompositeSchedule",
            "GetConfiguration",
            "GetDiagnostics",
            "GetLocalListVersion",
            "RemoteStartTransaction",
            "RemoteStopTransaction",
            "ReserveNow",
            "Reset",
            "SendLocalList",
            "SetChargingProfile",
            "TriggerMessage",
            "UnlockConnector",
            "UpdateFirmware",
        }

    @pytest.mark.parametrize(
        ("frame", "code"),
        [
            ('[2,"x1","InstallCertificate",{}]', "FormationViolation"),
            ('[2,"x1","MakeCoffee",{}]', "NotImplemented"),
            ('[2,"x1","Reset",{}]', "FormationViolation"),
            ('[2,"x1","UnlockConnector",{"connectorId":[]}]', "FormationViolation"),
        ],
    )
    async def test_what_it_cannot_do_is_a_call_error(self, csms, connect, frame, code):
        cp = await connect()
        await csms.link.socket.send(frame)
        await csms.until(lambda: any('"x1"' in text for text in csms.frames))
        answer = next(text for text in csms.frames if '"x1"' in text)
        assert answer.startswith(f'[4,"x1","{code}"')
        assert cp.online

    async def test_what_is_no_frame_is_ignored(self, csms, connect):
        cp = await connect()
        for text in ("", "null", "[]", '{"a":1}', "[" * 100_000, '[3,"nobody",{}]'):
            await csms.link.socket.send(text)
        await cp.send_call("Heartbeat", {})
        assert cp.online
        assert cp.wire.counters.errors == 5
