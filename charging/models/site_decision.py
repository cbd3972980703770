from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from sites.models import Site


class SiteDecision(models.Model):
    """What smart charging found in the last cycle of a site, in W.

    `base_w` is drawn beside the charge points, `reserve_w` kept for starts; together with the envelopes of
    the connectors they are `used_w`.
    """

    site = models.OneToOneField(
        Site, on_delete=models.CASCADE, primary_key=True, related_name="decision", verbose_name=_("site")
    )
    at = models.DateTimeField()
    base_w = models.FloatField()
    reserve_w = models.FloatField()
    used_w = models.FloatField()

    class Meta:
        verbose_name = _("last decision of smart charging")
        verbose_name_plural = _("last decisions of smart charging")

    def __str__(self) -> str:
        return f"{self.site_id} {self.at:%Y-%m-%d %H:%M:%S}"
