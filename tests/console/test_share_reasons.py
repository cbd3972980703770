from __future__ import annotations

import pytest

from charging.smart.planner import Why
from evkit.console.share_reasons import Known, Part, equal_parts, share_reason

KW = 1000.0


def parts(*rows: tuple[str, float, float, int]) -> list[Part]:
    """Connectors in kW: why, what they have, what they take at most, and their charge point."""
    return [Part(key, why, has * KW, most * KW, point) for key, (why, has, most, point) in enumerate(rows)]


class TestEqualParts:
    def test_what_one_leaves_is_counted_back_to_equal_parts(self) -> None:
        found = equal_parts(parts((Why.CAP, 14, 50, 1), (Why.SHARE, 26, 50, 2), (Why.SHARE, 26, 50, 3)))
        assert found == {0: 22 * KW, 1: 22 * KW, 2: 22 * KW}

    def test_who_cannot_take_an_equal_part_has_all_that_it_can(self) -> None:
        found = equal_parts(parts((Why.CAP, 11, 11, 1), (Why.CAP, 10, 50, 2), (Why.SHARE, 45, 50, 3)))
        assert found == {0: 11 * KW, 1: 27.5 * KW, 2: 27.5 * KW}

    def test_where_nobody_wants_more_nothing_is_lent(self) -> None:
        assert equal_parts(parts((Why.CAP, 14, 50, 1), (Why.CAP, 26, 26, 2))) == {}
        assert equal_parts([]) == {}

    def test_who_waits_or_is_not_reached_takes_no_part(self) -> None:
        found = equal_parts(
            parts((Why.NO_ROOM, 0, 50, 1), (Why.UNREACHABLE, 6, 50, 2), (Why.SHARE, 20, 50, 3))
        )
        assert found == {2: 20 * KW}

    def test_a_charge_point_that_is_full_keeps_its_own(self) -> None:
        found = equal_parts(parts((Why.SHARE, 5, 22, 1), (Why.CAP, 3, 22, 1), (Why.SHARE, 30, 50, 2)))
        assert found == {0: 5 * KW, 1: 3 * KW, 2: 30 * KW}


class TestShareReason:
    @pytest.mark.parametrize(
        ("known", "sentence"),
        [
            (
                Known(Why.CAP, 14 * KW, 14 * KW, rule="equal", fair_w=22 * KW),
                "equal share of 22.0 kW, takes 14.0 kW: 8.0 kW are lent to others",
            ),
            (Known(Why.CAP, 14 * KW, 14 * KW, rule="equal", fair_w=14 * KW), "has all that it can take"),
            (Known(Why.CAP, 14 * KW, 5 * KW), "takes 5.0 kW of the 14.0 kW that are free for it"),
            (
                Known(Why.CAP, 50 * KW, 5 * KW, most_w=50 * KW),
                "takes 5.0 kW of the 50.0 kW that are free for it",
            ),
            (
                Known(Why.CAP, 14 * KW, 5 * KW, most_w=50 * KW),
                "takes 5.0 kW and keeps 14.0 kW; the rest is lent",
            ),
            (
                Known(Why.SHARE, 22 * KW, 21 * KW, rule="equal"),
                "equal share of 22.0 kW, takes 21.0 kW",
            ),
            (
                Known(Why.SHARE, 22 * KW, 21 * KW, rule="deadline"),
                "By deadline: share of 22.0 kW, takes 21.0 kW",
            ),
            (Known(Why.SHARE, 22 * KW, 21 * KW), "its share is 22.0 kW, it takes 21.0 kW"),
            (Known(Why.SHARE, 22 * KW), "its share is 22.0 kW"),
            (
                Known(Why.NO_ROOM, 0.0, minimum_w=4140),
                "waits: there is not enough power for its minimum of 4.1 kW",
            ),
            (
                Known(Why.RESTS, 0.0, again="15:07"),
                "takes nothing: others use its share until it is asked again at 15:07",
            ),
            (Known(Why.UNREACHABLE, 6 * KW, kept_w=6 * KW), "offline: 6.0 kW stay reserved for it"),
            (
                Known(Why.DISOBEYS, 6 * KW, kept_w=31 * KW),
                "draws more than it was told: 31.0 kW stay reserved for it",
            ),
            (Known(Why.BARRED, 0.0, barred="paused by ann"), "paused by ann"),
            (Known(Why.BARRED, 0.0), "held by its schedule or by somebody"),
            (Known(Why.IDLE, None, limit="the limit of the project"), ""),
            (
                Known(Why.SHARE, 4 * KW, 4 * KW, rule="equal", limit="the limit of circuit f1"),
                "equal share of 4.0 kW, takes 4.0 kW, by the limit of circuit f1",
            ),
        ],
    )
    def test_tells_figures_where_they_are_known(self, known: Known, sentence: str) -> None:
        assert share_reason(known).replace("\u202f", " ") == sentence
