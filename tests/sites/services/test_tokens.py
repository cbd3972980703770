from __future__ import annotations

from datetime import timedelta

import pytest

from history.models import AuditEntry
from sites.models import ApiToken
from sites.permissions import principal_of_token
from sites.services.tokens import (
    USE_NOTED_EVERY,
    UnableToCreateTokenError,
    create_token,
    find_token,
    revoke_token,
)
from sites.types import Role
from tests.factories import EARLY, SiteFactory

pytestmark = pytest.mark.django_db


def new_token(name="meter", sites=()):
    return create_token(name=name, role=Role.OPERATOR, sites=list(sites), now=EARLY)


class TestCreateToken:
    def test_the_secret_is_random_and_stored_nowhere(self):
        first, second = new_token("a")[1], new_token("b")[1]
        assert first != second
        assert len(first) >= len("evkit_") + 43
        assert first not in str(list(ApiToken.objects.values()))
        assert first not in str(list(AuditEntry.objects.values()))

    def test_who_created_it_is_audited(self):
        new_token()
        entry = AuditEntry.objects.get()
        assert (entry.verb, entry.object_type, entry.object_key) == ("create", "api_token", "meter")

    @pytest.mark.parametrize("name", ["", "  ", "x" * 121])
    def test_a_bad_name_is_refused(self, name):
        with pytest.raises(UnableToCreateTokenError):
            new_token(name)
        assert not ApiToken.objects.exists()

    def test_a_taken_name_is_refused(self):
        new_token()
        with pytest.raises(UnableToCreateTokenError):
            new_token()


class TestFindToken:
    def test_only_the_secret_finds_it(self):
        token, secret = new_token()
        assert find_token(secret=secret, now=EARLY) == token
        for wrong in ("", secret[:-1], secret + "x", token.digest):
            assert find_token(secret=wrong, now=EARLY) is None

    def test_its_use_is_noted_once_a_minute(self, django_assert_num_queries):
        token, secret = new_token()
        find_token(secret=secret, now=EARLY)
        with django_assert_num_queries(1):
            find_token(secret=secret, now=EARLY + USE_NOTED_EVERY)
        later = EARLY + USE_NOTED_EVERY + timedelta(seconds=1)
        find_token(secret=secret, now=later)
        token.refresh_from_db()
        assert token.last_used_at == later


class TestRevokeToken:
    def test_a_revoked_token_is_not_found(self):
        token, secret = new_token()
        revoke_token(token=token, now=EARLY)
        revoke_token(token=token, now=EARLY)
        assert find_token(secret=secret, now=EARLY) is None
        assert AuditEntry.objects.filter(verb="revoke").count() == 1


class TestPrincipalOfToken:
    def test_a_token_without_sites_of_its_own_reaches_every_site(self):
        assert principal_of_token(new_token()[0]).site_ids is None

    def test_a_token_whose_sites_are_gone_reaches_nothing(self):
        site = SiteFactory()
        token, _secret = new_token(sites=[site])
        assert principal_of_token(token).site_ids == frozenset({site.pk})
        site.delete()
        assert principal_of_token(token).site_ids == frozenset()
