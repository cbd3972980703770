from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from chargers.simulator.commands import ANSWERS
from tests.chargers.simulator.conftest import BUS


async def charging(cp, number=1):
    await cp.plug_in(number, BUS)
    await cp.present_tag(number, BUS.id_tag)
    return await cp.started(number)


class TestRemoteStart:
    async def test_a_plugged_vehicle_starts_charging(self, csms, connect):
        cp = await connect()
        await cp.plug_in(2, BUS)
        answer = await csms.ask("RemoteStartTransaction", "TAG", 2)
        assert answer.status == "Accepted"
        assert await cp.started(2) == 1001
        assert csms.of("Authorize") == []
        assert csms.of("StartTransaction")[0]["idTag"] == "TAG"

    async def test_without_a_connector_the_one_with_a_vehicle_is_taken(self, csms, connect):
        cp = await connect()
        await cp.plug_in(2, BUS)
        await csms.ask("RemoteStartTransaction", "TAG")
        assert await cp.started(2) == 1001

    async def test_it_is_authorised_first_when_configured_so(self, csms, connect):
        csms.statuses["TAG"] = "Invalid"
        cp = await connect(configuration=(("AuthorizeRemoteTxRequests", "true"),))
        await cp.plug_in(1, BUS)
        answer = await csms.ask("RemoteStartTransaction", "TAG", 1)
        assert answer.status == "Accepted"
        await csms.until(lambda: bool(csms.of("Authorize")))
        await asyncio.sleep(0.1)
        assert csms.of("StartTransaction") == []

    async def test_its_profile_limits_the_new_transaction(self, csms, connect):
        cp = await connect()
        await cp.plug_in(1, BUS)
        profile = relative_profile(10, "A", "TxProfile")
        await csms.ask("RemoteStartTransaction", "TAG", 1, profile)
        await cp.started(1)
        await cp.until(lambda: 6_500 < cp.connectors[1].charge.power_w <= 6_900)

    @pytest.mark.parametrize("number", [1, 9])
    async def test_a_busy_or_unknown_connector_is_refused(self, csms, connect, number):
        await charging(await connect())
        answer = await csms.ask("RemoteStartTransaction", "TAG", number)
        assert answer.status == "Rejected"

    async def test_a_profile_of_another_purpose_is_refused(self, csms, connect):
        await connect()
        profile = relative_profile(10, "A", "TxDefaultProfile")
        answer = await csms.ask("RemoteStartTransaction", "TAG", 1, profile)
        assert answer.status == "Rejected"


class TestRemoteStop:
    async def test_the_transaction_ends_with_the_reason_remote(self, csms, connect):
        cp = await connect()
        number = await charging(cp)
        answer = await csms.ask("RemoteStopTransaction", number)
        assert answer.status == "Accepted"
        await cp.stopped(1)
        stop = csms.of("StopTransaction")[0]
        assert (stop["transactionId"], stop["reason"]) == (number, "Remote")
        assert "idTag" not in stop

    async def test_an_unknown_transaction_is_refused(self, csms, connect):
        await charging(await connect())
        assert (await csms.ask("RemoteStopTransaction", 5)).status == "Rejected"


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


class TestChargingProfiles:
    async def test_a_limit_is_obeyed_and_lifted_again(self, csms, connect):
        cp = await connect()
        number = await charging(cp)
        await cp.until(lambda: cp.connectors[1].charge.power_w > 21_000)
        profile = relative_profile(4_600, "W", "TxProfile", transaction=number)
        assert (await csms.ask("SetChargingProfile", 1, profile)).status == "Accepted"
        await cp.until(lambda: 4_400 < cp.connectors[1].charge.power_w <= 4_600)
        assert (await csms.ask("ClearChargingProfile", id=7)).status == "Accepted"
        await cp.until(lambda: cp.connectors[1].charge.power_w > 21_000)
        assert (await csms.ask("ClearChargingProfile", id=7)).status == "Unknown"

    async def test_a_limit_below_six_amperes_suspends(self, csms, connect):
        cp = await connect()
        await charging(cp)
        profile = relative_profile(5, "A", "TxDefaultProfile")
        await csms.ask("SetChargingProfile", 0, profile)
        await csms.until(lambda: csms.status_of(1) == "SuspendedEVSE")
        await cp.until(lambda: cp.connectors[1].charge.power_w == 0.0)
        cleared = await csms.ask(
            "ClearChargingProfile",
            connector_id=0,
            charging_profile_purpose="TxDefaultProfile",
            stack_level=0,
        )
        assert cleared.status == "Accepted"
        await csms.until(lambda: csms.status_of(1) == "Charging")

    async def test_a_charge_point_limit_is_shared(self, csms, connect):
        cp = await connect()
        await charging(cp, 1)
        await charging(cp, 2)
        profile = relative_profile(20_000, "W", "ChargePointMaxProfile")
        assert (await csms.ask("SetChargingProfile", 0, profile)).status == "Accepted"

        def powers():
            return [connector.charge.power_w for connector in cp.connectors.values()]

        await cp.until(lambda: 19_500 < sum(powers()) <= 20_000 and min(powers()) > 9_000)

    @pytest.mark.parametrize(
        ("number", "purpose", "changes"),
        [
            (1, "ChargePointMaxProfile", {}),
            (0, "TxProfile", {}),
            (2, "TxProfile", {}),
            (9, "TxDefaultProfile", {}),
            (1, "TxProfile", {"transactionId": 5}),
            (1, "TxDefaultProfile", {"stackLevel": 99}),
            (1, "TxDefaultProfile", {"chargingProfileKind": "Recurring"}),
        ],
    )
    async def test_what_does_not_fit_is_rejected(self, csms, connect, number, purpose, changes):
        cp = await connect()
        await charging(cp)
        profile = relative_profile(10, "A", purpose) | changes
        answer = await csms.ask("SetChargingProfile", number, profile)
        assert answer.status == "Rejected"
        assert len(cp.profiles) == 0

    async def test_a_transaction_profile_ends_with_its_transaction(self, csms, connect):
        cp = await connect()
        await charging(cp)
        await csms.ask("SetChargingProfile", 1, relative_profile(10, "A", "TxProfile"))
        assert len(cp.profiles) == 1
        await cp.unplug(1)
        assert len(cp.profiles) == 0

    async def test_the_composite_schedule_combines_all_profiles(self, csms, connect):
        cp = await connect()
        await charging(cp)
        maximum = relative_profile(10_000, "W", "ChargePointMaxProfile", identity=1)
        default = relative_profile(32, "A", "TxDefaultProfile", identity=2)
        default["chargingSchedule"]["chargingSchedulePeriod"].append(
            {"startPeriod": 600, "limit": 10, "numberPhases": 3}
        )
        await csms.ask("SetChargingProfile", 0, maximum)
        await csms.ask("SetChargingProfile", 1, default)
        answer = await csms.ask("GetCompositeSchedule", 1, 900, "W")
        periods = answer.charging_schedule["charging_schedule_period"]
        assert [float(period["limit"]) for period in periods] == [10_000.0, 6_900.0]
        assert 595 <= periods[1]["start_period"] <= 600
        amperes = await csms.ask("GetCompositeSchedule", 1, 900)
        assert amperes.charging_schedule["charging_rate_unit"] == "A"
        unknown = await csms.ask("GetCompositeSchedule", 9, 900)
        assert unknown.status == "Rejected"


class TestReservation:
    async def test_a_reserved_connector_is_kept_for_its_tag(self, csms, connect):
        cp = await connect()
        answer = await csms.ask("ReserveNow", 1, later(60), "MINE", 42)
        assert answer.status == "Accepted"
        await csms.until(lambda: csms.status_of(1) == "Reserved")
        await cp.plug_in(1, BUS)
        assert await cp.present_tag(1, "OTHER") == "Rejected"
        assert await cp.present_tag(1, "mine") == "Accepted"
        await cp.started(1)
        assert csms.of("StartTransaction")[0]["reservationId"] == 42
        assert cp.connectors[1].reservation is None

    async def test_it_ends_by_itself(self, csms, connect):
        await connect()
        await csms.ask("ReserveNow", 1, later(0.3), "MINE", 42)
        await csms.until(lambda: csms.statuses_of(1) == ["Available", "Reserved", "Available"])

    async def test_it_can_be_cancelled_once(self, csms, connect):
        await connect()
        await csms.ask("ReserveNow", 1, later(60), "MINE", 42)
        assert (await csms.ask("CancelReservation", 42)).status == "Accepted"
        await csms.until(lambda: csms.status_of(1) == "Available")
        assert (await csms.ask("CancelReservation", 42)).status == "Rejected"

    async def test_what_is_not_free_cannot_be_reserved(self, csms, connect):
        cp = await connect(unavailable=(2,))
        await charging(cp)
        statuses = {}
        for number in (1, 2, 3):
            answer = await csms.ask("ReserveNow", number, later(60), "MINE", 42)
            statuses[number] = answer.status
        assert statuses == {1: "Occupied", 2: "Unavailable", 3: "Rejected"}
        cp.fault(2)
        faulted = await csms.ask("ReserveNow", 2, later(60), "MINE", 42)
        assert faulted.status == "Faulted"

    async def test_the_whole_charge_point_can_be_reserved(self, csms, connect):
        cp = await connect()
        await csms.ask("ReserveNow", 0, later(60), "MINE", 42)
        assert await cp.present_tag(2, "OTHER") == "Rejected"
        await cp.plug_in(2, BUS)
        await cp.present_tag(2, "MINE")
        await cp.started(2)
        assert csms.of("StartTransaction")[0]["reservationId"] == 42


class TestLocalList:
    async def test_a_listed_tag_charges_offline(self, csms, connect):
        cp = await connect(configuration=(("AllowOfflineTxForUnknownId", "false"),))
        entry = {"id_tag": BUS.id_tag, "id_tag_info": {"status": "Accepted"}}
        answer = await csms.ask("SendLocalList", 3, "Full", [entry])
        assert answer.status == "Accepted"
        assert (await csms.ask("GetLocalListVersion")).list_version == 3
        cp.drop(5.0)
        await cp.until(lambda: not cp.online)
        assert await cp.present_tag(1, "STRANGER") == "Invalid"
        assert await cp.present_tag(1, BUS.id_tag) == "Accepted"

    async def test_an_older_difference_does_not_match(self, csms, connect):
        await connect()
        await csms.ask("SendLocalList", 3, "Full", [])
        answer = await csms.ask("SendLocalList", 3, "Differential", [])
        assert answer.status == "VersionMismatch"

    async def test_a_difference_adds_and_removes(self, csms, connect):
        cp = await connect()
        entries = [{"id_tag": tag, "id_tag_info": {"status": "Accepted"}} for tag in "AB"]
        await csms.ask("SendLocalList", 1, "Full", entries)
        change = [{"id_tag": "A"}, {"id_tag": "C", "id_tag_info": {"status": "Blocked"}}]
        await csms.ask("SendLocalList", 2, "Differential", change)
        assert set(cp.authorisation.local_list) == {"b", "c"}


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


def relative_profile(limit, unit, purpose, *, identity=7, transaction=None):
    profile = {
        "chargingProfileId": identity,
        "stackLevel": 0,
        "chargingProfilePurpose": purpose,
        "chargingProfileKind": "Relative",
        "chargingSchedule": {
            "chargingRateUnit": unit,
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": limit}],
        },
    }
    if transaction is not None:
        profile["transactionId"] = transaction
    return profile


def later(seconds):
    return (datetime.now(tz=UTC) + timedelta(seconds=seconds)).isoformat()
