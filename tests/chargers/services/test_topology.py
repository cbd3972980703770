from __future__ import annotations

import pytest

from chargers.events import ChargePointChanged
from chargers.models import ChargePoint, ChargePointState, Command, Evse
from chargers.services.topology import (
    InvalidTopologyError,
    UnableToDecideError,
    UnableToRemoveError,
    accept_charge_point,
    add_evse,
    create_charge_point,
    reject_charge_point,
    remove_charge_point,
    remove_evse,
    save_evse,
    update_charge_point,
)
from evkit.core.events import Event, bus
from evkit.core.recorders import Actor
from history.models import AuditEntry
from sites.models import Feeder, ScheduleGroup
from tests.chargers.exchange import NOW, link_of
from tests.factories import ChargePointFactory, SiteFactory, TransactionFactory

pytestmark = pytest.mark.django_db

ANN = Actor(None, "ann")


def journal():
    return list(AuditEntry.objects.order_by("pk").values_list("verb", "object_key"))


class TestCreateChargePoint:
    def test_makes_it_with_its_state_and_an_entry(self):
        site = SiteFactory()
        charge_point = create_charge_point(identity="A_001", site=site, actor=ANN, max_power_w=100_000.0)
        assert charge_point.state.connected is False
        assert charge_point.max_power_w == 100_000.0
        entry = AuditEntry.objects.get()
        assert (entry.user_name, entry.verb, entry.object_type) == ("ann", "create", "charge_point")
        assert (entry.object_key, entry.site_id) == ("A_001", site.pk)
        assert entry.details["changes"]["max_power_w"] == [None, 100_000.0]

    def test_refuses_an_identity_that_is_taken(self):
        ChargePointFactory(identity="A_001")
        with pytest.raises(InvalidTopologyError) as caught:
            create_charge_point(identity="A_001", site=SiteFactory(), actor=ANN)
        assert caught.value.field == "identity"
        assert ChargePoint.objects.count() == 1


class TestUpdateChargePoint:
    def test_journals_old_and_new(self):
        charge_point = ChargePointFactory(name="Old")
        update_charge_point(charge_point=charge_point, changes={"name": "New"}, actor=ANN)
        assert ChargePoint.objects.get().name == "New"
        assert AuditEntry.objects.get().details == {"changes": {"name": ["Old", "New"]}}

    @pytest.mark.parametrize(
        ("changes", "counts"),
        [
            ({"registration": "rejected"}, False),
            ({"password_digest": "pbkdf2$new"}, False),
            ({"security_profile": 1, "password_digest": "pbkdf2$new"}, False),
            ({"registration": "pending"}, True),
            ({"name": "New"}, True),
        ],
    )
    def test_what_decides_about_connections_counts_for_the_open_one(self, changes, counts):
        charge_point = ChargePointFactory()
        token = link_of(charge_point).token
        update_charge_point(charge_point=charge_point, changes=changes, actor=ANN)
        state = ChargePointState.objects.get()
        assert (state.connected, state.connection_token) == (True, token if counts else None)

    def test_no_change_is_no_entry(self):
        charge_point = ChargePointFactory(name="Same")
        update_charge_point(charge_point=charge_point, changes={"name": "Same"}, actor=ANN)
        assert journal() == []

    def test_refuses_values_out_of_range(self):
        charge_point = ChargePointFactory(max_power_w=1.0)
        with pytest.raises(InvalidTopologyError):
            update_charge_point(charge_point=charge_point, changes={"max_power_w": 0}, actor=ANN)
        charge_point.refresh_from_db()
        assert charge_point.max_power_w == 1.0


class TestMoveChargePoint:
    @pytest.fixture
    def old(self):
        return SiteFactory()

    @pytest.fixture
    def point(self, old):
        """A charge point on a circuit of its site, its connector in a group there."""
        feeder = Feeder.objects.create(site=old, code="F1")
        point = ChargePointFactory(site=old, feeder=feeder, evses=1)
        point.evses.get().groups.add(ScheduleGroup.objects.create(site=old, number=1, name="Day"))
        return point

    def move(self, point, site):
        update_charge_point(charge_point=point, changes={"site": site}, actor=ANN)
        point.refresh_from_db()
        return point.site, point.feeder, list(point.evses.get().groups.all())

    def test_it_leaves_the_groups_and_the_circuit_of_its_old_site(self, point):
        new = SiteFactory()
        assert self.move(point, new) == (new, None, [])

    def test_it_leaves_them_for_no_site_too(self, point):
        assert self.move(point, None) == (None, None, [])

    def test_one_that_is_accepted_for_another_site_leaves_them(self, point):
        new = SiteFactory()
        accept_charge_point(charge_point=point, actor=ANN, now=NOW, site=new)
        point.refresh_from_db()
        assert (point.site, point.feeder) == (new, None)
        assert AuditEntry.objects.get().details["changes"].keys() == {"site", "feeder"}

    def test_it_is_no_longer_the_meter_of_its_site(self, old):
        point = ChargePointFactory(site=old, site_meter="base")
        new = SiteFactory()
        ChargePointFactory(site=new, site_meter="base")
        update_charge_point(charge_point=point, changes={"site": new}, actor=ANN)
        point.refresh_from_db()
        assert (point.site, point.site_meter) == (new, "")

    def test_a_circuit_of_the_new_site_is_kept(self, point):
        new = SiteFactory()
        feeder = Feeder.objects.create(site=new, code="F9")
        update_charge_point(charge_point=point, changes={"site": new, "feeder": feeder}, actor=ANN)
        point.refresh_from_db()
        assert point.feeder == feeder

    def test_one_that_stays_keeps_them(self, point, old):
        assert self.move(point, old) == (old, Feeder.objects.get(), [ScheduleGroup.objects.get()])

    def test_both_sites_are_told(self, point, old, django_capture_on_commit_callbacks):
        seen: list[Event] = []
        take, new = seen.extend, SiteFactory()
        bus.subscribe(ChargePointChanged, take)
        try:
            with django_capture_on_commit_callbacks(execute=True):
                self.move(point, new)
            bus.flush()
        finally:
            bus.unsubscribe(take)
        assert {event.site_id for event in seen if isinstance(event, ChargePointChanged)} == {old.pk, new.pk}


class TestRemoveChargePoint:
    def test_one_without_transactions_goes_with_all_that_was_reported(self):
        charge_point = ChargePointFactory(evses=2)
        remove_charge_point(charge_point=charge_point, actor=ANN)
        assert not ChargePoint.objects.exists()
        assert [verb for verb, _ in journal()] == ["remove"]

    def test_one_with_transactions_stays(self):
        charge_point = TransactionFactory().charge_point
        with pytest.raises(UnableToRemoveError):
            remove_charge_point(charge_point=charge_point, actor=ANN)
        assert ChargePoint.objects.filter(pk=charge_point.pk).exists()
        assert journal() == []


class TestEvses:
    def test_a_connector_is_declared_with_its_state(self):
        charge_point = ChargePointFactory()
        evse = add_evse(charge_point=charge_point, number=1, actor=ANN, max_power_w=50_000.0, current="DC")
        assert (evse.declared, evse.state.status, evse.max_power_w) == (True, "", 50_000.0)
        assert journal() == [("create_connector", charge_point.identity)]

    def test_one_that_the_charge_point_told_of_becomes_declared(self):
        charge_point = ChargePointFactory(evses=1)
        Evse.objects.update(declared=False)
        evse = add_evse(charge_point=charge_point, number=1, actor=ANN, phases=1)
        assert (Evse.objects.count(), evse.declared, evse.phases) == (1, True, 1)

    def test_a_number_can_be_declared_once(self):
        charge_point = ChargePointFactory(evses=1)
        with pytest.raises(InvalidTopologyError):
            add_evse(charge_point=charge_point, number=1, actor=ANN)

    def test_is_changed_and_removed_with_entries(self):
        evse = ChargePointFactory(evses=1).evses.get()
        evse.priority = 5
        save_evse(evse=evse, actor=ANN)
        remove_evse(evse=evse, actor=ANN)
        assert [verb for verb, _ in journal()] == ["update_connector", "remove_connector"]
        assert not Evse.objects.exists()

    def test_one_with_transactions_stays(self):
        evse = TransactionFactory().evse
        with pytest.raises(UnableToRemoveError):
            remove_evse(evse=evse, actor=ANN)
        assert Evse.objects.filter(pk=evse.pk).exists()


class TestDecide:
    def test_a_stranger_gets_the_only_site(self):
        site = SiteFactory()
        charge_point = ChargePointFactory(site=None, registration="pending")
        accept_charge_point(charge_point=charge_point, actor=ANN, now=NOW)
        charge_point.refresh_from_db()
        assert (charge_point.registration, charge_point.site) == ("accepted", site)
        assert not Command.objects.exists()

    def test_a_connected_one_is_asked_to_boot_again(self):
        charge_point = ChargePointFactory(registration="pending")
        link_of(charge_point)
        accept_charge_point(charge_point=charge_point, actor=ANN, now=NOW)
        command = Command.objects.get()
        assert (command.action, command.payload) == (
            "TriggerMessage",
            {"requestedMessage": "BootNotification"},
        )

    def test_a_stranger_needs_a_site_where_there_are_several(self):
        SiteFactory.create_batch(2)
        charge_point = ChargePointFactory(site=None, registration="pending")
        with pytest.raises(UnableToDecideError):
            accept_charge_point(charge_point=charge_point, actor=ANN, now=NOW)
        charge_point.refresh_from_db()
        assert charge_point.registration == "pending"

    def test_rejected_is_kept(self):
        charge_point = ChargePointFactory(registration="pending")
        reject_charge_point(charge_point=charge_point, actor=ANN)
        charge_point.refresh_from_db()
        assert charge_point.registration == "rejected"
        assert journal() == [("update", charge_point.identity)]
