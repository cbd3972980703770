"""The sequence of procedures of a transaction as a step bar (R8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from charging.models import Transaction
from charging.types import Step
from evkit.console.formats import duration

ORDER = tuple(Step)


@dataclass(frozen=True, slots=True)
class StepMark:
    """One step: its name, what is known of it, and whether it is done, current or still to come."""

    name: str
    text: str
    progress: str


def step_marks(
    transaction: Transaction | None, now: datetime, plugged_at: datetime | None = None
) -> list[StepMark]:
    """Return the five steps of a transaction.

    Without one all are still to come, but the first once a vehicle is plugged in.
    """
    if transaction is None:
        marks = [StepMark(str(step.label), "", "todo") for step in ORDER]
        if plugged_at is not None:
            marks[0] = StepMark(str(Step.CONNECTED.label), _time(plugged_at), "current")
        return marks
    reached = ORDER.index(Step(transaction.step))
    texts = _texts(transaction, now)
    ended = transaction.ended_at is not None
    return [
        StepMark(str(step.label), texts[step], _progress(index, reached, ended=ended))
        for index, step in enumerate(ORDER)
    ]


def _progress(index: int, reached: int, *, ended: bool) -> str:
    if index < reached or (index == reached and ended):
        return "done"
    return "current" if index == reached else "todo"


def _texts(transaction: Transaction, now: datetime) -> dict[Step, str]:
    return {
        Step.CONNECTED: _time(transaction.connected_at),
        Step.AUTHORISED: _join(
            _time(transaction.authorised_at),
            _("badge %(tag)s") % {"tag": transaction.id_tag} if transaction.id_tag else "",
        ),
        Step.STARTED: _join(
            _time(transaction.started_at), _("no. %(number)d") % {"number": transaction.number}
        ),
        Step.CHARGING: _charging_text(transaction, now),
        Step.STOPPED: _join(_time(transaction.ended_at), transaction.stop_reason),
    }


def _charging_text(transaction: Transaction, now: datetime) -> str:
    if transaction.charging_at is None:
        return ""
    if transaction.ended_at is not None:
        return _time(transaction.charging_at)
    age = duration((now - transaction.charging_at).total_seconds())
    return _("for %(age)s") % {"age": age}


def _time(moment: datetime | None) -> str:
    return date_format(timezone.localtime(moment), "H:i:s") if moment else ""


def _join(*texts: str) -> str:
    return " · ".join(text for text in texts if text)
