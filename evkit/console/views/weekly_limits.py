"""The weekly limits of a site: what may be drawn in which hours, beside its fixed limit (R17, R20)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from evkit.console.access import get_site, member_page, principal_of
from evkit.console.schedules.forms import DAY_NAMES, ExceptionForm, WeekForm, hours_of
from evkit.console.schedules.limit_preview import limit_preview
from evkit.core.clock import utc_now
from evkit.core.errors import InvalidInputError
from sites.exceptions import Weekly
from sites.limits import level_of, weekly_of
from sites.models import Site
from sites.permissions import Right
from sites.services.settings import change_site
from sites.types import HolidayRule, Unit
from sites.week import format_hours, week_of


class LevelForm(WeekForm):
    """One limit with the hours in which it holds; in kW, or in A per phase where the site's limit is."""

    limit = forms.FloatField(min_value=0, max_value=100_000, localize=True)
    on_holidays = forms.ChoiceField(
        label=gettext_lazy("On public holidays"), choices=HolidayRule.choices, required=False
    )

    def __init__(self, site: Site, level: Mapping[str, Any] | None, *args: Any, **kwargs: Any) -> None:
        self._present = weekly_of(level) if level else Weekly([])
        self._unit = level["unit"] if level else site.limit_unit
        self._factor = 1000 if self._unit == Unit.WATT else 1
        if level:
            rule, value = self._present.on_holidays, level["value"] / self._factor
            kwargs["initial"] = {"limit": value, "on_holidays": rule, **hours_of(level["ranges"])}
        super().__init__(*args, **kwargs)
        self.fields["limit"].label = (
            gettext_lazy("Limit (kW)") if self._unit == Unit.WATT else gettext_lazy("Limit (A per phase)")
        )
        if not site.holiday_region:
            self.fields["on_holidays"].help_text = _("No region of holidays is set for this site.")
        self.fields["limit"].widget.attrs |= {"inputmode": "decimal", "autocomplete": "off"}

    def clean(self) -> dict[str, Any]:
        """Refuse a limit that never holds."""
        data = super().clean() or self.cleaned_data
        if not self.errors and not self.ranges():
            raise forms.ValidationError(_("Paint the hours in which this limit holds."))
        return data

    def level(self) -> dict[str, Any]:
        """Return what was decided, as it is stored."""
        rule = HolidayRule(self.cleaned_data["on_holidays"] or self._present.on_holidays)
        weekly = Weekly(self.ranges(), self._present.exceptions, rule)
        return level_of((self.cleaned_data["limit"] * self._factor, self._unit), weekly)


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def weekly_limits(request: HttpRequest, code: str) -> HttpResponse:
    """Show the limits of the coming week; `?level=2` opens the second one in the form."""
    site = get_site(request, code)
    if request.method == "POST":
        principal_of(request).require(Right.CONFIGURE, site.pk)
    number = _number(site, request.GET.get("level", ""))
    form, exception_form = _forms(request, site, number)
    if _out_of_date(request, site):
        text = _("The weekly limits were changed in the meantime: look at them before you go on.")
        if not form.is_bound:
            messages.error(request, text)
            return redirect(_page(site))
        form.add_error(None, text)
        number = 0  # what was painted may be added; its place is another one's now
    elif request.method == "POST" and _done(request, site, number, form, exception_form):
        return redirect(_opened(site, number) if _of_exceptions(request) else _page(site))
    return _shown(request, site, number, form, exception_form)


def _forms(request: HttpRequest, site: Site, number: int) -> tuple[LevelForm, ExceptionForm]:
    """Return the forms of a limit and of its exceptions, filled with what was sent to them."""
    form = LevelForm(site, _level(site, number), request.POST if _saves(request) else None)
    exception_form = ExceptionForm(request.POST if "add_exception" in request.POST else None)
    exception_form.fields["hours"].help_text = _("Empty: the limit does not hold on these days.")
    return form, exception_form


def _shown(
    request: HttpRequest, site: Site, number: int, form: LevelForm, exception_form: ExceptionForm
) -> HttpResponse:
    """Return the page with a limit opened, or with an empty form."""
    level = _level(site, number)
    exceptions = weekly_of(level).exceptions if level else ()
    with timezone.override(site.zone):
        context = {
            "site": site,
            "form": form,
            "number": number,
            "known": _known(site.limit_schedule),
            "exceptions": [(each, f"?level={number}") for each in exceptions],
            "exception_form": exception_form,
            "add_href": f"?level={number}#exceptions",
            "levels": [_row(place, each) for place, each in enumerate(site.limit_schedule, start=1)],
            "preview": limit_preview(site, utc_now()),
            "may_configure": principal_of(request).may(Right.CONFIGURE, site.pk),
        }
        return render(request, "console/smart/week.html", context)


def _level(site: Site, number: int) -> Mapping[str, Any] | None:
    return site.limit_schedule[number - 1] if number else None


def _number(site: Site, text: str) -> int:
    """Return which level is meant, from 1; 0 for a new one."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0
    return number if number <= len(site.limit_schedule) else 0


def _of_exceptions(request: HttpRequest) -> bool:
    return not {"add_exception", "delete_exception"}.isdisjoint(request.POST)


def _saves(request: HttpRequest) -> bool:
    return request.method == "POST" and "delete" not in request.POST and not _of_exceptions(request)


def _out_of_date(request: HttpRequest, site: Site) -> bool:
    """Tell whether a page was sent that shows other limits than there are: places are no longer the same."""
    known = _known(site.limit_schedule)
    return request.method == "POST" and request.POST.get("known", known) != known


def _page(site: Site) -> str:
    return reverse("weekly_limits", args=[site.code])


def _opened(site: Site, number: int) -> str:
    return f"{_page(site)}?level={number}#exceptions"


def _done(
    request: HttpRequest, site: Site, number: int, form: LevelForm, exception_form: ExceptionForm
) -> bool:
    """Write what was sent; a refusal is shown on its form."""
    shown = exception_form if exception_form.is_bound else form
    if shown.is_bound and not shown.is_valid():
        return False
    before = site.limit_schedule
    place = number - 1 if number else len(before)
    changed = _changed(request, before[place : place + 1], form, exception_form)
    levels = [*before[:place], *changed, *before[place + 1 :]]
    try:
        change_site(site=site, actor=principal_of(request).actor, limit_schedule=levels)
    except InvalidInputError as error:
        shown.refuse(error)
        return False
    messages.success(request, _("The weekly limits were changed."))
    return True


def _known(levels: Sequence[Mapping[str, Any]]) -> str:
    """Return what tells whether the limits are still those that a page was made from."""
    return sha256(json.dumps(levels, sort_keys=True).encode()).hexdigest()[:16]


def _changed(
    request: HttpRequest, present: Sequence[Mapping[str, Any]], form: LevelForm, exception_form: ExceptionForm
) -> list[dict[str, Any]]:
    """Return what takes the place of a limit (of none where it is new), nothing where it is deleted."""
    if "delete" in request.POST:
        return []
    if not _of_exceptions(request):
        return [form.level()]
    return [_with_other_hours(request, level, exception_form) for level in present]


def _with_other_hours(request: HttpRequest, level: Mapping[str, Any], form: ExceptionForm) -> dict[str, Any]:
    """Return a limit with one exception more, or without the one that is to be deleted."""
    weekly = weekly_of(level)
    gone = request.POST.get("delete_exception")
    others = [each for place, each in enumerate(weekly.exceptions, start=1) if str(place) != gone]
    if form.is_bound:
        others.append(form.other_hours())
    kept = replace(weekly, exceptions=sorted(others, key=lambda each: each.first))
    return level_of((level["value"], level["unit"]), kept)


def _row(place: int, level: Mapping[str, Any]) -> dict[str, object]:
    in_watts = level["unit"] == Unit.WATT
    week = week_of(level["ranges"])
    return {
        "number": place,
        "value": level["value"] / 1000 if in_watts else level["value"],
        "unit": "kW" if in_watts else "A",
        "exceptions": len(level.get("exceptions", [])),
        "hours": [(DAY_NAMES[day], format_hours(spans)) for day, spans in week.items() if spans],
    }
