from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.db.models.functions import Coalesce, Upper
from django.utils.translation import gettext_lazy as _

from chargers.models import ChargePoint, Evse
from charging.models.id_token import IdToken, Vehicle
from charging.types import AuthorizationStatus, Settlement, Step


@dataclass(frozen=True, slots=True)
class EnergyTotals:
    """A sum of energies in Wh: the trusted ones, and how many transactions with how much it leaves out."""

    trusted_wh: float
    left_out: int
    left_out_wh: float


class TransactionQuerySet(models.QuerySet["Transaction"]):
    """Chainable reads of transactions."""

    def open(self) -> TransactionQuerySet:
        """Return the transactions that have not ended."""
        return self.filter(ended_at=None)

    def energy_totals(self) -> EnergyTotals:
        """Return the sum of the energy that can be trusted, and what it leaves out."""
        doubtful = models.Q(energy_suspect=True, corrected_wh=None)
        sums = self.aggregate(
            trusted=models.Sum(Coalesce("corrected_wh", "energy_wh"), filter=~doubtful, default=0.0),
            left_out=models.Count("number", filter=doubtful),
            left_out_wh=models.Sum("energy_wh", filter=doubtful, default=0.0),
        )
        return EnergyTotals(sums["trusted"], sums["left_out"], sums["left_out_wh"])


class Transaction(models.Model):
    """A charging transaction, from the first sign of it to its stop.

    `number` is ours: a positive 32-bit integer from one database sequence, never reused, and the
    transactionId of OCPP 1.6. Times ending in `_at` are the device's when they can be trusted, else
    ours; `*_received_at` are ours. Energies in Wh; `energy_wh` is what was measured, `energy_suspect` says
    that it is left out of totals, `energy_proposal_wh` what it probably was, `corrected_wh` what somebody
    decided; `start_key` makes a repeated StartTransaction the
    same transaction.
    """

    number = models.AutoField(_("number"), primary_key=True)
    remote_id = models.CharField(max_length=64, blank=True)
    charge_point = models.ForeignKey(
        ChargePoint,
        on_delete=models.PROTECT,
        related_name="transactions",
        verbose_name=_("charge point"),
    )
    evse = models.ForeignKey(
        Evse, on_delete=models.PROTECT, related_name="transactions", verbose_name=_("connector")
    )
    id_token = models.ForeignKey(
        IdToken,
        on_delete=models.SET_NULL,
        null=True,
        related_name="transactions",
        verbose_name=_("id tag"),
    )
    id_tag = models.CharField(_("id tag as sent"), max_length=255, blank=True)
    vehicle = models.ForeignKey(
        Vehicle,
        on_delete=models.SET_NULL,
        null=True,
        related_name="transactions",
        verbose_name=_("vehicle"),
    )
    authorization = models.CharField(
        _("decision"),
        max_length=16,
        choices=AuthorizationStatus.choices,
        default=AuthorizationStatus.ACCEPTED,
    )
    start_key = models.CharField(max_length=64)
    reservation_id = models.BigIntegerField(null=True)
    step = models.CharField(_("step"), max_length=16, choices=Step.choices, default=Step.STARTED)
    connected_at = models.DateTimeField(_("connected"), null=True)
    authorised_at = models.DateTimeField(_("authorised"), null=True)
    started_at = models.DateTimeField(_("started"))
    started_received_at = models.DateTimeField()
    charging_at = models.DateTimeField(_("charging since"), null=True)
    ended_at = models.DateTimeField(_("stopped"), null=True)
    ended_received_at = models.DateTimeField(null=True)
    stop_reason = models.CharField(_("stop reason"), max_length=64, blank=True)
    stop_id_tag = models.CharField(max_length=255, blank=True)
    meter_start_wh = models.FloatField(_("meter at start (Wh)"))
    meter_last_wh = models.FloatField(_("last meter value (Wh)"), null=True)
    meter_stop_wh = models.FloatField(_("meter at stop (Wh)"), null=True)
    energy_wh = models.FloatField(_("energy (Wh)"), default=0)
    segments_wh = models.FloatField(_("energy before the last register restart (Wh)"), default=0)
    segment_start_wh = models.FloatField(null=True)
    power_peak_w = models.FloatField(_("peak power (W)"), null=True)
    soc_start_percent = models.FloatField(_("SoC at start (%)"), null=True)
    soc_last_percent = models.FloatField(_("last SoC (%)"), null=True)
    measured_at = models.DateTimeField(null=True)
    energy_judged_at = models.DateTimeField(null=True)
    energy_suspect = models.BooleanField(_("energy in doubt"), default=False)
    energy_proposal_wh = models.FloatField(null=True)
    corrected_wh = models.FloatField(_("corrected energy (Wh)"), null=True)
    flags = models.JSONField(_("flags"), default=list)

    objects = TransactionQuerySet.as_manager()

    class Meta:
        verbose_name = _("transaction")
        verbose_name_plural = _("transactions")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["charge_point", "start_key"], name="transaction_start_once"),
            models.UniqueConstraint(
                fields=["evse"],
                condition=models.Q(ended_at=None),
                name="transaction_one_open_per_evse",
            ),
            models.CheckConstraint(
                condition=models.Q(energy_wh__gte=0), name="transaction_energy_not_negative"
            ),
        ]
        indexes = [
            models.Index(fields=["charge_point", "-started_at"], name="transaction_by_charge_point"),
            models.Index(fields=["-started_at"], name="transaction_recent"),
            models.Index(fields=["ended_at"], name="transaction_by_end"),
            models.Index(Upper("id_tag"), name="transaction_by_tag"),
            models.Index(
                fields=["number"],
                condition=models.Q(energy_judged_at=None),
                name="transaction_to_be_judged",
            ),
            models.Index(
                fields=["id_token"],
                condition=models.Q(ended_at=None),
                name="transaction_open_by_token",
            ),
        ]

    def __str__(self) -> str:
        return str(self.number)

    @property
    def trusted_wh(self) -> float | None:
        """The energy that counts: corrected, else measured; None where it is in doubt."""
        if self.corrected_wh is not None:
            return self.corrected_wh
        return None if self.energy_suspect else self.energy_wh


class OrphanStopQuerySet(models.QuerySet["OrphanStop"]):
    """Chainable reads of stops that fit no transaction."""

    def waiting(self) -> OrphanStopQuerySet:
        """Return the stops that nobody and nothing has settled yet."""
        return self.filter(transaction=None, settled_at=None)


class OrphanStop(models.Model):
    """A StopTransaction that fits no known transaction: confirmed, kept, to be looked at.

    `transaction` is set once the stop has been matched by connector, meter and time, or by hand;
    `settlement` is what somebody decided about it.
    """

    charge_point = models.ForeignKey(
        ChargePoint,
        on_delete=models.CASCADE,
        related_name="orphan_stops",
        verbose_name=_("charge point"),
    )
    digest = models.CharField(max_length=64)
    claimed_id = models.BigIntegerField(_("transaction number as sent"), null=True)
    id_tag = models.CharField(_("id tag"), max_length=255, blank=True)
    meter_stop_wh = models.FloatField(_("meter at stop (Wh)"), null=True)
    stopped_at = models.DateTimeField(_("stopped"))
    received_at = models.DateTimeField(_("received"))
    reason = models.CharField(_("stop reason"), max_length=64, blank=True)
    payload = models.JSONField(_("message"))
    transaction = models.ForeignKey(
        Transaction,
        on_delete=models.SET_NULL,
        null=True,
        related_name="matched_stops",
        verbose_name=_("transaction"),
    )
    settlement = models.CharField(_("settled as"), max_length=16, choices=Settlement.choices, blank=True)
    settled_at = models.DateTimeField(_("settled"), null=True)
    settled_name = models.CharField(_("settled by"), max_length=150, blank=True)
    settled_reason = models.CharField(_("reason"), max_length=255, blank=True)

    objects = OrphanStopQuerySet.as_manager()

    class Meta:
        verbose_name = _("orphan stop")
        verbose_name_plural = _("orphan stops")
        ordering = ["-received_at"]
        constraints = [models.UniqueConstraint(fields=["charge_point", "digest"], name="orphan_stop_once")]

    def __str__(self) -> str:
        return f"{self.charge_point_id} {self.claimed_id}"
