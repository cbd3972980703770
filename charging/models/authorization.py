from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from chargers.models import ChargePoint
from charging.types import AuthorizationStatus


class LastAuthorization(models.Model):
    """What evkit answered last when a charge point asked for an id tag (OCPP 1.6 §4.1).

    One row per charge point and tag (`key`, see `token_key`): the step before a transaction starts.
    `parent` is the tag of its group when that one decided, `elsewhere` the number of the transaction that
    the tag had open at another place.
    """

    charge_point = models.ForeignKey(
        ChargePoint,
        on_delete=models.CASCADE,
        related_name="last_authorizations",
        verbose_name=_("charge point"),
    )
    key = models.CharField(_("id tag"), max_length=255)
    status = models.CharField(_("decision"), max_length=16, choices=AuthorizationStatus.choices)
    at = models.DateTimeField(_("time"))
    parent = models.CharField(_("decided by the parent"), max_length=255, blank=True)
    elsewhere = models.BigIntegerField(_("transaction elsewhere"), null=True)

    class Meta:
        verbose_name = _("last authorization")
        verbose_name_plural = _("last authorizations")
        constraints = [
            models.UniqueConstraint(fields=["charge_point", "key"], name="last_authorization_once")
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.status}"
