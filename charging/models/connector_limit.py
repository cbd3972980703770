from __future__ import annotations

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from chargers.models import Command, Evse
from charging.models.transaction import Transaction

LEARNED: Final = ("latency_s", "overdraw", "way", "distrusted", "resumes", "not_resumed")
"""What a connector has taught, of which nothing depends on its charge."""


class ConnectorLimitQuerySet(models.QuerySet["ConnectorLimit"]):
    """Chainable reads and changes of limits by smart charging."""

    def in_use(self) -> ConnectorLimitQuerySet:
        """Return those of connectors that are balanced or have something left on them; others only teach."""
        return self.exclude(
            target=None, envelope=None, confirmed=None, sent=None, doubtful=None, default=None, command=None,
            default_command=None,
        )  # fmt: skip

    def forget(self) -> None:
        """Forget all but what connectors have taught."""
        fields = [field for field in self.model._meta.concrete_fields if not field.primary_key]  # noqa: SLF001 (Django's documented Meta API)
        blank = {field.name: field.get_default() for field in fields}
        learned = {name: blank.pop(name) for name in LEARNED}
        self.filter(**learned).delete()
        self.update(**blank)


class ConnectorLimit(models.Model):
    """What smart charging told a connector, and what it knows to rule it.

    Settings are in the connector's own unit: W for DC, A per phase for AC. `confirmed` is what the charge
    point accepted for `transaction`, `before` what ruled until then. `sent` is on its way with `command`;
    `doubtful` is the highest that was sent and never answered. `default` is what its default profile gives
    a new transaction, with `default_command` on its way. `target` and `why` are of the last cycle.

    At `falls_at` the schedule of `confirmed` falls to the default by itself (`sent_falls_at`: that of
    `sent`). `on_since` and `off_since` say since when it may charge, or waits for want of power. `cap` is the
    most that is of use to its vehicle. `latency_s` is how long it was seen to take to obey, `overdraw` by
    which part it draws more than it is told. `tries` counts the failures since it obeyed last, the latest
    disobedience at `missed_at`; `way` is how a limit reaches it (`charging.services.smart.ladder`).
    `rests_until`: its vehicle takes nothing, and is not asked before then; `rests` counts how often it was.
    `distrusted`: it drew far more than it was told, and was not seen to obey since. `trial` is how far its
    charge shows whether it goes on after a limit of 0 (`charging.smart.resuming`), `resumes` whether charges
    do there, `not_resumed` how many in a row did not. `held_by` is the circuit whose limit decides its
    share where that is not its site's (`charging.smart.network.Node.key`). What it has taught (`LEARNED`)
    stays when smart charging is switched off.
    """

    evse = models.OneToOneField(
        Evse, on_delete=models.CASCADE, primary_key=True, related_name="smart", verbose_name=_("connector")
    )
    transaction = models.ForeignKey(Transaction, on_delete=models.SET_NULL, null=True, related_name="+")
    confirmed = models.FloatField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    before = models.FloatField(null=True)
    sent = models.FloatField(null=True)
    command = models.ForeignKey(Command, on_delete=models.SET_NULL, null=True, related_name="+")
    doubtful = models.FloatField(null=True)
    refused_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(null=True)
    default = models.FloatField(null=True)
    default_at = models.DateTimeField(null=True)
    default_command = models.ForeignKey(Command, on_delete=models.SET_NULL, null=True, related_name="+")
    target = models.FloatField(null=True)
    envelope = models.FloatField(null=True)
    why = models.CharField(max_length=16, blank=True)
    falls_at = models.DateTimeField(null=True)
    sent_falls_at = models.DateTimeField(null=True)
    on_since = models.DateTimeField(null=True)
    off_since = models.DateTimeField(null=True)
    latency_s = models.FloatField(null=True)
    overdraw = models.FloatField(default=0.0)
    cap = models.FloatField(null=True)
    way = models.PositiveSmallIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)
    missed_at = models.DateTimeField(null=True)
    rests_until = models.DateTimeField(null=True)
    rests = models.PositiveSmallIntegerField(default=0)
    distrusted = models.BooleanField(default=False)
    trial = models.PositiveSmallIntegerField(default=0)
    resumes = models.BooleanField(null=True)
    not_resumed = models.PositiveSmallIntegerField(default=0)
    held_by = models.CharField(max_length=32, blank=True)

    objects = ConnectorLimitQuerySet.as_manager()

    class Meta:
        verbose_name = _("limit by smart charging")
        verbose_name_plural = _("limits by smart charging")

    def __str__(self) -> str:
        return f"{self.evse_id}: {self.confirmed}"
