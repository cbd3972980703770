from __future__ import annotations

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from chargers.models.charge_point import ChargePoint
from sites.models import Site


class DesiredKey(models.Model):
    """A configuration value that a charge point, or every charge point of a site, is to have.

    A charge point's own value comes before its site's. Secrets are never kept here.
    """

    charge_point = models.ForeignKey(
        ChargePoint,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="desired_keys",
        verbose_name=_("charge point"),
    )
    site = models.ForeignKey(
        Site,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="desired_keys",
        verbose_name=_("site"),
    )
    key = models.CharField(_("key"), max_length=50)
    value = models.CharField(_("value"), max_length=500, blank=True)
    set_at = models.DateTimeField(_("set"))
    set_by = models.CharField(_("set by"), max_length=150, blank=True)

    class Meta:
        verbose_name = _("desired value")
        verbose_name_plural = _("desired values")
        ordering = ["key"]
        constraints = [
            models.UniqueConstraint(
                models.F("charge_point"), Lower("key"), name="desired_key_once_per_point"
            ),
            models.UniqueConstraint(models.F("site"), Lower("key"), name="desired_key_once_per_site"),
            models.CheckConstraint(
                condition=models.Q(charge_point__isnull=True) ^ models.Q(site__isnull=True),
                name="desired_key_of_point_or_site",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} = {self.value}"


class DesiredAvailability(models.Model):
    """Whether a connector (0: the whole charge point) is to be operative, as a person decided last."""

    charge_point = models.ForeignKey(
        ChargePoint, on_delete=models.CASCADE, related_name="desired_availability"
    )
    connector = models.PositiveIntegerField(_("connector"))
    operative = models.BooleanField(_("operative"))
    set_at = models.DateTimeField(_("set"))

    class Meta:
        verbose_name = _("desired availability")
        verbose_name_plural = _("desired availabilities")
        constraints = [
            models.UniqueConstraint(fields=["charge_point", "connector"], name="desired_availability_once")
        ]

    def __str__(self) -> str:
        return f"{self.charge_point_id} / {self.connector}: {self.operative}"
