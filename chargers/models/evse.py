from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from chargers.models.charge_point import ChargePoint
from chargers.types import ConnectorStatus, Current, PhaseRotation
from evkit.core.units import MOST_CURRENT_A, MOST_POWER_W
from sites.models import ScheduleGroup
from sites.types import Distribution


class Evse(models.Model):
    """One place of a charge point where a vehicle charges (OCPP 1.6: a connector, number >= 1).

    Number 0 addresses the whole charge point and has no row. Maximum power in W, maximum current in A
    per phase; `declared` is False for a connector that only the charge point itself told of.
    """

    charge_point = models.ForeignKey(
        ChargePoint, on_delete=models.CASCADE, related_name="evses", verbose_name=_("charge point")
    )
    number = models.PositiveIntegerField(_("number"))
    declared = models.BooleanField(_("declared"), default=True)
    max_power_w = models.FloatField(
        _("maximum power (W)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_POWER_W)],
    )
    max_current_a = models.FloatField(
        _("maximum current (A)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_CURRENT_A)],
    )
    phases = models.PositiveSmallIntegerField(_("phases"), default=3)
    phase_rotation = models.CharField(
        _("phase rotation"),
        max_length=3,
        choices=PhaseRotation.choices,
        blank=True,
        help_text=_(
            "On which phases of the supply its L1, L2 and L3 hang, as the meter of the site names them; "
            "of a connector with one phase the first counts. Empty: unknown, it counts on all of them."
        ),
    )
    current = models.CharField(_("current"), max_length=2, choices=Current.choices, default=Current.AC)
    priority = models.IntegerField(
        _("priority"), default=0, help_text=_("Higher is served first, 0 says nothing.")
    )
    automatic_tag = models.CharField(
        _("start by itself with the id tag"),
        max_length=20,
        blank=True,
        help_text=_("For the vehicle that always charges here; empty: as the site says."),
    )
    distribution = models.CharField(
        _("distribution"),
        max_length=16,
        choices=Distribution.choices,
        blank=True,
        help_text=_("How it takes part in sharing the power; empty: as its group or its site says."),
    )
    groups = models.ManyToManyField(ScheduleGroup, blank=True, related_name="evses", verbose_name=_("groups"))

    class Meta:
        verbose_name = _("connector")
        verbose_name_plural = _("connectors")
        ordering = ["charge_point", "number"]
        constraints = [
            models.UniqueConstraint(fields=["charge_point", "number"], name="evse_number_per_charge_point"),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="evse_number_from_one"),
            models.CheckConstraint(condition=models.Q(phases__in=[1, 2, 3]), name="evse_phases_one_to_three"),
            models.CheckConstraint(
                condition=models.Q(phase_rotation__in=["", *PhaseRotation.values]),
                name="evse_phase_rotation_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.charge_point} / {self.number}"


class EvseState(models.Model):
    """What is known of an EVSE now: status, last measurements and limits.

    Units: power W, current A per phase, voltage V, energy Wh (meter register), SoC percent,
    temperature degrees Celsius. `status_since` is when the present status began; `session_register`
    counts the times its register restarted. `limit_*` is what the charge point accepted last,
    `requested_*` what evkit asked for last. `measured_device_at` is when the values were measured by the
    charge point's clock, `measured_received_at` when they arrived.
    """

    evse = models.OneToOneField(Evse, on_delete=models.CASCADE, primary_key=True, related_name="state")
    status = models.CharField(
        max_length=16, choices=ConnectorStatus.choices, default=ConnectorStatus.UNKNOWN, blank=True
    )
    error_code = models.CharField(max_length=64, blank=True)
    vendor_error_code = models.CharField(max_length=255, blank=True)
    info = models.CharField(max_length=255, blank=True)
    status_since = models.DateTimeField(null=True)
    status_at = models.DateTimeField(null=True)
    status_device_at = models.DateTimeField(null=True)
    power_w = models.FloatField(null=True)
    current_l1_a = models.FloatField(null=True)
    current_l2_a = models.FloatField(null=True)
    current_l3_a = models.FloatField(null=True)
    voltage_v = models.FloatField(null=True)
    energy_wh = models.FloatField(null=True)
    soc_percent = models.FloatField(null=True)
    temperature_c = models.FloatField(null=True)
    measured_at = models.DateTimeField(null=True)
    measured_device_at = models.DateTimeField(null=True)
    measured_received_at = models.DateTimeField(null=True)
    requested_w = models.FloatField(null=True)
    requested_a = models.FloatField(null=True)
    requested_at = models.DateTimeField(null=True)
    limit_w = models.FloatField(null=True)
    limit_a = models.FloatField(null=True)
    limit_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("state of a connector")
        verbose_name_plural = _("states of connectors")

    def __str__(self) -> str:
        return f"{self.evse_id}: {self.status or 'unknown'}"

    @property
    def current_a(self) -> float | None:
        """The highest current of the phases, in A."""
        phases = [a for a in (self.current_l1_a, self.current_l2_a, self.current_l3_a) if a is not None]
        return max(phases, default=None)
