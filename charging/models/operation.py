from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from chargers.models import ChargePoint, Command, Evse
from charging.types import Obstacle, Operation
from sites.models import Site


class OperationBatch(models.Model):
    """One operation on one or many connectors of a site, asked for at once.

    `token` comes from the form: the same form sent twice is one batch. `arguments` are the choices of
    the form (badge, kind of reset, reason), so that it can be tried again.
    """

    site = models.ForeignKey(
        Site, on_delete=models.CASCADE, related_name="operation_batches", verbose_name=_("site")
    )
    operation = models.CharField(_("operation"), max_length=16, choices=Operation.choices)
    token = models.UUIDField(unique=True)
    arguments = models.JSONField(default=dict)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("requested by"),
    )
    requested_name = models.CharField(_("requested by"), max_length=150, blank=True)
    created_at = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("operation")
        verbose_name_plural = _("operations")
        ordering = ["-id"]
        indexes = [models.Index(fields=["site", "-id"], name="operation_batch_recent")]

    def __str__(self) -> str:
        return f"{self.operation} {self.created_at:%Y-%m-%d %H:%M:%S}"


class OperationLine(models.Model):
    """What a batch asked of one connector, or of one whole charge point (`evse` None).

    Without a command nothing was asked, for the reason in `obstacle`. `subject` is the vehicle or badge
    that was there.
    """

    batch = models.ForeignKey(OperationBatch, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveIntegerField()
    charge_point = models.ForeignKey(ChargePoint, on_delete=models.CASCADE, related_name="+")
    evse = models.ForeignKey(Evse, on_delete=models.CASCADE, null=True, related_name="+")
    command = models.OneToOneField(
        Command, on_delete=models.CASCADE, null=True, related_name="operation_line"
    )
    obstacle = models.CharField(max_length=24, choices=Obstacle.choices, blank=True)
    subject = models.CharField(max_length=150, blank=True)

    class Meta:
        verbose_name = _("line of an operation")
        verbose_name_plural = _("lines of operations")
        ordering = ["batch", "position"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "position"], name="operation_line_position"),
            models.CheckConstraint(
                condition=models.Q(command__isnull=True) | models.Q(obstacle=""),
                name="operation_line_asked_or_hindered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.position}"
