from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from chargers.models.charge_point import ChargePoint


class SecurityEvent(models.Model):
    """Something that concerns the security of a charge point, as it told (security whitepaper, A04).

    `at` is the charge point's own time, the time of receipt where it sent none that can be used. `digest`
    tells a repetition of the same notification from another event.
    """

    charge_point = models.ForeignKey(ChargePoint, on_delete=models.CASCADE, related_name="security_events")
    type = models.CharField(_("event"), max_length=64)
    critical = models.BooleanField(_("critical"), default=False)
    at = models.DateTimeField(_("when"))
    received_at = models.DateTimeField(_("received"))
    tech_info = models.CharField(_("details"), max_length=255, blank=True)
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("security event")
        verbose_name_plural = _("security events")
        ordering = ["-received_at", "-id"]
        indexes = [models.Index(fields=["charge_point", "critical", "-id"], name="security_event_recent")]
        constraints = [models.UniqueConstraint(fields=["charge_point", "digest"], name="security_event_once")]

    def __str__(self) -> str:
        return self.type
