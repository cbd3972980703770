from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from chargers.models import Command, Evse
from chargers.types import CommandState
from charging.models.transaction import Transaction

GIVEN_UP = (CommandState.REJECTED, CommandState.FAILED, CommandState.EXPIRED)


class PauseQuerySet(models.QuerySet["Pause"]):
    """Chainable reads of pauses."""

    def in_force(self) -> PauseQuerySet:
        """Return the pauses that hold or may hold: asked for, not refused, not over."""
        running = self.filter(ended_at=None, transaction__ended_at=None)
        return running.exclude(command__state__in=GIVEN_UP)


class Pause(models.Model):
    """A running charge that somebody holds at no power: who, since when and why.

    It is a TxProfile of limit 0 (`profile_id`, `stack_level`) set by `command`. `held_w` and `held_a`
    are the limit that holds again after it. `replaced` is the profile that the pause took the place of,
    None where it lies on top of it.
    """

    transaction = models.ForeignKey(
        Transaction, on_delete=models.CASCADE, related_name="pauses", verbose_name=_("transaction")
    )
    evse = models.ForeignKey(
        Evse, on_delete=models.CASCADE, related_name="pauses", verbose_name=_("connector")
    )
    command = models.OneToOneField(
        Command, on_delete=models.CASCADE, related_name="pause", verbose_name=_("command")
    )
    profile_id = models.BigIntegerField()
    stack_level = models.PositiveIntegerField()
    replaced = models.JSONField(null=True)
    held_w = models.FloatField(null=True)
    held_a = models.FloatField(null=True)
    since = models.DateTimeField(_("since"))
    paused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("paused by"),
    )
    paused_name = models.CharField(_("paused by"), max_length=150, blank=True)
    reason = models.CharField(_("reason"), max_length=255, blank=True)
    ended_at = models.DateTimeField(_("resumed"), null=True)
    ended_name = models.CharField(_("resumed by"), max_length=150, blank=True)

    objects = PauseQuerySet.as_manager()

    class Meta:
        verbose_name = _("pause of a charge")
        verbose_name_plural = _("pauses of charges")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["transaction"],
                condition=models.Q(ended_at=None),
                name="pause_one_open_per_transaction",
            ),
        ]
        indexes = [
            models.Index(fields=["evse"], condition=models.Q(ended_at=None), name="pause_open_by_evse"),
        ]

    def __str__(self) -> str:
        return f"{self.transaction_id} {self.since:%Y-%m-%d %H:%M:%S}"
