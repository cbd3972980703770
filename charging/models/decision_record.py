from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from sites.models import Site


class DecisionRecord(models.Model):
    """A past cycle of a site that changed something, to be looked at again; powers in W.

    `shares` holds one row per connector that charged or may have drawn, see
    `charging.services.smart.decisions`. `raised` and `lowered` are how many were told more or less, `waiting`
    how many got nothing for want of power.
    """

    site = models.ForeignKey(
        Site, on_delete=models.CASCADE, related_name="decision_records", verbose_name=_("site")
    )
    at = models.DateTimeField(_("time"))
    limit_w = models.FloatField(null=True)
    base_w = models.FloatField()
    reserve_w = models.FloatField()
    used_w = models.FloatField()
    power_w = models.FloatField()
    raised = models.PositiveIntegerField()
    lowered = models.PositiveIntegerField()
    waiting = models.PositiveIntegerField()
    shares = models.JSONField()

    class Meta:
        verbose_name = _("decision of smart charging")
        verbose_name_plural = _("decisions of smart charging")
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["site", "-at"], name="decision_record_recent")]

    def __str__(self) -> str:
        return f"{self.site_id} {self.at:%Y-%m-%d %H:%M:%S}"

    @property
    def most_w(self) -> float:
        """The most that base load and running charges could draw, in W, what is kept for starts left out."""
        return self.used_w - self.reserve_w
