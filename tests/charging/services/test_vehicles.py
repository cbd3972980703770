from __future__ import annotations

from datetime import time
from typing import Any

import pytest

from chargers.events import ChargePointChanged
from charging.events import ChargePlanned
from charging.models import IdToken, Vehicle
from charging.services.vehicles import (
    InvalidVehicleError,
    UnableToRemoveVehicleError,
    change_vehicle,
    create_vehicle,
    remove_vehicle,
)
from evkit.core.events import bus
from evkit.core.recorders import Actor
from history.models import AuditEntry
from tests.factories import ChargePointFactory, IdTokenFactory, TransactionFactory, VehicleFactory

pytestmark = pytest.mark.django_db
ADA = Actor(name="ada")


def tags_of(vehicle: Vehicle) -> list[str]:
    return list(vehicle.id_tokens.order_by("key").values_list("value", flat=True))


class TestCreateVehicle:
    def test_it_comes_with_its_badges_and_an_entry_in_the_journal(self) -> None:
        IdTokenFactory(value="free")
        made = create_vehicle(code="van-9", name="Van 9", tags=["FREE", " new ", ""], actor=ADA)
        assert (made.name, tags_of(made)) == ("Van 9", ["free", "new"])
        entry = AuditEntry.objects.get()
        assert (entry.verb, entry.object_key, entry.details["changes"]["tags"]) == (
            "create", "van-9", [[], ["free", "new"]],
        )  # fmt: skip

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"code": "bus-1"}, "code"),
            ({"code": "no spaces"}, "code"),
            ({"name": ""}, "name"),
            ({"battery_wh": 0.0}, "battery_wh"),
            ({"battery_wh": float("nan")}, "battery_wh"),
            ({"needs_wh": float("inf")}, "needs_wh"),
            ({"needs_wh": 0.5}, "needs_wh"),
            ({"priority": 1_000_001}, "priority"),
            ({"tags": ["x" * 256]}, "tags"),
        ],
    )
    def test_what_makes_no_sense_names_its_field_and_leaves_nothing(
        self, fields: dict[str, Any], field: str
    ) -> None:
        VehicleFactory(code="bus-1")
        with pytest.raises(InvalidVehicleError) as refused:
            create_vehicle(**{"code": "bus-2", "name": "Bus 2", "tags": ["new"], "actor": ADA, **fields})
        assert refused.value.field == field
        assert (Vehicle.objects.count(), IdToken.objects.count(), AuditEntry.objects.count()) == (1, 0, 0)


class TestChangeVehicle:
    def test_only_what_is_given_changes(self) -> None:
        bus_1 = VehicleFactory(priority=3)
        IdTokenFactory(value="KEPT", vehicle=bus_1)
        changed = change_vehicle(
            vehicle=bus_1, changes={"departs": time(6, 30), "needs_wh": 90_000.0}, actor=ADA
        )
        assert (changed.departs, changed.needs_wh, changed.priority) == (time(6, 30), 90_000.0, 3)
        assert tags_of(changed) == ["KEPT"]
        assert AuditEntry.objects.get().details["changes"] == {
            "departs": [None, "06:30:00"], "needs_wh": [None, 90_000.0],
        }  # fmt: skip

    def test_nothing_new_is_no_entry(self) -> None:
        bus_1 = VehicleFactory()
        IdTokenFactory(value="A1", vehicle=bus_1)
        change_vehicle(vehicle=bus_1, changes={"name": bus_1.name}, tags=["a1"], actor=ADA)
        assert not AuditEntry.objects.exists()

    def test_badges_come_and_go_and_those_that_go_stay_known(self) -> None:
        bus_1 = VehicleFactory()
        IdTokenFactory(value="OLD", vehicle=bus_1)
        IdTokenFactory(value="KEPT", vehicle=bus_1)
        changed = change_vehicle(vehicle=bus_1, changes={}, tags=["kept", "NEW"], actor=ADA)
        assert tags_of(changed) == ["KEPT", "NEW"]
        assert IdToken.objects.get(key="OLD").vehicle is None

    def test_a_badge_of_another_vehicle_is_refused(self) -> None:
        bus_1, bus_2 = VehicleFactory(), VehicleFactory(name="Bus 2")
        IdTokenFactory(value="HERS", vehicle=bus_2)
        with pytest.raises(InvalidVehicleError, match="Badge HERS belongs to Bus 2") as refused:
            change_vehicle(vehicle=bus_1, changes={"name": "Other"}, tags=["hers"], actor=ADA)
        assert refused.value.field == "tags"
        bus_1.refresh_from_db()
        assert (bus_1.name == "Other", tags_of(bus_2)) == (False, ["HERS"])

    def test_its_running_charges_are_planned_and_shown_anew(
        self, django_capture_on_commit_callbacks, monkeypatch
    ) -> None:
        tag = IdTokenFactory(vehicle=VehicleFactory())
        point = ChargePointFactory(evses=1)
        charge = TransactionFactory(evse=point.evses.get(), id_token=tag)
        TransactionFactory(id_token=tag, ended_at=charge.started_at)
        told: list[object] = []
        monkeypatch.setattr(bus, "publish", told.extend)
        with django_capture_on_commit_callbacks(execute=True):
            change_vehicle(vehicle=tag.vehicle, changes={"priority": 5}, actor=ADA)
        assert told == [
            ChargePlanned(point.pk, point.site_id, charge.evse_id),
            ChargePointChanged(point.pk, point.site_id),
        ]


class TestRemoveVehicle:
    def test_its_badges_stay(self) -> None:
        tag = IdTokenFactory(vehicle=VehicleFactory(code="bus-1"))
        remove_vehicle(vehicle=tag.vehicle, actor=ADA)
        tag.refresh_from_db()
        assert tag.vehicle is None
        assert (AuditEntry.objects.get().verb, Vehicle.objects.count()) == ("remove", 0)

    def test_one_that_charged_stays(self) -> None:
        tag = IdTokenFactory(vehicle=VehicleFactory())
        TransactionFactory(id_token=tag)
        with pytest.raises(UnableToRemoveVehicleError):
            remove_vehicle(vehicle=tag.vehicle, actor=ADA)
        assert Vehicle.objects.count() == 1
