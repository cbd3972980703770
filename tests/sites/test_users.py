from __future__ import annotations

import pytest

from evkit.core.recorders import Actor
from history.models import AuditEntry
from sites.models import User
from sites.services.users import (
    InvalidUserError,
    LastAdministratorError,
    create_user,
    set_active,
    set_password,
    set_role,
    set_sites,
)
from sites.types import Role
from tests.factories import SiteFactory

pytestmark = pytest.mark.django_db

ANN = Actor(None, "ann")


def create(username="bob", role=Role.OPERATOR, **more):
    return create_user(username=username, role=role, actor=ANN, **more)


class TestCreateUser:
    def test_creates_a_user_with_role_sites_and_password(self):
        site = SiteFactory()
        user = create(password="a long password", sites=[site], language="fr")
        assert (user.role, user.language, list(user.sites.all())) == ("operator", "fr", [site])
        assert user.check_password("a long password")
        assert (user.is_staff, user.is_superuser) == (False, False)
        verbs = list(AuditEntry.objects.order_by("pk").values_list("verb", "object_key"))
        assert verbs == [("create", "bob"), ("set_sites", "bob")]
        assert "a long password" not in repr(list(AuditEntry.objects.values()))

    def test_nobody_can_log_in_without_a_password(self):
        assert create().has_usable_password() is False

    def test_the_flags_follow_the_role(self):
        user = create(role=Role.ADMINISTRATOR)
        assert (user.is_staff, user.is_superuser) == (True, True)

    @pytest.mark.parametrize(
        ("more", "field"),
        [({"username": "bob"}, "username"), ({"username": "a b/c"}, "username"), ({"role": "king"}, "role")],
    )
    def test_refuses_what_is_taken_or_not_allowed(self, more, field):
        create("bob")
        with pytest.raises(InvalidUserError) as caught:
            create(**{"username": "carl", **more})
        assert caught.value.field == field
        assert User.objects.count() == 1


class TestSetRole:
    def test_opens_and_closes_the_administration(self):
        create("root", Role.ADMINISTRATOR)
        user = create()
        set_role(user=user, role=Role.ADMINISTRATOR, actor=ANN)
        user.refresh_from_db()
        assert (user.is_staff, user.is_superuser) == (True, True)
        set_role(user=user, role=Role.GUEST, actor=ANN)
        user.refresh_from_db()
        assert (user.role, user.is_staff, user.is_superuser) == ("guest", False, False)
        assert AuditEntry.objects.filter(verb="set_role").latest("pk").details == {
            "role": ["administrator", "guest"]
        }

    def test_the_last_administrator_stays_one(self):
        create("retired", Role.ADMINISTRATOR)
        root = create("root", Role.ADMINISTRATOR, password="a long password")
        set_active(user=User.objects.get(username="retired"), active=False, actor=ANN)
        with pytest.raises(LastAdministratorError):
            set_role(user=root, role=Role.OPERATOR, actor=ANN)
        with pytest.raises(LastAdministratorError):
            set_active(user=root, active=False, actor=ANN)
        root.refresh_from_db()
        assert (root.role, root.is_active) == ("administrator", True)

    def test_refuses_unknown_roles(self):
        with pytest.raises(InvalidUserError):
            set_role(user=create(), role="king", actor=ANN)


class TestSetSites:
    def test_replaces_the_sites_and_journals_codes(self):
        old, kept, new = SiteFactory(code="old"), SiteFactory(code="kept"), SiteFactory(code="new")
        user = create(sites=[old, kept])
        set_sites(user=user, sites=[kept, new], actor=ANN)
        assert set(user.sites.all()) == {kept, new}
        assert AuditEntry.objects.latest("pk").details == {"sites": [["kept", "old"], ["kept", "new"]]}

    def test_no_change_is_no_entry(self):
        site = SiteFactory()
        user = create(sites=[site])
        before = AuditEntry.objects.count()
        set_sites(user=user, sites=[site], actor=ANN)
        assert AuditEntry.objects.count() == before


class TestSetPassword:
    def test_sets_and_removes(self):
        user = create()
        set_password(user=user, password="another long one", actor=ANN)
        assert User.objects.get(pk=user.pk).check_password("another long one")
        set_password(user=user, password=None, actor=ANN)
        assert not User.objects.get(pk=user.pk).has_usable_password()
