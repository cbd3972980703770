from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from chargers.models import ChargePoint
from charging.types import AuthorizationStatus


class RefusedRequest(models.Model):
    """Somebody who wanted to charge with an id tag and was refused: one row however often they tried."""

    charge_point = models.ForeignKey(
        ChargePoint,
        on_delete=models.CASCADE,
        related_name="refused_requests",
        verbose_name=_("charge point"),
    )
    key = models.CharField(_("id tag"), max_length=255)
    status = models.CharField(_("decision"), max_length=16, choices=AuthorizationStatus.choices)
    first_at = models.DateTimeField(_("first"))
    last_at = models.DateTimeField(_("last"))
    tries = models.PositiveIntegerField(_("tries"), default=1)

    class Meta:
        verbose_name = _("refused request")
        verbose_name_plural = _("refused requests")
        ordering = ["-first_at"]
        indexes = [
            models.Index(fields=["charge_point", "-first_at"], name="refused_request_recent"),
            models.Index(fields=["charge_point", "key", "-last_at"], name="refused_request_of_tag"),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.status}"
