from __future__ import annotations

import pytest
from django.urls import reverse

from evkit.core.recorders import SYSTEM, Actor, Deed
from history.models import AuditEntry
from history.recorders import write_audit
from sites.services.users import create_user
from sites.types import Role

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def administrator(client):
    client.force_login(create_user(username="root", role=Role.ADMINISTRATOR, actor=SYSTEM))


class TestAuditJournal:
    def test_is_shown_found_and_never_changed(self, client):
        write_audit(Deed(Actor(None, "ann"), "command", "charge_point", "A_001"))
        entry = AuditEntry.objects.get(verb="command")
        page = client.get(reverse("admin:history_auditentry_changelist"), {"q": "A_001"})
        assert "ann" in page.content.decode()
        address = reverse("admin:history_auditentry_change", args=[entry.pk])
        assert client.get(address).status_code == 200
        assert client.post(address, {"verb": "x"}).status_code == 403
        deletion = reverse("admin:history_auditentry_delete", args=[entry.pk])
        assert client.post(deletion, {"post": "yes"}).status_code == 403
        assert AuditEntry.objects.get(pk=entry.pk).verb == "command"
