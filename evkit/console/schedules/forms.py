"""The forms of a schedule group: its week, its connectors, its exceptions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from chargers.models import Evse
from evkit.console.choosing import QuickTicks
from evkit.console.people.forms import StyledForm
from sites.calendar import Span
from sites.exceptions import OtherHours
from sites.models import Schedule, ScheduleGroup, Site
from sites.ranges import DAYS
from sites.services.schedules import GroupSettings
from sites.types import AtEnd, Distribution, HolidayRule
from sites.week import format_hours, parse_hours, ranges_of, week_of

DAY_NAMES: Final = {
    "mon": _("Monday"),
    "tue": _("Tuesday"),
    "wed": _("Wednesday"),
    "thu": _("Thursday"),
    "fri": _("Friday"),
    "sat": _("Saturday"),
    "sun": _("Sunday"),
}


class HoursField(forms.CharField):
    """Hours of a day, like "20:00-06:00"."""

    def to_python(self, value: Any) -> list[Span]:  # type: ignore[override]  # a list, not a text
        """Read what was written."""
        return parse_hours(super().to_python(value) or "")

    def prepare_value(self, value: Any) -> str:
        """Write hours, or show again what was typed."""
        return value if isinstance(value, str) else format_hours(value or [])


class WeekForm(StyledForm):
    """A form with a week to paint on: the hours of the seven days, as texts."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._fields_of_days = {day: f"hours_{day}" for day in DAYS}
        super().__init__(*args, **kwargs)
        for day, name in self._fields_of_days.items():
            self.fields[name] = HoursField(label=DAY_NAMES[day], required=False, max_length=200)
            self.fields[name].widget.attrs |= {"class": "input", "data-day": day, "inputmode": "text"}

    @property
    def days(self) -> list[forms.BoundField]:
        """The fields of the seven days."""
        return [self[name] for name in self._fields_of_days.values()]

    def ranges(self) -> list[dict[str, Any]]:
        """Return the weekly ranges that were painted."""
        return ranges_of({day: self.cleaned_data[name] for day, name in self._fields_of_days.items()})


class GroupForm(WeekForm):
    """A group: name, week (its own or shared), what it does at its end, its connectors."""

    name = forms.CharField(label=pgettext_lazy("schedule group", "Name"), max_length=120, required=False)
    schedule = forms.ModelChoiceField(
        Schedule.objects.all(), label=_("Week"), required=False, empty_label=_("Hours of its own")
    )
    on_holidays = forms.ChoiceField(label=_("On public holidays"), choices=HolidayRule.choices)
    at_end = forms.ChoiceField(
        label=_("A charge that is running at the end"), choices=AtEnd.choices, widget=forms.RadioSelect
    )

    distribution = forms.ChoiceField(
        label=_("How its connectors share the power"),
        choices=[("", _("As the site says")), *Distribution.choices],
        required=False,
    )

    def __init__(self, site: Site, group: ScheduleGroup | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["connectors"] = forms.ModelMultipleChoiceField(
            Evse.objects.filter(charge_point__site=site).select_related("charge_point"),
            label=_("Connectors"),
            required=False,
            widget=QuickTicks,
        )
        self.initial = {**initial_of(group), **self.initial}
        if not site.holiday_region:
            self.fields["on_holidays"].help_text = _("No region of holidays is set for this site.")

    def settings(self) -> GroupSettings:
        """Return what was decided."""
        data: Mapping[str, Any] = self.cleaned_data
        return GroupSettings(
            name=data["name"],
            ranges=self.ranges(),
            schedule=data["schedule"],
            on_holidays=HolidayRule(data["on_holidays"]),
            at_end=AtEnd(data["at_end"]),
            distribution=data["distribution"],
        )


class ExceptionForm(StyledForm):
    """Days with other hours."""

    first_day = forms.DateField(label=_("First day"), widget=forms.DateInput(attrs={"type": "date"}))
    last_day = forms.DateField(
        label=_("Last day"), widget=forms.DateInput(attrs={"type": "date"}), required=False
    )
    hours = HoursField(
        label=_("Hours"), required=False, max_length=200, help_text=_("Empty: inactive all day.")
    )
    note = forms.CharField(label=_("Note"), max_length=120, required=False)

    def other_hours(self) -> OtherHours:
        """Return what was decided."""
        data: Mapping[str, Any] = self.cleaned_data
        first = data["first_day"]
        return OtherHours(first, data["last_day"] or first, tuple(data["hours"]), data["note"])


def initial_of(group: ScheduleGroup | None) -> dict[str, Any]:
    """Return what the form of a group begins with."""
    if group is None:
        return {"on_holidays": HolidayRule.USUAL, "at_end": AtEnd.PAUSE}
    return {
        "name": group.name,
        "schedule": group.schedule_id,
        "on_holidays": group.on_holidays,
        "at_end": group.at_end,
        "distribution": group.distribution,
        "connectors": list(group.evses.order_by("pk").values_list("pk", flat=True)),
        **hours_of(group.ranges),
    }


def fingerprint(group: ScheduleGroup | None) -> str:
    """Return what tells whether a group is still the one that a page was made from."""
    return sha256(repr(initial_of(group)).encode()).hexdigest()[:16]


def hours_of(ranges: Sequence[Mapping[str, Any]]) -> dict[str, list[Span]]:
    """Return the initial values of the seven days."""
    return {f"hours_{day}": spans for day, spans in week_of(ranges).items()}
