"""The naive schema."""

from __future__ import annotations

from django.db import models


class Sample(models.Model):
    """One sampled value, as text."""

    charge_point = models.CharField(max_length=64, db_index=True)
    connector = models.IntegerField()
    timestamp = models.CharField(max_length=40)
    measurand = models.CharField(max_length=64)
    phase = models.CharField(max_length=8, default="")
    unit = models.CharField(max_length=16)
    value = models.CharField(max_length=64)

    class Meta:
        app_label = "naive"

    def __str__(self) -> str:
        return f"{self.charge_point} {self.measurand}"
