"""What a charge shows of whether it goes on by itself after a limit of 0."""

from __future__ import annotations

from charging.smart.resuming import GOES_ON_S, OFFERED_S, Resuming, Trial, resuming_of, trial_after

LEAST = 6.0
TAKES = (6.0, 5.9)
TAPERS = (16.0, 7.0)
INTERRUPTED = (0.0, 0.1)
FULL = (6.0, 0.1)
NOTHING = Resuming()


def shown(known: Resuming, *steps: tuple[float, float], ago_s: float = 30.0, same: bool = False) -> Resuming:
    """Return what is known after steps of what was offered and taken, each told `ago_s` before."""
    for offered, taken in steps:
        known = resuming_of(
            known, offered=offered, taken=taken, minimum=LEAST, step=1.0, changed_ago_s=ago_s,
            same_vehicle=lambda: same,
        )  # fmt: skip
    return known


def failed(known: Resuming) -> Resuming:
    return shown(shown(known, TAKES, INTERRUPTED, FULL), FULL, ago_s=GOES_ON_S)


class TestOneCharge:
    def test_a_charge_that_takes_power_again_goes_on(self) -> None:
        assert shown(NOTHING, TAKES, INTERRUPTED, TAKES) == Resuming(Trial.TAKES_ALL, resumes=True)
        assert shown(NOTHING, TAKES, INTERRUPTED, FULL, TAKES).resumes is True

    def test_nothing_is_shown_before_power_really_stopped(self) -> None:
        still_flows = (0.0, 5.9)
        assert shown(NOTHING, TAKES, still_flows, TAKES).resumes is None

    def test_a_vehicle_that_stopped_by_itself_shows_nothing(self) -> None:
        assert shown(NOTHING, TAKES, FULL, INTERRUPTED, FULL, ago_s=GOES_ON_S) == NOTHING

    def test_one_that_took_less_than_it_was_offered_may_be_full_by_now(self) -> None:
        assert shown(NOTHING, TAPERS, INTERRUPTED, FULL, ago_s=GOES_ON_S) == NOTHING

    def test_without_measurement_nothing_changes(self) -> None:
        for offered, taken in ((None, 5.0), (6.0, None)):
            found = resuming_of(
                Resuming(Trial.INTERRUPTED), offered=offered, taken=taken, minimum=LEAST, step=1.0,
                changed_ago_s=999.0, same_vehicle=lambda: True,
            )  # fmt: skip
            assert found == Resuming(Trial.INTERRUPTED)

    def test_it_has_two_minutes(self) -> None:
        waits = shown(NOTHING, TAKES, INTERRUPTED, FULL, FULL, ago_s=GOES_ON_S - 1)
        assert waits == Resuming(Trial.OFFERED)
        assert shown(waits, FULL, ago_s=GOES_ON_S) == Resuming(Trial.LOST, None, 1)

    def test_a_trial_that_others_cut_short_shows_nothing(self) -> None:
        cut = shown(NOTHING, TAKES, INTERRUPTED, FULL, INTERRUPTED, ago_s=100.0)
        assert cut == Resuming(Trial.INTERRUPTED)

    def test_a_charge_fails_once_however_often_it_is_asked(self) -> None:
        lost = failed(NOTHING)
        assert shown(lost, INTERRUPTED, FULL, INTERRUPTED, FULL, ago_s=GOES_ON_S) == lost

    def test_what_comes_late_takes_the_failure_back_and_proves_nothing(self) -> None:
        assert shown(failed(NOTHING), TAKES) == Resuming(Trial.TAKES_ALL)


class TestSeveralCharges:
    def another(self, known: Resuming) -> Resuming:
        trial = trial_after(known.trial, offered_for_s=None, another=True)
        return Resuming(trial, known.resumes, known.failures)

    def test_two_failures_in_a_row_are_enough(self) -> None:
        first = self.another(failed(NOTHING))
        second = failed(shown(first, TAKES, same=False))
        assert second == Resuming(Trial.LOST, resumes=False, failures=2)

    def test_not_where_a_charge_between_them_went_on(self) -> None:
        first = shown(self.another(failed(NOTHING)), TAKES, INTERRUPTED, TAKES)
        assert first == Resuming(Trial.TAKES_ALL, resumes=True, failures=0)
        assert failed(self.another(first)).resumes is True

    def test_the_same_vehicle_that_charges_again_at_once_proves_it(self) -> None:
        again = self.another(failed(NOTHING))
        assert again.trial == Trial.AGAIN
        assert shown(again, TAKES, same=True) == Resuming(Trial.TAKES_ALL, resumes=False, failures=2)
        assert shown(again, TAKES, same=False) == Resuming(Trial.TAKES_ALL, None, 1)

    def test_not_one_that_takes_only_a_little(self) -> None:
        again = self.another(failed(NOTHING))
        assert shown(again, TAPERS, same=True) == again

    def test_not_one_that_was_told_0_first(self) -> None:
        again = self.another(failed(NOTHING))
        assert shown(again, INTERRUPTED, TAKES, same=True).resumes is None

    def test_one_charge_that_goes_on_is_believed_again(self) -> None:
        never = Resuming(Trial.NONE, resumes=False, failures=2)
        assert shown(never, TAKES, INTERRUPTED, TAKES) == Resuming(Trial.TAKES_ALL, resumes=True)


class TestTrialAfter:
    def test_what_was_lost_waits_for_the_next_charge(self) -> None:
        assert trial_after(Trial.LOST, offered_for_s=None, another=False) == Trial.LOST
        assert trial_after(Trial.LOST, offered_for_s=None, another=True) == Trial.AGAIN

    def test_one_that_was_restarted_before_its_time_was_over_may_have_been_lost(self) -> None:
        assert trial_after(Trial.OFFERED, offered_for_s=OFFERED_S, another=True) == Trial.AGAIN
        assert trial_after(Trial.OFFERED, offered_for_s=OFFERED_S - 1, another=True) == Trial.NONE
        assert trial_after(Trial.OFFERED, offered_for_s=None, another=True) == Trial.NONE

    def test_all_others_are_forgotten(self) -> None:
        for trial in (Trial.NONE, Trial.TAKES_ALL, Trial.INTERRUPTED, Trial.AGAIN):
            assert trial_after(trial, offered_for_s=600.0, another=True) == Trial.NONE
