from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from history.types import FileKind, Rhythm


class ExportSchedule(models.Model):
    """A file that is made again and again and mailed to whom it belongs: of the day, week or month before.

    `due_at` is when the next one is made; `failure` is why the last one did not come, empty if it did. While
    that one is made or tried again, `owed_since` is when it should have come, `tries` how often it was begun,
    and `mailing` whether its mail was begun, which happens once.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("user")
    )
    table = models.CharField(_("content"), max_length=40)
    kind = models.CharField(_("kind of file"), max_length=8, choices=FileKind.choices)
    rhythm = models.CharField(_("rhythm"), max_length=8, choices=Rhythm.choices)
    site = models.ForeignKey(
        "evsites.Site", on_delete=models.CASCADE, null=True, related_name="+", verbose_name=_("site")
    )
    language = models.CharField(max_length=8)
    due_at = models.DateTimeField(_("next"))
    sent_at = models.DateTimeField(_("last"), null=True)
    failure = models.CharField(_("failure"), max_length=255, blank=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    mailing = models.BooleanField(default=False)
    owed_since = models.DateTimeField(_("owed since"), null=True)

    class Meta:
        verbose_name = _("regular export")
        verbose_name_plural = _("regular exports")
        ordering = ["id"]
        indexes = [models.Index(fields=["due_at"], name="export_schedule_due")]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "table", "kind", "rhythm", "site"],
                name="export_schedule_once",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.rhythm}"
