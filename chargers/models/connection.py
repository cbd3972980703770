from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from chargers.models.certificates import IssuedCertificate
from chargers.models.charge_point import ChargePoint

SECURITY_LEVELS = [
    (0, _("0 - open")),
    (1, _("1 - password")),
    (2, _("2 - TLS and password")),
    (3, _("3 - client certificate")),
]


class Connection(models.Model):
    """One WebSocket of a charge point, from its acceptance to its end.

    `security_level` is the security profile that it is worth, `certificate` the one that opened it.
    """

    token = models.UUIDField(unique=True)
    charge_point = models.ForeignKey(
        ChargePoint,
        on_delete=models.CASCADE,
        related_name="connections",
        verbose_name=_("charge point"),
    )
    opened_at = models.DateTimeField(_("opened"))
    closed_at = models.DateTimeField(_("closed"), null=True)
    close_code = models.PositiveIntegerField(_("close code"), null=True)
    close_reason = models.CharField(_("reason"), max_length=255, blank=True)
    address = models.CharField(_("address"), max_length=64, blank=True)
    subprotocol = models.CharField(_("subprotocol"), max_length=32, blank=True)
    process = models.CharField(_("process"), max_length=64, blank=True)
    security_level = models.PositiveSmallIntegerField(_("security"), choices=SECURITY_LEVELS, default=0)
    certificate = models.ForeignKey(
        IssuedCertificate, on_delete=models.SET_NULL, null=True, related_name="connections"
    )
    frames_in = models.PositiveBigIntegerField(_("frames received"), default=0)
    frames_out = models.PositiveBigIntegerField(_("frames sent"), default=0)

    class Meta:
        verbose_name = _("connection")
        verbose_name_plural = _("connections")
        ordering = ["-opened_at"]
        indexes = [models.Index(fields=["charge_point", "-opened_at"], name="connection_recent")]

    def __str__(self) -> str:
        return f"{self.charge_point_id} {self.opened_at:%Y-%m-%d %H:%M:%S}"


class ConnectionFailure(models.Model):
    """A refused connection attempt, counted per identity, address and reason."""

    identity = models.CharField(_("identity"), max_length=255)
    address = models.CharField(_("address"), max_length=64, blank=True)
    reason = models.CharField(_("reason"), max_length=64)
    count = models.PositiveIntegerField(_("count"), default=1)
    first_at = models.DateTimeField(_("first"))
    last_at = models.DateTimeField(_("last"))

    class Meta:
        verbose_name = _("refused connection")
        verbose_name_plural = _("refused connections")
        ordering = ["-last_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["identity", "address", "reason"], name="connection_failure_counted_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.identity} {self.reason} x{self.count}"
