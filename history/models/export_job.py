from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from history.types import ExportState, FileKind


class ExportJobQuerySet(models.QuerySet["ExportJob"]):
    """Chainable reads of export jobs."""

    def unfinished(self) -> ExportJobQuerySet:
        """Return the jobs that wait or are worked on."""
        return self.filter(state__in=[ExportState.QUEUED, ExportState.RUNNING])


class ExportJob(models.Model):
    """A file that somebody asked for, how far it has come, and until when it is kept.

    `table` names what is exported, `query` holds its filters as a query string, `everything` asks for all
    columns; `site` is empty for all sites of the asker. `done` and `total` count rows; `beat_at` is when
    the job was last heard of. The file lies in the data folder until `expires_at`.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("user")
    )
    table = models.CharField(_("content"), max_length=40)
    kind = models.CharField(_("kind of file"), max_length=8, choices=FileKind.choices)
    query = models.CharField(_("filter"), max_length=2000, blank=True)
    everything = models.BooleanField(_("all columns"), default=False)
    site = models.ForeignKey(
        "evsites.Site", on_delete=models.CASCADE, null=True, related_name="+", verbose_name=_("site")
    )
    language = models.CharField(max_length=8)
    state = models.CharField(
        _("state"), max_length=16, choices=ExportState.choices, default=ExportState.QUEUED
    )
    done = models.PositiveBigIntegerField(_("rows written"), default=0)
    total = models.PositiveBigIntegerField(_("rows"), null=True)
    error = models.CharField(_("error"), max_length=255, blank=True)
    created_at = models.DateTimeField(_("asked for"))
    beat_at = models.DateTimeField()
    finished_at = models.DateTimeField(_("finished"), null=True)
    expires_at = models.DateTimeField(_("kept until"))
    size = models.PositiveBigIntegerField(_("size"), null=True)

    objects = ExportJobQuerySet.as_manager()

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["user", "-id"], name="export_job_of_user"),
            models.Index(fields=["state", "created_at"], name="export_job_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.state}"

    @property
    def path(self) -> Path:
        """Where the file lies."""
        return Path(settings.EVKIT_DATA_DIR) / "exports" / f"{self.pk}.{self.kind}"

    @property
    def file_name(self) -> str:
        """What the file is called when it is downloaded."""
        place = f"-{self.site.code}" if self.site else ""
        return f"evkit-{self.table}{place}-{self.created_at:%Y%m%d-%H%M%S}.{self.kind}"

    @property
    def running(self) -> bool:
        """Whether it waits or is worked on."""
        return self.state in {ExportState.QUEUED, ExportState.RUNNING}

    @property
    def ready(self) -> bool:
        """Whether there is a file."""
        return self.state == ExportState.DONE
