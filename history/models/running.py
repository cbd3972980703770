from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class RunningRollup(models.Model):
    """How many transactions of a site ran at once in the quarter of an hour that begins at `at` (UTC).

    `high` is the highest number after a start or an end within the quarter, `last` the number when it was
    over. Quarters in which nothing started and nothing ended have no row: the number before goes on.
    """

    pk = models.CompositePrimaryKey("site_id", "at")
    site_id = models.BigIntegerField()
    at = models.DateTimeField()
    high = models.IntegerField()
    last = models.IntegerField()

    class Meta:
        verbose_name = _("transactions at once")
        verbose_name_plural = _("transactions at once")

    def __str__(self) -> str:
        return f"{self.site_id} {self.at:%Y-%m-%d %H:%M}"


class RunningState(models.Model):
    """Until when the transactions of a site are counted, and those of which charge points (a digest)."""

    site_id = models.BigIntegerField(primary_key=True)
    counted_until = models.DateTimeField(null=True)
    members = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("state of the count of transactions")
        verbose_name_plural = _("states of the count of transactions")

    def __str__(self) -> str:
        return f"{self.site_id} {self.counted_until}"


class RunningDue(models.Model):
    """A stretch in which a charge point's transactions changed, to be counted again.

    The database writes it by triggers, with what it tells of. `until` None: up to now.
    """

    charge_point_id = models.BigIntegerField()
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("count of transactions that is due")
        verbose_name_plural = _("counts of transactions that are due")

    def __str__(self) -> str:
        return f"{self.charge_point_id} {self.since:%Y-%m-%d %H:%M}"
