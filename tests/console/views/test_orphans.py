from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from charging.models import OrphanStop, Transaction
from evkit.console.selectors.orphans import candidates_of
from evkit.core.clock import utc_now
from history.models import AuditEntry
from sites.types import Role
from tests.console.depot import Depot

LogIn = Callable[..., Client]


@pytest.fixture
def stop(depot: Depot) -> OrphanStop:
    running = Transaction.objects.get(pk=depot.transaction.pk)
    meter = max(running.meter_start_wh, running.meter_last_wh or 0) + 1000
    return OrphanStop.objects.create(
        charge_point=depot.charging, digest="d1", claimed_id=-1, id_tag=running.id_tag, meter_stop_wh=meter,
        stopped_at=max(utc_now(), running.started_at), received_at=utc_now(), payload={},
    )  # fmt: skip


def settle(client: Client, stop: OrphanStop, **form: object) -> str:
    url = reverse("settle_orphan", args=[stop.pk])
    return client.post(url, form, follow=True).content.decode()


class TestOrphans:
    def test_offers_the_transaction_with_its_reasons(self, log_in: LogIn, depot: Depot, stop: OrphanStop):
        page = log_in(Role.OPERATOR).get(reverse("orphans", args=[depot.site.code])).content.decode()
        assert f"Attach to {depot.transaction.pk}" in page
        assert "The meter at the stop fits what was measured." in page
        assert '<span class="side__badge">1</span>' in page

    def test_says_that_nothing_waits(self, log_in: LogIn, depot: Depot):
        page = log_in(Role.OPERATOR).get(reverse("orphans", args=[depot.site.code])).content.decode()
        assert "Nothing is in quarantine" in page
        assert "side__badge" not in page

    def test_of_charge_points_without_a_site_is_the_administrators(
        self, log_in: LogIn, depot: Depot, stop: OrphanStop
    ):
        type(depot.charging).objects.filter(pk=depot.charging.pk).update(site=None)
        url = reverse("siteless_orphans")
        assert log_in(Role.OPERATOR).get(url).status_code == 403
        assert f"stop-{stop.pk}" in log_in(Role.ADMINISTRATOR).get(url).content.decode()


class TestSettle:
    def test_attaches(self, log_in: LogIn, depot: Depot, stop: OrphanStop):
        page = settle(log_in(Role.OPERATOR), stop, decision="attach", transaction=depot.transaction.pk)
        assert f"The stop ends transaction {depot.transaction.pk} now." in page
        assert Transaction.objects.get(pk=depot.transaction.pk).ended_at == stop.stopped_at
        assert AuditEntry.objects.latest("pk").verb == "stop_attached"

    def test_makes_a_transaction_with_the_sites_time(self, log_in: LogIn, depot: Depot, stop: OrphanStop):
        local = (stop.stopped_at - timedelta(hours=1)).astimezone(depot.site.zone)
        form = {"connector": 1, "started_at": f"{local:%Y-%m-%dT%H:%M}", "meter_start": 0}
        settle(log_in(Role.OPERATOR), stop, decision="make", **form)
        stop.refresh_from_db()
        assert stop.transaction is not None
        assert stop.transaction.started_at == local.replace(second=0, microsecond=0)
        assert stop.transaction.energy_wh == stop.meter_stop_wh

    def test_dismisses_with_a_reason_only(self, log_in: LogIn, stop: OrphanStop):
        client = log_in(Role.OPERATOR)
        assert "Fill in the form" in settle(client, stop, decision="dismiss", reason="")
        assert OrphanStop.objects.waiting().exists()
        assert "The stop was dismissed." in settle(client, stop, decision="dismiss", reason="a test")
        assert "Reload the page" in settle(client, stop, decision="dismiss", reason="again")

    def test_a_guest_changes_nothing(self, log_in: LogIn, stop: OrphanStop):
        url = reverse("settle_orphan", args=[stop.pk])
        form = {"decision": "dismiss", "reason": "x"}
        assert log_in(Role.GUEST).post(url, form).status_code == 403
        assert OrphanStop.objects.waiting().exists()


class TestCandidates:
    def test_a_meter_below_what_was_measured_speaks_against_it(self, depot: Depot, stop: OrphanStop):
        Transaction.objects.filter(pk=depot.transaction.pk).update(meter_last_wh=10**8)
        found = candidates_of(stop)[0]
        assert "The meter at the stop is below what was measured." in found.doubts
        assert found.score < 4
