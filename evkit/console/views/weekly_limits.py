"""The weekly limits of a site: what may be drawn in which hours, beside its fixed limit (R17, R20)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from evkit.console.access import get_site, member_page, principal_of
from evkit.console.schedules.forms import DAY_NAMES, WeekForm, hours_of
from evkit.console.schedules.limit_preview import limit_preview
from evkit.core.clock import utc_now
from evkit.core.errors import InvalidInputError
from sites.models import Site
from sites.permissions import Right
from sites.services.settings import change_site
from sites.types import Unit
from sites.week import format_hours, week_of


class LevelForm(WeekForm):
    """One limit with the hours in which it holds; in kW, or in A per phase where the site's limit is."""

    limit = forms.FloatField(min_value=0, max_value=100_000_000, localize=True)

    def __init__(self, site: Site, level: Mapping[str, Any] | None, *args: Any, **kwargs: Any) -> None:
        self._unit = level["unit"] if level else site.limit_unit
        self._factor = 1000 if self._unit == Unit.WATT else 1
        if level:
            initial = {"limit": level["value"] / self._factor, **hours_of(level["ranges"])}
            kwargs["initial"] = initial
        super().__init__(*args, **kwargs)
        self.fields["limit"].label = (
            gettext_lazy("Limit (kW)") if self._unit == Unit.WATT else gettext_lazy("Limit (A per phase)")
        )
        self.fields["limit"].widget.attrs |= {"inputmode": "decimal", "autocomplete": "off"}

    def clean(self) -> dict[str, Any]:
        """Refuse a limit that never holds."""
        data = super().clean() or self.cleaned_data
        if not self.errors and not self.ranges():
            raise forms.ValidationError(_("Paint the hours in which this limit holds."))
        return data

    def level(self) -> dict[str, Any]:
        """Return what was decided, as it is stored."""
        value = self.cleaned_data["limit"] * self._factor
        return {"value": value, "unit": self._unit, "ranges": self.ranges()}


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def weekly_limits(request: HttpRequest, code: str) -> HttpResponse:
    """Show the limits of the coming week; `?level=2` opens the second one in the form."""
    site = get_site(request, code)
    if request.method == "POST":
        principal_of(request).require(Right.CONFIGURE, site.pk)
    number = _number(site, request.GET.get("level", ""))
    level = site.limit_schedule[number - 1] if number else None
    form = LevelForm(site, level, request.POST if _saves(request) else None)
    if request.method == "POST" and _done(request, site, number, form):
        return redirect("weekly_limits", site.code)
    with timezone.override(site.zone):
        context = {
            "site": site,
            "form": form,
            "number": number,
            "levels": [_row(place, each) for place, each in enumerate(site.limit_schedule, start=1)],
            "preview": limit_preview(site, utc_now()),
            "may_configure": principal_of(request).may(Right.CONFIGURE, site.pk),
        }
        return render(request, "console/smart/week.html", context)


def _number(site: Site, text: str) -> int:
    """Return which level is meant, from 1; 0 for a new one."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0
    return number if number <= len(site.limit_schedule) else 0


def _saves(request: HttpRequest) -> bool:
    return request.method == "POST" and "delete" not in request.POST


def _done(request: HttpRequest, site: Site, number: int, form: LevelForm) -> bool:
    """Write what was sent; a refusal is shown on the form."""
    levels = list(site.limit_schedule)
    if not _saves(request):
        if number:
            del levels[number - 1]
    elif not form.is_valid():
        return False
    elif number:
        levels[number - 1] = form.level()
    else:
        levels.append(form.level())
    try:
        change_site(site=site, actor=principal_of(request).actor, limit_schedule=levels)
    except InvalidInputError as error:
        form.refuse(error)
        return False
    messages.success(request, _("The weekly limits were changed."))
    return True


def _row(place: int, level: Mapping[str, Any]) -> dict[str, object]:
    in_watts = level["unit"] == Unit.WATT
    week = week_of(level["ranges"])
    return {
        "number": place,
        "value": level["value"] / 1000 if in_watts else level["value"],
        "unit": "kW" if in_watts else "A",
        "hours": [(DAY_NAMES[day], format_hours(spans)) for day, spans in week.items() if spans],
    }
