from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from chargers.models.charge_point import ChargePoint
from chargers.types import JobKind


class Boot(models.Model):
    """One BootNotification: what the charge point said of itself, and our answer (OCPP 1.6 §4.2)."""

    charge_point = models.ForeignKey(ChargePoint, on_delete=models.CASCADE, related_name="boots")
    at = models.DateTimeField(_("received"))
    facts = models.JSONField(_("facts"))
    status = models.CharField(_("answer"), max_length=16)

    class Meta:
        verbose_name = _("boot")
        verbose_name_plural = _("boots")
        ordering = ["-at"]
        indexes = [models.Index(fields=["charge_point", "-at"], name="boot_recent")]

    def __str__(self) -> str:
        return f"{self.charge_point_id} {self.at:%Y-%m-%d %H:%M:%S}"


class ConfigurationKey(models.Model):
    """A configuration key as the charge point reported it last (OCPP 1.6 §9)."""

    charge_point = models.ForeignKey(ChargePoint, on_delete=models.CASCADE, related_name="configuration_keys")
    key = models.CharField(_("key"), max_length=255)
    value = models.TextField(_("value"), null=True)
    readonly = models.BooleanField(_("read only"), default=False)
    known = models.BooleanField(_("known"), default=True)
    reported_at = models.DateTimeField(_("reported"))

    class Meta:
        verbose_name = _("configuration key")
        verbose_name_plural = _("configuration keys")
        ordering = ["key"]
        constraints = [models.UniqueConstraint(fields=["charge_point", "key"], name="configuration_key_once")]

    def __str__(self) -> str:
        return self.key


class JobStatus(models.Model):
    """A status that the charge point reported of a firmware update or a diagnostics upload."""

    charge_point = models.ForeignKey(ChargePoint, on_delete=models.CASCADE, related_name="job_statuses")
    job = models.ForeignKey("FileJob", on_delete=models.SET_NULL, null=True, related_name="statuses")
    kind = models.CharField(_("kind"), max_length=16, choices=JobKind.choices)
    status = models.CharField(_("status"), max_length=64)
    at = models.DateTimeField(_("received"))

    class Meta:
        verbose_name = _("job status")
        verbose_name_plural = _("job statuses")
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.kind}: {self.status}"


class VendorMessage(models.Model):
    """A DataTransfer from a charge point (OCPP 1.6 §4.3), stored once per message id and content."""

    charge_point = models.ForeignKey(ChargePoint, on_delete=models.CASCADE, related_name="vendor_messages")
    vendor_id = models.CharField(_("vendor"), max_length=255)
    vendor_message_id = models.CharField(_("message"), max_length=255, blank=True)
    data = models.TextField(_("data"), blank=True)
    at = models.DateTimeField(_("received"))
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("vendor message")
        verbose_name_plural = _("vendor messages")
        ordering = ["-at", "-id"]
        constraints = [models.UniqueConstraint(fields=["charge_point", "digest"], name="vendor_message_once")]

    def __str__(self) -> str:
        return f"{self.vendor_id} {self.vendor_message_id}".rstrip()


class ObservedDeviation(models.Model):
    """A kind of departure from the specification that a charge point showed, counted."""

    charge_point = models.ForeignKey(ChargePoint, on_delete=models.CASCADE, related_name="deviations")
    code = models.CharField(_("deviation"), max_length=64)
    action = models.CharField(_("action"), max_length=64, blank=True)
    detail = models.CharField(_("last detail"), max_length=500, blank=True)
    count = models.PositiveBigIntegerField(_("count"), default=1)
    first_at = models.DateTimeField(_("first"))
    last_at = models.DateTimeField(_("last"))

    class Meta:
        verbose_name = _("deviation")
        verbose_name_plural = _("deviations")
        ordering = ["-last_at"]
        constraints = [
            models.UniqueConstraint(fields=["charge_point", "code", "action"], name="deviation_counted_once")
        ]

    def __str__(self) -> str:
        return f"{self.code} x{self.count}"
