from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction

from chargers.events import ChargePointChanged
from chargers.models import ChargePoint, ChargePointState, Connection, ConnectionFailure
from chargers.ocpp.handling import Batch
from chargers.services import connections
from chargers.services.connections import (
    HandshakeFacts,
    Replaced,
    close_connection,
    close_silent,
    close_stale,
    find_for_handshake,
    keep_pending,
    let_go,
    note_failure,
    open_connection,
    touch,
)
from tests.chargers.exchange import NOW
from tests.factories import ChargePointFactory, SiteFactory

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(minutes=1)


def opened(charge_point, *, process="p1", now=NOW):
    token, batch = uuid4(), Batch(now)
    with transaction.atomic():
        replaced = open_connection(
            token=token,
            charge_point_id=charge_point.pk,
            site_id=charge_point.site_id,
            address="192.0.2.7",
            subprotocol="ocpp1.6",
            version="1.6",
            process=process,
            batch=batch,
        )
    return token, replaced, batch


def closed(token, *, now=LATER):
    batch = Batch(now)
    with transaction.atomic():
        offline = close_connection(
            token=token, code=1006, reason="gone", frames_in=3, frames_out=2, batch=batch
        )
    return offline, batch


def state_of(charge_point):
    return ChargePointState.objects.get(pk=charge_point.pk)


def known(identity) -> HandshakeFacts:
    facts = find_for_handshake(identity)
    assert facts is not None
    return facts


class TestFindForHandshake:
    def test_returns_what_a_handshake_needs_in_one_query(self, django_assert_num_queries):
        charge_point = ChargePointFactory(evses=2, security_profile=1, heartbeat_interval_s=30)
        with django_assert_num_queries(1):
            facts = known(charge_point.identity)
        assert (facts.charge_point_id, facts.site_id) == (charge_point.pk, charge_point.site_id)
        assert (facts.registration, facts.security_profile) == ("accepted", 1)
        assert (facts.password_digest, facts.heartbeat_interval_s) == ("", 30)
        assert facts.evse_ids == dict(charge_point.evses.values_list("number", "pk"))

    def test_a_charge_point_without_connectors_has_none(self):
        assert known(ChargePointFactory().identity).evse_ids == {}

    @pytest.mark.parametrize("identity", ["", "unknown", "x" * 256, "a\x00b", "CP\n1"])
    def test_an_unknown_or_impossible_identity_is_nobody(self, identity):
        assert find_for_handshake(identity) is None

    def test_identities_differ_by_case(self):
        ChargePointFactory(identity="cp_a")
        assert find_for_handshake("CP_A") is None


class TestOpenConnection:
    def test_stores_the_socket_and_who_holds_it(self):
        charge_point = ChargePointFactory()
        token, replaced, batch = opened(charge_point)
        state, row = state_of(charge_point), Connection.objects.get()
        assert (state.connected, state.connection_token, state.process) == (True, token, "p1")
        assert (state.connected_at, state.last_seen_at, state.protocol) == (NOW, NOW, "1.6")
        assert (row.token, row.opened_at, row.closed_at) == (token, NOW, None)
        assert (row.address, row.subprotocol, row.process) == ("192.0.2.7", "ocpp1.6", "p1")
        assert replaced == Replaced()
        assert batch.events == [ChargePointChanged(charge_point.pk, charge_point.site_id)]

    def test_the_newest_wins_and_learns_whom_it_replaced(self):
        charge_point = ChargePointFactory()
        old, _, _ = opened(charge_point)
        new, replaced, _ = opened(charge_point, process="p2")
        assert replaced == Replaced("p1", old)
        assert state_of(charge_point).connection_token == new


class TestCloseConnection:
    def test_of_a_socket_that_was_let_go_leaves_the_charge_point_offline(self):
        charge_point = ChargePointFactory()
        token, _, _ = opened(charge_point)
        let_go(charge_point.pk)
        assert touch({charge_point.pk: token}, now=LATER) == [charge_point.pk]
        offline, _batch = closed(token)
        assert (offline, state_of(charge_point).connected) == (True, False)

    def test_of_a_socket_that_was_let_go_leaves_the_next_one_alone(self):
        charge_point = ChargePointFactory()
        old, _, _ = opened(charge_point)
        let_go(charge_point.pk)
        new, _, _ = opened(charge_point)
        offline, _batch = closed(old)
        assert (offline, state_of(charge_point).connection_token) == (False, new)

    def test_stores_the_end_and_that_the_charge_point_is_offline(self):
        charge_point = ChargePointFactory()
        token, _, _ = opened(charge_point)
        offline, batch = closed(token)
        state, row = state_of(charge_point), Connection.objects.get()
        assert offline is True
        assert (state.connected, state.connection_token, state.process) == (False, None, "")
        assert state.disconnected_at == LATER
        assert (row.closed_at, row.close_code, row.close_reason) == (LATER, 1006, "gone")
        assert (row.frames_in, row.frames_out) == (3, 2)
        assert batch.events == [ChargePointChanged(charge_point.pk, charge_point.site_id)]

    def test_a_late_end_of_the_old_socket_does_not_touch_the_new_one(self):
        charge_point = ChargePointFactory()
        old, _, _ = opened(charge_point)
        new, _, _ = opened(charge_point)
        offline, batch = closed(old)
        state = state_of(charge_point)
        assert (offline, batch.events) == (False, [])
        assert (state.connected, state.connection_token) == (True, new)
        assert Connection.objects.get(token=old).closed_at == LATER

    def test_ends_once(self):
        token, _, _ = opened(ChargePointFactory())
        closed(token)
        assert closed(token, now=LATER + timedelta(hours=1))[0] is False
        assert Connection.objects.get().closed_at == LATER


class TestCloseSilent:
    def test_ends_the_sockets_of_a_dead_process_only(self):
        dead, alive = ChargePointFactory(), ChargePointFactory()
        opened(dead, process="p1")
        token, _, _ = opened(alive, process="p2")
        long_after = LATER + timedelta(hours=1)
        touch({alive.pk: token}, now=long_after)
        assert close_silent(now=LATER) == 0
        assert close_silent(now=long_after) == 1
        assert (state_of(dead).connected, state_of(alive).connected) == (False, True)
        assert Connection.objects.get(charge_point=dead).close_reason == "evkit was restarted"
        assert Connection.objects.get(charge_point=alive).closed_at is None

    def test_close_stale_ends_all_of_them(self):
        opened(ChargePointFactory(), process="p1")
        opened(ChargePointFactory(), process="p2")
        assert close_stale(now=LATER) == 2
        assert not Connection.objects.filter(closed_at=None).exists()


class TestTouch:
    def test_notes_who_was_heard(self):
        charge_points = ChargePointFactory.create_batch(2)
        held = {each.pk: opened(each)[0] for each in charge_points}
        assert touch(held, now=LATER) == []
        assert [state_of(each).last_seen_at for each in charge_points] == [LATER, LATER]

    def test_returns_whose_socket_was_replaced_or_ended_and_leaves_them_alone(self):
        replaced, ended = ChargePointFactory.create_batch(2)
        held = {each.pk: opened(each)[0] for each in (replaced, ended)}
        opened(replaced, process="p2")
        closed(held[ended.pk], now=NOW)
        assert touch(held, now=LATER) == sorted(held)
        assert [state_of(each).last_seen_at for each in (replaced, ended)] == [NOW, NOW]


class TestKeepPending:
    def test_refuses_unless_a_site_keeps_strangers(self):
        SiteFactory(unknown_charge_points="refuse")
        assert keep_pending("STRANGER") is None
        assert not ChargePoint.objects.exists()

    def test_keeps_a_stranger_for_the_administrator(self):
        SiteFactory(unknown_charge_points="pending")
        facts = keep_pending("STRANGER")
        assert facts is not None
        charge_point = ChargePoint.objects.get(identity="STRANGER")
        assert (facts.charge_point_id, facts.registration, facts.site_id) == (
            charge_point.pk,
            "pending",
            None,
        )
        assert state_of(charge_point).connected is False

    def test_is_bounded(self, monkeypatch):
        monkeypatch.setattr(connections, "MAX_PENDING", 2)
        SiteFactory(unknown_charge_points="pending")
        kept = [keep_pending(f"STRANGER_{number}") for number in range(3)]
        assert [facts is not None for facts in kept] == [True, True, False]

    @pytest.mark.parametrize("identity", ["", "x" * 256, "a\x00b"])
    def test_refuses_impossible_identities(self, identity):
        SiteFactory(unknown_charge_points="pending")
        assert keep_pending(identity) is None


class TestNoteFailure:
    def test_counts_per_identity_address_and_reason(self):
        note_failure("CP\x00_9", "192.0.2.7", "wrong credentials", now=NOW)
        note_failure("CP_9", "192.0.2.7", "wrong credentials", now=LATER)
        note_failure("CP_9", "192.0.2.8", "wrong credentials", now=LATER)
        rows = ConnectionFailure.objects.order_by("address").values_list(
            "identity", "address", "count", "first_at", "last_at"
        )
        assert list(rows) == [
            ("CP_9", "192.0.2.7", 2, NOW, LATER),
            ("CP_9", "192.0.2.8", 1, LATER, LATER),
        ]

    def test_is_bounded(self, monkeypatch):
        monkeypatch.setattr(connections, "MAX_FAILURES", 2)
        for number in range(5):
            note_failure(f"CP_{number}", "192.0.2.7", "unknown", now=NOW)
        counts = dict(ConnectionFailure.objects.values_list("identity", "count"))
        assert counts == {"CP_0": 1, "CP_1": 1, "*": 3}
