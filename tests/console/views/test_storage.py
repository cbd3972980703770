from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from evkit.core.clock import utc_now
from history.models import AuditEntry, Message
from sites.models import Project
from sites.types import Role

DAYS = {
    "messages_days": "30", "meter_samples_days": "400", "minutes_days": "40", "quarters_days": "500",
    "hours_days": "", "transactions_days": "",
}  # fmt: skip


@pytest.fixture
def client(log_in):
    return log_in(Role.ADMINISTRATOR)


@pytest.fixture
def old_message(depot):
    return Message.objects.create(
        charge_point_id=depot.charging.pk,
        at=utc_now() - timedelta(days=80),
        sequence=1,
        direction=0,
        frame="x",
    )


class TestStorage:
    def test_shows_what_would_go_before_it_is_decided(self, client, old_message):
        page = client.post(reverse("storage"), {**DAYS, "do": "preview"})
        found = {each.kind.key: each.rows for each in page.context["forecasts"]}
        assert found["messages"] == 1
        assert (Project.objects.get_or_create(pk=1)[0].messages_days, Message.objects.count()) == (90, 1)

    def test_keeps_what_was_decided_and_who_did(self, client, depot):
        client.post(reverse("storage"), {**DAYS, "do": "keep", "archive": "on"})
        project = Project.objects.get(pk=1)
        assert (project.messages_days, project.minutes_days, project.hours_days) == (30, 40, None)
        assert project.archive_removed
        assert AuditEntry.objects.get(object_type="retention").details["messages_days"] == 30

    def test_the_audit_journal_is_kept_for_ninety_days_at_least(self, client, depot):
        answer = client.post(reverse("storage"), {**DAYS, "audit_days": "89", "do": "keep"}, follow=True)
        assert "Audit journal: give 90 to 36500 days" in answer.content.decode()
        client.post(reverse("storage"), {**DAYS, "audit_days": "90", "do": "keep"})
        assert Project.objects.get(pk=1).audit_days == 90

    def test_refuses_what_is_no_number_of_days(self, client, depot):
        answer = client.post(reverse("storage"), {**DAYS, "messages_days": "0", "do": "keep"}, follow=True)
        assert "36500" in answer.content.decode()
        assert not AuditEntry.objects.filter(object_type="retention").exists()
