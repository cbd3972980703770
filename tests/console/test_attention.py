from __future__ import annotations

from datetime import timedelta

from evkit.console.attention import Attention, Concern, attention_of
from evkit.console.cards import ChargePointCard, ConnectorCard
from evkit.console.states import Group, State
from tests.console.depot import NOW
from tests.console.test_cards import card

HOUR = timedelta(hours=1)


def faulted(identity: str, hours: int, number: int = 1, *others: ConnectorCard) -> ChargePointCard:
    conn = ConnectorCard(number=number, state=State.FAULTED, fault="Earth fault", since=NOW - hours * HOUR)
    return card(identity, conn, *others, state=State.FAULTED, href="/p/")


def offline(identity: str, hours: int) -> ChargePointCard:
    since = NOW - hours * HOUR
    return card(identity, state=State.OFFLINE, offline_since=since, last_seen_at=since)


def places(found: Attention) -> list[str]:
    return [concern.place for concern in found.shown]


class TestAttentionOf:
    def test_names_the_connector_what_is_wrong_and_where_it_is_mended(self) -> None:
        idle = ConnectorCard(number=1, state=State.IDLE)
        assert attention_of([faulted("A", 1, 2, idle)]).shown == [
            Concern("A, connector 2", "Earth fault", "/p/?connector=2", State.FAULTED, NOW - HOUR)
        ]

    def test_faults_come_before_lost_connections_and_the_oldest_first(self) -> None:
        found = attention_of([offline("C", 9), faulted("B", 1), faulted("A", 2)])
        assert places(found) == ["A", "B", "C"]
        assert found.others == 0

    def test_a_charge_point_that_is_faulted_as_a_whole_counts(self) -> None:
        idle = ConnectorCard(number=1, state=State.IDLE)
        found = attention_of([card("A", idle, state=State.FAULTED, fault="Overcurrent")])
        assert [(each.place, each.text, each.href) for each in found.shown] == [("A", "Overcurrent", "/")]

    def test_the_first_three_are_shown_and_the_others_counted(self) -> None:
        found = attention_of([faulted(name, 1) for name in "ABCDE"] + [offline("F", 1)])
        assert (places(found), found.others, found.group) == (["A", "B", "C"], 3, Group.FAULTED)
        found = attention_of([faulted("A", 1), *(offline(name, 1) for name in "BCD")])
        assert (found.others, found.group) == (1, Group.OFFLINE)

    def test_a_charge_point_that_was_never_seen_says_so(self) -> None:
        found = attention_of([card("A", state=State.OFFLINE)])
        assert [(each.text, each.since) for each in found.shown] == [("Never connected", None)]

    def test_nothing_is_wrong(self) -> None:
        assert attention_of([card("A", ConnectorCard(number=1, state=State.IDLE))]).shown == []
