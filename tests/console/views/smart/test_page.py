from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from chargers.models import ChargePoint, ConfigurationKey, Evse
from charging.models import ConnectorLimit, SiteDecision
from charging.services.smart.balancing import rebalance
from charging.smart.planner import Why
from evkit.console.selectors.site_meter import site_meter_of
from evkit.console.selectors.smart import sharing_of
from evkit.core.clock import utc_now
from sites.models import Project, ScheduleGroup, Site, SiteMeterReading, User
from sites.types import Role
from tests.console.depot import Depot, add_charge_point, add_connector, add_user
from tests.console.views.smart.conftest import PAGE


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

    def test_whose_limit_decides_is_told_and_what_all_sites_may_draw(self, client, depot) -> None:
        client.force_login(add_user(Role.GUEST, depot.site))
        href = reverse(PAGE, args=["depot"])
        assert "limit of the project" not in client.get(href).content.decode()
        Project.objects.update_or_create(pk=1, defaults={"limit_value": 20_000, "limit_unit": "W"})
        rebalance(site_id=depot.site.pk, now=utc_now())
        SiteDecision.objects.update(used_w=15_000)
        charge = depot.transaction
        ConnectorLimit.objects.filter(evse=charge.evse).update(
            why=Why.SHARE, held_by="project", target=12_000, transaction=charge
        )
        page = client.get(href)
        assert page.context["sharing"].free_w == 5_000
        shown = page.content.decode()
        assert "All sites together may draw 20\u202fkW: the limit of the project." in shown
        assert ", by the limit of the project" in shown

    def test_the_rule_of_who_does_not_charge_is_told(self, client, depot) -> None:
        client.force_login(add_user(Role.GUEST, depot.site))
        href = reverse(PAGE, args=["depot"])
        assert 'class="quiet">First come, first served</span>' not in client.get(href).content.decode()
        evse = depot.charging.evses.get(number=2)
        Evse.objects.filter(pk=evse.pk).update(distribution="first_come")
        assert 'class="quiet">First come, first served</span>' in client.get(href).content.decode()


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

    def test_an_administrator_lets_what_a_silent_one_told_count_no_more(self, client, depot) -> None:
        self.reading(depot, timedelta(minutes=30), power_w=9e7)
        self.reading(depot, timedelta(minutes=10), power_w=12_000)
        href = reverse("smart_meter_forget", args=["depot"])
        client.force_login(add_user(Role.OPERATOR, depot.site))
        assert href not in client.get(reverse(PAGE, args=["depot"])).content.decode()
        client.force_login(add_user(Role.ADMINISTRATOR))
        assert href in client.get(reverse(PAGE, args=["depot"])).content.decode()
        page = client.post(href, follow=True).content.decode()
        assert "Nothing counts for the rest of the site until its meter tells again." in page
        assert href not in page
        assert sharing_of(Site.objects.get(pk=depot.site.pk), utc_now()).base_w == 0
        self.reading(depot, timedelta(seconds=-1), power_w=7_000)
        assert sharing_of(Site.objects.get(pk=depot.site.pk), utc_now()).base_w == 7_000

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
