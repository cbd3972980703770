"""`sites/{code}/decisions` of the API."""

from __future__ import annotations

from datetime import timedelta

import pytest

from charging.models import DecisionRecord
from charging.services.smart.decisions import Share
from sites.types import Role
from tests.factories import EARLY

PATH = "sites/mine/decisions"


def decide(place, minute: int, *shares: Share) -> DecisionRecord:
    return DecisionRecord.objects.create(
        site=place.site, at=EARLY + timedelta(minutes=minute), limit_w=100_000, base_w=0, reserve_w=4_140,
        used_w=60_000, power_w=50_000, raised=1, lowered=0, waiting=2,
        shares=[share.row() for share in shares],
    )  # fmt: skip


@pytest.fixture
def decisions(mine) -> list[DecisionRecord]:
    evse = mine.charge_point.evses.get()
    held = Share(evse.pk, 0.0, None, 12.0, "barred", -1, ("hold", "Ada", "late"))
    gone = Share(999_999, 7_000.0, 7_000.0, None, "share", 1)
    return [decide(mine, 0), decide(mine, 1), decide(mine, 2, held, gone)]


def ids(answer) -> list[int]:
    return [item["id"] for item in answer.json()["items"]]


def test_the_newest_come_first_page_by_page(administrator, decisions):
    first = administrator.get(PATH, limit=2)
    assert ids(first) == [decisions[2].pk, decisions[1].pk]
    assert ids(administrator.get(PATH, cursor=first.json()["next_cursor"])) == [decisions[0].pk]
    item = first.json()["items"][0]
    assert item["at"] == "2026-01-10T10:02:00.000000Z"
    assert (item["limit_w"], item["reserve_w"], item["raised"], item["waiting"]) == (100_000, 4_140, 1, 2)


def test_a_time_can_be_asked_for(administrator, decisions):
    since, until = (f"2026-01-10T10:0{minute}:00Z" for minute in (1, 2))
    assert ids(administrator.get(PATH, since=since)) == [decisions[2].pk, decisions[1].pk]
    assert ids(administrator.get(PATH, since=since, until=until)) == [decisions[1].pk]
    assert administrator.get(PATH, sinse=since).status_code == 422


def test_one_tells_what_every_connector_had_and_why(administrator, decisions):
    told = administrator.get(f"{PATH}/{decisions[2].pk}").json()
    assert told["connectors"] == [
        {
            "charge_point": "CP_MINE", "connector": 1, "share_w": 0, "limit_w": None, "power_w": 12,
            "reason": "barred", "change": -1, "override": {"kind": "hold", "by": "Ada", "reason": "late"},
        },
        {
            "charge_point": None, "connector": None, "share_w": 7_000, "limit_w": 7_000, "power_w": None,
            "reason": "share", "change": 1, "override": None,
        },
    ]  # fmt: skip


def test_those_of_other_sites_and_unknown_ones_do_not_exist(administrator, caller, other, decisions):
    stranger = caller(Role.OPERATOR, other.site)
    assert stranger.get(PATH).status_code == 404
    assert stranger.get(f"{PATH}/{decisions[0].pk}").status_code == 404
    assert stranger.get(f"sites/other/decisions/{decisions[0].pk}").status_code == 404
    assert administrator.get(f"{PATH}/{2**70}").status_code == 404
