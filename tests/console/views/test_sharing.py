from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse

from charging.models import ChargePlan
from evkit.console.selectors.smart import sharing_of
from evkit.core.clock import utc_now
from sites.models import Site
from sites.types import Role
from tests.console.depot import Depot, add_depot, add_user


@pytest.fixture
def depot(db: None) -> Depot:
    depot = add_depot()
    Site.objects.filter(pk=depot.site.pk).update(smart_charging_enabled=True)
    return depot


class TestChargePlan:
    def plan(self, client: Client, depot: Depot, **form: Any) -> str:
        href = reverse("charge_plan", args=["depot", depot.transaction.number])
        return str(client.post(href, form, follow=True).content.decode())

    def test_an_operator_plans_by_the_clock_of_the_site(self, client: Client, depot: Depot) -> None:
        client.force_login(add_user(Role.OPERATOR, depot.site))
        zone = ZoneInfo(depot.site.timezone)
        leaves = (utc_now() + timedelta(hours=10)).astimezone(zone).replace(second=0, microsecond=0)
        wall = leaves.strftime("%Y-%m-%dT%H:%M")
        assert "The charge is planned." in self.plan(client, depot, departs_at=wall, energy_kwh="42.5")
        plan = ChargePlan.objects.get()
        assert (plan.departs_at, plan.energy_wh, plan.priority) == (leaves.astimezone(UTC), 42_500.0, None)
        assert plan.set_name == "operator"
        page = client.get(reverse("charge_plan", args=["depot", depot.transaction.number])).content.decode()
        assert f'value="{wall}"' in page
        assert 'value="42.5"' in page

    def test_a_priority_counts_on_the_page_at_once_and_is_taken_back(
        self, client: Client, depot: Depot
    ) -> None:
        client.force_login(add_user(Role.OPERATOR, depot.site))
        self.plan(client, depot, priority="7")
        assert self.priority(depot) == 7
        assert "What is usual counts" in self.plan(client, depot, forget="1")
        assert self.priority(depot) == 0

    def priority(self, depot: Depot) -> int:
        lines = sharing_of(depot.site, utc_now()).lines
        return next(line.priority for line in lines if line.evse.pk == depot.transaction.evse_id)

    @pytest.mark.parametrize(
        ("form", "message"),
        [
            ({}, "Say when it leaves"),
            ({"departs_at": "2026-01-01T10:00"}, "within the next seven days"),
            ({"energy_kwh": "0"}, "must be above 0"),
            ({"priority": "2000000"}, "less than or equal to 1000000"),
        ],
    )
    def test_what_makes_no_sense_comes_back_with_the_cause(
        self, client: Client, depot: Depot, form: Any, message: str
    ) -> None:
        client.force_login(add_user(Role.OPERATOR, depot.site))
        assert message in self.plan(client, depot, **form)
        assert not ChargePlan.objects.exists()

    def test_the_dialog_gets_the_form_alone_and_the_override_leads_to_it(
        self, client: Client, depot: Depot
    ) -> None:
        client.force_login(add_user(Role.OPERATOR, depot.site))
        href = reverse("charge_plan", args=["depot", depot.transaction.number])
        assert "<html" not in client.get(href, headers={"HX-Request": "true"}).content.decode()
        override = reverse("smart_override", args=["depot", depot.transaction.number])
        assert f'hx-get="{href}"' in client.get(override).content.decode()


class TestConnectorSharing:
    def test_priorities_rule_and_division_are_changed(self, client: Client, depot: Depot) -> None:
        client.force_login(add_user(Role.ADMINISTRATOR))
        evse = depot.transaction.evse
        href = reverse("connector_sharing", args=["depot", evse.pk])
        form = {"priority": "", "distribution": "deadline", "point_priority": "4", "division": "priority"}
        assert "The settings were changed." in client.post(href, form, follow=True).content.decode()
        evse.refresh_from_db()
        evse.charge_point.refresh_from_db()
        point = evse.charge_point
        assert (evse.priority, evse.distribution, point.priority, point.division) == (
            0, "deadline", 4, "priority",
        )  # fmt: skip
        page = client.get(reverse("smart", args=["depot"])).content.decode()
        assert f'data-dialog="{href}"' in page
        assert 'value="4"' in client.get(href).content.decode()

    def test_a_connector_of_another_site_is_not_found(self, client: Client, depot: Depot) -> None:
        client.force_login(add_user(Role.ADMINISTRATOR))
        assert client.get(reverse("connector_sharing", args=["depot", 987_654])).status_code == 404
