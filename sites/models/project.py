from __future__ import annotations

from typing import Final

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from sites.types import Unit

RETENTION: Final = (
    "messages_days", "meter_samples_days", "minutes_days", "quarters_days", "hours_days", "transactions_days",
    "reservations_days", "file_jobs_days", "commands_days", "limit_changes_days", "decisions_days",
    "connections_days", "security_events_days", "vendor_messages_days", "audit_days", "diagnostics_days",
    "logs_days", "audit_routine_days",
)  # fmt: skip
"""The fields of the project that tell for how many days something is kept; None keeps it for ever."""

SHORTEST: Final = {"audit_days": 90, "audit_routine_days": 90}
"""For how many days at least; one day where nothing is said."""


class Project(models.Model):
    """The root of the topology (R1): its own limit and how long data are kept; there is one row."""

    limit_value = models.FloatField(_("limit over all sites"), null=True, blank=True)
    limit_unit = models.CharField(_("unit"), max_length=1, choices=Unit.choices, default=Unit.WATT)
    messages_days = models.PositiveIntegerField(_("keep messages (days)"), default=90, null=True, blank=True)
    meter_samples_days = models.PositiveIntegerField(
        _("keep meter samples (days)"), default=1095, null=True, blank=True
    )
    transactions_days = models.PositiveIntegerField(
        _("keep transactions (days)"),
        null=True,
        blank=True,
        help_text=_("Empty keeps them for ever."),
    )
    minutes_days = models.PositiveIntegerField(
        _("keep roll-ups of a minute (days)"), default=400, null=True, blank=True
    )
    quarters_days = models.PositiveIntegerField(
        _("keep roll-ups of a quarter of an hour (days)"), default=1825, null=True, blank=True
    )
    hours_days = models.PositiveIntegerField(
        _("keep roll-ups of an hour (days)"), null=True, blank=True, help_text=_("Empty keeps them for ever.")
    )
    commands_days = models.PositiveIntegerField(_("keep commands (days)"), default=400, null=True, blank=True)
    limit_changes_days = models.PositiveIntegerField(
        _("keep limits of connectors (days)"), default=1095, null=True, blank=True
    )
    decisions_days = models.PositiveIntegerField(
        _("keep decisions of smart charging (days)"), default=3, null=True, blank=True
    )
    connections_days = models.PositiveIntegerField(
        _("keep connections, boots, outages and refused badges (days)"), default=1825, null=True, blank=True
    )
    reservations_days = models.PositiveIntegerField(
        _("keep reservations (days)"), default=1825, null=True, blank=True
    )
    file_jobs_days = models.PositiveIntegerField(
        _("keep firmware updates and uploads (days)"), default=1825, null=True, blank=True
    )
    security_events_days = models.PositiveIntegerField(
        _("keep security events (days)"), default=1825, null=True, blank=True
    )
    vendor_messages_days = models.PositiveIntegerField(
        _("keep messages of vendors (days)"), default=400, null=True, blank=True
    )
    audit_days = models.PositiveIntegerField(
        _("keep the audit journal (days)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(SHORTEST["audit_days"])],
        help_text=_("Empty keeps it for ever; at least 90 days."),
    )
    audit_routine_days = models.PositiveIntegerField(
        _("keep the routine of smart charging in the audit journal (days)"),
        default=400,
        null=True,
        blank=True,
        validators=[MinValueValidator(SHORTEST["audit_routine_days"])],
        help_text=_("Empty keeps it as long as the journal; at least 90 days."),
    )
    archive_removed = models.BooleanField(
        _("archive before removal"),
        default=False,
        help_text=_(
            "Rows go into compressed files in the folder “archive” of the data folder, from which they can be"
            " restored; files of diagnostics and logs are copied there as they are."
        ),
    )
    diagnostics_days = models.PositiveIntegerField(
        _("keep received diagnostics (days)"), default=90, null=True, blank=True
    )
    logs_days = models.PositiveIntegerField(
        _("keep received logs (days)"), default=365, null=True, blank=True
    )

    class Meta:
        verbose_name = _("project")
        verbose_name_plural = _("project")
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="project_single_row"),
            models.CheckConstraint(
                condition=models.Q(audit_days=None) | models.Q(audit_days__gte=SHORTEST["audit_days"]),
                name="project_audit_kept_long_enough",
            ),
            models.CheckConstraint(
                condition=models.Q(audit_routine_days=None)
                | models.Q(audit_routine_days__gte=SHORTEST["audit_routine_days"]),
                name="project_audit_routine_kept_long_enough",
            ),
        ]

    def __str__(self) -> str:
        return "evkit"


class Schedule(models.Model):
    """A weekly schedule shared by the project's sites (R1, R20).

    `ranges` is a list of {"days": ["mon", ...], "from": "20:00", "to": "06:00"} in the site's time zone.
    """

    code = models.SlugField(_("code"), max_length=64, unique=True)
    ranges = models.JSONField(_("ranges"), default=list, blank=True)

    class Meta:
        verbose_name = _("shared schedule")
        verbose_name_plural = _("shared schedules")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code
