from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charging.local_lists import applied, compose, differences, messages
from charging.models import IdToken
from tests.charging.ocpp.desk import NOW

STATUS = st.sampled_from(["Accepted", "Blocked"])
LISTS = st.dictionaries(st.sampled_from("ABCDEFGH"), STATUS).map(
    lambda found: [{"idTag": tag, "idTagInfo": {"status": status}} for tag, status in sorted(found.items())]
)


def token(value: str, **fields) -> IdToken:
    return IdToken(value=value, key=value.upper(), **fields)


class TestCompose:
    def test_parent_expiry_and_blocking_are_those_of_authorize(self):
        group = token("GROUP", expires_at=NOW + timedelta(days=1))
        entries = compose([token("a", parent=group), token("b", blocked=True)], now=NOW).entries
        assert entries == [
            {
                "idTag": "a",
                "idTagInfo": {
                    "status": "Accepted",
                    "expiryDate": "2026-01-11T12:00:00Z",
                    "parentIdTag": "GROUP",
                },
            },
            {"idTag": "b", "idTagInfo": {"status": "Blocked"}},
        ]

    def test_those_that_may_charge_come_first_where_room_is_short(self):
        found = compose([token("A", blocked=True), token("Z")], now=NOW, room=1)
        assert ([entry["idTag"] for entry in found.entries], found.left_out) == (["Z"], 1)

    def test_an_expired_badge_is_listed_as_such(self):
        (entry,) = compose([token("A", expires_at=NOW)], now=NOW).entries
        assert entry["idTagInfo"]["status"] == "Expired"

    def test_a_badge_too_long_for_the_protocol_is_left_out(self):
        found = compose([token("X" * 21)], now=NOW)
        assert (list(found.entries), found.left_out) == ([], 1)


class TestMessages:
    def test_a_full_list_is_amended_chunk_by_chunk(self):
        entries = [{"idTag": tag, "idTagInfo": {"status": "Accepted"}} for tag in "ABC"]
        sent = messages(entries, full=True, after=4, size=2)
        assert [(m["listVersion"], m["updateType"]) for m in sent] == [(5, "Full"), (6, "Differential")]

    def test_an_empty_full_list_clears_and_no_difference_sends_nothing(self):
        assert messages([], full=True, after=1, size=5) == [{"listVersion": 2, "updateType": "Full"}]
        assert messages([], full=False, after=1, size=5) == []


class TestApplied:
    @given(held=LISTS, wanted=LISTS, size=st.sampled_from([1, 2, 3, None]), full=st.booleans())
    def test_what_is_sent_leads_to_what_is_wanted(self, held, wanted, size, full):
        entries = wanted if full else differences(held, wanted)
        result = held
        for message in messages(entries, full=full, after=0, size=size):
            result = applied(result, message)
        assert result == wanted

    def test_unknown_contents_stay_unknown_until_a_full_update(self):
        assert applied(None, {"updateType": "Differential", "localAuthorizationList": []}) is None
        assert applied(None, {"updateType": "Full"}) == []

    @pytest.mark.parametrize("spelling", ["a", "A"])
    def test_badges_are_compared_without_regard_to_case(self, spelling):
        held = [{"idTag": "A", "idTagInfo": {"status": "Accepted"}}]
        removal = {"updateType": "Differential", "localAuthorizationList": [{"idTag": spelling}]}
        assert applied(held, removal) == []
