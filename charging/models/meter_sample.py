from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from evkit.core.fields import NumbersField
from evkit.core.indexes import ArrivalIndex


class MeterSample(models.Model):
    """One MeterValue of a charge point: what its meter showed at one moment (OCPP 1.6 §7.33).

    Headline quantities have columns of their own, in base units (W, Wh, A per phase, V, degrees
    Celsius, percent); `energy_wh` is the import register. Everything else is in `packed`: pairs of
    (code, value), see `charging.metering.codec`; `texts` holds the values that are not numbers.
    `fingerprint` of the content completes the key: a replay is rejected, another value at the same
    moment is kept. On PostgreSQL the table is partitioned by month of `measured_at`.
    """

    pk = models.CompositePrimaryKey("charge_point_id", "evse_number", "measured_at", "fingerprint")
    charge_point_id = models.BigIntegerField()
    evse_number = models.IntegerField()
    measured_at = models.DateTimeField()
    fingerprint = models.BigIntegerField()
    received_at = models.DateTimeField()
    transaction_number = models.IntegerField(null=True)
    context = models.SmallIntegerField(default=0)
    quality = models.SmallIntegerField(default=0)
    power_w = models.FloatField(null=True)
    energy_wh = models.FloatField(null=True)
    current_l1_a = models.FloatField(null=True)
    current_l2_a = models.FloatField(null=True)
    current_l3_a = models.FloatField(null=True)
    voltage_v = models.FloatField(null=True)
    soc_percent = models.FloatField(null=True)
    temperature_c = models.FloatField(null=True)
    packed = NumbersField(null=True)
    texts = models.TextField(null=True)

    class Meta:
        verbose_name = _("meter sample")
        verbose_name_plural = _("meter samples")
        indexes = [ArrivalIndex(fields=["received_at"], name="meter_sample_received")]

    def __str__(self) -> str:
        return f"{self.charge_point_id}/{self.evse_number} {self.measured_at:%Y-%m-%d %H:%M:%S}"


class Measurand(models.Model):
    """A name that a vendor invented (measurand, unit, phase ...), numbered so that it can be packed."""

    kind = models.CharField(max_length=16)
    name = models.CharField(max_length=255)

    class Meta:
        verbose_name = _("vendor's measurand")
        verbose_name_plural = _("vendor's measurands")
        constraints = [models.UniqueConstraint(fields=["kind", "name"], name="measurand_once")]

    def __str__(self) -> str:
        return self.name
