from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.core import signing

from evkit.core.errors import InvalidInputError
from evkit.core.recorders import SYSTEM, Actor
from history.models import AuditEntry
from sites.models import User
from sites.services.links import (
    FREE_TRIES,
    LIFETIME,
    InvalidLinkError,
    TooManyLinksError,
    find_link,
    invite_user,
    issue_link,
    redeem_link,
    ways_back,
)
from sites.services.users import InvalidUserError, Profile, create_user, set_active
from sites.types import Role
from tests.factories import SiteFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PASSWORD = "a quiet harbour 7"
HERE = "192.0.2.9"


def invite(**more):
    fields = {
        "username": "bob",
        "role": Role.OPERATOR,
        "sites": [],
        "profile": Profile("Bob", "Berg", "bob@example.org", "fr"),
        "actor": SYSTEM,
        "now": NOW,
    }
    return invite_user(**{**fields, **more})


def redeem(token, now=NOW):
    return redeem_link(token=token, password=PASSWORD, address=HERE, now=now)


class TestInviteUser:
    def test_creates_somebody_who_cannot_log_in_yet(self):
        site = SiteFactory()
        user, _token = invite(sites=[site])
        assert (user.role, user.language, user.get_full_name()) == ("operator", "fr", "Bob Berg")
        assert list(user.sites.all()) == [site]
        assert not user.has_usable_password()
        assert user.link_expires_at == NOW + LIFETIME

    def test_is_in_the_journal_without_the_link(self):
        _user, token = invite()
        assert list(AuditEntry.objects.order_by("pk").values_list("verb", flat=True)) == [
            "create",
            "issue_link",
        ]
        assert token not in repr(list(AuditEntry.objects.values()))

    def test_refuses_a_name_that_is_taken_and_leaves_nothing(self):
        invite()
        with pytest.raises(InvalidUserError) as caught:
            invite()
        assert caught.value.field == "username"
        assert User.objects.count() == 1


class TestRedeemLink:
    def test_sets_the_password_and_is_used_up(self):
        user, token = invite()
        assert redeem(token) == user
        assert User.objects.get().check_password(PASSWORD)
        assert User.objects.get().link_expires_at is None
        with pytest.raises(InvalidLinkError):
            redeem(token)
        entry = AuditEntry.objects.latest("pk")
        assert (entry.verb, entry.user_name, entry.address) == ("redeem_link", "bob", HERE)

    def test_works_for_seven_days(self):
        _user, token = invite()
        with pytest.raises(InvalidLinkError):
            redeem(token, NOW + LIFETIME)
        redeem(token, NOW + LIFETIME - timedelta(seconds=1))

    def test_a_newer_link_replaces_it(self):
        user, token = invite()
        newer = issue_link(user=user, actor=SYSTEM, now=NOW)
        with pytest.raises(InvalidLinkError):
            redeem(token)
        redeem(newer)

    def test_a_weak_password_is_refused_and_the_link_still_works(self):
        _user, token = invite()
        with pytest.raises(InvalidInputError) as caught:
            redeem_link(token=token, password="password", address=HERE, now=NOW)
        assert caught.value.field == "password"
        redeem(token)

    def test_a_deactivated_user_has_no_link(self):
        user, token = invite()
        set_active(user=user, active=False, actor=SYSTEM)
        with pytest.raises(InvalidLinkError):
            redeem(token)


class TestIssueLink:
    def test_ends_the_old_password(self):
        user = create_user(username="ann", role=Role.GUEST, actor=SYSTEM, password=PASSWORD)
        issue_link(user=user, actor=SYSTEM, now=NOW)
        assert not User.objects.get().check_password(PASSWORD)

    def test_is_not_for_oneself(self):
        user = create_user(username="ann", role=Role.ADMINISTRATOR, actor=SYSTEM, password=PASSWORD)
        with pytest.raises(InvalidUserError):
            issue_link(user=user, actor=Actor(user.pk, "ann"), now=NOW)
        assert User.objects.get().check_password(PASSWORD)

    def test_is_not_for_the_deactivated(self):
        user, _token = invite()
        set_active(user=user, active=False, actor=SYSTEM)
        with pytest.raises(InvalidUserError):
            issue_link(user=user, actor=SYSTEM, now=NOW)


class TestFindLink:
    @pytest.mark.parametrize(
        "token",
        ["", "x", "a:b:c", signing.dumps([1, "x"]), signing.dumps("x", salt="evkit.link"), "\x00"],
        ids=["empty", "a letter", "parts", "other salt", "no pair", "zero byte"],
    )
    def test_what_was_made_up_is_refused(self, token):
        with pytest.raises(InvalidLinkError):
            find_link(token=token, address=HERE, now=NOW)

    def test_trying_many_is_slowed_down_for_that_address_only(self):
        user, token = invite()
        for _ in range(FREE_TRIES):
            with pytest.raises(InvalidLinkError):
                find_link(token="guess", address=HERE, now=NOW)
        with pytest.raises(TooManyLinksError) as caught:
            find_link(token=token, address=HERE, now=NOW)
        assert caught.value.wait == 2
        assert find_link(token=token, address="192.0.2.10", now=NOW) == user
        assert find_link(token=token, address=HERE, now=NOW + timedelta(seconds=2)) == user


class TestWaysBack:
    @pytest.fixture
    def ann(self):
        profile = Profile("Ann", "", "ann@example.org", "en")
        return create_user(
            username="ann", role=Role.OPERATOR, actor=SYSTEM, password="a long password", profile=profile
        )

    def test_are_good_for_an_hour(self, ann):
        ((user, token),) = ways_back(who="Ann", address=HERE, now=NOW)
        assert user == ann
        assert find_link(token=token, address=HERE, now=NOW + timedelta(minutes=59)) == ann
        with pytest.raises(InvalidLinkError):
            find_link(token=token, address=HERE, now=NOW + timedelta(minutes=60))

    def test_end_with_the_password_that_was_forgotten(self, ann):
        ((_user, first),) = ways_back(who="ann", address=HERE, now=NOW)
        ((_user, second),) = ways_back(who="ann", address=HERE, now=NOW)
        redeem(second)
        for token in (first, second):
            with pytest.raises(InvalidLinkError):
                redeem(token)

    def test_give_way_to_a_link_of_an_administrator(self, ann):
        ((_user, token),) = ways_back(who="ann", address=HERE, now=NOW)
        mine = issue_link(user=ann, actor=SYSTEM, now=NOW)
        with pytest.raises(InvalidLinkError):
            find_link(token=token, address=HERE, now=NOW)
        assert find_link(token=mine, address=HERE, now=NOW) == ann

    def test_all_who_share_an_address_get_one(self, ann):
        profile = Profile("Ben", "", "ANN@example.org", "en")
        create_user(
            username="ben", role=Role.GUEST, actor=SYSTEM, password="another password", profile=profile
        )
        found = ways_back(who="ann@example.org", address=HERE, now=NOW)
        assert sorted(user.username for user, _token in found) == ["ann", "ben"]
