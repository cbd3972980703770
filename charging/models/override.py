from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from charging.models.transaction import Transaction
from charging.types import OverrideKind


class ChargeOverrideQuerySet(models.QuerySet["ChargeOverride"]):
    """Chainable reads of overrides."""

    def in_force(self, now: datetime) -> ChargeOverrideQuerySet:
        """Return the overrides that count at a moment: not over, of charges that run."""
        return self.filter(ended_at=None, until__gt=now, transaction__ended_at=None)


class ChargeOverride(models.Model):
    """Somebody's word on one charge: before all others, or no power; why, and until when.

    It ends by itself at `until`, or with its charge; `ended_at` says when somebody took it back before.
    """

    transaction = models.ForeignKey(
        Transaction, on_delete=models.CASCADE, related_name="overrides", verbose_name=_("transaction")
    )
    kind = models.CharField(_("kind"), max_length=8, choices=OverrideKind.choices)
    reason = models.CharField(_("reason"), max_length=200)
    since = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"))
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    set_name = models.CharField(_("decided by"), max_length=150, blank=True)
    ended_at = models.DateTimeField(_("taken back"), null=True)
    ended_name = models.CharField(_("taken back by"), max_length=150, blank=True)

    objects = ChargeOverrideQuerySet.as_manager()

    class Meta:
        verbose_name = _("boosted or held charge")
        verbose_name_plural = _("boosted and held charges")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["transaction"],
                condition=models.Q(ended_at=None),
                name="override_one_open_per_transaction",
            ),
            models.CheckConstraint(
                condition=models.Q(until__gt=models.F("since")), name="override_ends_after_its_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.transaction_id} {self.kind} {self.until:%Y-%m-%d %H:%M:%S}"
