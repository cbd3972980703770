from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from charging.models.transaction import Transaction


class EnergyCorrection(models.Model):
    """What somebody decided the energy of a transaction to be (Wh), and why; the newest one counts.

    `before_wh` is what counted until then, null where nothing did; `value_wh` null lets the measured
    energy be judged by itself again.
    """

    transaction = models.ForeignKey(
        Transaction, on_delete=models.CASCADE, related_name="corrections", verbose_name=_("transaction")
    )
    at = models.DateTimeField(_("corrected"))
    name = models.CharField(_("corrected by"), max_length=150)
    before_wh = models.FloatField(_("before (Wh)"), null=True)
    value_wh = models.FloatField(_("energy (Wh)"), null=True)
    reason = models.CharField(_("reason"), max_length=255)

    class Meta:
        verbose_name = _("correction of energy")
        verbose_name_plural = _("corrections of energy")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(value_wh__isnull=True) | models.Q(value_wh__gte=0),
                name="energy_correction_not_negative",
            )
        ]

    def __str__(self) -> str:
        return f"{self.transaction_id}: {self.value_wh}"
