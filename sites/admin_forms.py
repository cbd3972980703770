"""Forms of the administration of sites."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import BaseInlineFormSet
from django.utils.translation import gettext_lazy as _

from sites.chains import ancestors
from sites.exceptions import check_days
from sites.holiday_calendar import check_region
from sites.models import Feeder, Schedule, ScheduleException, ScheduleGroup, Site
from sites.ranges import check_ranges, check_span


class SiteForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    """A site; its time zone must exist."""

    class Meta:
        model = Site
        fields = "__all__"  # noqa: DJ007 (the administration shows every setting)

    def clean_timezone(self) -> str:
        """Check the name of the time zone."""
        name: str = self.cleaned_data["timezone"]
        if name not in available_timezones():
            raise ValidationError(_("There is no such time zone. Write a name like Europe/Paris."))
        return ZoneInfo(name).key

    def clean_holiday_region(self) -> str:
        """Check that the library knows the holidays."""
        region: str = self.cleaned_data["holiday_region"]
        if region:
            check_region(region)
        return region


class FeederForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    """A feeder; its limit is not below 0."""

    class Meta:
        model = Feeder
        fields = "__all__"  # noqa: DJ007 (the administration shows every setting)

    def clean_limit_value(self) -> float | None:
        """Check that the limit is one."""
        value: float | None = self.cleaned_data["limit_value"]
        if value is not None and value < 0:
            raise ValidationError(_("“%(value)s” is no number of zero or more."), params={"value": value})
        return value


class FeederFormSet(BaseInlineFormSet):  # type: ignore[type-arg]  # generic in the stubs only
    """The feeders of a site: none is above itself, as they are once all are saved."""

    def clean(self) -> None:
        """Check that the parents lead up to the site."""
        super().clean()
        kept = [form for form in self.initial_forms if form not in self.deleted_forms]
        chosen = {form.instance.pk: form.cleaned_data.get("parent") for form in kept if form.is_valid()}
        parents = {pk: parent.pk for pk, parent in chosen.items() if parent is not None}
        for form in kept:
            if form.instance.pk in ancestors(form.instance.pk, parents):
                form.add_error(
                    "parent", _("The feeder “%(key)s” is above itself.") % {"key": form.instance.code}
                )


class RangesForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    """Something with weekly ranges of activation."""

    def clean_ranges(self) -> Any:
        """Check days and times."""
        ranges = self.cleaned_data["ranges"] or []
        check_ranges(ranges)
        return ranges


class ScheduleExceptionForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    """Days on which a group follows other hours."""

    class Meta:
        model = ScheduleException
        fields = "__all__"  # noqa: DJ007 (the administration shows every setting)

    def clean(self) -> dict[str, Any]:
        """Check days and hours."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        spans = data.get("spans") or []
        if not isinstance(spans, list) or not all(
            isinstance(each, list) and len(each) == 2 for each in spans
        ):
            raise ValidationError({"spans": _('Write hours like [["08:00", "12:00"]].')})
        for start, end in spans:
            check_span(start, end)
        if data.get("first_day") and data.get("last_day"):
            check_days(data["first_day"], data["last_day"])
        return {**data, "spans": spans}


class ScheduleForm(RangesForm):
    """A shared schedule."""

    class Meta:
        model = Schedule
        fields = "__all__"  # noqa: DJ007 (the administration shows every setting)


class ScheduleGroupForm(RangesForm):
    """A group: ranges of its own, or a shared schedule."""

    class Meta:
        model = ScheduleGroup
        fields = "__all__"  # noqa: DJ007 (the administration shows every setting)

    def clean(self) -> dict[str, Any]:
        """Refuse two sources of ranges at once."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("schedule") and data.get("ranges"):
            self.add_error("schedule", _("Either choose a shared schedule or give ranges, not both."))
        return data
