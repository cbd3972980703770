from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from evkit.core.errors import NotFoundError
from evkit.core.recorders import SYSTEM
from history.models import AuditEntry
from sites.models import BrowserSession, User
from sites.services.sessions import end_session, end_sessions, handle_of, note_session
from sites.services.users import create_user
from sites.types import Role

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def ann():
    return create_user(username="ann", role=Role.GUEST, actor=SYSTEM, password="a quiet harbour 7")


def log_in(user):
    client = Client()
    client.force_login(user)
    return client.session.session_key


def note(user, key, now=NOW, agent="Firefox"):
    note_session(user=user, key=key, address="192.0.2.1", agent=agent, now=now)


class TestNoteSession:
    def test_remembers_where_and_when(self, ann):
        key = log_in(ann)
        note(ann, key)
        note(ann, key, NOW + timedelta(hours=1))
        row = BrowserSession.objects.get()
        assert (row.session_id, row.user, row.address, row.agent) == (key, ann, "192.0.2.1", "Firefox")
        assert (row.started_at, row.last_seen_at) == (NOW, NOW + timedelta(hours=1))
        assert User.objects.get().last_seen_at == NOW + timedelta(hours=1)

    def test_goes_with_the_session(self, ann):
        key = log_in(ann)
        note(ann, key)
        Session.objects.get(pk=key).delete()
        assert not BrowserSession.objects.exists()

    def test_takes_any_browser_name(self, ann):
        note(ann, log_in(ann), agent="\x00" + "x" * 1000)
        assert len(BrowserSession.objects.get().agent) <= 200


class TestEndSessions:
    def test_ends_all_but_one(self, ann):
        kept, other = log_in(ann), log_in(ann)
        note(ann, kept)
        note(ann, other)
        end_sessions(user=ann, actor=SYSTEM, keep=kept)
        assert list(Session.objects.values_list("pk", flat=True)) == [kept]
        assert AuditEntry.objects.latest("pk").verb == "end_sessions"

    def test_ends_those_that_were_never_noted(self, ann):
        client = Client()
        client.force_login(ann)
        end_sessions(user=User.objects.get(), actor=SYSTEM)
        assert client.get("/account/").status_code == 302


class TestEndSession:
    def test_ends_the_one_that_is_named(self, ann):
        kept, other = log_in(ann), log_in(ann)
        note(ann, kept)
        note(ann, other)
        end_session(user=ann, handle=handle_of(BrowserSession.objects.get(pk=other)), actor=SYSTEM)
        assert list(Session.objects.values_list("pk", flat=True)) == [kept]

    def test_leaves_the_sessions_of_others(self, ann):
        bob = create_user(username="bob", role=Role.GUEST, actor=SYSTEM)
        key = log_in(bob)
        note(bob, key)
        with pytest.raises(NotFoundError):
            end_session(user=ann, handle=handle_of(BrowserSession.objects.get()), actor=SYSTEM)
        assert Session.objects.filter(pk=key).exists()

    def test_a_handle_does_not_give_the_key_away(self, ann):
        key = log_in(ann)
        note(ann, key)
        assert key not in handle_of(BrowserSession.objects.get())
