from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session

from evkit.console.live.viewers import viewers
from evkit.core.clock import utc_now
from sites.models import User
from sites.permissions import Right
from sites.types import Role
from tests.console.depot import add_site, add_user
from tests.console.live.test_application import session_cookie

pytestmark = pytest.mark.django_db


@pytest.fixture
def user() -> User:
    return add_user(Role.OPERATOR, add_site("mine"))


@pytest.fixture
def key(user: User) -> str:
    return session_cookie(user).decode().partition("=")[2]


class TestViewers:
    def test_returns_the_principal_of_a_session(self, user: User, key: str) -> None:
        found = viewers([key, "unknown"], utc_now())
        assert list(found) == [key]
        assert found[key].principal.may(Right.VIEW, user.memberships.get().site_id)
        assert not found[key].principal.may(Right.VIEW, 0)

    def test_many_sessions_of_one_user_cost_no_more_queries(
        self, user: User, key: str, django_assert_num_queries
    ) -> None:
        keys = [key, *(session_cookie(user).decode().partition("=")[2] for _time in range(5))]
        with django_assert_num_queries(3):
            assert len(viewers(keys, utc_now())) == 6

    def test_an_expired_session_shows_nobody(self, key: str) -> None:
        assert viewers([key], utc_now() + timedelta(days=30)) == {}

    def test_another_password_ends_the_session(self, user: User, key: str) -> None:
        user.set_password("another one")
        user.save()
        assert viewers([key], utc_now()) == {}

    def test_ended_sessions_show_nobody(self, user: User, key: str) -> None:
        user.sessions_epoch += 1
        user.save()
        assert viewers([key], utc_now()) == {}

    def test_a_log_out_shows_nobody(self, key: str) -> None:
        Session.objects.all().delete()
        assert viewers([key], utc_now()) == {}

    def test_an_inactive_user_is_nobody(self, user: User, key: str) -> None:
        User.objects.update(is_active=False)
        assert viewers([key], utc_now()) == {}

    def test_a_session_of_a_backend_that_is_no_longer_used_shows_nobody(self, settings, key: str) -> None:
        settings.AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
        assert viewers([key], utc_now()) == {}
