from __future__ import annotations

import pytest
from django.urls import reverse

from chargers.models import ChargePoint, Command, DesiredKey, Evse
from chargers.services.commands import queue_command
from chargers.services.passwords import password_matches
from evkit.core.recorders import SYSTEM
from history.models import AuditEntry
from sites.models import Feeder, ScheduleGroup
from sites.services.users import create_user
from sites.types import Role
from tests.chargers.exchange import NOW, Socket
from tests.factories import ChargePointFactory, SiteFactory, TransactionFactory

pytestmark = pytest.mark.django_db

CHANGELIST = "admin:chargers_chargepoint_changelist"
CHANGE = "admin:chargers_chargepoint_change"


@pytest.fixture(autouse=True)
def administrator(client):
    user = create_user(username="root", role=Role.ADMINISTRATOR, actor=SYSTEM)
    client.force_login(user)
    AuditEntry.objects.all().delete()
    return user


def form(charge_point=None, *, evses=(), initial=0, **more):
    values = {
        "identity": getattr(charge_point, "identity", "A_001"),
        "site": getattr(charge_point, "site_id", ""),
        "position": 0,
        "priority": 0,
        "registration": "accepted",
        "security_profile": 0,
        "heartbeat_interval_s": 60,
        "evses-TOTAL_FORMS": len(evses),
        "evses-INITIAL_FORMS": initial,
    }
    for index, evse in enumerate(evses):
        defaults = {"declared": "on", "current": "AC", "phases": 3, "priority": 0}
        values |= {f"evses-{index}-{name}": value for name, value in (defaults | evse).items()}
    return {name: "" if value is None else value for name, value in (values | more).items()}


def errors(response):
    return response.context["errors"] if response.context else None


class TestChargePointForm:
    def test_adds_a_charge_point_with_connectors_and_their_states(self, client):
        site = SiteFactory()
        evses = [{"number": 1, "max_power_w": 50000, "current": "DC"}, {"number": 2}]
        response = client.post(
            reverse("admin:chargers_chargepoint_add"), form(evses=evses, site=site.pk, name="Door")
        )
        assert response.status_code == 302, errors(response)
        charge_point = ChargePoint.objects.get(identity="A_001")
        assert (charge_point.site, charge_point.name) == (site, "Door")
        assert charge_point.state.connected is False
        assert [(evse.number, evse.state.status) for evse in charge_point.evses.all()] == [(1, ""), (2, "")]
        verbs = list(AuditEntry.objects.order_by("pk").values_list("user_name", "verb"))
        assert verbs == [("root", "create"), ("root", "create_connector"), ("root", "create_connector")]

    def test_sets_a_password_and_never_shows_it(self, client):
        charge_point = ChargePointFactory()
        address = reverse(CHANGE, args=[charge_point.pk])
        client.post(address, form(charge_point, new_password="correct-horse"))
        charge_point.refresh_from_db()
        assert password_matches(charge_point, b"correct-horse")
        page = client.get(address).content.decode()
        assert "correct-horse" not in page
        assert charge_point.password_digest not in page
        assert "correct-horse" not in repr(list(AuditEntry.objects.values()))

    def test_an_empty_field_keeps_the_password_and_a_box_removes_it(self, client):
        charge_point = ChargePointFactory(password_digest="d" * 64)
        address = reverse(CHANGE, args=[charge_point.pk])
        client.post(address, form(charge_point))
        charge_point.refresh_from_db()
        assert charge_point.password_digest == "d" * 64
        client.post(address, form(charge_point, remove_password="on"))
        charge_point.refresh_from_db()
        assert charge_point.password_digest == ""

    @pytest.mark.parametrize(
        "more", [{"new_password": "short"}, {"new_password": "long enough", "remove_password": "on"}]
    )
    def test_unusable_passwords_change_nothing(self, client, more):
        charge_point = ChargePointFactory(name="Old")
        response = client.post(
            reverse(CHANGE, args=[charge_point.pk]), form(charge_point, name="New", **more)
        )
        assert response.status_code == 200
        charge_point.refresh_from_db()
        assert (charge_point.name, charge_point.password_digest) == ("Old", "")

    def test_a_circuit_of_another_site_is_refused(self, client):
        charge_point = ChargePointFactory()
        feeder = Feeder.objects.create(site=SiteFactory(), code="f1")
        response = client.post(reverse(CHANGE, args=[charge_point.pk]), form(charge_point, feeder=feeder.pk))
        assert "belongs to another site" in response.content.decode()

    def test_a_second_meter_of_a_site_is_refused(self, client):
        first = ChargePointFactory(site_meter="base")
        second = ChargePointFactory(site=first.site)
        response = client.post(reverse(CHANGE, args=[second.pk]), form(second, site_meter="base"))
        assert errors(response)[0] == [f"{first.identity} is the meter of this site already."]
        elsewhere = ChargePointFactory()
        response = client.post(reverse(CHANGE, args=[elsewhere.pk]), form(elsewhere, site_meter="base"))
        assert response.status_code == 302, errors(response)
        elsewhere.refresh_from_db()
        assert elsewhere.site_meter == "base"

    @pytest.mark.parametrize("field", ["max_power_w", "max_current_a"])
    @pytest.mark.parametrize("value", ["0", "-16", "1e308", "inf", "nan"])
    def test_absurd_maxima_of_connectors_are_refused(self, client, field, value):
        response = client.post(
            reverse("admin:chargers_chargepoint_add"), form(evses=[{"number": 1, field: value}])
        )
        assert response.status_code == 200
        assert errors(response)
        assert not ChargePoint.objects.exists()

    @pytest.mark.parametrize(("rotation", "status", "stored"), [("STR", 302, ["STR"]), ("RSR", 200, [])])
    def test_the_phase_rotation_of_a_connector_is_one_of_six(self, client, rotation, status, stored):
        response = client.post(
            reverse("admin:chargers_chargepoint_add"),
            form(evses=[{"number": 1, "phases": 1, "phase_rotation": rotation}]),
        )
        assert response.status_code == status
        assert list(Evse.objects.values_list("phase_rotation", flat=True)) == stored

    def test_connectors_are_changed_and_removed(self, client):
        charge_point = ChargePointFactory(evses=2)
        one, two = charge_point.evses.all()
        evses = [
            {"id": one.pk, "charge_point": charge_point.pk, "number": 1, "priority": 7},
            {"id": two.pk, "charge_point": charge_point.pk, "number": 2, "DELETE": "on"},
        ]
        response = client.post(
            reverse(CHANGE, args=[charge_point.pk]), form(charge_point, evses=evses, initial=2)
        )
        assert response.status_code == 302, errors(response)
        assert list(Evse.objects.values_list("number", "priority")) == [(1, 7)]

    def test_one_that_moves_leaves_the_groups_that_its_page_offered(self, client):
        point = ChargePointFactory(evses=1)
        group = ScheduleGroup.objects.create(site=point.site, number=1, name="Day")
        row = {"id": point.evses.get().pk, "charge_point": point.pk, "number": 1, "groups": group.pk}
        response = client.post(
            reverse(CHANGE, args=[point.pk]), form(point, evses=[row], initial=1, site=SiteFactory().pk)
        )
        assert response.status_code == 302, errors(response)
        assert not group.evses.exists()

    def test_what_the_charge_point_reports_is_shown_and_cannot_be_typed(self, client):
        charge_point = ChargePointFactory(
            evses=1, state__vendor="ACME", state__model="Twin 22", state__firmware_version="1.4.2"
        )
        page = client.get(reverse(CHANGE, args=[charge_point.pk])).content.decode()
        assert "ACME Twin 22" in page
        assert "1.4.2" in page
        client.post(reverse(CHANGE, args=[charge_point.pk]), form(charge_point, firmware="9"))
        charge_point.state.refresh_from_db()
        assert charge_point.state.firmware_version == "1.4.2"

    def test_one_with_transactions_cannot_be_deleted(self, client):
        charge_point = TransactionFactory().charge_point
        response = client.post(
            reverse("admin:chargers_chargepoint_delete", args=[charge_point.pk]), {"post": "yes"}
        )
        assert response.status_code in {200, 403}
        assert ChargePoint.objects.filter(pk=charge_point.pk).exists()


class TestDecisions:
    def act(self, client, action, *charge_points):
        return client.post(
            reverse(CHANGELIST),
            {"action": action, "_selected_action": [each.pk for each in charge_points]},
            follow=True,
        )

    def test_waiting_charge_points_are_accepted(self, client):
        waiting = ChargePointFactory.create_batch(2, registration="pending")
        page = self.act(client, "accept", *waiting).content.decode()
        assert "2 charge points were accepted." in page
        assert ChargePoint.objects.filter(registration="accepted").count() == 2

    def test_one_without_a_site_says_what_to_do(self, client):
        SiteFactory.create_batch(2)
        waiting = ChargePointFactory(site=None, registration="pending")
        page = self.act(client, "accept", waiting).content.decode()
        assert "Choose its site" in page
        assert ChargePoint.objects.get().registration == "pending"

    def test_charge_points_are_rejected(self, client):
        waiting = ChargePointFactory(registration="pending")
        page = self.act(client, "reject", waiting).content.decode()
        assert "1 charge point was rejected." in page
        assert ChargePoint.objects.get().registration == "rejected"


class TestLists:
    def test_a_long_list_takes_few_queries(self, client, django_assert_max_num_queries):
        ChargePointFactory.create_batch(60, evses=2)
        with django_assert_max_num_queries(15):
            page = client.get(reverse(CHANGELIST))
        assert page.status_code == 200

    def test_commands_are_shown_with_their_calls_and_cannot_be_changed(self, client):
        charge_point = ChargePointFactory()
        command = queue_command(charge_point=charge_point, action="ClearCache", payload={}, now=NOW)
        claim = Socket(charge_point).expect()
        address = reverse("admin:chargers_command_change", args=[command.pk])
        assert claim.message_id in client.get(address).content.decode()
        assert client.post(address, {"state": "accepted"}).status_code == 403
        assert Command.objects.get().state == "sent"


class TestDesiredValues:
    ADD = "/admin/chargers/desiredkey/add/"

    def test_a_value_is_set_for_a_site_in_somebodys_name(self, client):
        site = SiteFactory()
        answer = client.post(self.ADD, {"site": site.pk, "key": "A", "value": "1"})
        assert answer.status_code == 302
        row = DesiredKey.objects.get()
        assert (row.site, row.charge_point, row.set_by) == (site, None, "root")

    def test_a_secret_is_refused(self, client):
        answer = client.post(self.ADD, {"site": SiteFactory().pk, "key": "AuthorizationKey", "value": "x"})
        assert answer.status_code == 200
        assert not DesiredKey.objects.exists()
