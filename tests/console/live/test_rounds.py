from __future__ import annotations

from evkit.console.live.rounds import SPANS, Rounds


def rounds(*told: list[int] | None) -> Rounds:
    made = Rounds()
    for ids in told:
        made.add(ids)
    return made


class TestRounds:
    def test_who_missed_nothing_gets_the_last_round(self) -> None:
        assert rounds([1], [2, 3]).covering({2}) == frozenset({2, 3})

    def test_who_missed_one_gets_two_rounds(self) -> None:
        assert rounds([9], [1], [2, 3]).covering({1, 3}) == frozenset({1, 2, 3})

    def test_who_missed_three_gets_four_rounds(self) -> None:
        assert rounds([9], [1], [2], [3], [4]).covering({2, 4}) == frozenset({1, 2, 3, 4})

    def test_nothing_is_known_of_rounds_that_are_long_gone(self) -> None:
        told = [[number] for number in range(SPANS[-1] + 1)]
        assert rounds(*told).covering({0}) is None
        assert rounds(*told).covering({1}) == frozenset(range(1, SPANS[-1] + 1))

    def test_nothing_is_known_from_before_everything_changed(self) -> None:
        assert rounds([1], None).covering({1}) is None
        assert rounds([1], None, [2]).covering({2}) == frozenset({2})

    def test_without_a_round_nothing_covers(self) -> None:
        assert Rounds().covering({1}) is None
