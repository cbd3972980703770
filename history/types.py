"""Names used by the message log, the audit journal and exports."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Direction(models.IntegerChoices):
    """Who sent a frame."""

    IN = 0, _("from the charge point")
    OUT = 1, _("to the charge point")


class FileKind(models.TextChoices):
    """The kinds of files that stored data are exported to."""

    XLSX = "xlsx", "Excel"
    CSV = "csv", "CSV"


class Rhythm(models.TextChoices):
    """How often a regular export is made."""

    DAILY = "daily", _("Every day")
    WEEKLY = "weekly", _("Every Monday")
    MONTHLY = "monthly", _("On the first of the month")


class ExportState(models.TextChoices):
    """How far an export has come."""

    QUEUED = "queued", pgettext_lazy("export", "Waiting")
    RUNNING = "running", pgettext_lazy("export", "Being written")
    DONE = "done", pgettext_lazy("export", "Ready")
    FAILED = "failed", pgettext_lazy("export", "Failed")
    CANCELLED = "cancelled", pgettext_lazy("export", "Cancelled")
