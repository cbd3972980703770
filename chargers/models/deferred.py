from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from chargers.models.charge_point import ChargePoint


class DeferredAnswer(models.Model):
    """A call whose answer somebody else decides: an operator, or an upstream central system.

    `default` is sent at the deadline, or recorded if the charge point went away before.
    """

    charge_point = models.ForeignKey(
        ChargePoint,
        on_delete=models.CASCADE,
        related_name="deferred_answers",
        verbose_name=_("charge point"),
    )
    connection_token = models.UUIDField()
    message_id = models.CharField(max_length=255)
    action = models.CharField(_("action"), max_length=64)
    request = models.JSONField(_("request"))
    default = models.JSONField()
    asked_at = models.DateTimeField(_("asked"))
    deadline = models.DateTimeField(_("deadline"))
    answer = models.JSONField(_("answer"), null=True)
    answered_at = models.DateTimeField(_("answered"), null=True)
    answered_by = models.CharField(_("answered by"), max_length=150, blank=True)

    class Meta:
        verbose_name = _("waiting answer")
        verbose_name_plural = _("waiting answers")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["deadline"], condition=models.Q(answered_at=None), name="deferred_open")
        ]
        constraints = [
            models.UniqueConstraint(fields=["connection_token", "message_id"], name="deferred_once")
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.message_id}"
