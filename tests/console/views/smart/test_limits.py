from __future__ import annotations

import re
from datetime import timedelta
from typing import ClassVar

import pytest
from django.urls import reverse

from chargers.models import Command
from charging.models import (
    ChargeOverride,
    ConnectorLimit,
    Pause,
    SiteDecision,
    Transaction,
)
from charging.services.smart.balancing import rebalance
from evkit.core.clock import utc_now
from sites.models import Site
from sites.ranges import DAYS
from sites.types import Role
from tests.console.depot import add_user
from tests.console.views.smart.conftest import PAGE


class TestChanges:
    def test_the_limit_is_written_in_kilowatts(self, client, depot) -> None:
        client.force_login(add_user(Role.ADMINISTRATOR))
        client.post(reverse("smart_limit", args=["depot"]), {"limit": "80"})
        assert Site.objects.get(code="depot").limit_value == 80_000

    def test_a_limit_that_keeps_nobody_back_is_told_so(self, client, depot) -> None:
        client.force_login(add_user(Role.ADMINISTRATOR))
        page = client.post(reverse("smart_limit", args=["depot"]), {"limit": "80000"}, follow=True)
        assert "this limit keeps nobody back" in page.content.decode()
        page = client.post(reverse("smart_limit", args=["depot"]), {"limit": "8"}, follow=True)
        assert "The limit is 8.0\u202fkW now." in page.content.decode()
        assert "keeps nobody back" not in page.content.decode()

    def test_before_it_is_switched_off_the_consequence_is_told(self, client, depot) -> None:
        client.force_login(add_user(Role.ADMINISTRATOR))
        href = reverse("smart_switch", args=["depot"])
        page = client.get(href).content.decode()
        assert "nobody keeps the limit of 100\u202fkW any more" in page
        assert "could draw up to" in page
        assert Site.objects.get(code="depot").smart_charging_enabled
        client.post(href, {})
        assert Site.objects.get(code="depot").smart_charging_enabled, "nothing was said about off"

    def test_what_is_no_number_changes_nothing(self, client, depot) -> None:
        client.force_login(add_user(Role.ADMINISTRATOR))
        for text in ("", "much", "-1", "nan"):
            page = client.post(reverse("smart_limit", args=["depot"]), {"limit": text}, follow=True)
            assert "Write the limit as a number" in page.content.decode()
        assert Site.objects.get(code="depot").limit_value == 100_000

    def test_switching_off_takes_the_limits_back(self, client, depot) -> None:
        rebalance(site_id=depot.site.pk, now=utc_now())
        client.force_login(add_user(Role.ADMINISTRATOR))
        client.post(reverse("smart_switch", args=["depot"]), {"enabled": "0"})
        rebalance(site_id=depot.site.pk, now=utc_now())
        clearing = Command.objects.filter(action="ClearChargingProfile")
        assert clearing.exists()
        clearing.update(state="accepted", finished_at=utc_now())
        rebalance(site_id=depot.site.pk, now=utc_now())
        assert not ConnectorLimit.objects.exists()

    def test_what_is_kept_for_starts_is_what_was_decided(self, client, depot) -> None:
        rebalance(site_id=depot.site.pk, now=utc_now())
        decision = SiteDecision.objects.get(site=depot.site)
        assert decision.reserve_w > 0
        SiteDecision.objects.update(reserve_w=12_300.0)
        client.force_login(add_user(Role.GUEST, depot.site))
        part = client.get(reverse(PAGE, args=["depot"]), {"part": "live"}).content.decode()
        assert "12.3" in part


class TestOverride:
    def decide(self, client, depot, **changes):
        href = reverse("smart_override", args=["depot", depot.transaction.number])
        form = {"kind": "hold", "minutes": "60", "reason": "the driver is late", **changes}
        return client.post(href, form, follow=True)

    def test_an_operator_holds_a_charge_and_everybody_sees_who_and_why(self, client, depot) -> None:
        client.force_login(add_user(Role.OPERATOR, depot.site))
        assert "The charge is held." in self.decide(client, depot).content.decode()
        rebalance(site_id=depot.site.pk, now=utc_now())
        page = client.get(reverse(PAGE, args=["depot"])).content.decode()
        assert "held by operator until" in page
        assert "the driver is late" in page
        point = client.get(reverse("charge_point", args=["depot", "A_001"]), {"connector": 1})
        assert "Held by operator until" in point.content.decode()

    def test_switched_off_who_holds_it_until_when_is_still_seen_and_can_be_taken_back(
        self, client, depot
    ) -> None:
        client.force_login(add_user(Role.OPERATOR, depot.site))
        self.decide(client, depot)
        rebalance(site_id=depot.site.pk, now=utc_now())
        Site.objects.update(smart_charging_enabled=False)
        rebalance(site_id=depot.site.pk, now=utc_now())
        assert Pause.objects.in_force().get().reason == "the driver is late"
        page = client.get(reverse(PAGE, args=["depot"])).content.decode()
        assert "held by operator until" in page
        assert reverse("smart_override", args=["depot", depot.transaction.number]) in page
        point = client.get(reverse("charge_point", args=["depot", "A_001"]), {"connector": 1})
        assert "Held by operator until" in point.content.decode()
        assert "paused by" not in point.content.decode()
        self.decide(client, depot, release="1")
        assert not ChargeOverride.objects.in_force(utc_now()).exists()

    def test_it_is_taken_back(self, client, depot) -> None:
        client.force_login(add_user(Role.OPERATOR, depot.site))
        self.decide(client, depot, kind="boost")
        assert (
            "follows the rule of the site again" in self.decide(client, depot, release="1").content.decode()
        )
        assert not ChargeOverride.objects.in_force(utc_now()).exists()

    def test_without_a_reason_the_form_comes_back_and_says_so(self, client, depot) -> None:
        client.force_login(add_user(Role.OPERATOR, depot.site))
        page = self.decide(client, depot, reason="").content.decode()
        assert "form__error" in page
        assert not ChargeOverride.objects.exists()

    def test_a_charge_that_has_ended_is_not_found(self, client, depot) -> None:
        client.force_login(add_user(Role.OPERATOR, depot.site))
        Transaction.objects.update(ended_at=utc_now())
        assert self.decide(client, depot).status_code == 404


class TestWeeklyLimits:
    PAINTED: ClassVar = {"limit": "80", "hours_mon": "17-20", "hours_tue": "17-20"}

    def test_a_limit_is_added_changed_and_deleted(self, client, depot) -> None:
        client.force_login(add_user(Role.ADMINISTRATOR))
        href = reverse("weekly_limits", args=["depot"])
        client.post(href, self.PAINTED)
        ranges = [{"days": ["mon", "tue"], "from": "17:00", "to": "20:00"}]
        assert Site.objects.get().limit_schedule == [{"value": 80_000.0, "unit": "W", "ranges": ranges}]
        page = client.get(href, {"level": 1}).content.decode()
        assert "80" in page
        assert "17:00–20:00" in page
        client.post(f"{href}?level=1", {**self.PAINTED, "limit": "60"})
        assert [each["value"] for each in Site.objects.get().limit_schedule] == [60_000]
        client.post(f"{href}?level=1", {"delete": "1"})
        assert Site.objects.get().limit_schedule == []

    def test_the_page_of_smart_charging_tells_that_one_holds_and_until_when(self, client, depot) -> None:
        client.force_login(add_user(Role.GUEST, depot.site))
        href = reverse(PAGE, args=["depot"])
        assert "smart-weekly" not in client.get(href).content.decode()
        now = utc_now().astimezone(depot.site.zone)
        hours = {"from": f"{now - timedelta(hours=1):%H:%M}", "to": f"{now + timedelta(hours=1):%H:%M}"}
        level = {"value": 60_000, "unit": "W", "ranges": [{"days": list(DAYS), **hours}]}
        Site.objects.filter(pk=depot.site.pk).update(limit_schedule=[level])
        page = client.get(href).content.decode()
        assert f"A weekly limit holds. From {now + timedelta(hours=1):%a}" in page
        assert f"{hours['to']}: 100\u202fkW." in page
        client.force_login(add_user(Role.ADMINISTRATOR))
        tried = client.get(reverse("what_if", args=["depot"])).content.decode()
        assert "A weekly limit holds now as well" in tried
        hours = {"from": f"{now + timedelta(hours=2):%H:%M}", "to": f"{now + timedelta(hours=3):%H:%M}"}
        level = {"value": 60_000, "unit": "W", "ranges": [{"days": list(DAYS), **hours}]}
        Site.objects.filter(pk=depot.site.pk).update(limit_schedule=[level])
        page = client.get(href).content.decode()
        assert "A weekly limit holds" not in page
        assert f"{hours['from']}: 60\u202fkW." in page

    def test_its_exceptions_and_holidays_are_kept(self, client, depot) -> None:
        client.force_login(add_user(Role.ADMINISTRATOR))
        href = reverse("weekly_limits", args=["depot"])
        client.post(href, {**self.PAINTED, "on_holidays": "sunday"})
        opened = f"{href}?level=1"
        fair = {"add_exception": "1", "first_day": "2026-12-28", "hours": "17-18", "note": "fair"}
        assert client.post(opened, fair).headers["Location"] == f"{opened}#exceptions"
        client.post(opened, {"add_exception": "1", "first_day": "2026-12-24", "last_day": "2026-12-26"})
        page = client.get(opened).content.decode()
        assert "17:00–18:00 · fair" in page
        assert "does not hold" in page
        client.post(opened, {**self.PAINTED, "limit": "60", "on_holidays": "sunday"})
        client.post(opened, {"delete_exception": "2"})
        [level] = Site.objects.get().limit_schedule
        christmas = {"first_day": "2026-12-24", "last_day": "2026-12-26", "hours": [], "note": ""}
        assert (level["value"], level["on_holidays"]) == (60_000, "sunday")
        assert level["exceptions"] == [christmas]

    def test_an_exception_that_is_none_comes_back_and_changes_nothing(self, client, depot) -> None:
        client.force_login(add_user(Role.ADMINISTRATOR))
        href = reverse("weekly_limits", args=["depot"])
        client.post(href, self.PAINTED)
        before = Site.objects.get().limit_schedule
        wrong = {"add_exception": "1", "first_day": "2026-12-24", "last_day": "2026-12-01"}
        page = client.post(f"{href}?level=1", wrong).content.decode()
        assert "The last day comes before the first." in page
        assert Site.objects.get().limit_schedule == before

    @pytest.mark.parametrize("sent", [{"delete": "1"}, {"limit": "60", "monday": "08:00-12:00"}])
    def test_a_page_that_is_out_of_date_changes_no_other_limit(self, client, depot, sent) -> None:
        client.force_login(add_user(Role.ADMINISTRATOR))
        href = reverse("weekly_limits", args=["depot"])
        for limit in ("10", "20", "30"):
            client.post(href, {**self.PAINTED, "limit": limit})
        page = client.get(f"{href}?level=1").content.decode()
        known = re.findall(r'name="known" value="([0-9a-f]+)"', page)
        assert len(set(known)) == 1
        client.post(f"{href}?level=1", {"delete": "1", "known": known[0]})
        left = Site.objects.get().limit_schedule
        assert [level["value"] for level in left] == [20_000, 30_000]
        late = client.post(f"{href}?level=1", {**self.PAINTED, **sent, "known": known[0]}, follow=True)
        assert "changed in the meantime" in late.content.decode()
        assert Site.objects.get().limit_schedule == left

    def test_a_limit_without_hours_is_refused(self, client, depot) -> None:
        client.force_login(add_user(Role.ADMINISTRATOR))
        page = client.post(reverse("weekly_limits", args=["depot"]), {"limit": "80"}).content.decode()
        assert "Paint the hours" in page
        assert Site.objects.get().limit_schedule == []

    def test_the_limit_of_now_is_the_one_that_is_shown(self, client, depot) -> None:
        every_day = {"days": list(DAYS), "from": "00:00", "to": "24:00"}
        Site.objects.update(limit_schedule=[{"value": 30_000, "unit": "W", "ranges": [every_day]}])
        client.force_login(add_user(Role.GUEST, depot.site))
        part = client.get(reverse(PAGE, args=["depot"]), {"part": "live"}).content.decode()
        assert "/ 30" in part.replace("\u202f", " ")
        curve = client.get(reverse("site_power", args=["depot"])).json()
        assert set(curve["limit"]) == {30.0}
