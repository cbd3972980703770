from __future__ import annotations

from zoneinfo import ZoneInfo

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from sites.limits import check_limit_schedule
from sites.types import (
    ConcurrencyPolicy,
    Distribution,
    FreeChargingPolicy,
    OfflinePolicy,
    Unit,
    UnknownChargePointPolicy,
    UnknownTagPolicy,
)


class SiteQuerySet(models.QuerySet["Site"]):
    """Chainable reads of sites."""

    def with_code(self, code: str) -> SiteQuerySet:
        """Return the site with this stable key."""
        return self.filter(code=code)


class Site(models.Model):
    """A depot or car park: its limit, its policies and its smart-charging settings (R2)."""

    code = models.SlugField(_("code"), max_length=64, unique=True)
    name_en = models.CharField(_("name (English)"), max_length=120)
    name_fr = models.CharField(_("name (French)"), max_length=120)
    timezone = models.CharField(_("time zone"), max_length=64, default="Europe/Paris")
    limit_value = models.FloatField(_("limit"), null=True, blank=True)
    limit_unit = models.CharField(_("unit"), max_length=1, choices=Unit.choices, default=Unit.WATT)
    limit_schedule = models.JSONField(
        _("weekly limits"),
        default=list,
        blank=True,
        validators=[check_limit_schedule],
        help_text=_("They count beside the limit: the strictest holds."),
    )
    voltage_v = models.FloatField(_("nominal voltage (V)"), default=230)
    smart_charging_enabled = models.BooleanField(_("smart charging"), default=False)
    distribution = models.CharField(
        _("distribution"), max_length=16, choices=Distribution.choices, default=Distribution.EQUAL
    )
    launch_reserve = models.PositiveSmallIntegerField(_("launch reserve (starts)"), default=1)
    dead_band_value = models.FloatField(_("dead band"), default=500)
    dead_band_unit = models.CharField(
        _("dead band unit"), max_length=1, choices=Unit.choices, default=Unit.WATT
    )
    unknown_charge_points = models.CharField(
        _("unknown charge points"),
        max_length=16,
        choices=UnknownChargePointPolicy.choices,
        default=UnknownChargePointPolicy.REFUSE,
    )
    unknown_tags = models.CharField(
        _("unknown id tags"),
        max_length=16,
        choices=UnknownTagPolicy.choices,
        default=UnknownTagPolicy.REFUSE,
    )

    free_charging = models.CharField(
        _("free charging"),
        max_length=16,
        choices=FreeChargingPolicy.choices,
        default=FreeChargingPolicy.NEVER,
    )
    concurrency = models.CharField(
        _("several charges of one id tag"),
        max_length=16,
        choices=ConcurrencyPolicy.choices,
        default=ConcurrencyPolicy.TAG,
    )
    offline_starts = models.CharField(
        _("starts while offline"),
        max_length=16,
        choices=OfflinePolicy.choices,
        default=OfflinePolicy.AS_OF_THEN,
    )

    automatic_tag = models.CharField(
        _("start by itself with the id tag"),
        max_length=20,
        blank=True,
        help_text=_("For every vehicle that is plugged in; empty: nothing starts by itself."),
    )
    automatic_restart = models.BooleanField(
        _("start again what was interrupted"),
        default=False,
        help_text=_("After a power cut, a restart of the charge point, or where a charge does not go on."),
    )

    holiday_region = models.CharField(
        _("public holidays of"),
        max_length=16,
        blank=True,
        help_text=_("A country (FR) or a part of it (FR-57); empty means that no day is a holiday."),
    )

    meter_since = models.DateTimeField(
        _("readings of the meter count from"),
        null=True,
        blank=True,
        editable=False,
    )

    objects = SiteQuerySet.as_manager()

    class Meta:
        verbose_name = _("site")
        verbose_name_plural = _("sites")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(limit_value__isnull=True) | models.Q(limit_value__gte=0),
                name="site_limit_not_negative",
            ),
            models.CheckConstraint(condition=models.Q(voltage_v__gt=0), name="site_voltage_positive"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the current language."""
        name: str = getattr(self, name_column())
        return name

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which the site's times are shown."""
        return ZoneInfo(self.timezone)


def name_column() -> str:
    """Return the column that holds the names of sites in the current language."""
    return "name_fr" if (get_language() or "en").startswith("fr") else "name_en"


class Feeder(models.Model):
    """A circuit between the site's supply and charge points, with its own limit."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="feeders", verbose_name=_("site"))
    code = models.SlugField(_("code"), max_length=64)
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("parent"),
    )
    limit_value = models.FloatField(_("limit"), null=True, blank=True)
    limit_unit = models.CharField(_("unit"), max_length=1, choices=Unit.choices, default=Unit.AMPERE)

    class Meta:
        verbose_name = _("feeder")
        verbose_name_plural = _("feeders")
        ordering = ["site", "code"]
        constraints = [models.UniqueConstraint(fields=["site", "code"], name="feeder_code_per_site")]

    def __str__(self) -> str:
        return f"{self.site.code} / {self.code}"
