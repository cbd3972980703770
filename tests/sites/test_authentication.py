from __future__ import annotations

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth import aauthenticate, authenticate
from django.db import connections
from django.test import RequestFactory

from evkit.core.recorders import SYSTEM
from history.models import AuditEntry
from sites.addresses import client_address
from sites.forms import LogInForm
from sites.models import LoginFailure
from sites.services.users import create_user
from sites.types import Role

pytestmark = pytest.mark.django_db

PASSWORD = "a long password"


@pytest.fixture(autouse=True)
def ann():
    return create_user(username="ann", role=Role.OPERATOR, actor=SYSTEM, password=PASSWORD)


def request():
    return RequestFactory().post("/login/", REMOTE_ADDR="192.0.2.1")


def attempt(username="ann", password="wrong"):
    return authenticate(request(), username=username, password=password)


def form_errors(username, password="wrong"):
    form = LogInForm(request(), {"username": username, "password": password})
    form.is_valid()
    return [str(error) for error in form.non_field_errors()]


class TestThrottledBackend:
    def test_the_right_password_logs_in_and_clears_the_count(self, ann):
        attempt()
        assert attempt(password=PASSWORD) == ann
        assert not LoginFailure.objects.filter(key="user:ann").exists()

    def test_a_wrong_password_is_counted_for_name_and_address(self):
        assert attempt() is None
        assert dict(LoginFailure.objects.values_list("key", "count")) == {
            "user:ann": 1,
            "address:192.0.2.1": 1,
        }

    def test_after_five_failures_even_the_right_password_must_wait(self):
        for _ in range(5):
            attempt()
        assert attempt(password=PASSWORD) is None
        assert LoginFailure.objects.get(key="user:ann").count == 5

    def test_an_inactive_user_is_refused_like_a_wrong_password(self, ann):
        ann.is_active = False
        ann.save()
        assert attempt(password=PASSWORD) is None
        assert LoginFailure.objects.get(key="user:ann").count == 1

    @pytest.mark.parametrize(("username", "password"), [(None, "x"), ("ann", None), ("", "")])
    def test_incomplete_credentials_are_refused(self, username, password):
        assert authenticate(request(), username=username, password=password) is None

    def test_who_was_let_in_and_who_was_not_is_audited_with_the_address(self, ann):
        attempt()
        attempt(password=PASSWORD)
        assert list(
            AuditEntry.objects.order_by("pk").values_list(
                "verb", "user_id", "user_name", "address", "object_key"
            )
        ) == [
            ("create", None, SYSTEM.name, "", "ann"),
            ("log_in_refused", ann.pk, "ann", "192.0.2.1", "ann"),
            ("log_in", ann.pk, "ann", "192.0.2.1", "ann"),
        ]

    def test_a_name_that_nobody_has_is_not_kept_for_it_may_be_a_password(self):
        attempt(username="my secret pass phrase")
        entry = AuditEntry.objects.get(verb="log_in_refused")
        assert (entry.user_name, entry.object_key, entry.address) == ("", "", "192.0.2.1")
        assert "secret" not in str(entry.details)

    def test_a_try_that_comes_too_early_leaves_no_entry(self):
        for _ in range(7):
            attempt()
        assert AuditEntry.objects.filter(verb="log_in_refused").count() == 5

    def test_a_user_that_does_not_exist_gets_the_same_messages(self):
        known = [form_errors("ann") for _ in range(7)]
        unknown = [form_errors("nobody") for _ in range(7)]
        assert known == unknown
        assert "Please enter a correct username and password" in known[4][0]
        assert known[5] == ["Too many failed attempts. Wait 2 seconds, then try again."]

    @pytest.mark.django_db(transaction=True)
    async def test_asynchronous_log_in_is_throttled_as_well(self):
        for _ in range(5):
            assert await aauthenticate(request(), username="ann", password="wrong") is None
        assert await aauthenticate(request(), username="ann", password=PASSWORD) is None
        await sync_to_async(connections.close_all)()


class TestPermissions:
    @pytest.mark.parametrize(
        ("role", "allowed"), [("administrator", True), ("operator", False), ("guest", False)]
    )
    def test_only_administrators_have_permissions_of_the_administration(self, ann, role, allowed):
        ann.role = role
        assert ann.has_perm("chargers.change_chargepoint") is allowed
        assert ann.has_module_perms("chargers") is allowed

    def test_an_inactive_administrator_has_none(self, ann):
        ann.role, ann.is_active = Role.ADMINISTRATOR, False
        assert ann.has_perm("chargers.change_chargepoint") is False


class TestClientAddress:
    def test_is_the_socket_s(self):
        assert client_address(request()) == "192.0.2.1"
        assert client_address(None) == ""

    def test_forwarded_ones_are_believed_from_a_trusted_proxy_only(self, settings):
        forwarded = RequestFactory().get(
            "/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR="6.6.6.6, 192.0.2.9"
        )
        assert client_address(forwarded) == "10.0.0.1"
        settings.EVKIT_TRUSTED_PROXIES = ("10.0.0.1",)
        assert client_address(forwarded) == "192.0.2.9"
