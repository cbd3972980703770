from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from history.types import Direction


class Message(models.Model):
    """A raw frame, and for a call of the charge point also our answer.

    `at` is when evkit received or sent it, `device_at` the time the charge point gave in it;
    `sequence` counts arrivals in the process. On PostgreSQL partitioned by month of `at`.
    """

    pk = models.CompositePrimaryKey("charge_point_id", "at", "sequence")
    charge_point_id = models.BigIntegerField()
    at = models.DateTimeField()
    sequence = models.BigIntegerField()
    direction = models.SmallIntegerField(choices=Direction.choices)
    message_id = models.TextField(blank=True)
    action = models.TextField(blank=True)
    frame = models.TextField()
    device_at = models.DateTimeField(null=True)
    answer = models.TextField(null=True)
    answered_at = models.DateTimeField(null=True)
    deviations = models.TextField(null=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")

    def __str__(self) -> str:
        return f"{self.charge_point_id} {self.at:%Y-%m-%d %H:%M:%S} {self.action}"
