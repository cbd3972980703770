from __future__ import annotations

import pytest

from charging.models import Transaction
from charging.types import Flag
from evkit.console.reasons import closing_text, stop_text
from tests.console.depot import NOW


class TestStopText:
    @pytest.mark.parametrize(
        ("reason", "text"),
        [("EVDisconnected", "Vehicle unplugged"), ("", "Stopped at the charge point"), ("Odd", "Odd")],
    )
    def test_says_the_reason_in_words(self, reason, text):
        assert stop_text(Transaction(ended_at=NOW, stop_reason=reason)) == text

    def test_a_running_transaction_has_none(self):
        assert stop_text(Transaction()) == ""

    def test_a_stop_that_was_never_received_has_no_reason(self):
        assert stop_text(Transaction(ended_at=NOW, flags=[Flag.PRESUMED_ENDED])) == "Not known"


class TestClosingText:
    @pytest.mark.parametrize(
        ("code", "reason", "text"),
        [
            (1000, "a newer connection took over", "Replaced by a newer connection of the charge point"),
            (1000, "", "Closed by the charge point"),
            (1006, "", "Connection lost: network or power supply"),
            (None, "evkit was restarted", "evkit was stopped or restarted"),
            (4000, "out of coffee", "out of coffee"),
            (4000, "", "Closed with code 4000"),
            (None, "", "Not known"),
        ],
    )
    def test_says_why_a_connection_ended(self, code, reason, text):
        assert closing_text(code, reason) == text
