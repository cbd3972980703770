from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from chargers.models import EvseState
from charging.models import LimitChange
from charging.services.limits import NO_LIMIT, change_limits
from charging.types import LimitKind, LimitReason

NOW = datetime(2026, 1, 10, 12, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def change(number, limit, *, at=NOW, kind=LimitKind.ACCEPTED, reason=LimitReason.PROFILE):
    states = EvseState.objects.filter(evse__number=number)
    change_limits(states, kind=kind, limit=limit, reason=reason, at=at)


def rows():
    fields = ("evse__number", "kind", "power_w", "current_a", "reason")
    return list(LimitChange.objects.order_by("pk").values_list(*fields))


class TestChangeLimits:
    def test_the_state_has_the_new_limit_and_the_change_is_kept(self, charge_point):
        change(1, (11_000.0, None))
        assert rows() == [(1, "accepted", 11_000.0, None, "profile")]
        state = EvseState.objects.get(evse__number=1)
        assert (state.limit_w, state.limit_a, state.limit_at) == (11_000.0, None, NOW)
        assert state.requested_w is None

    def test_the_same_limit_again_is_no_change(self, charge_point):
        later = NOW + timedelta(minutes=1)
        change(1, (None, 16.0))
        change(1, (None, 16.0), at=later)
        assert rows() == [(1, "accepted", None, 16.0, "profile")]
        assert EvseState.objects.get(evse__number=1).limit_at == later

    def test_what_was_asked_for_is_kept_apart(self, charge_point):
        change(2, (5_000.0, None), kind=LimitKind.REQUESTED)
        assert rows() == [(2, "requested", 5_000.0, None, "profile")]
        assert EvseState.objects.get(evse__number=2).limit_w is None

    def test_the_end_of_a_limit_is_a_change(self, charge_point):
        change(1, (5_000.0, None))
        change(1, NO_LIMIT, reason=LimitReason.TRANSACTION_OVER)
        assert rows()[1:] == [(1, "accepted", None, None, "transaction_over")]
