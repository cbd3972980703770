from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from charging.models import Transaction
from charging.tasks import reconcile
from evkit.celery import app
from tests.factories import EvseFactory, TransactionFactory

AGO = timedelta(minutes=10)


@pytest.mark.django_db
class TestReconcile:
    def test_it_closes_what_was_abandoned(self):
        since = timezone.now() - AGO
        TransactionFactory(evse=EvseFactory(state__status="Available", state__status_since=since))
        reconcile()
        assert Transaction.objects.get().flags == ["presumed_ended", "presumed_free"]

    def test_it_is_run_regularly(self):
        scheduled = [entry["task"] for entry in app.conf.beat_schedule.values()]
        assert reconcile.name in scheduled
