from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from chargers.models import Command, Evse
from charging.types import AutomaticFailure, AutomaticKind, AutomaticState


class AutomaticCharge(models.Model):
    """What evkit tried by itself to get a plugged-in vehicle charging (R19); gone once it is unplugged.

    `stopping`: the last command ended a charge so that it can be started again.
    """

    evse = models.OneToOneField(
        Evse,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="automatic_charge",
        verbose_name=_("connector"),
    )
    kind = models.CharField(_("kind"), max_length=16, choices=AutomaticKind.choices)
    state = models.CharField(
        _("state"), max_length=16, choices=AutomaticState.choices, default=AutomaticState.TRYING
    )
    id_tag = models.CharField(_("id tag"), max_length=255)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    tried_at = models.DateTimeField(_("last try"))
    stopping = models.BooleanField(default=False)
    command = models.ForeignKey(
        Command, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("command")
    )
    failure = models.CharField(_("reason"), max_length=16, choices=AutomaticFailure.choices, blank=True)

    class Meta:
        verbose_name = _("automatic charge")
        verbose_name_plural = _("automatic charges")

    def __str__(self) -> str:
        return f"{self.evse}: {self.state}"
