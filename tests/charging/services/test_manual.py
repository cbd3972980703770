from __future__ import annotations

from datetime import timedelta

import pytest

from chargers.ocpp.handling import Deferred
from chargers.services.deferred import AlreadyAnsweredError, decided_answer, defer
from charging.services.manual import answer_badge
from evkit.core.errors import NotFoundError
from evkit.core.recorders import Actor
from history.models import AuditEntry
from tests.chargers.exchange import NOW, call_of, link_of
from tests.factories import ChargePointFactory

pytestmark = pytest.mark.django_db

ANN = Actor(None, "ann", "192.0.2.1")
REFUSED = {"idTagInfo": {"status": "Invalid"}}


@pytest.fixture
def row():
    call = call_of(link_of(ChargePointFactory()), "Authorize", {"idTag": "TAG"})
    return defer(call, Deferred(NOW + timedelta(seconds=25), REFUSED, {"idTag": "TAG"}), NOW)


class TestAnswerBadge:
    @pytest.mark.parametrize(("accept", "status"), [(True, "Accepted"), (False, "Invalid")])
    def test_gives_the_charge_point_its_answer_and_keeps_who_gave_it(self, row, accept, status):
        answer_badge(pk=row.pk, accept=accept, actor=ANN, now=NOW)
        assert decided_answer(row.pk) == {"idTagInfo": {"status": status}}
        entry = AuditEntry.objects.get()
        assert (entry.user_name, entry.verb) == ("ann", "answer")

    def test_only_the_first_answer_counts(self, row):
        answer_badge(pk=row.pk, accept=False, actor=ANN, now=NOW)
        with pytest.raises(AlreadyAnsweredError):
            answer_badge(pk=row.pk, accept=True, actor=ANN, now=NOW)
        assert decided_answer(row.pk) == REFUSED

    def test_nobody_waits_for_an_unknown_one(self, db):
        with pytest.raises(NotFoundError):
            answer_badge(pk=1, accept=True, actor=ANN, now=NOW)
