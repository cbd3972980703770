from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class Vehicle(models.Model):
    """A bus, van or car known by one or more id tags (R25); battery in Wh.

    `departs` is when it usually leaves, by its site's clock; `needs_wh` what it usually charges until then.
    """

    code = models.SlugField(_("code"), max_length=64, unique=True)
    name = models.CharField(_("name"), max_length=120)
    battery_wh = models.FloatField(_("battery (Wh)"), null=True, blank=True)
    priority = models.IntegerField(
        _("priority"), default=0, help_text=_("Higher is served first, 0 says nothing.")
    )
    departs = models.TimeField(
        _("usual departure"),
        null=True,
        blank=True,
        help_text=_("By the clock of its site. Charges by deadline are ready by then."),
    )
    needs_wh = models.FloatField(
        _("usual need (Wh)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1.0)],
        help_text=_("What it charges until its departure, where its battery does not tell."),
    )

    class Meta:
        verbose_name = _("vehicle")
        verbose_name_plural = _("vehicles")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(battery_wh__isnull=True) | models.Q(battery_wh__gt=0),
                name="vehicle_battery_positive",
            )
        ]

    def __str__(self) -> str:
        return self.name


class IdToken(models.Model):
    """What identifies whoever asks to charge (OCPP 1.6 §7.28 IdToken): case-insensitive.

    `key` is the upper-case form that is compared; `value` keeps the spelling.
    """

    value = models.CharField(_("id tag"), max_length=255)
    key = models.CharField(max_length=255, unique=True, editable=False)
    parent = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("parent"),
    )
    vehicle = models.ForeignKey(
        Vehicle,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="id_tokens",
        verbose_name=_("vehicle"),
    )
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    blocked = models.BooleanField(_("blocked"), default=False)
    concurrent = models.BooleanField(
        _("several transactions at once"), default=False, help_text=_("For shared and master tags.")
    )

    class Meta:
        verbose_name = _("id tag")
        verbose_name_plural = _("id tags")
        ordering = ["key"]

    def __str__(self) -> str:
        return self.value


def token_key(value: str) -> str:
    """Return the form in which id tags are compared: without surrounding blanks, upper case."""
    return value.strip().upper()
