from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from chargers.models import Evse
from charging.types import LimitKind, LimitReason


class LimitChange(models.Model):
    """A change of a connector's limit: what was asked for or what was accepted, from `at` on.

    Power in W or current in A per phase, whichever the limit was given in; both None: no limit.
    """

    evse = models.ForeignKey(
        Evse, on_delete=models.CASCADE, related_name="limit_changes", verbose_name=_("connector")
    )
    at = models.DateTimeField(_("time"))
    kind = models.CharField(_("kind"), max_length=16, choices=LimitKind.choices)
    power_w = models.FloatField(_("limit (W)"), null=True)
    current_a = models.FloatField(_("limit (A)"), null=True)
    reason = models.CharField(_("reason"), max_length=32, choices=LimitReason.choices)

    class Meta:
        verbose_name = _("change of a limit")
        verbose_name_plural = _("changes of limits")
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["evse", "kind", "-at"], name="limit_change_recent")]

    def __str__(self) -> str:
        return f"{self.evse_id} {self.kind} {self.at:%Y-%m-%d %H:%M:%S}"
