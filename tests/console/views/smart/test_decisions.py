from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from chargers.models import Connection, Evse
from charging.models import (
    DecisionRecord,
    MeterSample,
    Transaction,
)
from charging.services.smart.balancing import rebalance
from evkit.console.selectors.stack import site_stack
from evkit.core.clock import utc_now
from sites.models import Site, SiteMeterReading
from sites.types import Role
from tests.console.depot import add_site, add_user
from tests.factories import EvseFactory, TransactionFactory


class TestDecisions:
    def test_the_log_leads_to_a_decision_as_it_was(self, client, depot) -> None:
        rebalance(site_id=depot.site.pk, now=utc_now())
        Site.objects.update(limit_value=90_000)
        rebalance(site_id=depot.site.pk, now=utc_now())
        first, last = DecisionRecord.objects.order_by("id")
        client.force_login(add_user(Role.GUEST, depot.site))
        log = client.get(reverse("smart_decisions", args=["depot"])).content.decode()
        href = reverse("smart_decision", args=["depot", first.pk])
        assert href in log
        page = client.get(href).content.decode()
        assert "A_001 / 1" in page
        assert ">100.0 <small>kW" in page
        assert reverse("smart_decision", args=["depot", last.pk]) in page

    def test_what_is_kept_for_starts_is_not_in_what_may_be_drawn(self, client, depot) -> None:
        """A start took 4 of the 5 kW kept: the limit of 100 kW holds, the reserve is not whole yet."""
        DecisionRecord.objects.create(
            site=depot.site, at=utc_now(), limit_w=100_000, base_w=0, reserve_w=5_000, used_w=104_000,
            power_w=90_000, raised=0, lowered=2, waiting=0, shares=[],
        )  # fmt: skip
        client.force_login(add_user(Role.GUEST, depot.site))
        log = client.get(reverse("smart_decisions", args=["depot"])).content.decode()
        assert '<td data-label="At most kW" class="num">99.0</td>' in log

    def test_one_of_another_site_is_not_found(self, client, depot) -> None:
        rebalance(site_id=depot.site.pk, now=utc_now())
        other = add_site("other")
        client.force_login(add_user(Role.GUEST, other))
        pk = DecisionRecord.objects.get().pk
        assert client.get(reverse("smart_decision", args=["other", pk])).status_code == 404


class TestStack:
    def test_layers_add_up_under_the_limit_of_their_time(self, client, depot) -> None:
        now = utc_now()
        for number, power_w in ((1, 20_000.0), (2, 5_000.0)):
            MeterSample.objects.create(
                charge_point_id=depot.charging.pk, evse_number=number, measured_at=now, received_at=now,
                fingerprint=number, power_w=power_w,
            )  # fmt: skip
        DecisionRecord.objects.create(
            site=depot.site, at=now - timedelta(minutes=5), limit_w=70_000, base_w=0, reserve_w=0, used_w=0,
            power_w=0, raised=0, lowered=0, waiting=0, shares=[],
        )  # fmt: skip
        client.force_login(add_user(Role.GUEST, depot.site))
        answer = client.get(reverse("smart_stack", args=["depot"])).json()
        assert [layer["label"] for layer in answer["layers"]] == ["A_001 / 1", "A_001 / 2"]
        assert [layer["values"][-1] for layer in answer["layers"]] == [20.0, 5.0]
        assert (answer["limit"][0], answer["limit"][-1]) == (100.0, 70.0)
        assert len(answer["times"]) == len(answer["limit"]) == len(answer["layers"][0]["values"])
        assert answer["base"] == []

    def measure(self, point, number, at, power_w) -> None:
        MeterSample.objects.create(
            charge_point_id=point.pk, evse_number=number, measured_at=at, received_at=at,
            fingerprint=int(at.timestamp()), power_w=power_w,
        )  # fmt: skip

    def totals(self, site, now) -> list[float | None]:
        """Return what the stack adds up to in the last three minutes, in kW."""
        layers = site_stack(site, now, 1).layers
        columns = list(zip(*(layer.power_w for layer in layers), strict=True))[-3:]
        return [
            None if None in column else sum(value for value in column if value) / 1000 for column in columns
        ]

    def test_who_follows_does_not_add_to_what_has_ended(self, depot) -> None:
        """One charge ends, another takes its 80 of 100 kW: never 160."""
        now = utc_now().replace(second=50, microsecond=0)
        minute = timedelta(minutes=1)
        self.measure(depot.charging, 1, now - 2 * minute, 80_000.0)
        Transaction.objects.update(
            started_at=now - 60 * minute, ended_at=now - minute - timedelta(seconds=20)
        )
        began = now - minute - timedelta(seconds=20)
        TransactionFactory(evse=depot.charging.evses.get(number=2), started_at=began)
        self.measure(depot.charging, 2, now - minute, 80_000.0)
        assert self.totals(depot.site, now) == [80.0, 80.0, 80.0]

    def test_what_was_drawn_before_a_connection_ended_is_not_carried_on(self, depot) -> None:
        now = utc_now()
        self.measure(depot.charging, 1, now - timedelta(minutes=2), 80_000.0)
        assert self.totals(depot.site, now) == [80.0, 80.0, 80.0]
        Connection.objects.create(
            charge_point=depot.charging, token=uuid4(), opened_at=now - timedelta(hours=1),
            closed_at=now - timedelta(minutes=2),
        )  # fmt: skip
        assert self.totals(depot.site, now) == [80.0, None, None]

    def test_what_is_drawn_elsewhere_is_a_layer_of_its_own_while_the_meter_tells(self, client, depot) -> None:
        now = utc_now()
        at = now - timedelta(minutes=5)
        SiteMeterReading.objects.create(site=depot.site, at=at, received_at=at, power_w=30_000)
        SiteMeterReading.objects.create(site=depot.site, at=now, received_at=now, current_l1_a=100)
        client.force_login(add_user(Role.GUEST, depot.site))
        answer = client.get(reverse("smart_stack", args=["depot"])).json()
        known = dict(zip(answer["times"], answer["base"], strict=True))
        minute = int(now.timestamp()) // 60 * 60
        shown = [known[minute - 60 * ago] for ago in (5, 4, 3, 2, 1, 0)]
        assert shown == [30.0, 30.0, 30.0, None, None, 3 * 100 * depot.site.voltage_v / 1000]


class TestWhatIf:
    def form(self, depot, **changes):
        pk = depot.transaction.evse_id
        return {"limit": "120", "distribution": "priority", f"priority_{pk}": "4", **changes}

    def test_the_result_is_shown_and_nothing_changes_before_it_is_applied(self, client, depot) -> None:
        client.force_login(add_user(Role.ADMINISTRATOR))
        href = reverse("what_if", args=["depot"])
        assert "See the result" in client.get(href).content.decode()
        page = client.post(href, self.form(depot)).content.decode()
        assert 'name="apply"' in page
        assert Site.objects.get().limit_value == 100_000
        client.post(href, self.form(depot, apply="1"))
        site, evse = Site.objects.get(), depot.transaction.evse
        evse.refresh_from_db()
        assert (site.limit_value, site.distribution, evse.priority) == (120_000, "priority", 4)

    def test_what_somebody_else_changed_in_the_meantime_stays(self, client, depot) -> None:
        client.force_login(add_user(Role.ADMINISTRATOR))
        href, evse = reverse("what_if", args=["depot"]), depot.transaction.evse
        page = client.get(href).content.decode()
        read = dict(re.findall(r'<input type="hidden" name="(initial-[a-z_0-9]+)" value="([^"]*)"', page))
        shown = {name.removeprefix("initial-"): value for name, value in read.items()}
        assert shown.keys() >= {"limit", "distribution", f"priority_{evse.pk}"}
        Site.objects.update(limit_value=40_000)
        Evse.objects.filter(pk=evse.pk).update(priority=9)
        client.post(href, {**read, **shown, "distribution": "priority", "apply": "1"})
        site = Site.objects.get()
        evse.refresh_from_db()
        assert (site.limit_value, site.distribution, evse.priority) == (40_000, "priority", 9)

    def test_a_charge_that_began_since_the_page_was_opened_keeps_its_priority_and_is_in_the_result(
        self, client, depot
    ) -> None:
        client.force_login(add_user(Role.ADMINISTRATOR))
        href = reverse("what_if", args=["depot"])
        later = TransactionFactory(evse=EvseFactory(charge_point=depot.charging, number=9, priority=7)).evse
        page = client.post(href, self.form(depot)).content.decode()
        assert 'name="apply"' in page
        assert f'name="priority_{later.pk}" value="7"' in page
        client.post(href, self.form(depot, apply="1"))
        later.refresh_from_db()
        assert (Site.objects.get().limit_value, later.priority) == (120_000, 7)

    @pytest.mark.parametrize("page", ["smart", "what_if"])
    def test_a_limit_is_in_the_unit_that_the_page_showed(self, client, depot, page: str) -> None:
        client.force_login(add_user(Role.ADMINISTRATOR))
        shown = client.get(reverse(page, args=["depot"])).content.decode()
        assert '<input type="hidden" name="unit" value="W">' in shown
        Site.objects.update(limit_value=63.0, limit_unit="A")
        href = reverse("smart_limit" if page == "smart" else page, args=["depot"])
        client.post(href, self.form(depot, unit="W", apply="1"))
        site = Site.objects.get()
        assert (site.limit_value, site.limit_unit) == (120_000, "W")

    def test_what_is_no_number_is_told_at_its_field(self, client, depot) -> None:
        client.force_login(add_user(Role.ADMINISTRATOR))
        pk = depot.transaction.evse_id
        page = client.post(reverse("what_if", args=["depot"]), self.form(depot, **{f"priority_{pk}": "x"}))
        assert "form__error" in page.content.decode()
        assert 'name="apply"' not in page.content.decode()
