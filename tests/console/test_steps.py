from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from evkit.console.steps import Procedure, StepMark, Way, present, steps
from tests.console.depot import NOW

AT = NOW - timedelta(hours=1)
LATER = NOW - timedelta(minutes=30)
DAY = timedelta(days=1)
ONLINE: dict[str, Any] = {"connected_at": AT - timedelta(hours=2), "booted_at": AT - timedelta(hours=2)}
BEGUN: dict[str, Any] = {**ONLINE, "tag": "04A2", "authorised_at": AT, "number": 4711, "started_at": AT}
RUNNING: dict[str, Any] = {**BEGUN, "charging_at": AT + timedelta(minutes=1)}
ENDED: dict[str, Any] = {**RUNNING, "stopped_at": LATER, "stop_reason": "Stopped remotely"}


@pytest.fixture(autouse=True)
def paris() -> Iterator[None]:
    with timezone.override("Europe/Paris"):
        yield


def past(known: dict[str, Any], days: int) -> dict[str, Any]:
    """Return what is known, so many days earlier."""
    return {
        name: value - days * DAY if isinstance(value, datetime) else value for name, value in known.items()
    }


def marks(reason: str = "", **known: Any) -> list[tuple[str, str]]:
    found = steps(Procedure(**known), NOW, reason)
    return [(mark.progress, " · ".join(filter(None, _texts(mark)))) for mark in found]


def _texts(mark: StepMark) -> tuple[str, str]:
    return mark.text.replace("\u202f", " "), mark.reason


BADGE, NUMBER = ("done", "13:07:30 · badge 04A2"), ("done", "13:07:30 · no. 4711")
GOES_ON = ("current", "for 59 min")
REFUSED = "13:37:30 · badge 04A2 refused · plugged in at 13:37:30 · Blocked."
DONE = [("done", "11:07:30"), ("done", "11:07:30")]
TODO = ("todo", "")
ROWS: list[tuple[str, dict[str, Any], str, list[tuple[str, str]]]] = [
    ("never connected", {"online": False}, "Never seen.",
     [("stopped", "Never seen."), TODO, TODO, TODO, TODO, TODO]),
    ("connected, not booted", {"connected_at": AT}, "Not booted.",
     [("done", "13:07:30"), ("current", "Not booted."), TODO, TODO, TODO, TODO]),
    ("free", ONLINE, "", [*DONE, TODO, TODO, TODO, TODO]),
    ("free, but faulted", ONLINE, "Earth fault.", [*DONE, ("current", "Earth fault."), TODO, TODO, TODO]),
    ("plugged in", {**ONLINE, "plugged_at": LATER}, "No badge.",
     [*DONE, ("current", "plugged in at 13:37:30 · No badge."), TODO, TODO, TODO]),
    ("badge refused",
     {**ONLINE, "plugged_at": LATER, "tag": "04A2", "refused": True, "authorised_at": LATER}, "Blocked.",
     [*DONE, ("stopped", REFUSED), TODO, TODO, TODO]),
    ("authorised, not started", {**ONLINE, "tag": "04A2", "authorised_at": LATER}, "Waits.",
     [*DONE, ("done", "13:37:30 · badge 04A2"), ("current", "Waits."), TODO, TODO]),
    ("started, no energy", BEGUN, "No energy.",
     [*DONE, BADGE, NUMBER, ("current", "No energy."), TODO]),
    ("charging", RUNNING, "",
     [*DONE, BADGE, NUMBER, GOES_ON, TODO]),
    ("suspended in between", {**RUNNING, "held_since": LATER}, "Full.",
     [*DONE, BADGE, NUMBER,
      ("stopped", "suspended since 13:37:30 · Full."), TODO]),
    ("connection lost while charging", {**RUNNING, "online": False}, "No network.",
     [("stopped", "connection lost · No network."), DONE[1], BADGE,
      NUMBER, GOES_ON, TODO]),
    ("started although refused", {**BEGUN, "refused": True}, "",
     [*DONE, ("stopped", "13:07:30 · badge 04A2 refused"), NUMBER, ("current", ""), TODO]),
    ("remote start", {**RUNNING, "way": Way.REMOTE, "by": "ann"}, "",
     [*DONE, ("done", "13:07:30 · remotely by ann"), NUMBER, GOES_ON, TODO]),
    ("accepted by an operator", {**RUNNING, "way": Way.OPERATOR, "by": "ann"}, "",
     [*DONE, ("done", "13:07:30 · badge 04A2, accepted by ann"), NUMBER,
      GOES_ON, TODO]),
    ("local authorisation without Authorize", {**RUNNING, "way": Way.LOCAL, "authorised_at": None}, "",
     [*DONE, ("done", "badge 04A2, by the charge point itself"), NUMBER,
      GOES_ON, TODO]),
    ("free charging", {**RUNNING, "way": Way.FREE, "tag": "", "authorised_at": None}, "",
     [*DONE, ("done", "no badge needed"), NUMBER, GOES_ON, TODO]),
    ("offline replay",
     {**ENDED, "connected_at": None, "replayed": True, "way": Way.OFFLINE, "authorised_at": None}, "",
     [("done", "offline at the time"), DONE[1], ("done", "badge 04A2, offline, checked afterwards"),
      ("done", "13:07:30 · no. 4711 · received later"), ("done", "13:08:30"),
      ("done", "13:37:30 · Stopped remotely")]),
    ("ended", ENDED, "Nothing to tell any more.",
     [*DONE, BADGE, NUMBER, ("done", "13:08:30"),
      ("done", "13:37:30 · Stopped remotely")]),
    ("ended without energy", {**ENDED, "charging_at": None}, "",
     [*DONE, BADGE, NUMBER, ("done", "no energy flowed"),
      ("done", "13:37:30 · Stopped remotely")]),
    ("ended, energy told by the stop alone", {**ENDED, "charging_at": None, "energy_flowed": True}, "",
     [*DONE, BADGE, NUMBER, ("done", "time not known"),
      ("done", "13:37:30 · Stopped remotely")]),
    ("ended, energy told at the end", {**ENDED, "charging_at": LATER, "energy_flowed": True}, "",
     [*DONE, BADGE, NUMBER, ("done", "time not known"),
      ("done", "13:37:30 · Stopped remotely")]),
    ("running since yesterday",
     {**RUNNING, "started_at": AT - DAY, "authorised_at": AT - DAY, "left": True}, "",
     [*DONE, ("done", "16 Nov. 13:07:30 · badge 04A2"), ("done", "16 Nov. 13:07:30 · no. 4711"),
      ("done", "13:08:30"), ("current", "not received")]),
    ("ended long ago, connected the day before",
     {**past(ENDED, 40), "connected_at": AT - 41 * DAY}, "",
     [("done", "7 Oct. 14:07:30"), ("done", "12:07:30"), ("done", "14:07:30 · badge 04A2"),
      ("done", "14:07:30 · no. 4711"), ("done", "14:08:30"), ("done", "14:37:30 · Stopped remotely")]),
    ("ended over midnight", {**ENDED, "stopped_at": LATER + DAY / 2}, "",
     [("done", "17 Nov. 11:07:30"), ("done", "17 Nov. 11:07:30"), ("done", "17 Nov. 13:07:30 · badge 04A2"),
      ("done", "17 Nov. 13:07:30 · no. 4711"), ("done", "17 Nov. 13:08:30"),
      ("done", "18 Nov. 01:37:30 · Stopped remotely")]),
    ("ended, offline since", {**ENDED, "online": False}, "",
     [*DONE, BADGE, NUMBER, ("done", "13:08:30"),
      ("done", "13:37:30 · Stopped remotely")]),
    ("stop not received", {**RUNNING, "left": True}, "Left.",
     [*DONE, BADGE, NUMBER, ("done", "13:08:30"), ("current", "not received · Left.")]),
    ("stop lost", {**ENDED, "lost": True, "stop_reason": ""}, "",
     [*DONE, BADGE, NUMBER, ("done", "13:08:30"),
      ("stopped", "13:37:30 · presumed: the stop was never received")]),
]  # fmt: skip


CASES = [row[1:] for row in ROWS]


class TestSteps:
    @pytest.mark.parametrize(
        ("known", "reason", "expected"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS]
    )
    def test_tell_how_far_it_is_and_why_it_stands_still(
        self, known: dict[str, Any], reason: str, expected: list[tuple[str, str]]
    ) -> None:
        assert marks(reason, **known) == expected

    def test_are_named(self) -> None:
        names = [mark.name for mark in steps(Procedure(), NOW)]
        assert names == ["Connected", "Booted", "Authorised", "Started", "Charging", "Stopped"]


class TestPresent:
    @pytest.mark.parametrize(
        ("known", "name"),
        [
            ({"online": False}, "Connected"),
            (ONLINE, "Booted"),
            ({**ONLINE, "plugged_at": LATER}, "Authorised"),
            (RUNNING, "Charging"),
            ({**RUNNING, "online": False}, "Connected"),
            (ENDED, "Stopped"),
        ],
    )
    def test_is_the_step_that_a_list_names(self, known: dict[str, Any], name: str) -> None:
        assert present(steps(Procedure(**known), NOW)).name == name
