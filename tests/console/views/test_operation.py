from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from chargers.models import ChargePoint, Command, Evse
from charging.models import OperationBatch, Pause, Transaction
from charging.services.pausing import pause_charge
from evkit.core.clock import utc_now
from evkit.core.recorders import Actor
from sites.types import Role
from tests.console.depot import Depot, add_charge_point, add_connector, add_site, add_user

LogIn = Callable[..., Client]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def url(depot: Depot) -> str:
    return reverse("operation", args=[depot.site.code])


def at(depot: Depot, name: str, *args: object) -> str:
    return reverse(name, args=[depot.site.code, *args])


def evse(identity: str, number: int = 1) -> Evse:
    return Evse.objects.get(charge_point__identity=identity, number=number)


def form(operation: str, *evses: Evse, **more: str) -> dict[str, str]:
    targets = ",".join(str(each.pk) for each in evses)
    return {"operation": operation, "targets": targets, "token": str(uuid4()), **more}


class TestList:
    def test_shows_every_connector_with_state_vehicle_and_reason(self, log_in: LogIn, url: str) -> None:
        page = log_in(Role.OPERATOR).get(url).content.decode()
        assert page.count('<tr id="row-') == 4
        for text in ("A_001 / 1", "Bus 212", "38.4", "Earth fault", "no connection"):
            assert text in page

    @pytest.mark.parametrize(
        ("query", "titles"),
        [
            ({"state": "faulted"}, ["A_002"]),
            ({"zone": "Yard"}, ["A_003"]),
            ({"q": "bus 212"}, ["A_001 / 1"]),
            ({"sort": "-ref"}, ["A_003", "A_002", "A_001 / 2", "A_001 / 1"]),
            ({"sort": "state"}, ["A_002", "A_001 / 1", "A_001 / 2", "A_003"]),
            ({"sort": "nonsense", "state": "nonsense"}, ["A_001 / 1", "A_001 / 2", "A_002", "A_003"]),
        ],
    )
    def test_filters_and_sorts_from_the_address(
        self, log_in: LogIn, url: str, query: dict[str, str], titles: list[str]
    ) -> None:
        response = log_in(Role.GUEST).get(url, query)
        assert [row.title for row in response.context["rows"]] == titles

    def test_only_changed_rows_come_live_and_those_that_no_longer_pass_go(
        self, log_in: LogIn, url: str, depot: Depot
    ) -> None:
        asked = {"only": str(depot.charging.pk), "state": "charging"}
        page = log_in(Role.OPERATOR).get(url, asked, headers=HTMX).content.decode()
        assert "<html" not in page
        assert f'<tr id="row-{evse("A_001").pk}" class="is-charging"' in page
        assert f'<tr id="row-{evse("A_001", 2).pk}" hx-swap-oob="delete">' in page
        assert f"row-{evse('A_002').pk}" not in page

    def test_a_paused_charge_says_by_whom(self, log_in: LogIn, url: str, depot: Depot) -> None:
        pause_charge(evse=depot.transaction.evse, now=utc_now(), actor=Actor(None, "claire"), reason="works")
        assert "paused by claire: works" in log_in(Role.GUEST).get(url).content.decode()

    def test_what_people_and_charge_points_write_is_never_markup(
        self, log_in: LogIn, url: str, depot: Depot
    ) -> None:
        nasty, harmless = """"><b title='x'>&""", "&quot;&gt;&lt;b title=&#x27;x&#x27;&gt;&amp;"
        ChargePoint.objects.filter(pk=depot.charging.pk).update(name=nasty, zone=nasty)
        Transaction.objects.filter(pk=depot.transaction.pk).update(id_tag=nasty)
        pause_charge(evse=depot.transaction.evse, now=utc_now(), actor=Actor(None, nasty), reason=nasty)
        page = log_in(Role.OPERATOR).get(url, {"only": str(depot.charging.pk)}, headers=HTMX).content.decode()
        assert "<b title" not in page
        for text in (
            f'aria-label="{harmless} / 1"',
            f'<span class="sub">{harmless}</span>',
            "paused by &quot;",
        ):
            assert text in page

    def test_a_guest_has_neither_checkbox_nor_button(self, log_in: LogIn, url: str) -> None:
        page = log_in(Role.GUEST).get(url).content.decode()
        main = page[page.index("<main") : page.index("</main>")]
        assert 'type="checkbox"' not in main
        assert "<button" not in main.replace('<noscript><button type="submit"', "")
        assert 'method="post"' not in main


class TestConfirm:
    def test_names_what_will_end_and_changes_nothing(self, log_in: LogIn, depot: Depot) -> None:
        asked = {"operation": "reset", "target": [evse("A_001").pk, evse("A_002").pk]}
        page = log_in(Role.OPERATOR).post(at(depot, "operation_confirm"), asked).content.decode()
        assert "Reset A_001 and 1 other" in page
        assert "1 running transaction will end." in page
        assert f"transaction {depot.transaction.number}" in page
        assert not Command.objects.exists()

    def test_one_row_is_asked_for_by_its_own_button(self, log_in: LogIn, depot: Depot) -> None:
        asked = {"one": f"stop:{evse('A_001').pk}"}
        page = log_in(Role.OPERATOR).post(at(depot, "operation_confirm"), asked, headers=HTMX)
        assert "Stop the charge of A_001 / 1" in page.content.decode()

    def test_all_that_match_the_filter(self, log_in: LogIn, depot: Depot) -> None:
        asked = {"operation": "unlock", "every": "1", "zone": "Hall A"}
        response = log_in(Role.OPERATOR).post(at(depot, "operation_confirm"), asked)
        assert len(response.context["said"].asked) == 3

    def test_an_empty_selection_is_told(self, log_in: LogIn, depot: Depot) -> None:
        page = log_in(Role.OPERATOR).post(at(depot, "operation_confirm"), {"operation": "stop"})
        assert "Nothing is selected." in page.content.decode()

    def test_an_unknown_operation_does_not_exist(self, log_in: LogIn, depot: Depot) -> None:
        asked = {"operation": "explode"}
        assert log_in(Role.OPERATOR).post(at(depot, "operation_confirm"), asked).status_code == 404


class TestRun:
    def test_leads_to_the_page_of_the_results(self, log_in: LogIn, depot: Depot) -> None:
        client = log_in(Role.OPERATOR)
        asked = form("stop", evse("A_001"), evse("A_002"))
        response = client.post(at(depot, "operation_run"), asked)
        batch = OperationBatch.objects.get()
        assert response.headers["Location"] == at(depot, "operation_batch", batch.pk)
        page = client.get(response.headers["Location"]).content.decode()
        assert "1 under way, nothing to do for 1" in page
        assert "No charge is running there." in page

    def test_a_double_click_is_one_operation(self, log_in: LogIn, depot: Depot) -> None:
        client, asked = log_in(Role.OPERATOR), form("unlock", evse("A_001"))
        for _ in range(2):
            client.post(at(depot, "operation_run"), asked)
        assert Command.objects.count() == 1

    def test_failed_lines_are_named_and_tried_again(self, log_in: LogIn, depot: Depot) -> None:
        client = log_in(Role.OPERATOR)
        client.post(at(depot, "operation_run"), form("unlock", evse("A_001"), evse("A_002")))
        Command.objects.filter(charge_point=depot.charging).update(state="accepted")
        Command.objects.filter(charge_point=depot.faulted).update(state="rejected")
        batch = OperationBatch.objects.get()
        page = client.get(at(depot, "operation_batch", batch.pk)).content.decode()
        assert "1 done, 1 not done: A_002 / 1 — Rejected" in page
        response = client.post(at(depot, "operation_confirm"), {"retry": str(batch.pk)})
        assert [str(target.charge_point) for target in response.context["said"].asked] == ["A_002"]

    def test_a_form_without_its_token_is_shown_again(self, log_in: LogIn, depot: Depot) -> None:
        asked = form("reset", evse("A_001"), kind="Soft") | {"token": "forged"}
        assert log_in(Role.OPERATOR).post(at(depot, "operation_run"), asked).status_code == 200
        assert not Command.objects.exists()


class TestRights:
    @pytest.mark.parametrize("name", ["operation_confirm", "operation_run"])
    @pytest.mark.parametrize(
        "operation",
        ["start", "stop", "pause", "resume", "in-service", "out-of-service", "reset", "unlock"],
    )
    def test_a_guest_is_refused_and_nothing_changes(
        self, log_in: LogIn, depot: Depot, name: str, operation: str
    ) -> None:
        asked = form(operation, evse("A_001"), kind="Soft", tag="BUS212")
        assert log_in(Role.GUEST).post(at(depot, name), asked).status_code == 403
        assert not Command.objects.exists()
        assert not OperationBatch.objects.exists()
        assert not Pause.objects.exists()

    def test_a_stranger_is_sent_to_the_log_in(self, depot: Depot) -> None:
        response = Client().post(at(depot, "operation_run"), form("stop", evse("A_001")))
        assert response.headers["Location"].startswith(reverse("login"))
        assert not Command.objects.exists()

    def test_an_operator_of_another_site_finds_nothing(self, depot: Depot) -> None:
        client = Client()
        client.force_login(add_user(Role.OPERATOR, add_site("elsewhere")))
        assert client.post(at(depot, "operation_run"), form("stop", evse("A_001"))).status_code == 404
        assert not Command.objects.exists()

    def test_a_connector_of_another_site_is_refused(self, log_in: LogIn, depot: Depot) -> None:
        foreign = add_connector(add_charge_point(add_site("other"), "B_001"), 1)
        asked = form("unlock", evse("A_001"), foreign)
        assert log_in(Role.OPERATOR).post(at(depot, "operation_run"), asked).status_code == 403
        assert not Command.objects.exists()

    def test_a_request_from_another_page_is_refused(self, depot: Depot) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(add_user(Role.OPERATOR, depot.site))
        assert client.post(at(depot, "operation_run"), form("stop", evse("A_001"))).status_code == 403
        assert not Command.objects.exists()

    @pytest.mark.parametrize("role", list(Role))
    def test_every_role_reads_the_results(self, log_in: LogIn, depot: Depot, role: Role) -> None:
        batch = OperationBatch.objects.create(
            site=depot.site, operation="stop", token=uuid4(), created_at=utc_now()
        )
        client = log_in(role)
        assert client.get(at(depot, "operation_batches")).status_code == 200
        assert client.get(at(depot, "operation_batch", batch.pk)).status_code == 200
        assert client.get(at(depot, "operation_batch", batch.pk + 1)).status_code == 404
