"""The sequence of procedures of a charge (R8): connected, booted, authorised, started, charging, stopped.

`steps` is pure: what it tells follows from the facts and the time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from evkit.console.formats import duration
from evkit.console.moments import clock_text, common_day


class Stage(StrEnum):
    """The steps in their order."""

    CONNECTED = "connected"
    BOOTED = "booted"
    AUTHORISED = "authorised"
    STARTED = "started"
    CHARGING = "charging"
    STOPPED = "stopped"


class Way(StrEnum):
    """How a charge was authorised."""

    BADGE = "badge"
    REMOTE = "remote"
    OPERATOR = "operator"
    LOCAL = "local"
    OFFLINE = "offline"
    FREE = "free"


NAMES: Final[Mapping[Stage, Promise]] = {
    Stage.CONNECTED: gettext_lazy("Connected"),
    Stage.BOOTED: pgettext_lazy("charge point", "Booted"),
    Stage.AUTHORISED: gettext_lazy("Authorised"),
    Stage.STARTED: gettext_lazy("Started"),
    Stage.CHARGING: gettext_lazy("Charging"),
    Stage.STOPPED: gettext_lazy("Stopped"),
}

WAYS: Final[Mapping[Way, Promise]] = {
    Way.BADGE: gettext_lazy("badge %(tag)s"),
    Way.REMOTE: gettext_lazy("remotely by %(by)s"),
    Way.OPERATOR: gettext_lazy("badge %(tag)s, accepted by %(by)s"),
    Way.LOCAL: gettext_lazy("badge %(tag)s, by the charge point itself"),
    Way.OFFLINE: gettext_lazy("badge %(tag)s, offline, checked afterwards"),
    Way.FREE: gettext_lazy("no badge needed"),
}

REFUSED: Final = gettext_lazy("badge %(tag)s refused")


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure:
    """What is known of a charge, or of the connector where one may begin.

    `online`: whether the charge point is connected. `refused`: its badge was not accepted. `by` is the user
    of a remote start, or the operator who accepted the badge. `held_since`: it is suspended since then.
    `left`: the connector is free again although no stop was received, `lost`: none ever was.
    `stop_reason` is in words.
    """

    online: bool = True
    connected_at: datetime | None = None
    booted_at: datetime | None = None
    plugged_at: datetime | None = None
    tag: str = ""
    way: Way = Way.BADGE
    by: str = ""
    refused: bool = False
    authorised_at: datetime | None = None
    number: int | None = None
    started_at: datetime | None = None
    replayed: bool = False
    charging_at: datetime | None = None
    energy_flowed: bool = False
    held_since: datetime | None = None
    left: bool = False
    stopped_at: datetime | None = None
    stop_reason: str = ""
    lost: bool = False


@dataclass(frozen=True, slots=True)
class Clock:
    """Tells times: those of `day` alone, others with their day."""

    now: datetime
    day: date | None

    @classmethod
    def of(cls, known: Procedure, now: datetime) -> Clock:
        """Return that of a charge: today's times stand alone, of an ended one those of its one day."""
        if known.stopped_at is None:
            return cls(now, timezone.localtime(now).date())
        course = (
            known.plugged_at,
            known.authorised_at,
            known.started_at,
            known.charging_at,
            known.stopped_at,
        )
        return cls(now, common_day(moment for moment in course if moment))

    def text(self, moment: datetime | None) -> str:
        """Return a moment in words; nothing for none."""
        return clock_text(moment, self.day) if moment else ""


@dataclass(frozen=True, slots=True)
class StepMark:
    """One step: its name, what is known of it, and where it stands.

    `progress`: done, current (it goes on, or is waited for), stopped (it failed or is held), todo.
    `reason`: why a charge stands still here.
    """

    stage: Stage
    name: str
    text: str
    progress: str
    reason: str = ""


def steps(known: Procedure, now: datetime, reason: str = "") -> list[StepMark]:
    """Return the steps of a charge; the one that stands still carries the reason."""
    clock = Clock.of(known, now)
    marks = [_mark(stage, known, clock) for stage in Stage]
    if not reason or known.stopped_at is not None:
        return marks
    here = _standing(marks)
    return [_told(mark, reason) if mark.stage is here else mark for mark in marks]


def present(marks: list[StepMark]) -> StepMark:
    """Return the step that a list names: where it goes on or stands still, else the last one taken."""
    moving = [mark for mark in marks if mark.progress in {"current", "stopped"}]
    done = [mark for mark in marks if mark.progress == "done"]
    return (moving or done[-1:] or marks)[0]


def _standing(marks: list[StepMark]) -> Stage:
    """Return the step where the sequence stands: the first that failed, goes on or is to come."""
    failed = [mark.stage for mark in marks if mark.progress == "stopped"]
    ahead = [mark.stage for mark in marks if mark.progress != "done"]
    return (failed or ahead or [Stage.STOPPED])[0]


def _told(mark: StepMark, reason: str) -> StepMark:
    progress = "current" if mark.progress == "todo" else mark.progress
    return StepMark(mark.stage, mark.name, mark.text, progress, reason)


def _mark(stage: Stage, known: Procedure, clock: Clock) -> StepMark:
    progress, text = MARKS[stage](known, clock)
    return StepMark(stage, str(NAMES[stage]), text, progress)


def _connected(known: Procedure, clock: Clock) -> tuple[str, str]:
    if known.stopped_at is None and not known.online:
        return "stopped", _("connection lost") if known.connected_at else ""
    if known.replayed and known.connected_at is None:
        return "done", _("offline at the time")
    seen = known.connected_at or known.started_at
    return ("done" if seen else "todo"), clock.text(known.connected_at)


def _booted(known: Procedure, clock: Clock) -> tuple[str, str]:
    if known.booted_at is None and known.started_at is None:
        return "todo", ""
    return "done", clock.text(known.booted_at)


def _authorised(known: Procedure, clock: Clock) -> tuple[str, str]:
    time = clock.text(known.plugged_at)
    plugged = _("plugged in at %(time)s") % {"time": time} if time else ""
    if known.refused:
        refused = str(REFUSED) % {"tag": known.tag}
        return "stopped", _join(clock.text(known.authorised_at), refused, plugged)
    if known.authorised_at is None and known.started_at is None:
        return ("current" if known.plugged_at else "todo"), plugged
    how = str(WAYS[known.way]) % {"tag": known.tag, "by": known.by}
    return "done", _join(clock.text(known.authorised_at), how, plugged)


def _started(known: Procedure, clock: Clock) -> tuple[str, str]:
    if known.started_at is None:
        waits = known.authorised_at is not None and not known.refused
        return ("current" if waits else "todo"), ""
    number = _("no. %(number)d") % {"number": known.number} if known.number is not None else ""
    replayed = _("received later") if known.replayed else ""
    return "done", _join(clock.text(known.started_at), number, replayed)


def _charging(known: Procedure, clock: Clock) -> tuple[str, str]:
    if known.started_at is None:
        return "todo", ""
    if known.stopped_at is not None or known.left:
        return "done", _charged(known, clock)
    if known.held_since is not None:
        return "stopped", _("suspended since %(time)s") % {"time": clock.text(known.held_since)}
    if known.charging_at is None:
        return "current", ""
    age = duration((clock.now - known.charging_at).total_seconds())
    return "current", _("for %(age)s") % {"age": age}


def _charged(known: Procedure, clock: Clock) -> str:
    """Return since when energy flowed; not known where only the end of the charge told that it did."""
    if known.charging_at is None:
        return _("time not known") if known.energy_flowed else _("no energy flowed")
    only_at_the_end = known.stopped_at is not None and known.charging_at >= known.stopped_at
    return _("time not known") if only_at_the_end else clock.text(known.charging_at)


def _stopped(known: Procedure, clock: Clock) -> tuple[str, str]:
    if known.stopped_at is None:
        return ("current", _("not received")) if known.left else ("todo", "")
    if known.lost:
        return "stopped", _join(clock.text(known.stopped_at), _("presumed: the stop was never received"))
    return "done", _join(clock.text(known.stopped_at), known.stop_reason)


MARKS: Final[Mapping[Stage, Callable[[Procedure, Clock], tuple[str, str]]]] = {
    Stage.CONNECTED: _connected,
    Stage.BOOTED: _booted,
    Stage.AUTHORISED: _authorised,
    Stage.STARTED: _started,
    Stage.CHARGING: _charging,
    Stage.STOPPED: _stopped,
}


def _join(*texts: str) -> str:
    return " · ".join(text for text in texts if text)
