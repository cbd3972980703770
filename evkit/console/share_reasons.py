"""Why a connector has the share that it has, in a sentence (R21). Powers in W."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from charging.smart.planner import Why
from evkit.console.formats import kilo, quantity
from sites.types import Distribution

BRIEFLY: Final[Mapping[str, Promise]] = {
    Why.VACANT: gettext_lazy("says that it is free: the stop of its charge is missing"),
    Why.NO_ROOM: gettext_lazy("waits: the power is not enough for its minimum"),
    Why.RESTS: gettext_lazy("takes nothing: others use its share until it is asked again"),
    Why.KEPT: gettext_lazy("charges on while others wait: after a pause it would not go on by itself"),
    Why.LOST: gettext_lazy("did not go on after it had to wait: it has to be started again, or unplugged"),
    Why.FLOOR: gettext_lazy("takes its minimum all the same: its charge point obeys no limit of 0"),
    Why.BARRED: gettext_lazy("held by its schedule or by somebody"),
    Why.UNREACHABLE: gettext_lazy("offline: what it may draw stays reserved"),
    Why.DISOBEYS: gettext_lazy("draws more than it was told: what it takes stays reserved"),
}
"""Where nothing more is known, as of a decision that is past."""

USES_ALL: Final = 0.85
"""Who takes this part of its share leaves nothing worth telling."""

NEAR: Final = 0.8
"""Shares that are the same but for steps and dead band lie within this part of each other."""

WORTH_TELLING_W: Final = 500.0


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one connector's share.

    Attributes:
        why: what decided it (`Why`).
        share_w, taken_w: what it is to have, what it takes; None where that is not known.
        rule: how it takes part in sharing, "" where that is not known any more.
        fair_w: its part if everybody took all that it could, None where that is not known.
        most_w: what its hardware takes.
        minimum_w, kept_w: the least that it charges with, what stays reserved for it.
        limit: whose limit decides, where that is not the site's.
        again: when it is asked again; barred: what keeps power from it. Empty where nobody knows.
    """

    why: str
    share_w: float | None
    taken_w: float | None = None
    rule: str = ""
    fair_w: float | None = None
    most_w: float | None = None
    minimum_w: float | None = None
    kept_w: float | None = None
    limit: str = ""
    again: str = ""
    barred: str = ""


def share_reason(known: Known) -> str:
    """Return why a connector has its share; empty where it has none and wants none."""
    reason = _reason(known)
    if not reason or not known.limit:
        return reason
    return _("%(reason)s, by %(limit)s") % {"reason": reason, "limit": known.limit}


def _reason(known: Known) -> str:
    if known.why in BRIEFLY:
        return _without_share(known)
    if known.share_w is None:
        return ""
    if known.why == Why.SHARE:
        return _of_the_shared(known, known.share_w)
    return _all_that_it_wants(known, known.share_w) if known.why == Why.CAP else ""


def _without_share(known: Known) -> str:
    if known.why == Why.BARRED and known.barred:
        return known.barred
    if known.why == Why.RESTS and known.again:
        text = _("takes nothing: others use its share until it is asked again at %(time)s")
        return text % {"time": known.again}
    if known.why == Why.NO_ROOM and known.minimum_w:
        text = _("waits: there is not enough power for its minimum of %(minimum)s")
        return text % {"minimum": _kw(known.minimum_w)}
    if known.why == Why.UNREACHABLE and known.kept_w is not None:
        return _("offline: %(kept)s stay reserved for it") % {"kept": _kw(known.kept_w)}
    if known.why == Why.DISOBEYS and known.kept_w is not None:
        return _("draws more than it was told: %(kept)s stay reserved for it") % {"kept": _kw(known.kept_w)}
    return str(BRIEFLY[known.why])


def _of_the_shared(known: Known, share_w: float) -> str:
    words = {"rule": _rule(known.rule), "share": _kw(share_w), "taken": _kw(known.taken_w)}
    if known.taken_w is None:
        return _("its share is %(share)s") % words
    if known.rule == Distribution.EQUAL:
        return _("equal share of %(share)s, takes %(taken)s") % words
    if known.rule:
        return _("%(rule)s: share of %(share)s, takes %(taken)s") % words
    return _("its share is %(share)s, it takes %(taken)s") % words


def _all_that_it_wants(known: Known, share_w: float) -> str:
    taken_w = known.taken_w or 0.0
    lent_w = 0.0 if known.fair_w is None else known.fair_w - share_w
    words = {"share": _kw(known.fair_w), "taken": _kw(taken_w), "lent": _kw(lent_w)}
    if lent_w >= WORTH_TELLING_W:
        return _("equal share of %(share)s, takes %(taken)s: %(lent)s are lent to others") % words
    if taken_w >= share_w * USES_ALL:
        return _("has all that it can take")
    words["share"] = _kw(share_w)
    if known.most_w is not None and share_w < known.most_w * USES_ALL:
        return _("takes %(taken)s and keeps %(share)s; the rest is lent") % words
    return _("takes %(taken)s of the %(share)s that are free for it") % words


def _rule(rule: str) -> str:
    return str(Distribution(rule).label) if rule else ""


def _kw(value_w: float | None) -> str:
    return quantity(kilo(value_w), "kW", 1)


@dataclass(frozen=True, slots=True)
class Part:
    """One connector's part of the power: what it has and could take at most, and on which charge point."""

    key: int
    why: str
    share_w: float
    most_w: float
    point: int


def equal_parts(parts: Iterable[Part]) -> dict[int, float]:
    """Return what everybody would have if all took as much as they could, in equal shares; W by key.

    Who is kept below the others by its own charge point keeps what it has, with the others there. Nothing is
    returned where nobody wants more than it has: then nothing is lent.
    """
    served = [part for part in parts if part.why in {Why.SHARE, Why.CAP, Why.KEPT}]
    level_w = max((part.share_w for part in served if part.why == Why.SHARE), default=None)
    if level_w is None:
        return {}
    full = {part.point for part in served if part.why == Why.SHARE and part.share_w < level_w * NEAR}
    most_w = {part.key: part.share_w if part.point in full else part.most_w for part in served}
    level_w = _level(most_w.values(), sum(part.share_w for part in served))
    return {key: min(most, level_w) for key, most in most_w.items()}


def _level(most: Iterable[float], total: float) -> float:
    """Return how much each takes of a total at most, so that all of it is taken as far as they can."""
    left = sorted(most)
    while left and left[0] * len(left) <= total:
        total -= left.pop(0)
    return total / len(left) if left else float("inf")
