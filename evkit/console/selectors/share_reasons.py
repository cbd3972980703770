"""Reads why connectors have the shares that they have, and says it in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext as _

from charging.models import Pause
from charging.services.holding import HOLD
from charging.services.pauses import pauses_in_force
from charging.services.scheduling import SCHEDULE
from charging.services.smart.circuits import FEEDER, PROJECT
from charging.services.smart.ladder import LAST
from charging.services.smart.settings_of import range_of
from charging.smart.planner import Why
from charging.usability import Usability, usability
from evkit.console.doers import doer
from evkit.console.override_text import override_text
from evkit.console.selectors.share_lines import Line, watts_of
from evkit.console.share_reasons import Known, Part, equal_parts, share_reason
from evkit.console.wording import clock
from sites.models import Feeder
from sites.types import Distribution


@dataclass(frozen=True, slots=True)
class _Facts:
    """What is read or worked out for all lines at once, by EVSE id."""

    now: datetime
    pauses: Mapping[int, Pause]
    scheduled: Mapping[int, Usability]
    parts: Mapping[int, float]
    circuits: Mapping[str, str]


def with_reasons(lines: Sequence[Line], now: datetime) -> tuple[Line, ...]:
    """Return the lines with the reason of every share; two queries where power is kept from somebody."""
    kept_off = [line.evse.pk for line in lines if line.row and line.row.why == Why.BARRED]
    facts = _Facts(
        now=now,
        pauses=pauses_in_force(kept_off) if kept_off else {},
        scheduled=usability(kept_off, now) if kept_off else {},
        parts=_equal_parts(lines),
        circuits=_circuits(lines),
    )
    return tuple(replace(line, why=_why(line, facts)) for line in lines)


def _equal_parts(lines: Iterable[Line]) -> dict[int, float]:
    """Return what everybody would have in equal shares; nothing where they are not all shared equally."""
    served = [line for line in lines if line.row and line.row.why in {Why.SHARE, Why.CAP, Why.KEPT}]
    if any(line.rule != Distribution.EQUAL or line.override or _is_above(line) for line in served):
        return {}
    return equal_parts(
        Part(line.evse.pk, line.row.why, line.requested_w or 0.0, line.max_w, line.evse.charge_point_id)
        for line in served
        if line.row
    )


def _is_above(line: Line) -> bool:
    """Tell whether the limit of a circuit or of the project decides a share: then others count as well."""
    return line.row is not None and line.row.held_by.startswith((PROJECT, FEEDER))


def _circuits(lines: Iterable[Line]) -> dict[str, str]:
    """Return what the limits are called that decide shares, by the key of their circuit."""
    keys = {line.row.held_by for line in lines if line.row and line.row.held_by}
    found = {key: _("the limit of its charge point") for key in keys}
    if PROJECT in keys:
        found[PROJECT] = _("the limit of the project")
    numbers = [int(key.removeprefix(FEEDER)) for key in keys if key.startswith(FEEDER)]
    for feeder in Feeder.objects.filter(pk__in=numbers) if numbers else ():
        found[f"{FEEDER}{feeder.pk}"] = _("the limit of circuit %(code)s") % {"code": feeder.code}
    return found


def _why(line: Line, facts: _Facts) -> str:
    """Say in a sentence why a connector has what it has, beginning with what somebody decided about it."""
    decided, row = override_text(line.override, facts.now), line.row
    if row is None or (decided and row.why == Why.BARRED):
        return decided
    usual = share_reason(
        Known(
            why=row.why,
            share_w=line.requested_w,
            taken_w=line.card.power_w,
            rule=line.rule,
            fair_w=facts.parts.get(line.evse.pk),
            most_w=line.max_w,
            minimum_w=watts_of(line.evse, range_of(line.evse, line.voltage_v).minimum),
            limit=facts.circuits.get(row.held_by, ""),
            kept_w=watts_of(line.evse, row.envelope),
            again=clock(row.rests_until, facts.now) if row.rests_until else "",
            barred=_barred(line, facts) if row.why == Why.BARRED else "",
        )
    )
    if decided and usual:
        return _("%(decided)s; %(usual)s") % {"decided": decided, "usual": usual}
    return decided or usual


def _barred(line: Line, facts: _Facts) -> str:
    """Say what keeps power from a connector: a pause, its schedule, or that it obeys nothing."""
    pause, how = facts.pauses.get(line.evse.pk), facts.scheduled.get(line.evse.pk)
    if pause is not None and pause.paused_name not in {SCHEDULE.name, HOLD.name}:
        words = {"by": doer(pause.paused_name), "reason": pause.reason}
        return (_("paused by %(by)s: %(reason)s") if pause.reason else _("paused by %(by)s")) % words
    if how is not None and not how.permits(line.charge):
        if how.until is None:
            return _("its schedule keeps power from it")
        return _("its schedule keeps power from it until %(time)s") % {"time": clock(how.until, facts.now)}
    if line.row and line.row.tries >= LAST:
        return _("accepts or obeys no limit: it is told to draw nothing")
    return ""
