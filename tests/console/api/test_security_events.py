"""`security-events` of the API."""

from __future__ import annotations

import pytest

from chargers.models import SecurityEvent
from sites.types import Role
from tests.factories import EARLY

PATH = "charge-points/CP_MINE/security-events"


@pytest.fixture
def events(mine):
    for number, critical in enumerate((True, False, True)):
        SecurityEvent.objects.create(
            charge_point=mine.charge_point, type=f"E{number}", critical=critical, at=EARLY, received_at=EARLY,
            digest=str(number),
        )  # fmt: skip


def test_the_newest_come_first_and_can_be_narrowed(administrator, events):
    items = administrator.get(PATH).json()["items"]
    assert [(item["type"], item["critical"]) for item in items] == [("E2", True), ("E1", False), ("E0", True)]
    critical = administrator.get(PATH, critical="true", limit=1).json()
    assert [item["type"] for item in critical["items"]] == ["E2"]
    rest = administrator.get(PATH, critical="true", cursor=critical["next_cursor"]).json()
    assert [item["type"] for item in rest["items"]] == ["E0"]


def test_those_of_other_sites_do_not_exist(caller, other, events):
    assert caller(Role.OPERATOR, other.site).get(PATH).status_code == 404
