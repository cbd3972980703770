from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from chargers.models.charge_point import ChargePoint
from chargers.models.command import Command
from chargers.types import CertificateState, CertificateUse


class Authority(models.Model):
    """evkit's own certificate authority: its root, and its key sealed with the server's secret."""

    certificate = models.TextField(_("certificate"))
    sealed_key = models.TextField(editable=False)
    created_at = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("certificate authority")
        verbose_name_plural = _("certificate authorities")
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="authority_single_row")]

    def __str__(self) -> str:
        return "evkit"


class IssuedCertificate(models.Model):
    """A certificate that evkit's authority gave a charge point (security whitepaper, A02, A03).

    `fingerprint` is the SHA-256 of its DER. Only one that is not revoked, refused or expired lets its
    charge point in; `state` is what the charge point said to it.
    """

    charge_point = models.ForeignKey(ChargePoint, on_delete=models.CASCADE, related_name="certificates")
    serial_number = models.CharField(_("serial number"), max_length=40, unique=True)
    fingerprint = models.CharField(max_length=64, unique=True)
    common_name = models.CharField(_("common name"), max_length=64)
    certificate = models.TextField(_("certificate"))
    state = models.CharField(
        _("state"), max_length=16, choices=CertificateState.choices, default=CertificateState.ISSUED
    )
    command = models.OneToOneField(Command, on_delete=models.SET_NULL, null=True, related_name="certificate")
    issued_at = models.DateTimeField(_("issued"))
    not_before = models.DateTimeField(_("valid from"))
    not_after = models.DateTimeField(_("valid until"))
    revoked_at = models.DateTimeField(_("revoked"), null=True)

    class Meta:
        verbose_name = _("certificate of a charge point")
        verbose_name_plural = _("certificates of charge points")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.common_name} {self.serial_number}"


class SigningRequest(models.Model):
    """A SignCertificate that was refused, and why; the newest of each charge point are kept."""

    charge_point = models.ForeignKey(ChargePoint, on_delete=models.CASCADE, related_name="signing_requests")
    at = models.DateTimeField(_("received"))
    cause = models.CharField(_("cause"), max_length=64)

    class Meta:
        verbose_name = _("refused certificate request")
        verbose_name_plural = _("refused certificate requests")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.cause


class InstalledCertificate(models.Model):
    """A root certificate in a charge point, as far as evkit knows (security whitepaper, M03 to M05).

    The hashes are those of §6.1, in lower case, the serial number without leading zeros. `certificate`
    and what follows from it are empty where only the hashes are known. `doubtful` is one of whose
    deletion nothing was heard.
    """

    charge_point = models.ForeignKey(
        ChargePoint, on_delete=models.CASCADE, related_name="installed_certificates"
    )
    use = models.CharField(_("use"), max_length=32, choices=CertificateUse.choices)
    hash_algorithm = models.CharField(max_length=16)
    issuer_name_hash = models.CharField(max_length=128)
    issuer_key_hash = models.CharField(max_length=128)
    serial_number = models.CharField(_("serial number"), max_length=40)
    certificate = models.TextField(_("certificate"), blank=True)
    subject = models.CharField(_("subject"), max_length=255, blank=True)
    not_after = models.DateTimeField(_("valid until"), null=True)
    doubtful = models.BooleanField(_("doubtful"), default=False)
    seen_at = models.DateTimeField(_("seen"))

    class Meta:
        verbose_name = _("installed root certificate")
        verbose_name_plural = _("installed root certificates")
        ordering = ["use", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["charge_point", "use", "issuer_name_hash", "issuer_key_hash", "serial_number"],
                name="installed_certificate_once",
            )
        ]

    def __str__(self) -> str:
        return self.subject or self.serial_number
