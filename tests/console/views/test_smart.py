from __future__ import annotations

import re
from datetime import timedelta
from typing import ClassVar
from uuid import uuid4

import pytest
from django.urls import reverse

from chargers.models import ChargePoint, Command, ConfigurationKey, Connection, Evse
from charging.models import (
    ChargeOverride,
    ConnectorLimit,
    DecisionRecord,
    MeterSample,
    Pause,
    SiteDecision,
    Transaction,
)
from charging.services.smart.balancing import rebalance
from charging.smart.planner import Why
from evkit.console.selectors.site_meter import site_meter_of
from evkit.console.selectors.smart import sharing_of
from evkit.console.selectors.stack import site_stack
from evkit.core.clock import utc_now
from sites.models import ScheduleGroup, Site, SiteMeterReading, User
from sites.ranges import DAYS
from sites.types import Role
from tests.console.depot import Depot, add_charge_point, add_connector, add_depot, add_site, add_user
from tests.factories import EvseFactory, TransactionFactory

PAGE = "smart"


@pytest.fixture
def depot(db) -> Depot:
    depot = add_depot()
    Site.objects.filter(pk=depot.site.pk).update(smart_charging_enabled=True)
    return depot


class TestPage:
    def test_a_guest_sees_shares_and_reasons_but_no_buttons(self, client, depot) -> None:
        rebalance(site_id=depot.site.pk, now=utc_now())
        client.force_login(add_user(Role.GUEST, depot.site))
        page = client.get(reverse(PAGE, args=["depot"])).content.decode().split('id="main"')[1]
        assert "A_001 / 1" in page
        assert "50.0" in page
        assert "<form" not in page.split("</main>")[0]

    def test_the_live_part_comes_alone(self, client, depot) -> None:
        client.force_login(add_user(Role.GUEST, depot.site))
        part = client.get(reverse(PAGE, args=["depot"]), {"part": "live"}).content.decode()
        assert 'id="smart-live"' in part
        assert 'id="smart-table" data-live aria-label="Connectors" hx-swap-oob="true"' in part
        assert "<html" not in part

    def test_what_is_drawn_elsewhere_counts_in_the_bar_and_nobody_waits_unseen(self, client, depot) -> None:
        now = utc_now()
        SiteMeterReading.objects.create(site=depot.site, at=now, received_at=now, power_w=30_000)
        rebalance(site_id=depot.site.pk, now=now)
        ConnectorLimit.objects.filter(evse=depot.transaction.evse).update(why=Why.NO_ROOM)
        sharing = sharing_of(depot.site, now)
        assert (sharing.base_w, sharing.bar.power_w) == (30_000, 30_000 + sharing.power_w)
        assert sharing.waiting == 1
        client.force_login(add_user(Role.GUEST, depot.site))
        page = client.get(reverse(PAGE, args=["depot"])).content.decode()
        assert 'class="bar__second"' in page
        assert "Elsewhere on the site" in page


class TestMeter:
    """The line that says who measures what the site draws elsewhere, and what of it counts."""

    def line(self, client, depot) -> str:
        client.force_login(add_user(Role.GUEST, depot.site))
        part = client.get(reverse(PAGE, args=["depot"]), {"part": "live"}).content.decode()
        found = re.search(r"Meter of the site: (.*?)</p>", part)
        return " ".join(re.sub("<[^>]*>", "", found[1]).split()) if found else ""

    def reading(self, depot, ago: timedelta, **values) -> None:
        now = utc_now()
        SiteMeterReading.objects.create(site=depot.site, at=now - ago, received_at=now, **values)

    def test_without_a_meter_there_is_none(self, client, depot) -> None:
        assert self.line(client, depot) == ""

    def test_a_charge_point_is_linked_and_its_last_reading_stands_there_with_its_age(
        self, client, depot
    ) -> None:
        ChargePoint.objects.filter(pk=depot.faulted.pk).update(site_meter="base")
        self.reading(depot, timedelta(minutes=1, seconds=40), power_w=90_000)
        self.reading(depot, timedelta(minutes=1, seconds=5), power_w=-500, current_l1_a=40, current_l2_a=30)
        assert self.line(client, depot) == "A_002 · \u22120.5 kW (40 / 30 / 40 A), 1 min ago"
        page = client.get(reverse(PAGE, args=["depot"])).content.decode()
        href = reverse("charge_point", args=["depot", "A_002"])
        assert f'Meter of the site: <a class="text-link" href="{href}">' in page

    def test_one_that_is_silent_says_so_and_what_counts_instead(self, client, depot) -> None:
        ChargePoint.objects.filter(pk=depot.faulted.pk).update(site_meter="base")
        assert self.line(client, depot) == "A_002 · has told nothing yet: nothing counts"
        self.reading(depot, timedelta(minutes=30), power_w=45_000)
        self.reading(depot, timedelta(minutes=10, seconds=5), power_w=12_000)
        User.objects.all().delete()
        assert self.line(client, depot) == (
            "A_002 · silent, last 12.0 kW, 10 min ago; the most of the day before that counts: 45.0 kW"
        )

    @pytest.mark.parametrize(
        ("key", "value", "warning"),
        [
            ("ClockAlignedDataInterval", "0", "ClockAlignedDataInterval is 0: it tells nothing by itself."),
            ("clockaligneddatainterval", "900", "ClockAlignedDataInterval is 900: a reading counts for"),
            ("MeterValuesAlignedData", "Energy.Active.Import.Register,Voltage", "Add one of them."),
            ("ClockAlignedDataInterval", "60", ""),
            ("ClockAlignedDataInterval", "?", ""),
            ("MeterValuesAlignedData", "Voltage, Current.Import.L1", ""),
        ],
    )
    def test_a_configuration_that_cannot_work_is_a_warning(self, client, depot, key, value, warning) -> None:
        ConfigurationKey.objects.create(
            charge_point=depot.faulted, key=key, value=value, reported_at=utc_now()
        )
        client.force_login(add_user(Role.GUEST, depot.site))
        pages = [reverse(PAGE, args=["depot"]), reverse("charge_point_passport", args=["depot", "A_002"])]
        setting = reverse("charge_point_configuration", args=["depot", "A_002"])
        for marked in ("", "base"):
            ChargePoint.objects.filter(pk=depot.faulted.pk).update(site_meter=marked)
            for page in pages:
                shown = client.get(page).content.decode().split('id="main"')[1]
                assert (bool(warning) and warning in shown) == bool(warning and marked)
                assert (f'text-link" href="{setting}"' in shown) == bool(warning and marked)

    def test_readings_that_come_often_by_another_way_are_no_reason_to_warn(self, client, depot) -> None:
        ChargePoint.objects.filter(pk=depot.faulted.pk).update(site_meter="base")
        ConfigurationKey.objects.create(
            charge_point=depot.faulted, key="ClockAlignedDataInterval", value="0", reported_at=utc_now()
        )
        for minutes in range(5):
            self.reading(depot, timedelta(minutes=minutes), power_w=12_000)
        assert site_meter_of(depot.site, utc_now()).warnings == ()
        SiteMeterReading.objects.order_by("at")[2].delete()
        assert len(site_meter_of(depot.site, utc_now()).warnings) == 1

    def test_readings_of_other_systems_need_no_charge_point(self, client, depot) -> None:
        self.reading(depot, timedelta(seconds=70), power_w=12_000)
        assert self.line(client, depot) == "told through the API · 12.0 kW, 1 min ago"


class TestChanges:
    def test_the_limit_is_written_in_kilowatts(self, client, depot) -> None:
        client.force_login(add_user(Role.ADMINISTRATOR))
        client.post(reverse("smart_limit", args=["depot"]), {"limit": "80"})
        assert Site.objects.get(code="depot").limit_value == 80_000

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


class TestPages:
    @pytest.fixture
    def large(self, depot) -> Depot:
        """A site with three times twenty connectors more."""
        for number in range(20):
            point = add_charge_point(depot.site, f"B_{number:03}")
            for connector in (1, 2, 3):
                add_connector(point, connector, "Available")
        return depot

    def shown(self, client, query: str) -> list[str]:
        page = client.get(reverse(PAGE, args=["depot"]) + query)
        return [str(line.evse) for line in page.context["lines"]]

    def test_a_large_site_has_pages_and_every_connector_is_on_one(self, client, large) -> None:
        client.force_login(add_user(Role.GUEST, large.site))
        first, second = self.shown(client, ""), self.shown(client, "?page=2")
        assert len(first) == 50
        assert sorted({*first, *second}) == sorted(str(evse) for evse in Evse.objects.all())
        assert self.shown(client, "?page=99") == second
        assert self.shown(client, "?page=nonsense") == first

    def test_what_is_live_stays_on_its_page_and_a_new_order_begins_with_the_first(
        self, client, large
    ) -> None:
        client.force_login(add_user(Role.GUEST, large.site))
        part = client.get(reverse(PAGE, args=["depot"]), {"part": "live", "page": "2"}).content.decode()
        assert "part=live&amp;page=2" in part
        assert 'rel="prev" href="?page=1"' in part
        assert 'href="?sort=-power"' in part


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


class TestTable:
    def identities(self, client, depot, **query):
        page = client.get(reverse(PAGE, args=["depot"]), query).content.decode()
        body = page.split('id="smart-table"')[1].split('id="smart-log"')[0]
        return re.findall(r">(A_00\d / \d)</a>", body)

    def test_it_is_sorted_by_what_the_address_says_also_live(self, client, depot) -> None:
        client.force_login(add_user(Role.GUEST, depot.site))
        usual = ["A_001 / 1", "A_001 / 2", "A_002 / 1", "A_003 / 1"]
        assert self.identities(client, depot) == usual
        assert self.identities(client, depot, sort="-connector") == usual[::-1]
        assert self.identities(client, depot, sort="-power")[0] == "A_001 / 1"
        live = client.get(reverse(PAGE, args=["depot"]), {"sort": "-connector", "part": "live"})
        assert "part=live&amp;sort=-connector" in live.content.decode()

    def test_a_group_is_chosen(self, client, depot) -> None:
        for number, evse in enumerate(depot.charging.evses.order_by("number")):
            group = ScheduleGroup.objects.create(site=depot.site, number=number, name=f"Group {number}")
            evse.groups.add(group)
        client.force_login(add_user(Role.GUEST, depot.site))
        assert self.identities(client, depot, group="1") == ["A_001 / 2"]
        assert len(self.identities(client, depot, group="x")) == 4
