"""The record of what a charge point did wrong: each kind once, bounded, without content."""

from __future__ import annotations

from chargers.ocpp.deviations import MAX_DETAIL, MAX_KINDS, Deviation, DeviationLog, printable


class TestDeviationLog:
    def test_each_kind_is_recorded_once_with_its_count(self) -> None:
        log = DeviationLog("MeterValues")
        for _ in range(3):
            log.add("number-for-text", "value", "a number")
        log.add("null-value", "unit", "null")

        assert log.freeze() == (
            Deviation("number-for-text", "MeterValues", "value: a number (3 times)"),
            Deviation("null-value", "MeterValues", "unit: null"),
        )

    def test_an_empty_log_is_false(self) -> None:
        assert not DeviationLog("X")

    def test_it_knows_what_it_has(self) -> None:
        log = DeviationLog("X")
        log.add("a", "p", "d")

        assert log.has("a")
        assert not log.has("b")

    def test_the_number_of_kinds_is_bounded(self) -> None:
        log = DeviationLog("X")
        for number in range(1000):
            log.add("extra-property", f"p{number}", "unknown")

        assert len(log.freeze()) == MAX_KINDS

    def test_details_are_bounded_and_printable(self) -> None:
        log = DeviationLog("X")
        log.add("a", "", "\x1b" * 1000)
        log.add("a", "", "again")

        detail = log.freeze()[0].detail
        assert len(detail) == MAX_DETAIL
        assert detail.isprintable()


class TestPrintable:
    def test_short_text_is_kept(self) -> None:
        assert printable("Hz é °") == "Hz é °"

    def test_long_text_is_cut(self) -> None:
        assert printable("x" * 50, 5) == "xxxx…"
