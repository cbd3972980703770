from __future__ import annotations

from datetime import timedelta

import pytest

from chargers.events import DeferredAnswered
from chargers.models import DeferredAnswer
from chargers.ocpp.handling import Deferred
from chargers.services.deferred import (
    AlreadyAnsweredError,
    answer_by_default,
    answer_deferred,
    decided_answer,
    default_overdue,
    defer,
)
from evkit.core.errors import NotFoundError
from evkit.core.events import Event, bus
from evkit.core.recorders import Actor
from history.models import AuditEntry
from tests.chargers.exchange import NOW, call_of, link_of
from tests.factories import ChargePointFactory

pytestmark = pytest.mark.django_db

DEFAULT = {"idTagInfo": {"status": "Invalid"}}
ACCEPTED = {"idTagInfo": {"status": "Accepted"}}
ANN = Actor(None, "ann", "192.0.2.1")


@pytest.fixture
def call():
    return call_of(link_of(ChargePointFactory()), "Authorize", {"idTag": "TAG"})


@pytest.fixture
def row(call):
    deferred = Deferred(NOW + timedelta(seconds=30), DEFAULT, {"id_tag": "TAG"})
    return defer(call, deferred, NOW)


@pytest.fixture
def published():
    events: list[Event] = []
    bus.subscribe(Event, events.extend)
    yield events
    bus.unsubscribe(events.extend)


class TestDefer:
    def test_stores_what_the_decider_needs(self, call, row):
        assert (row.message_id, row.action, row.connection_token) == (
            call.message_id,
            "Authorize",
            call.link.token,
        )
        assert (row.request, row.default, row.deadline) == (
            {"id_tag": "TAG"},
            DEFAULT,
            NOW + timedelta(seconds=30),
        )

    def test_the_same_call_again_finds_the_same_row(self, call, row):
        again = defer(call, Deferred(NOW + timedelta(hours=1), {}, {}), NOW)
        assert again.pk == row.pk
        assert again.deadline == row.deadline


class TestAnswerDeferred:
    def test_the_decision_is_stored_journalled_and_told(
        self, row, published, django_capture_on_commit_callbacks
    ):
        with django_capture_on_commit_callbacks(execute=True):
            answer_deferred(pk=row.pk, payload=ACCEPTED, actor=ANN, now=NOW)
        bus.flush()
        row.refresh_from_db()
        entry = AuditEntry.objects.get(verb="answer")
        assert (row.answer, row.answered_at, row.answered_by) == (ACCEPTED, NOW, "ann")
        assert (entry.user_name, entry.address, entry.object_key) == (
            "ann",
            "192.0.2.1",
            row.charge_point.identity,
        )
        assert DeferredAnswered(row.pk, row.charge_point_id, row.charge_point.site_id) in published
        assert decided_answer(row.pk) == ACCEPTED

    def test_only_the_first_decision_counts(self, row):
        answer_deferred(pk=row.pk, payload=ACCEPTED, actor=ANN, now=NOW)
        with pytest.raises(AlreadyAnsweredError):
            answer_deferred(pk=row.pk, payload=DEFAULT, actor=ANN, now=NOW)
        assert decided_answer(row.pk) == ACCEPTED
        assert AuditEntry.objects.filter(verb="answer").count() == 1

    def test_an_unknown_one_is_refused(self):
        with pytest.raises(NotFoundError):
            answer_deferred(pk=99, payload={}, actor=ANN, now=NOW)


class TestDefaults:
    def test_the_deadline_decides_by_default(self, row):
        assert default_overdue(now=NOW + timedelta(seconds=29)) == 0
        assert default_overdue(now=NOW + timedelta(seconds=30)) == 1
        row.refresh_from_db()
        assert (row.answer, row.answered_by) == (DEFAULT, "")
        assert default_overdue(now=NOW + timedelta(seconds=31)) == 0

    def test_a_decision_is_not_overwritten(self, row):
        answer_deferred(pk=row.pk, payload=ACCEPTED, actor=ANN, now=NOW)
        assert answer_by_default(row.pk, now=NOW) is False
        assert default_overdue(now=NOW + timedelta(hours=1)) == 0
        assert DeferredAnswer.objects.get().answer == ACCEPTED

    def test_one_answer_can_be_settled_alone(self, row):
        assert decided_answer(row.pk) == DEFAULT
        assert answer_by_default(row.pk, now=NOW) is True
        assert DeferredAnswer.objects.get().answered_at == NOW
