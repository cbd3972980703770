from __future__ import annotations

import asyncio

import pytest

from tests.chargers.simulator.commanded import charging, later, relative_profile
from tests.chargers.simulator.conftest import BUS


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
