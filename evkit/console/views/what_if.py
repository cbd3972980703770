"""What would happen with another limit, rule or priorities: seen beside the present shares, then applied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from chargers.models import Evse
from chargers.services.priorities import set_priorities
from charging.services.smart.what_if import Change, Outcome, what_if
from charging.smart.planner import Why
from evkit.console.access import get_site, member_page, principal_of
from evkit.console.people.forms import StyledForm
from evkit.console.share_reasons import BRIEFLY
from evkit.core.clock import utc_now
from evkit.core.recorders import Actor
from sites.limits import fixed_limit_w, limit_w_at
from sites.models import Site
from sites.permissions import Right
from sites.services.settings import SiteLimit, SiteSharing, change_sharing, change_site
from sites.types import Distribution, Unit

FURTHEST = 1_000_000


class WhatIfForm(StyledForm):
    """Limit, rule, and a priority for every connector that charges.

    The limit is in the unit that the page showed, although somebody chose another one meanwhile.
    """

    limit = forms.FloatField(min_value=0, max_value=100_000, localize=True, required=False)
    distribution = forms.ChoiceField(label=gettext_lazy("Distribution"), choices=Distribution.choices)

    def __init__(self, site: Site, evses: Mapping[int, Evse], *args: Any, **kwargs: Any) -> None:
        sent = args[0].get("unit") if args and args[0] else None
        self.unit = sent if sent in Unit.values else site.limit_unit
        self._factor = 1000 if self.unit == Unit.WATT else 1
        self._names = {pk: f"priority_{pk}" for pk in evses}
        super().__init__(*args, **kwargs)
        in_watts = self.unit == Unit.WATT
        self.fields["limit"].label = (
            gettext_lazy("Limit (kW)") if in_watts else gettext_lazy("Limit (A per phase)")
        )
        self.fields["limit"].widget.attrs |= {"inputmode": "decimal", "autocomplete": "off"}
        if limit_w_at(site, utc_now()) != fixed_limit_w(site):
            self.fields["limit"].help_text = _("A weekly limit holds now as well: the stricter one counts.")
        self.initial["distribution"] = site.distribution
        if site.limit_value is not None and self.unit == site.limit_unit:
            self.initial["limit"] = site.limit_value / self._factor
        for pk, name in self._names.items():
            label = _("Priority of %(connector)s") % {"connector": evses[pk]}
            self.fields[name] = forms.IntegerField(
                label=label, min_value=-FURTHEST, max_value=FURTHEST, initial=evses[pk].priority
            )
            self.fields[name].widget.attrs |= {"class": "input", "aria-label": label}
        for field in self.fields.values():
            field.show_hidden_initial = True

    def priority_field(self, pk: int) -> forms.BoundField:
        """Return the field with the priority of a connector."""
        return self[self._names[pk]]

    def change(self) -> Change:
        """Return what differs from the page as it was opened; an empty limit leaves the present one.

        What somebody else changed in the meantime stays.
        """
        data = {name: value for name, value in self.cleaned_data.items() if name in self.changed_data}
        limit = data.get("limit")
        return Change(
            None if limit is None else SiteLimit(limit * self._factor, self.unit),
            data.get("distribution"),
            {pk: data[name] for pk, name in self._names.items() if name in data},
        )


@dataclass(frozen=True, slots=True)
class Row:
    """One connector: what it has now, and what it would have; `after` is None before anything was tried."""

    evse: Evse
    field: forms.BoundField
    before: Outcome
    after: Outcome | None

    @property
    def difference_w(self) -> float | None:
        """What it would have more, in W."""
        return None if self.after is None else self.after.share_w - self.before.share_w

    @property
    def reason(self) -> str:
        """Why it would have no share, or none of its own."""
        shown = self.after or self.before
        return str(BRIEFLY.get(shown.why, ""))


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def what_if_page(request: HttpRequest, code: str) -> HttpResponse:
    """Show what would come of a change; `apply` makes it."""
    site = get_site(request, code)
    principal_of(request).require(Right.CONFIGURE, site.pk)
    now = utc_now()
    before = what_if(site=site, change=Change(), now=now)
    evses = Evse.objects.filter(pk__in=before).select_related("charge_point").in_bulk()
    form = WhatIfForm(site, evses, _posted(request, evses))
    after: Mapping[int, Outcome] = {}
    if request.method == "POST" and form.is_valid():
        if "apply" in request.POST:
            _apply(site, form.change(), principal_of(request).actor)
            messages.success(request, _("The change was made. Connectors are told their new limits now."))
            return redirect("smart", site.code)
        after = what_if(site=site, change=form.change(), now=now)
    with timezone.override(site.zone):
        result = _result(form, evses, before, after)
        context = {"site": site, "form": form, "tried": bool(after), **result}
        return render(request, "console/smart/what_if.html", context)


def _posted(request: HttpRequest, evses: Mapping[int, Evse]) -> QueryDict | None:
    """Return what was sent; charges begun since the page was opened have their connector's priority."""
    if request.method != "POST":
        return None
    data = request.POST.copy()
    for pk, evse in evses.items():
        if f"priority_{pk}" not in data:
            data[f"priority_{pk}"] = data[f"initial-priority_{pk}"] = str(evse.priority)
    return data


def _result(
    form: WhatIfForm, evses: Mapping[int, Evse], before: Mapping[int, Outcome], after: Mapping[int, Outcome]
) -> dict[str, object]:
    order = sorted(evses.values(), key=lambda evse: (evse.charge_point.identity, evse.number))
    rows = [Row(evse, form.priority_field(evse.pk), before[evse.pk], after.get(evse.pk)) for evse in order]
    return {"rows": rows, "before": _sum(before), "after": _sum(after)}


def _sum(outcomes: Mapping[int, Outcome]) -> dict[str, float]:
    return {
        "share_w": sum(each.share_w for each in outcomes.values()),
        "served": sum(each.share_w > 0 for each in outcomes.values()),
        "waiting": sum(each.why == Why.NO_ROOM for each in outcomes.values()),
    }


@transaction.atomic
def _apply(site: Site, change: Change, actor: Actor) -> None:
    if change.limit is not None:
        change_site(site=site, actor=actor, limit=change.limit)
    if change.distribution is not None:
        rule = SiteSharing(distribution=Distribution(change.distribution))
        change_sharing(site=site, sharing=rule, actor=actor)
    set_priorities(site=site, priorities=change.priorities, actor=actor)
