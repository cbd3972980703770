from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from evkit.core.recorders import Deed, recorders
from sites.models import Schedule, ScheduleException, ScheduleGroup
from sites.types import Role
from tests.console.depot import Depot, add_charge_point, add_connector, add_depot, add_site, add_user

WEEK = {"on_holidays": "usual", "at_end": "pause"}


@pytest.fixture
def depot(db) -> Depot:
    return add_depot()


@pytest.fixture
def admin(client, depot):
    client.force_login(add_user(Role.ADMINISTRATOR))
    return client


@pytest.fixture
def deeds(monkeypatch) -> list[Deed]:
    kept: list[Deed] = []
    monkeypatch.setattr(recorders, "_recorders", [kept.append])
    return kept


def save(client, number: int = 1, **form: object):
    return client.post(reverse("schedule_group", args=["depot", number]), {**WEEK, **form})


class TestSave:
    def test_a_group_is_made_with_its_week_and_connectors(self, admin, depot, deeds) -> None:
        evse = depot.charging.evses.first()
        answer = save(admin, name="Night", hours_mon="20h-24h", hours_tue="0-6", connectors=[evse.pk])
        assert answer.status_code == 302
        group = ScheduleGroup.objects.get()
        assert (group.number, group.name) == (1, "Night")
        assert group.ranges == [{"days": ["mon"], "from": "20:00", "to": "06:00"}]
        assert list(group.evses.all()) == [evse]
        assert [(deed.verb, deed.object_key) for deed in deeds] == [
            ("create", "depot/1"),
            ("change", "depot/1"),
        ]

    def test_its_rule_of_sharing_is_kept_and_shown(self, admin, client, depot) -> None:
        save(admin, name="Night", hours_mon="20h-24h", distribution="deadline")
        assert ScheduleGroup.objects.get().distribution == "deadline"
        client.force_login(add_user(Role.GUEST, depot.site))
        assert "By deadline" in client.get(reverse("schedule_group", args=["depot", 1])).content.decode()

    def test_saving_the_same_again_writes_nothing(self, admin, deeds) -> None:
        save(admin, name="Night", hours_mon="20:00-06:00")
        deeds.clear()
        save(admin, name="Night", hours_mon="20:00-06:00")
        assert deeds == []

    def test_what_somebody_else_saved_in_the_meantime_is_not_overwritten_unseen(self, admin) -> None:
        save(admin, name="Night", hours_mon="20-24")
        opened = admin.get(reverse("schedule_group", args=["depot", 1])).context["known"]
        save(admin, name="Late night", hours_mon="22-24", known=opened)
        page = save(admin, name="Evening", hours_mon="18-24", known=opened)
        assert "Somebody changed this group in the meantime." in page.content.decode()
        assert 'value="Evening"' in page.content.decode()
        assert ScheduleGroup.objects.get().name == "Late night"
        save(admin, name="Evening", hours_mon="18-24", known=page.context["known"])
        assert ScheduleGroup.objects.get().name == "Evening"

    def test_hours_that_do_not_exist_are_named_and_nothing_is_lost(self, admin) -> None:
        page = save(admin, name="Night", hours_mon="8-25", hours_tue="8-12").content.decode()
        assert "“8-25” holds a time that does not exist" in page
        assert 'value="8-25"' in page
        assert 'value="8-12"' in page
        assert not ScheduleGroup.objects.exists()

    def test_connectors_of_another_site_are_refused(self, admin) -> None:
        stranger = add_connector(add_charge_point(add_site("elsewhere"), "E_1"), 1)
        page = save(admin, connectors=[stranger.pk])
        assert "connectors" in page.context["form"].errors
        assert not ScheduleGroup.objects.exists()

    def test_a_shared_schedule_replaces_the_hours(self, admin) -> None:
        nights = {"days": ["sun"], "from": "00:00", "to": "06:00"}
        shared = Schedule.objects.create(code="nights", ranges=[nights])
        save(admin, schedule=shared.pk, hours_mon="8-12")
        group = ScheduleGroup.objects.get()
        assert (group.ranges, group.weekly_ranges) == ([], [nights])

    def test_an_eleventh_group_does_not_exist(self, admin) -> None:
        assert save(admin, number=10).status_code == 404


class TestCopy:
    def test_the_week_of_another_group_fills_the_form_and_is_not_saved(self, admin, depot) -> None:
        days = [{"days": ["mon"], "from": "08:00", "to": "12:00"}]
        ScheduleGroup.objects.create(site=depot.site, number=1, ranges=days)
        page = admin.get(reverse("schedule_group", args=["depot", 2]) + "?from=1").content.decode()
        assert 'value="08:00–12:00"' in page
        assert ScheduleGroup.objects.count() == 1


class TestExceptions:
    @pytest.fixture
    def group(self, depot) -> ScheduleGroup:
        return ScheduleGroup.objects.create(site=depot.site, number=1, name="Night")

    def add(self, client, **form: str):
        return client.post(reverse("schedule_exception", args=["depot", 1]), form)

    def test_a_day_is_added_and_taken_away(self, admin, group) -> None:
        self.add(admin, first_day="2026-12-24", hours="8-12", note="Fair")
        row = ScheduleException.objects.get()
        assert (row.first_day, row.last_day, row.spans) == (
            date(2026, 12, 24),
            date(2026, 12, 24),
            [["08:00", "12:00"]],
        )
        page = admin.get(reverse("schedule_group", args=["depot", 1])).content.decode()
        assert "08:00–12:00 · Fair" in page
        delete = reverse("schedule_exception_delete", args=["depot", 1, row.pk])
        assert f'<form method="post" action="{delete}">' in page
        admin.post(delete)
        assert not ScheduleException.objects.exists()

    def test_days_the_wrong_way_round_are_refused_with_the_reason(self, admin, group) -> None:
        page = self.add(admin, first_day="2026-12-24", last_day="2026-12-20").content.decode()
        assert "The last day comes before the first." in page
        assert not ScheduleException.objects.exists()


class TestPages:
    def test_a_guest_sees_the_week_but_no_form(self, client, depot) -> None:
        days = [{"days": ["mon"], "from": "08:00", "to": "12:00"}]
        ScheduleGroup.objects.create(site=depot.site, number=1, name="Mornings", ranges=days)
        client.force_login(add_user(Role.GUEST, depot.site))
        overview = client.get(reverse("schedules", args=["depot"])).content.decode()
        page = client.get(reverse("schedule_group", args=["depot", 1])).content.decode()
        assert "Mornings" in overview
        assert "08:00–12:00" in page
        assert "csrfmiddlewaretoken" not in page.split('id="main"')[1].split("</main>")[0]

    def test_a_deleted_group_is_gone(self, admin, depot) -> None:
        ScheduleGroup.objects.create(site=depot.site, number=1)
        admin.post(reverse("schedule_group_delete", args=["depot", 1]))
        assert not ScheduleGroup.objects.exists()
