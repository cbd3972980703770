"""Reads past decisions of smart charging, as their pages show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from chargers.models import Evse
from charging.models import DecisionRecord
from charging.services.smart.decisions import Share, shares_of
from charging.smart.planner import Why
from charging.types import OverrideKind
from evkit.console.selectors.overview import charge_point_url
from evkit.console.share_reasons import Known, share_reason


@dataclass(frozen=True, slots=True)
class PastLine:
    """One connector of a past decision; `href` is empty where it is gone."""

    label: str
    href: str
    share: Share
    why: str


@dataclass(frozen=True, slots=True)
class PastDecision:
    """A decision as it was, and those before and after it."""

    record: DecisionRecord
    lines: Sequence[PastLine]
    earlier: DecisionRecord | None
    later: DecisionRecord | None

    @property
    def free_w(self) -> float | None:
        """What was promised to nobody, in W; below 0 while what is kept for starts is not free yet."""
        return None if self.record.limit_w is None else self.record.limit_w - self.record.used_w


def past_decision(record: DecisionRecord) -> PastDecision:
    """Return a decision with every connector's share and reason as they were."""
    shares = shares_of(record)
    evses = Evse.objects.filter(pk__in=[share.evse_id for share in shares]).select_related(
        "charge_point__site"
    )
    known = {evse.pk: evse for evse in evses}
    others = DecisionRecord.objects.filter(site=record.site_id).exclude(pk=record.pk)
    return PastDecision(
        record=record,
        lines=[_line(share, known) for share in shares],
        earlier=others.filter(at__lte=record.at, pk__lt=record.pk).order_by("-at", "-id").first(),
        later=others.filter(at__gte=record.at, pk__gt=record.pk).order_by("at", "id").first(),
    )


def _line(share: Share, known: Mapping[int, Evse]) -> PastLine:
    evse = known.get(share.evse_id)
    return PastLine(
        label=str(evse) if evse else _("a connector that is gone"),
        href=charge_point_url(evse.charge_point) if evse else "",
        share=share,
        why=_why(share),
    )


def _why(share: Share) -> str:
    """Say why a connector had its share."""
    decided = _decided(share.decided)
    if decided and share.why == Why.BARRED:
        return decided
    usual = share_reason(Known(share.why, share.share_w, share.power_w))
    if decided and usual:
        return _("%(decided)s; %(usual)s") % {"decided": decided, "usual": usual}
    return decided or usual


def _decided(decided: Sequence[str]) -> str:
    if not decided:
        return ""
    kind, name, reason = decided
    boosted = kind == OverrideKind.BOOST
    text = _("boosted by %(by)s: %(reason)s") if boosted else _("held by %(by)s: %(reason)s")
    return text % {"by": name, "reason": reason}
