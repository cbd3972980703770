from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from sites.models.site import Site
from sites.types import Quality


class SiteMeterReading(models.Model):
    """What a site's own meter showed at one moment: the base load beside the charge points (R35).

    Power in W, current per phase in A. `at` is the meter's time, `received_at` ours.
    """

    site = models.ForeignKey(
        Site, on_delete=models.CASCADE, related_name="meter_readings", verbose_name=_("site")
    )
    at = models.DateTimeField(_("measured"))
    received_at = models.DateTimeField(_("received"))
    power_w = models.FloatField(_("power (W)"), null=True)
    current_l1_a = models.FloatField(_("current L1 (A)"), null=True)
    current_l2_a = models.FloatField(_("current L2 (A)"), null=True)
    current_l3_a = models.FloatField(_("current L3 (A)"), null=True)

    class Meta:
        verbose_name = _("site meter reading")
        verbose_name_plural = _("site meter readings")
        ordering = ["-at"]
        constraints = [models.UniqueConstraint(fields=["site", "at"], name="site_meter_reading_once")]

    def __str__(self) -> str:
        return f"{self.site_id} {self.at:%Y-%m-%d %H:%M:%S}"


class ExternalVariable(models.Model):
    """The latest value of a named variable that another system pushes (R35)."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    value = models.JSONField(_("value"), null=True)
    quality = models.CharField(_("quality"), max_length=16, choices=Quality.choices, default=Quality.GOOD)
    at = models.DateTimeField(_("time"))
    received_at = models.DateTimeField(_("received"))

    class Meta:
        verbose_name = _("external variable")
        verbose_name_plural = _("external variables")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ExternalValue(models.Model):
    """One value that an external variable had."""

    variable = models.ForeignKey(
        ExternalVariable, on_delete=models.CASCADE, related_name="values", verbose_name=_("variable")
    )
    at = models.DateTimeField(_("time"))
    value = models.JSONField(_("value"), null=True)
    quality = models.CharField(_("quality"), max_length=16, choices=Quality.choices)

    class Meta:
        verbose_name = _("value of an external variable")
        verbose_name_plural = _("values of external variables")
        ordering = ["-at"]
        constraints = [models.UniqueConstraint(fields=["variable", "at"], name="external_value_once")]

    def __str__(self) -> str:
        return f"{self.variable_id} {self.at:%Y-%m-%d %H:%M:%S}"
