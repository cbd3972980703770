from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from chargers.models.charge_point import ChargePoint
from chargers.models.command import Command
from chargers.types import FileJobState, JobKind, LogType


class FirmwareFile(models.Model):
    """A firmware that charge points may download from evkit; its content lies in the data folder.

    A signed one carries the maker's signature (base64) and the certificate (PEM) to check it with
    (security whitepaper, L01).
    """

    vendor = models.CharField(_("vendor"), max_length=50, blank=True)
    model = models.CharField(_("model"), max_length=50, blank=True)
    version = models.CharField(_("version"), max_length=50)
    name = models.CharField(_("file name"), max_length=255)
    size = models.PositiveBigIntegerField(_("size"))
    sha256 = models.CharField(max_length=64)
    signing_certificate = models.TextField(_("signing certificate"), blank=True)
    signature = models.CharField(_("signature"), max_length=800, blank=True)
    added_at = models.DateTimeField(_("added"))
    added_by = models.CharField(_("added by"), max_length=150)

    class Meta:
        verbose_name = _("firmware")
        verbose_name_plural = _("firmware")
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["sha256"], name="firmware_file_once")]

    def __str__(self) -> str:
        return " ".join(part for part in (self.vendor, self.model, self.version) if part)

    @property
    def signed(self) -> bool:
        """Whether charge points can check who made it."""
        return bool(self.signature and self.signing_certificate)

    @property
    def path(self) -> Path:
        """Where its content lies."""
        return Path(settings.EVKIT_DATA_DIR) / "files" / "firmware" / self.sha256


class FileJob(models.Model):
    """A file on its way to or from a charge point, and how far it has come (OCPP 1.6 §5.9, §5.19).

    `token` is the secret part of its address, good for this job alone until `expires_at`. Diagnostics
    have `received_at`, `size` (bytes) and `sha256` once they are here, and `removed_at` when they no longer
    are. `version_before` is the firmware that ran at the request, `version_seen` the other one that the
    charge point booted with since.
    `elsewhere` means that the file goes to, or comes from, another server: only statuses tell of it.
    `request_id` correlates the statuses of the security extension, `log_type` says which log is uploaded
    (security whitepaper, N01, L01).
    """

    charge_point = models.ForeignKey(ChargePoint, on_delete=models.CASCADE, related_name="file_jobs")
    kind = models.CharField(_("kind"), max_length=16, choices=JobKind.choices)
    state = models.CharField(
        _("state"), max_length=16, choices=FileJobState.choices, default=FileJobState.REQUESTED
    )
    command = models.OneToOneField(Command, on_delete=models.SET_NULL, null=True, related_name="file_job")
    firmware = models.ForeignKey(FirmwareFile, on_delete=models.PROTECT, null=True, related_name="jobs")
    request_id = models.BigIntegerField(null=True)
    log_type = models.CharField(_("log"), max_length=16, choices=LogType.choices, blank=True)
    elsewhere = models.BooleanField(_("on another server"), default=False)
    token = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(_("created"))
    due_at = models.DateTimeField(_("due"))
    expires_at = models.DateTimeField(_("expires"))
    updated_at = models.DateTimeField(_("changed"))
    requested_name = models.CharField(_("requested by"), max_length=150)
    file_name = models.CharField(_("file name"), max_length=255, blank=True)
    size = models.PositiveBigIntegerField(_("size"), null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    received_at = models.DateTimeField(_("received"), null=True)
    removed_at = models.DateTimeField(_("removed"), null=True)
    error = models.CharField(_("error"), max_length=500, blank=True)
    version_before = models.CharField(max_length=50, blank=True)
    version_seen = models.CharField(max_length=50, blank=True)

    class Meta:
        verbose_name = _("file job")
        verbose_name_plural = _("file jobs")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["charge_point", "kind", "-id"], name="file_job_recent"),
            models.Index(
                fields=["kind", "received_at"],
                condition=models.Q(removed_at=None, received_at__isnull=False),
                name="file_job_kept",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"

    @property
    def path(self) -> Path:
        """Where the file that was received lies."""
        return Path(settings.EVKIT_DATA_DIR) / "files" / "received" / str(self.pk)
