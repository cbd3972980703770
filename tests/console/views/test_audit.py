"""The page of the audit journal."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from django.urls import reverse
from django.utils import translation

from charging.services.automatic import AUTOMATIC
from charging.services.scheduling import SCHEDULE
from charging.services.smart.marks import SMART
from evkit.console.deeds import DEEDS, deed, thing
from evkit.console.doers import doer
from history.models import AuditEntry
from sites.types import Role


@pytest.fixture
def journal(depot):
    """Two people's deeds on two days."""
    for day, name, verb, kind, key in (
        (1, "ada", "command", "charge_point", "A_001"),
        (2, "bob", "set_password", "charge_point", "A_002"),
        (3, "ada", "change", "site", "<b>depot</b>"),
    ):
        AuditEntry.objects.create(
            at=datetime(2026, 3, day, 23, 30, tzinfo=UTC), user_name=name, address="192.0.2.7", verb=verb,
            object_type=kind, object_key=key, site=depot.site, details={"action": "Reset", "n": [day]},
        )  # fmt: skip
    return depot


def shown(response):
    return [row.record.object_key for row in response.context["table"].paginated_rows]


def test_evkit_itself_is_named_in_the_readers_language() -> None:
    with translation.override("fr"):
        assert doer(SMART.name) == "evkit (recharge intelligente)"
        assert doer("Ada") == "Ada"


class TestAudit:
    @pytest.mark.parametrize(
        ("query", "keys"),
        [
            ("", ["<b>depot</b>", "A_002", "A_001"]),
            ("user=ADA", ["<b>depot</b>", "A_001"]),
            ("verb=set_password", ["A_002"]),
            ("kind=site", ["<b>depot</b>"]),
            ("q=a_00 ada", ["A_001"]),
            ("q=192.0.2.7", ["<b>depot</b>", "A_002", "A_001"]),
            ("from=2026-03-03&to=2026-03-03", ["A_002"]),
            ("user=nobody", []),
            ("by=people", ["<b>depot</b>", "A_002", "A_001"]),
            ("by=evkit", []),
        ],
    )
    def test_is_searched_by_person_deed_object_and_day_of_the_site(self, journal, log_in, query, keys):
        AuditEntry.objects.exclude(at__year=2026, at__month=3).delete()
        response = log_in(Role.ADMINISTRATOR).get(f"{reverse('audit')}?{query}")
        assert shown(response) == keys

    def test_what_evkit_does_by_itself_is_apart_from_what_people_do(self, journal, log_in):
        AuditEntry.objects.all().delete()
        for name in ("ada", SMART.name, AUTOMATIC.name, SCHEDULE.name):
            AuditEntry.objects.create(
                at=datetime(2026, 3, 1, tzinfo=UTC), user_name=name, verb="command",
                object_type="charge_point", object_key=name, details={},
            )  # fmt: skip
        client, url = log_in(Role.ADMINISTRATOR), reverse("audit")
        assert shown(client.get(f"{url}?by=people")) == ["ada"]
        assert set(shown(client.get(f"{url}?by=evkit"))) == {SMART.name, AUTOMATIC.name, SCHEDULE.name}
        assert set(shown(client.get(url))) == {"ada", AUTOMATIC.name, SCHEDULE.name}
        assert len(shown(client.get(f"{url}?by=all"))) == 4
        page = client.get(f"{url}?verb=command").content.decode()
        assert (
            'href="/audit/?verb=command&amp;by=all"' in page
            or 'href="/audit/?by=all&amp;verb=command"' in page
        )
        assert 'href="/audit/?verb=command"' in client.get(f"{url}?verb=command&by=all").content.decode()
        assert 'href="/audit/?by=people"' in client.get(url).content.decode()

    def test_tells_deeds_in_words_and_shows_texts_as_texts(self, journal, log_in):
        page = log_in(Role.ADMINISTRATOR).get(reverse("audit")).content.decode()
        assert "Set a password" in page
        assert "192.0.2.7" in page
        assert "&lt;b&gt;depot" in page
        assert "<b>depot" not in page

    def test_tells_details_in_words_and_unfolds_to_what_is_kept(self, journal, log_in):
        AuditEntry.objects.create(
            at=datetime(2026, 3, 4, tzinfo=UTC), user_name="ada", verb="change", object_type="site",
            object_key="depot", details={"limit_value": [120000, 90000], "limit_unit": ["W", "W"]},
        )  # fmt: skip
        AuditEntry.objects.create(
            at=datetime(2026, 3, 5, tzinfo=UTC), user_name="ada", verb="command", object_type="charge_point",
            object_key="A_001", details={"action": "Reset", "payload": {"type": "Soft"}, "reason": "<i>"},
        )  # fmt: skip
        client = log_in(Role.ADMINISTRATOR)
        reset, limit = re.findall(
            r'<(?:details|div) class="journal">.*?</(?:details|div)>',
            client.get(reverse("audit")).content.decode(),
            re.DOTALL,
        )[:2]
        assert "120\u202fkW" in limit
        assert "<b>90\u202fkW</b>" in limit
        assert "limit_value" not in limit, "what is short and told as it is needs no raw text"
        assert "Reset the charge point" in reset
        assert "&quot;type&quot;: &quot;Soft&quot;" in reset
        assert "<i>" not in reset
        assert "action: Reset" in client.get(f"{reverse('audit')}?format=csv").getvalue().decode()

    def test_is_offered_as_a_file(self, journal, log_in):
        page = log_in(Role.ADMINISTRATOR).get(f"{reverse('audit')}?user=ada").content.decode()
        assert 'name="table" value="audit"' in page
        assert 'name="query" value="user=ada"' in page


def test_every_deed_has_words_and_an_unknown_one_its_name():
    assert all(deed(verb) for verb in DEEDS)
    assert (deed("launch_rocket"), thing("api_token"), thing("moon_base")) == (
        "Launch rocket", "API token", "Moon base",
    )  # fmt: skip
