from __future__ import annotations

from datetime import timedelta

import pytest

from chargers.events import ChargePointChanged
from chargers.models import DeferredAnswer
from chargers.ocpp.handling import Deferred
from charging.models import RefusedRequest
from sites.types import UnknownTagPolicy
from tests.charging.ocpp.desk import NOW

ACCEPTED = {"idTagInfo": {"status": "Accepted"}}
INVALID = {"idTagInfo": {"status": "Invalid"}}


@pytest.fixture
def asking(charge_point):
    charge_point.site.unknown_tags = UnknownTagPolicy.OPERATOR
    charge_point.site.save()
    return charge_point


def answered(desk, status, *, by="Ada", at=NOW - timedelta(minutes=1)):
    return DeferredAnswer.objects.create(
        charge_point=desk.charge_point,
        connection_token=desk.link.token,
        message_id=f"d{at}",
        action="Authorize",
        request={"idTag": "ffff"},
        default=INVALID,
        asked_at=at,
        deadline=at,
        answer={"idTagInfo": {"status": status}},
        answered_at=at,
        answered_by=by,
    )


class TestAuthorize:
    def test_a_known_tag_is_accepted(self, desk, tag):
        assert desk.send("Authorize", {"idTag": tag.value.lower()}) == ACCEPTED

    @pytest.mark.parametrize("sent", ["B4A63CDF2212", "FFFF"])
    def test_pages_are_told_that_a_badge_was_decided_about(self, desk, tag, sent):
        desk.send("Authorize", {"idTag": sent})
        place = desk.link.charge_point_id, desk.link.site_id
        assert ChargePointChanged(*place) in desk.batch.events

    def test_an_extra_property_is_tolerated(self, desk, tag):
        assert desk.send("Authorize", {"connectorId": 1, "idTag": tag.value}) == ACCEPTED

    def test_expiry_and_parent_are_told(self, desk, tag):
        tag.expires_at = NOW + timedelta(days=1)
        tag.save()
        assert desk.send("Authorize", {"idTag": tag.value}) == {
            "idTagInfo": {"status": "Accepted", "expiryDate": "2026-01-11T12:00:00Z"}
        }

    def test_an_unknown_tag_is_denied_by_status(self, desk):
        assert desk.send("Authorize", {"idTag": "FFFF"}) == INVALID

    def test_an_operator_is_asked_where_the_site_says_so(self, desk, asking):
        assert desk.send("Authorize", {"idTag": "FFFF"}) == Deferred(
            deadline=NOW + timedelta(seconds=25), default=INVALID, request={"idTag": "FFFF"}
        )

    def test_what_the_operator_accepted_lately_stays_accepted(self, desk, asking):
        answered(desk, "Accepted")
        assert desk.send("Authorize", {"idTag": "FFFF"}) == ACCEPTED

    @pytest.mark.parametrize(
        ("status", "by", "age"),
        [
            ("Invalid", "Ada", timedelta(minutes=1)),
            ("Accepted", "", timedelta(minutes=1)),
            ("Accepted", "Ada", timedelta(hours=2)),
        ],
    )
    def test_otherwise_the_operator_is_asked_again(self, desk, asking, status, by, age):
        answered(desk, status, by=by, at=NOW - age)
        assert isinstance(desk.send("Authorize", {"idTag": "FFFF"}), Deferred)


class TestStartAfterTheOperator:
    def start(self, desk):
        return desk.send(
            "StartTransaction",
            {"connectorId": 1, "idTag": "FFFF", "meterStart": 0, "timestamp": "2026-01-10T12:00:00Z"},
        )["idTagInfo"]["status"]

    def test_the_operators_acceptance_counts_for_the_start(self, desk, asking):
        answered(desk, "Accepted")
        assert self.start(desk) == "Accepted"

    def test_without_it_the_start_is_denied(self, desk, asking):
        assert self.start(desk) == "Invalid"


class TestRefusedRequests:
    def test_tries_close_together_are_one_request(self, desk, tag):
        for minutes in (0, 10, 20, 60):
            desk.send("Authorize", {"idTag": "ffff"}, at=NOW + timedelta(minutes=minutes))
        desk.send("Authorize", {"idTag": tag.value}, at=NOW)
        rows = RefusedRequest.objects.order_by("first_at").values_list("key", "status", "tries", "first_at")
        assert list(rows) == [
            ("FFFF", "Invalid", 3, NOW),
            ("FFFF", "Invalid", 1, NOW + timedelta(minutes=60)),
        ]
