from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from chargers.models import ChargePoint, Command


class LocalListState(models.TextChoices):
    """Where the local authorization list of a charge point stands."""

    UNKNOWN = "unknown", _("Not read yet")
    SENDING = "sending", _("Being sent")
    KNOWN = "known", _("Known")
    FOREIGN = "foreign", _("Not from evkit")
    FAILED = "failed", _("Refused")
    UNSUPPORTED = "unsupported", _("Not supported")


class LocalList(models.Model):
    """The local authorization list of a charge point, as far as evkit knows it (OCPP 1.6 §3.5.2).

    `version` is the one that the charge point holds: -1 without support for lists, 0 for an empty one, null
    until it told. `entries` are its contents in the form in which they were sent, null where only the
    charge point knows them. `pending` are the messages that are still to be sent after the one that
    `command` carries. `kept` means that evkit sends what changes by itself. `left_out` counts the badges
    that found no place.
    """

    charge_point = models.OneToOneField(
        ChargePoint, on_delete=models.CASCADE, primary_key=True, related_name="local_list"
    )
    state = models.CharField(
        _("state"), max_length=16, choices=LocalListState.choices, default=LocalListState.UNKNOWN
    )
    version = models.IntegerField(_("version"), null=True)
    entries = models.JSONField(_("entries"), null=True)
    pending = models.JSONField(default=list)
    command = models.ForeignKey(Command, on_delete=models.SET_NULL, null=True, related_name="+")
    answer = models.CharField(_("answer"), max_length=200, blank=True)
    kept = models.BooleanField(_("kept up to date"), default=False)
    left_out = models.PositiveIntegerField(_("left out"), default=0)
    read_at = models.DateTimeField(_("version read"), null=True)
    changed_at = models.DateTimeField(_("last change"), null=True)

    class Meta:
        verbose_name = _("local list")
        verbose_name_plural = _("local lists")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(version__isnull=True) | models.Q(version__gte=-1),
                name="local_list_version",
            )
        ]

    def __str__(self) -> str:
        return f"{self.charge_point_id}: {self.version}"
