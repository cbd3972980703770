from __future__ import annotations

from itertools import product
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

MEASURED: Final = (
    "power_w",
    "current_l1_a",
    "current_l2_a",
    "current_l3_a",
    "voltage_v",
    "soc_percent",
    "temperature_c",
    "energy_wh",
)
"""The columns of meter samples that are rolled up."""

PARTS: Final = ("count", "low", "high", "mean", "first", "last")
"""What is kept of each: the column `power_w_low` is the lowest power."""


class Rollup(models.Model):
    """What a connector measured in one stretch of time that begins at `at` (UTC).

    For each of `MEASURED` there are six columns (see `PARTS`), empty where nothing was measured. The mean is
    that of the samples. Rows are made of raw samples and can be made again from them.
    """

    pk = models.CompositePrimaryKey("charge_point_id", "evse_number", "at")
    charge_point_id = models.BigIntegerField()
    evse_number = models.IntegerField()
    at = models.DateTimeField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.charge_point_id}/{self.evse_number} {self.at:%Y-%m-%d %H:%M}"


for _part, _column in product(PARTS, MEASURED):
    _field = models.IntegerField(null=True) if _part == "count" else models.FloatField(null=True)
    Rollup.add_to_class(f"{_column}_{_part}", _field)


class MinuteRollup(Rollup):
    """One minute; on PostgreSQL partitioned by month."""

    class Meta:
        verbose_name = _("minute of measurements")
        verbose_name_plural = _("minutes of measurements")


class QuarterRollup(Rollup):
    """A quarter of an hour."""

    class Meta:
        verbose_name = _("quarter of an hour of measurements")
        verbose_name_plural = _("quarters of an hour of measurements")


class HourRollup(Rollup):
    """An hour."""

    class Meta:
        verbose_name = _("hour of measurements")
        verbose_name_plural = _("hours of measurements")


class PowerRollup(models.Model):
    """The added-up power of a site's connectors, or with `charge_point_id` those of one charge point, in W.

    The lowest and the highest are those of the single minutes of a stretch of `step_s` seconds.
    """

    pk = models.CompositePrimaryKey("site_id", "charge_point_id", "step_s", "at")
    site_id = models.BigIntegerField()
    charge_point_id = models.BigIntegerField(default=0)
    step_s = models.IntegerField()
    at = models.DateTimeField()
    low_w = models.FloatField()
    high_w = models.FloatField()
    mean_w = models.FloatField()

    class Meta:
        verbose_name = _("added-up power")
        verbose_name_plural = _("added-up power")

    def __str__(self) -> str:
        return f"{self.site_id}/{self.charge_point_id} {self.at:%Y-%m-%d %H:%M}"


class RollupState(models.Model):
    """How far rolling up has come; there is one row.

    What was received until `taken_until` is rolled up. Samples measured before `samples_from` were removed:
    their stretches stay as they are.
    """

    taken_until = models.DateTimeField()
    samples_from = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("state of the roll-ups")
        verbose_name_plural = _("state of the roll-ups")
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="rollup_state_single_row")]

    def __str__(self) -> str:
        return f"{self.taken_until:%Y-%m-%d %H:%M:%S}"


class RollupDue(models.Model):
    """A past stretch of a connector that is to be rolled up, from `since` until `until`."""

    charge_point_id = models.BigIntegerField()
    evse_number = models.IntegerField()
    since = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        verbose_name = _("roll-up that is due")
        verbose_name_plural = _("roll-ups that are due")

    def __str__(self) -> str:
        return f"{self.charge_point_id}/{self.evse_number} {self.since:%Y-%m-%d %H:%M}"
