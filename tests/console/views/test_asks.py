from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from chargers.models import ChargePoint, DeferredAnswer
from evkit.core.clock import utc_now
from history.models import AuditEntry
from sites.types import Role
from tests.console.depot import Depot, add_charge_point, add_connector, add_site, add_user

LogIn = Callable[..., Client]
PLACE = "Badge FFFF asks to charge at A_001"


def ask(point: ChargePoint, *, left_s: float = 20, now: datetime | None = None) -> DeferredAnswer:
    now = now or utc_now()
    return DeferredAnswer.objects.create(
        charge_point=point,
        connection_token=uuid4(),
        message_id="m1",
        action="Authorize",
        request={"idTag": "FFFF"},
        default={"idTagInfo": {"status": "Invalid"}},
        asked_at=now,
        deadline=now + timedelta(seconds=left_s),
    )


def answer(client: Client, row: DeferredAnswer, decision: str, **headers: str) -> int:
    response = client.post(reverse("answer", args=[row.pk]), {"decision": decision}, headers=headers)
    return response.status_code


class TestPanel:
    @pytest.mark.parametrize(
        ("role", "shown"), [(Role.OPERATOR, True), (Role.ADMINISTRATOR, True), (Role.GUEST, False)]
    )
    def test_is_on_every_page_of_those_who_may_answer(
        self, log_in: LogIn, depot: Depot, role: Role, *, shown: bool
    ) -> None:
        ask(depot.charging)
        client = log_in(role)
        for name in ("sites", "account", "asks"):
            assert (PLACE in client.get(reverse(name)).content.decode()) == shown

    def test_names_the_connector_where_a_vehicle_waits(self, log_in: LogIn, depot: Depot) -> None:
        point = add_charge_point(depot.site, "A_009")
        add_connector(point, 1)
        add_connector(point, 2, "Preparing")
        ask(point)
        page = log_in(Role.OPERATOR).get(reverse("asks")).content.decode()
        assert "Badge FFFF asks to charge at A_009, connector 2." in page

    def test_shows_nothing_of_other_sites_nor_what_is_over(self, log_in: LogIn, depot: Depot) -> None:
        ask(add_charge_point(add_site("yard"), "Y_001"))
        ask(depot.charging, left_s=-1)
        assert "FFFF" not in log_in(Role.OPERATOR).get(reverse("asks")).content.decode()


class TestAnswer:
    @pytest.mark.parametrize(
        ("decision", "status"), [("accept", "Accepted"), ("refuse", "Invalid"), ("", "Invalid")]
    )
    def test_decides_and_is_audited(self, log_in: LogIn, depot: Depot, decision: str, status: str) -> None:
        row = ask(depot.charging)
        assert answer(log_in(Role.OPERATOR), row, decision) == 302
        row.refresh_from_db()
        assert (row.answer, row.answered_by) == ({"idTagInfo": {"status": status}}, "operator")
        assert AuditEntry.objects.get(verb="answer").object_key == "A_001"

    def test_a_page_is_told_and_shows_what_still_waits(self, log_in: LogIn, depot: Depot) -> None:
        row = ask(depot.charging)
        client = log_in(Role.OPERATOR)
        response = client.post(
            reverse("answer", args=[row.pk]), {"decision": "accept"}, headers={"HX-Request": "true"}
        )
        told = json.loads(response["HX-Trigger"])["toast"]
        assert told == {"text": "Badge FFFF is accepted at A_001.", "bad": False}
        assert "FFFF" not in response.content.decode()

    def test_who_comes_second_is_told(self, log_in: LogIn, depot: Depot) -> None:
        row = ask(depot.charging)
        client = log_in(Role.OPERATOR)
        answer(client, row, "accept")
        response = client.post(
            reverse("answer", args=[row.pk]), {"decision": "refuse"}, headers={"HX-Request": "true"}
        )
        told = json.loads(response["HX-Trigger"])["toast"]
        assert told["bad"] is True
        assert "answered already" in told["text"]
        row.refresh_from_db()
        assert row.answer == {"idTagInfo": {"status": "Accepted"}}

    def test_is_refused_to_those_who_may_not(self, log_in: LogIn, depot: Depot) -> None:
        row = ask(depot.charging)
        stranger = Client()
        stranger.force_login(add_user(Role.OPERATOR, add_site("yard")))
        assert answer(log_in(Role.GUEST), row, "accept") == 403
        assert answer(stranger, row, "accept") == 404
        assert answer(Client(), row, "accept") == 302
        row.refresh_from_db()
        assert row.answered_at is None

    def test_leads_back_to_the_page_it_came_from_and_nowhere_else(self, log_in: LogIn, depot: Depot) -> None:
        client = log_in(Role.OPERATOR)
        for target, leads_to in (("/legend/", "/legend/"), ("https://example.org/", "/")):
            row = ask(depot.charging)
            response = client.post(reverse("answer", args=[row.pk]), {"decision": "refuse", "next": target})
            assert response["Location"] == leads_to
            row.delete()
