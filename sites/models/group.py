from __future__ import annotations

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from sites.exceptions import OtherHours
from sites.models.site import Site
from sites.types import AtEnd, Distribution, HolidayRule


class ScheduleGroup(models.Model):
    """One of a site's ten groups of connectors with a weekly schedule of activation (R20).

    A connector is usable when one of its groups is active; one without a group always is.
    """

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="groups", verbose_name=_("site"))
    number = models.PositiveSmallIntegerField(
        _("number"), validators=[MinValueValidator(0), MaxValueValidator(9)]
    )
    name = models.CharField(_("name"), max_length=120, blank=True)
    ranges = models.JSONField(_("ranges"), default=list, blank=True)
    schedule = models.ForeignKey(
        "evsites.Schedule",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="groups",
        verbose_name=_("shared schedule"),
    )
    distribution = models.CharField(
        _("distribution"),
        max_length=16,
        choices=Distribution.choices,
        blank=True,
        help_text=_("How its connectors take part in sharing the power; empty: as the site says."),
    )
    on_holidays = models.CharField(
        _("on public holidays"), max_length=8, choices=HolidayRule.choices, default=HolidayRule.USUAL
    )
    at_end = models.CharField(
        _("a running charge at the end"), max_length=8, choices=AtEnd.choices, default=AtEnd.PAUSE
    )

    class Meta:
        verbose_name = _("group")
        verbose_name_plural = _("groups")
        ordering = ["site", "number"]
        constraints = [
            models.UniqueConstraint(fields=["site", "number"], name="group_number_per_site"),
            models.CheckConstraint(condition=models.Q(number__lte=9), name="group_number_below_ten"),
        ]

    def __str__(self) -> str:
        return f"{self.site.code} G{self.number} {self.name}".rstrip()

    @property
    def title(self) -> str:
        """The name, else the number."""
        return self.name or gettext("Group %(number)d") % {"number": self.number}

    @property
    def weekly_ranges(self) -> list[dict[str, Any]]:
        """The ranges in force: those of the shared schedule, else its own."""
        return list(self.schedule.ranges if self.schedule else self.ranges)


class ScheduleException(models.Model):
    """Days on which a group follows other spans than its week: [["08:00", "12:00"], ...]; none: inactive.

    `first_day` and `last_day` are both included, in the site's time zone.
    """

    group = models.ForeignKey(
        ScheduleGroup, on_delete=models.CASCADE, related_name="exceptions", verbose_name=_("group")
    )
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    spans = models.JSONField(_("hours"), default=list, blank=True)
    note = models.CharField(_("note"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("exception")
        verbose_name_plural = _("exceptions")
        ordering = ["first_day", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(last_day__gte=models.F("first_day")), name="schedule_exception_days"
            )
        ]

    def __str__(self) -> str:
        return f"{self.group} {self.first_day:%Y-%m-%d}"

    @property
    def other_hours(self) -> OtherHours:
        """What it says, without its group."""
        spans = tuple((start, end) for start, end in self.spans)
        return OtherHours(self.first_day, self.last_day, spans, self.note)
