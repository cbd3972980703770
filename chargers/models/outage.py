from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from chargers.models.evse import Evse
from chargers.types import ConnectorStatus

OUT_OF_ORDER = (ConnectorStatus.FAULTED, ConnectorStatus.UNAVAILABLE)
"""Statuses in which a connector serves nobody, whatever its link does."""


class Outage(models.Model):
    """A stretch of time in which a connector was faulted or unavailable; `until` is empty while it lasts.

    Times are those of the receipt of its statuses. Being offline is told by `Connection`.
    """

    evse = models.ForeignKey(
        Evse, on_delete=models.CASCADE, related_name="outages", verbose_name=_("connector")
    )
    status = models.CharField(_("status"), max_length=16, choices=ConnectorStatus.choices)
    error_code = models.CharField(_("error"), max_length=64, blank=True)
    since = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"), null=True)

    class Meta:
        verbose_name = _("outage")
        verbose_name_plural = _("outages")
        ordering = ["-since"]
        constraints = [
            models.UniqueConstraint(
                fields=["evse"], condition=models.Q(until=None), name="outage_one_at_a_time"
            )
        ]
        indexes = [models.Index(fields=["evse", "-since"], name="outage_recent")]

    def __str__(self) -> str:
        return f"{self.evse_id} {self.status} {self.since:%Y-%m-%d %H:%M:%S}"
