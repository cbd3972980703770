from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from chargers.models import ChargePoint, ChargePointState, Command, ConfigurationKey, EvseState
from chargers.types import CommandState
from charging.models import Pause
from charging.services.smart.marks import SET, SMART
from evkit.console.commands.catalogue import COMMANDS, HEAD_COMMANDS, MORE_COMMANDS
from evkit.core.clock import utc_now
from history.models import Message
from history.types import Direction
from sites.models import Site
from sites.types import Role
from tests.console.depot import Depot

LogIn = Callable[..., Client]


def url(depot: Depot, identity: str = "A_001") -> str:
    return reverse("charge_point", args=[depot.site.code, identity])


@pytest.fixture
def client(log_in: LogIn) -> Client:
    return log_in(Role.OPERATOR)


class TestChargePoint:
    def test_shows_values_limits_and_transaction_of_the_busy_connector(
        self, client: Client, depot: Depot
    ) -> None:
        detail = client.get(url(depot)).context["detail"]
        assert detail.selected.card.number == 1
        assert detail.selected.limits.accepted_w == 40_000
        assert detail.selected.limits.max_w == 50_000
        assert detail.selected.transaction == depot.transaction
        assert [step.progress for step in detail.selected.steps] == [
            "done",
            "done",
            "done",
            "done",
            "current",
            "todo",
        ]

    def test_selects_the_connector_of_the_address(self, client: Client, depot: Depot) -> None:
        detail = client.get(url(depot), {"connector": "2"}).context["detail"]
        assert detail.selected.card.number == 2
        assert detail.selected.transaction is None

    @pytest.mark.parametrize("smart", [False, True])
    def test_marks_the_selected_connector(self, client: Client, depot: Depot, smart: bool) -> None:
        Site.objects.filter(pk=depot.site.pk).update(smart_charging_enabled=smart)
        page = client.get(url(depot)).content.decode()
        marks = dict(re.findall(r'href="\?connector=(\d)" aria-current="(\w+)"', page))
        assert marks == {"1": "true", "2": "false"}

    def test_without_a_connection_the_last_values_are_old_and_no_power_is_known(
        self, client: Client, depot: Depot
    ) -> None:
        ChargePointState.objects.filter(charge_point__identity="A_001").update(connected=False)
        response = client.get(url(depot))
        assert response.context["detail"].selected.limits.measured_w is None
        assert "kv-grid--4 is-old" in response.content.decode()

    def test_a_value_that_is_not_known_has_no_unit(self, client: Client, depot: Depot) -> None:
        page = client.get(url(depot), {"connector": "2"}).content.decode()
        assert re.search(r"<dt>State of charge</dt><dd>–</dd>", page)

    def test_says_why_a_faulted_connector_does_not_charge(self, client: Client, depot: Depot) -> None:
        page = client.get(url(depot, "A_002")).content.decode()
        assert page.count("Earth fault. Keep the vehicle unplugged") == 1
        assert '<li class="step is-current" aria-current="step">' in page

    def test_times_are_those_of_the_site(self, client: Client, depot: Depot) -> None:
        page = client.get(url(depot)).content.decode()
        assert "13:07:30 · no." in page  # 12:07:30 UTC in Paris, in winter

    def test_shows_the_last_frames(self, client: Client, depot: Depot) -> None:
        Message.objects.create(
            charge_point_id=depot.charging.pk,
            at=utc_now(),
            sequence=1,
            direction=Direction.IN,
            action="Heartbeat",
            frame='[2,"1","Heartbeat",{}]',
        )
        assert "<b>Heartbeat</b>" in client.get(url(depot)).content.decode()

    def test_what_a_charge_point_sends_cannot_become_markup(self, client: Client, depot: Depot) -> None:
        Message.objects.create(
            charge_point_id=depot.charging.pk,
            at=utc_now(),
            sequence=1,
            direction=Direction.IN,
            action="<script>alert(1)</script>",
            frame="<img src=x onerror=alert(1)>",
        )
        page = client.get(url(depot)).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page


class TestNeverConnected:
    @pytest.fixture
    def fresh(self, depot: Depot) -> ChargePoint:
        return ChargePoint.objects.create(identity="hall/B 1", site=depot.site)

    @pytest.fixture
    def address(self, depot: Depot, fresh: ChargePoint) -> str:
        return reverse("charge_point", args=[depot.site.code, fresh.identity])

    def test_tells_what_to_enter_and_offers_no_commands(
        self, log_in: LogIn, address: str, fresh: ChargePoint
    ) -> None:
        client = log_in(Role.ADMINISTRATOR)
        page = client.get(address).content.decode()
        assert "ws://testserver/ocpp/hall%2FB%201<" in page
        assert "none is asked for" in page
        assert reverse("admin:chargers_chargepoint_change", args=[fresh.pk]) in page
        assert "command-start" not in page
        ChargePointState.objects.create(charge_point=fresh, connected=True, last_seen_at=utc_now())
        page = client.get(address).content.decode()
        assert "command-start" in page
        assert "/ocpp/hall" not in page

    @pytest.mark.parametrize(
        ("profile", "digest", "told", "tls"),
        [
            (1, "", "needed for its security profile, but not set yet", False),
            (2, "f" * 64, "the one that was set for it", True),
        ],
    )
    def test_tells_of_password_and_tls_by_the_security_profile(
        self, log_in: LogIn, address: str, profile: int, digest: str, told: str, tls: bool
    ) -> None:
        ChargePoint.objects.filter(identity="hall/B 1").update(
            security_profile=profile, password_digest=digest
        )
        page = log_in(Role.OPERATOR).get(address).content.decode()
        assert told in page
        assert "an administrator sets it" in page
        assert ("asks for TLS" in page) is tls

    def test_an_address_that_was_configured_comes_first(
        self, log_in: LogIn, address: str, settings: Any
    ) -> None:
        settings.EVKIT_PUBLIC_URL = "https://csms.example.com"
        page = log_in(Role.GUEST).get(address).content.decode()
        assert "wss://csms.example.com/ocpp/hall%2FB%201<" in page


class TestConfiguration:
    def test_shows_what_was_read_and_lets_writable_keys_be_changed(
        self, client: Client, depot: Depot
    ) -> None:
        for key, readonly in (("HeartbeatInterval", False), ("NumberOfConnectors", True)):
            ConfigurationKey.objects.create(
                charge_point=depot.charging, key=key, value="60", readonly=readonly, reported_at=utc_now()
            )
        address = reverse("charge_point_configuration", args=[depot.site.code, "A_001"])
        page = client.get(address).content.decode()
        assert "change-configuration/?key=HeartbeatInterval&amp;value=60" in page
        assert "change-configuration/?key=NumberOfConnectors" not in page


class TestCommandResults:
    def test_a_waiting_command_is_asked_for_again(self, client: Client, depot: Depot) -> None:
        add_command(depot, CommandState.SENT)
        text = client.get(url(depot), {"part": "commands"}, headers={"HX-Request": "true"}).content.decode()
        assert 'hx-trigger="load delay:1s"' in text
        assert "Sent" in text

    def test_a_finished_command_is_not(self, client: Client, depot: Depot) -> None:
        add_command(depot, CommandState.REJECTED)
        text = client.get(url(depot), {"part": "commands"}, headers={"HX-Request": "true"}).content.decode()
        assert "hx-trigger" not in text
        assert "Rejected" in text

    def test_the_limits_of_smart_charging_are_left_out(self, client: Client, depot: Depot) -> None:
        mine = add_command(depot, CommandState.ACCEPTED)
        routine = add_command(depot, CommandState.ACCEPTED)
        Command.objects.filter(pk=routine.pk).update(action=SET, requested_name=SMART.name)
        shown = client.get(url(depot)).context["command_lines"]
        assert [line.pk for line in shown] == [mine.pk]

    def test_every_command_has_one_place_in_head_or_menu(self) -> None:
        places = [*HEAD_COMMANDS, *(slug for _, slugs in MORE_COMMANDS for slug in slugs)]
        assert sorted(places) == sorted(COMMANDS)

    def test_live_fragments_replace_themselves(self, client: Client, depot: Depot) -> None:
        text = client.get(url(depot), headers={"HX-Request": "true"}).content.decode()
        for part in ("cp-head", "cp-why", "cp-plan", "cp-connector", "cp-commands", "cp-messages"):
            assert f'id="{part}"' in text
        assert text.count("hx-swap-oob") == 8


def add_command(depot: Depot, state: CommandState) -> Command:
    now = utc_now()
    return Command.objects.create(
        charge_point=depot.charging,
        action="Reset",
        state=state,
        created_at=now,
        deadline=now + timedelta(minutes=1),
    )


class TestWhy:
    def test_a_paused_charge_is_resumed_through_the_confirmation_of_the_operation_list(
        self, client: Client, depot: Depot
    ) -> None:
        evse = depot.transaction.evse
        EvseState.objects.filter(evse=evse).update(status="SuspendedEVSE", power_w=0)
        order = Command.objects.create(
            charge_point=depot.charging,
            action="SetChargingProfile",
            state=CommandState.ACCEPTED,
            created_at=utc_now(),
            deadline=utc_now(),
        )
        Pause.objects.create(
            transaction=depot.transaction,
            evse=evse,
            command=order,
            profile_id=1,
            stack_level=9,
            since=utc_now(),
            paused_name="ann",
        )
        page = client.get(url(depot)).content.decode()
        assert "Bus 212 waits: ann paused its charge at" in page
        assert f'name="one" value="resume:{evse.pk}"' in page
        confirmation = client.post(
            reverse("operation_confirm", args=[depot.site.code]), {"one": f"resume:{evse.pk}"}
        )
        assert confirmation.status_code == 200
        assert 'value="resume"' in confirmation.content.decode()

    def test_a_guest_reads_the_sentence_without_its_button(self, log_in: LogIn, depot: Depot) -> None:
        page = log_in(Role.GUEST).get(url(depot, "A_002")).content.decode()
        assert 'data-why="fault"' in page
        assert 'id="why-do"' not in page

    @pytest.mark.parametrize(("role", "offered"), [(Role.ADMINISTRATOR, True), (Role.OPERATOR, False)])
    def test_only_an_administrator_is_offered_to_accept_a_charge_point(
        self, log_in: LogIn, depot: Depot, role: Role, *, offered: bool
    ) -> None:
        ChargePoint.objects.filter(pk=depot.faulted.pk).update(registration="pending")
        page = log_in(role).get(url(depot, "A_002")).content.decode()
        assert 'data-why="pending"' in page
        assert ('id="why-do"' in page) == offered
