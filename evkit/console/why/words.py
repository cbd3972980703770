"""The named values that sentences about causes speak of."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from charging.types import AuthorizationStatus, AutomaticFailure
from evkit.console.answers import answer_text
from evkit.console.doers import doer
from evkit.console.faults import advice, fault_text
from evkit.console.formats import kilo, quantity
from evkit.console.moments import told
from evkit.console.why.facts import Facts, Report
from evkit.console.wording import clock

EVKIT: Final = "evkit"


class Words:
    """The values of a sentence, worked out when the sentence asks for them."""

    __slots__ = ("facts", "now")

    def __init__(self, facts: Facts, now: datetime) -> None:
        self.facts = facts
        self.now = now

    def __getitem__(self, name: str) -> str:
        return VALUES[name](self.facts, self.now)


def _path(facts: Facts, path: str) -> object:
    value: object = facts
    for name in path.split("."):
        value = getattr(value, name, None)
    return value


def _text(path: str, otherwise: str = "") -> Callable[[Facts, datetime], str]:
    return lambda facts, _now: str(_path(facts, path) or otherwise)


def _doer(path: str) -> Callable[[Facts, datetime], str]:
    return lambda facts, _now: doer(str(_path(facts, path) or EVKIT))


def _answer(path: str) -> Callable[[Facts, datetime], str]:
    return lambda facts, _now: answer_text(str(_path(facts, path) or ""))


def _time(path: str) -> Callable[[Facts, datetime], str]:
    def told(facts: Facts, now: datetime) -> str:
        moment = _path(facts, path)
        return clock(moment, now) if isinstance(moment, datetime) else "–"

    return told


def _faulty(facts: Facts) -> Report:
    own = facts.own.status == "Faulted" and not facts.connector.complains
    return facts.own if own else facts.connector


def _fault(facts: Facts, _now: datetime) -> str:
    found = _faulty(facts)
    text = fault_text(found.error_code, found.vendor_code, found.info)
    return text or _("The charge point reports a fault without a reason")


def _limit(facts: Facts, _now: datetime) -> str:
    return quantity(kilo(facts.limit.power_w if facts.limit else None), "kW", 1)


def _decision(facts: Facts, _now: datetime) -> str:
    return str(AuthorizationStatus(facts.charge.authorization).label) if facts.charge else ""


def _given_up(facts: Facts, _now: datetime) -> str:
    return str(AutomaticFailure(facts.given_up.failure).label) if facts.given_up else ""


def _deadline(facts: Facts, _now: datetime) -> str:
    asked = facts.question
    return told(asked.deadline, "H:i:s") if asked else ""


VALUES: Final[dict[str, Callable[[Facts, datetime], str]]] = {
    "advice": lambda facts, _now: advice(_faulty(facts).error_code),
    "asked_tag": _text("question.tag"),
    "badge_by": _doer("badge.by"),
    "badge_time": _time("badge.at"),
    "booked_for": _text("booking.who"),
    "booked_until": _time("booking.until"),
    "charge_tag": _text("charge.tag"),
    "closing_by": _doer("closing.by"),
    "closing_reason": _text("closing.reason"),
    "closing_time": _time("closing.at"),
    "connected_time": _time("link.connected_at"),
    "deadline": _deadline,
    "decision": _decision,
    "elsewhere": _text("badge.elsewhere"),
    "fault": _fault,
    "given_up_reason": _given_up,
    "given_up_time": _time("given_up.at"),
    "given_up_tries": _text("given_up.tries"),
    "hold_by": _doer("hold.by"),
    "hold_reason": _text("hold.reason"),
    "hold_until": _time("hold.at"),
    "inactive_until": _time("inactive_until"),
    "rests_until": _time("rests_until"),
    "job_status": _answer("job.status"),
    "job_time": _time("job.at"),
    "limit": _limit,
    "limit_by": _doer("limit.by"),
    "limit_time": _time("limit.at"),
    "lost_time": _time("link.lost_at"),
    "measured_time": _time("charge.measured_at"),
    "number": _text("charge.number"),
    "parent": _text("badge.parent"),
    "pause_by": _doer("pause.by"),
    "pause_reason": _text("pause.reason"),
    "pause_time": _time("pause.at"),
    "profile_answer": _answer("profile.answer"),
    "profile_by": _doer("profile.by"),
    "profile_time": _time("profile.at"),
    "restart_by": _doer("restart.by"),
    "restart_time": _time("restart.at"),
    "soc": lambda facts, _now: quantity(facts.charge.soc_percent if facts.charge else None, "%"),
    "start_answer": _answer("start.answer"),
    "start_by": _doer("start.by"),
    "start_time": _time("start.at"),
    "started_time": _time("charge.started_at"),
    "tag": _text("badge.tag"),
    "time": _time("connector.since"),
    "vehicle": lambda facts, _now: (facts.charge.who if facts.charge else "") or _("The vehicle"),
}
