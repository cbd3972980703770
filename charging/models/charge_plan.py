from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from charging.models.transaction import Transaction


class ChargePlan(models.Model):
    """What was decided about one running charge: its departure, its need (Wh in all), its priority.

    Each beats what is usual (`Vehicle.departs`, `Vehicle.needs_wh`; the priorities of vehicle, connector and
    charge point); None leaves it so.
    """

    transaction = models.OneToOneField(
        Transaction,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="plan",
        verbose_name=_("transaction"),
    )
    departs_at = models.DateTimeField(_("departure"), null=True)
    energy_wh = models.FloatField(_("energy needed (Wh)"), null=True)
    priority = models.IntegerField(_("priority"), null=True)
    set_at = models.DateTimeField()
    set_name = models.CharField(_("decided by"), max_length=150, blank=True)

    class Meta:
        verbose_name = _("charge plan")
        verbose_name_plural = _("charge plans")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(energy_wh__isnull=True) | models.Q(energy_wh__gt=0),
                name="charge_plan_energy_positive",
            ),
            models.CheckConstraint(
                condition=~models.Q(departs_at=None, energy_wh=None, priority=None),
                name="charge_plan_says_something",
            ),
        ]

    def __str__(self) -> str:
        return (
            f"{self.transaction_id} {self.departs_at:%Y-%m-%d %H:%M:%S}" if self.departs_at else str(self.pk)
        )
