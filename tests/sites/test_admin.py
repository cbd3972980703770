from __future__ import annotations

import pytest
from django.contrib import admin
from django.urls import reverse

from evkit.core.recorders import SYSTEM
from history.models import AuditEntry
from sites.models import ApiToken, Feeder, ScheduleException, ScheduleGroup, Site, User
from sites.services.users import create_user
from sites.types import Role
from tests.factories import SiteFactory

pytestmark = pytest.mark.django_db


def log_in(client, role, username="someone"):
    user = create_user(username=username, role=role, actor=SYSTEM, password="a long password")
    client.force_login(user)
    return user


@pytest.fixture
def administrator(client):
    return log_in(client, Role.ADMINISTRATOR, "root")


def change(model):
    return f"admin:{model._meta.app_label}_{model._meta.model_name}_change"


class TestAccess:
    @pytest.mark.parametrize("role", [Role.OPERATOR, Role.GUEST, None])
    @pytest.mark.parametrize(
        "page", ["admin:index", "admin:evsites_site_changelist", "admin:evsites_user_add"]
    )
    def test_the_administration_is_closed_to_everybody_else(self, client, role, page):
        if role is not None:
            user = log_in(client, role)
            User.objects.filter(pk=user.pk).update(is_staff=True, is_superuser=True)
        response = client.get(reverse(page))
        assert response.status_code == 302
        assert response.url.startswith("/admin/login/")

    def test_nothing_changes_by_the_hand_of_an_operator(self, client):
        log_in(client, Role.OPERATOR)
        site = SiteFactory()
        client.post(reverse("admin:evsites_site_delete", args=[site.pk]), {"post": "yes"})
        assert Site.objects.filter(pk=site.pk).exists()

    @pytest.mark.parametrize("model", list(admin.site._registry), ids=lambda model: model._meta.label_lower)
    def test_every_list_opens_and_searches(self, client, administrator, model):
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
        assert client.get(reverse(name)).status_code == 200
        if admin.site._registry[model].search_fields:
            assert client.get(reverse(name), {"q": "x"}).status_code == 200


class TestProject:
    def test_the_form_tells_what_the_archive_holds(self, client, administrator):
        page = client.get(reverse("admin:evsites_project_add")).content.decode()
        assert "files of diagnostics and logs are copied there as they are" in page


class TestFeeders:
    """The rows of a site's feeders in its form."""

    @pytest.fixture
    def site(self):
        return SiteFactory()

    def save(self, client, site, feeders, **changes):
        href = reverse("admin:evsites_site_change", args=[site.pk])
        page = client.get(href)
        sets = [each.formset for each in page.context["inline_admin_formsets"]]
        rows = [page.context["adminform"].form]
        rows += [row for each in sets for row in (each.management_form, *each.initial_forms)]
        shown = {row.add_prefix(name): row[name].value() for row in rows for name in row.fields}
        data = {
            name: "[]" if isinstance(value, list | dict) else value
            for name, value in shown.items()
            if value is not None and value is not False
        }
        for place, feeder in enumerate(feeders):
            for name, value in changes.get(feeder.code, {}).items():
                data[f"feeders-{place}-{name}"] = value
        return client.post(href, data)

    def test_one_leads_to_the_next(self, client, administrator, site):
        a, b = (Feeder.objects.create(site=site, code=code) for code in "ab")
        assert self.save(client, site, [a, b], b={"parent": a.pk, "limit_value": "30"}).status_code == 302
        b.refresh_from_db()
        assert (b.parent, b.limit_value) == (a, 30.0)

    def test_none_is_above_itself_alone_or_with_others(self, client, administrator, site):
        a, b = (Feeder.objects.create(site=site, code=code) for code in "ab")
        for changes in ({"a": {"parent": a.pk}}, {"a": {"parent": b.pk}, "b": {"parent": a.pk}}):
            page = self.save(client, site, [a, b], **changes)
            assert page.status_code == 200
            assert "The feeder “a” is above itself." in page.content.decode()
        assert not Feeder.objects.exclude(parent=None).exists()

    def test_a_limit_is_not_below_0(self, client, administrator, site):
        a = Feeder.objects.create(site=site, code="a", limit_value=20)
        page = self.save(client, site, [a], a={"limit_value": "-30"})
        assert "is no number of zero or more" in page.content.decode()
        a.refresh_from_db()
        assert a.limit_value == 20


class TestSiteAdmin:
    def form(self, **more):
        inline = {
            f"{prefix}-{name}": 0
            for prefix in ("feeders", "groups")
            for name in ("TOTAL_FORMS", "INITIAL_FORMS")
        }
        return {
            "code": "depot-nord",
            "name_en": "North depot",
            "name_fr": "Dépôt Nord",
            "timezone": "Europe/Paris",
            "limit_value": "200000",
            "limit_unit": "W",
            "voltage_v": "230",
            "distribution": "equal",
            "launch_reserve": "1",
            "dead_band_value": "500",
            "dead_band_unit": "W",
            "unknown_charge_points": "refuse",
            "unknown_tags": "refuse",
            "free_charging": "never",
            "concurrency": "tag",
            "offline_starts": "as_of_then",
            **inline,
            **more,
        }

    def test_creating_and_changing_is_journalled_with_old_and_new(self, client, administrator):
        group = {
            "groups-TOTAL_FORMS": 1,
            "groups-0-number": "0",
            "groups-0-name": "Night",
            "groups-0-ranges": "[]",
            "groups-0-on_holidays": "usual",
            "groups-0-at_end": "pause",
        }
        response = client.post(reverse("admin:evsites_site_add"), self.form(**group))
        assert response.status_code == 302, response.context["errors"]
        site = Site.objects.get()
        client.post(reverse(change(Site), args=[site.pk]), self.form(limit_value="150000"))
        entries = list(AuditEntry.objects.filter(object_type="site").order_by("pk"))
        assert [entry.verb for entry in entries] == ["create", "update", "update"]
        assert entries[1].details["added"] == ["depot-nord G0 Night"]
        assert entries[2].details == {
            "changes": {"limit_value": [200000.0, 150000.0], "limit_unit": ["W", "W"]}
        }
        assert {(entry.user_name, entry.object_key) for entry in entries} == {("root", "depot-nord")}
        assert {entry.site_id for entry in entries} == {site.pk}

    @pytest.mark.parametrize(
        ("more", "message"),
        [
            ({"timezone": "Europe/Pariss"}, "There is no such time zone"),
            ({"groups-0-ranges": '[{"days": ["monday"], "from": "1", "to": "2"}]'}, "Write a list of ranges"),
            ({"groups-0-ranges": '{"days": []}'}, "Write a list of ranges"),
            ({"groups-0-number": "10"}, "less than or equal to 9"),
        ],
    )
    def test_what_pages_could_not_show_is_refused(self, client, administrator, more, message):
        group = {"groups-TOTAL_FORMS": 1, "groups-0-number": "0", "groups-0-ranges": "[]"}
        response = client.post(reverse("admin:evsites_site_add"), self.form(**group | more))
        assert message in response.content.decode()
        assert not Site.objects.exists()

    def test_deleting_is_journalled(self, client, administrator):
        site = SiteFactory(code="old")
        client.post(reverse("admin:evsites_site_delete", args=[site.pk]), {"post": "yes"})
        assert not Site.objects.exists()
        assert AuditEntry.objects.get(verb="remove").object_key == "old"


class TestScheduleExceptionAdmin:
    def save(self, client, **more):
        group, _new = ScheduleGroup.objects.get_or_create(
            site=Site.objects.first() or SiteFactory(), number=1
        )
        days = {"group": group.pk, "first_day": "2026-12-24", "last_day": "2026-12-26", "spans": "[]"}
        return client.post(reverse("admin:evsites_scheduleexception_add"), {**days, **more})

    def test_days_with_other_hours_are_kept(self, client, administrator):
        assert self.save(client, spans='[["08:00", "12:00"]]').status_code == 302
        assert ScheduleException.objects.get().spans == [["08:00", "12:00"]]

    @pytest.mark.parametrize(
        ("more", "message"),
        [
            ({"last_day": "2026-12-01"}, "The last day comes before the first."),
            ({"spans": "[5]"}, "Write hours like"),
            ({"spans": '[["8", "25:00"]]'}, "Write hours like"),
        ],
    )
    def test_what_makes_no_sense_is_refused(self, client, administrator, more, message):
        assert message in self.save(client, **more).content.decode()
        assert not ScheduleException.objects.exists()


class TestUserAdmin:
    def form(self, user, **more):
        return {
            "username": user.username,
            "role": user.role,
            "is_active": "on",
            "language": "en",
            "theme": "system",
            "memberships-TOTAL_FORMS": 0,
            "memberships-INITIAL_FORMS": 0,
            **more,
        }

    def test_a_new_user_gets_a_role(self, client, administrator):
        response = client.post(
            reverse("admin:evsites_user_add"),
            {
                "username": "bob",
                "role": "operator",
                "language": "fr",
                "usable_password": "true",
                "password1": "quite a long one",
                "password2": "quite a long one",
                "memberships-TOTAL_FORMS": 0,
                "memberships-INITIAL_FORMS": 0,
            },
        )
        assert response.status_code == 302, response.context["errors"]
        bob = User.objects.get(username="bob")
        assert (bob.role, bob.language, bob.is_staff) == ("operator", "fr", False)
        assert bob.check_password("quite a long one")
        details = AuditEntry.objects.get(verb="create", object_key="bob").details
        assert details["changes"]["password"] == [None, "***"]

    def test_role_and_sites_decide_what_is_open(self, client, administrator):
        bob = create_user(username="bob", role=Role.OPERATOR, actor=SYSTEM)
        site = SiteFactory()
        more = {"role": "administrator", "memberships-TOTAL_FORMS": 1, "memberships-0-site": site.pk}
        client.post(reverse(change(User), args=[bob.pk]), self.form(bob, **more))
        bob.refresh_from_db()
        assert (bob.role, bob.is_staff, bob.is_superuser) == ("administrator", True, True)
        assert list(bob.sites.all()) == [site]

    def test_setting_a_password_is_journalled_without_it(self, client, administrator):
        bob = create_user(username="bob", role=Role.OPERATOR, actor=SYSTEM)
        client.post(
            reverse("admin:auth_user_password_change", args=[bob.pk]),
            {"usable_password": "true", "password1": "quite a long one", "password2": "quite a long one"},
        )
        assert User.objects.get(pk=bob.pk).check_password("quite a long one")
        entry = AuditEntry.objects.get(verb="set_password")
        assert (entry.user_name, entry.object_key, entry.details) == ("root", "bob", {})

    @pytest.mark.parametrize("more", [{"role": "guest"}, {"is_active": ""}])
    def test_the_last_administrator_cannot_be_lost(self, client, administrator, more):
        response = client.post(
            reverse(change(User), args=[administrator.pk]), self.form(administrator, **more)
        )
        assert response.status_code == 200
        assert "last active administrator" in response.content.decode()
        administrator.refresh_from_db()
        assert (administrator.role, administrator.is_active) == ("administrator", True)

    def test_nobody_deletes_themselves(self, client, administrator):
        create_user(username="other", role=Role.ADMINISTRATOR, actor=SYSTEM)
        client.post(reverse("admin:evsites_user_delete", args=[administrator.pk]), {"post": "yes"})
        assert User.objects.filter(pk=administrator.pk).exists()

    def test_the_form_shows_nothing_of_the_password(self, client, administrator):
        page = client.get(reverse(change(User), args=[administrator.pk])).content.decode()
        assert administrator.password not in page


class TestApiTokenAdmin:
    def test_a_new_token_is_shown_once(self, client, administrator):
        site = SiteFactory()
        response = client.post(
            reverse("admin:evsites_apitoken_add"),
            {"name": "energy", "role": "guest", "sites": [site.pk]},
            follow=True,
        )
        token = ApiToken.objects.get()
        assert (token.name, token.role, token.all_sites) == ("energy", "guest", False)
        assert list(token.sites.all()) == [site]
        assert "evkit_" in response.content.decode()
        page = client.get(reverse(change(ApiToken), args=[token.pk])).content.decode()
        assert "evkit_" not in page

    def test_tokens_are_revoked_by_an_action(self, client, administrator):
        token = ApiToken.objects.create(
            name="old", digest="d", role="guest", created_at=administrator.date_joined
        )
        client.post(
            reverse("admin:evsites_apitoken_changelist"),
            {"action": "revoke", "_selected_action": [token.pk]},
        )
        token.refresh_from_db()
        assert token.revoked_at is not None
        assert AuditEntry.objects.get(verb="revoke").object_key == "old"
