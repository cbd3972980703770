from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chargers.models import ChargePoint, Command
from chargers.ocpp.connection import BOOT_PATIENCE_S, SILENT_PATIENCE_S, boot_patience_s
from chargers.ocpp.v16 import boot_notification, data_transfer
from chargers.quirks import Quirks
from chargers.services.commands import queue_command
from chargers.services.connections import find_for_handshake
from chargers.services.quirks import UnknownQuirkError, quirks_of, switch_quirk
from charging.ocpp.v16.table import COMMANDS
from evkit.core.recorders import SYSTEM
from tests.chargers.exchange import NOW, Socket, call_of, handled, link_of
from tests.factories import ChargePointFactory

pytestmark = pytest.mark.django_db

PROFILE = {
    "chargingProfileId": 1,
    "stackLevel": 3,
    "chargingProfilePurpose": "TxDefaultProfile",
    "chargingProfileKind": "Relative",
    "chargingSchedule": {
        "chargingRateUnit": "A",
        "minChargingRate": 6,
        "chargingSchedulePeriod": [
            {"startPeriod": 0, "limit": 16},
            {"startPeriod": 60, "limit": 16, "numberPhases": 1},
        ],
    },
}


def loaded(row: ChargePoint) -> ChargePoint:
    return ChargePoint.objects.select_related("state").get(pk=row.pk)


class TestSwitchQuirk:
    def test_on_off_and_back_to_the_preset(self) -> None:
        row = ChargePointFactory(state__vendor="Webasto")
        assert quirks_of(loaded(row)) == Quirks(silent_reconnect=True)
        switch_quirk(charge_point=row, name="silent_reconnect", on=False, actor=SYSTEM)
        assert quirks_of(loaded(row)) == Quirks()
        switch_quirk(charge_point=row, name="silent_reconnect", on=None, actor=SYSTEM)
        assert quirks_of(loaded(row)) == Quirks(silent_reconnect=True)

    def test_an_unknown_quirk_is_refused(self) -> None:
        row = ChargePointFactory()
        with pytest.raises(UnknownQuirkError):
            switch_quirk(charge_point=row, name="talks_backwards", on=True, actor=SYSTEM)
        assert loaded(row).quirk_switches == {}


class TestConnection:
    def test_a_handshake_knows_the_quirks(self) -> None:
        row = ChargePointFactory(state__vendor="Webasto", quirk_switches={"watts_only": True}, evses=2)
        facts = find_for_handshake(row.identity)
        assert facts is not None
        assert facts.quirks == Quirks(silent_reconnect=True, watts_only=True)
        assert sorted(facts.evse_ids) == [1, 2]

    def test_commands_hardly_wait_for_a_boot_that_never_comes(self) -> None:
        link = link_of(ChargePointFactory())
        assert boot_patience_s(link) == BOOT_PATIENCE_S
        assert boot_patience_s(replace(link, quirks=Quirks(silent_reconnect=True))) == SILENT_PATIENCE_S

    def test_a_boot_tells_the_model(self) -> None:
        link = link_of(ChargePointFactory())
        boot = {"chargePointVendor": "EV-BOX", "chargePointModel": "G4"}
        handled(boot_notification.handle, [call_of(link, "BootNotification", boot)])
        assert link.quirks == Quirks(vendor_talk=True)

    def test_vendor_talk_is_accepted_without_knowing_it(self) -> None:
        link = replace(link_of(ChargePointFactory()), quirks=Quirks(vendor_talk=True))
        call = call_of(link, "DataTransfer", {"vendorId": "com.enplus", "messageId": "x"})
        assert handled(data_transfer.handle, call)[0] == {"status": "Accepted"}


class TestCommands:
    def test_small_requests_from_the_first_one(self) -> None:
        row = ChargePointFactory(state__vendor="Entratek")
        queue_command(charge_point=row, action="GetConfiguration", payload={}, now=NOW)
        claim = Socket(row).expect()
        assert len(claim.payload["key"]) == 4

    def test_profiles_as_asked_for_without_quirks(self) -> None:
        assert self._sent(ChargePointFactory(state__vendor="Vendor", evses=1)) == PROFILE

    def test_profiles_in_watts_by_the_phases_of_each_period(self) -> None:
        schedule = self._sent(ChargePointFactory(state__vendor="Huawei", evses=1))["chargingSchedule"]
        assert schedule["chargingRateUnit"] == "W"
        assert [each["limit"] for each in schedule["chargingSchedulePeriod"]] == [16 * 230 * 3, 16 * 230]
        assert schedule["minChargingRate"] == 6 * 230 * 3

    def test_profiles_of_stack_level_zero(self) -> None:
        row = ChargePointFactory(evses=1, quirk_switches={"base_stack_level": True})
        assert self._sent(row) == PROFILE | {"stackLevel": 0}

    def _sent(self, row: ChargePoint) -> dict[str, Any]:
        payload = {"connectorId": 1, "csChargingProfiles": PROFILE}
        queue_command(charge_point=row, action="SetChargingProfile", payload=payload, now=NOW)
        sent: dict[str, Any] = Socket(row, COMMANDS).expect().payload["csChargingProfiles"]
        assert Command.objects.get().payload == payload, "what was asked for is kept"
        return sent
