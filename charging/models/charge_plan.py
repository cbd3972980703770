from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from charging.models.transaction import Transaction


class ChargePlan(models.Model):
    """When the vehicle of a running charge leaves, and how much it is to have by then (Wh in all, if known).

    It beats what its vehicle usually does (`Vehicle.departs`, `Vehicle.needs_wh`).
    """

    transaction = models.OneToOneField(
        Transaction,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="plan",
        verbose_name=_("transaction"),
    )
    departs_at = models.DateTimeField(_("departure"))
    energy_wh = models.FloatField(_("energy needed (Wh)"), null=True)
    set_at = models.DateTimeField()
    set_name = models.CharField(_("decided by"), max_length=150, blank=True)

    class Meta:
        verbose_name = _("charge plan")
        verbose_name_plural = _("charge plans")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(energy_wh__isnull=True) | models.Q(energy_wh__gt=0),
                name="charge_plan_energy_positive",
            )
        ]

    def __str__(self) -> str:
        return f"{self.transaction_id} {self.departs_at:%Y-%m-%d %H:%M:%S}"
