from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from chargers.models.command import SHARING
from sites.models import Site

ROUTINE = models.Q(user_name=SHARING, verb="command")
"""What smart charging orders by itself, every few seconds: it would hide every other deed."""


class AuditEntry(models.Model):
    """Who did what, when, to what and from where; append-only."""

    at = models.DateTimeField(_("time"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("user"),
    )
    user_name = models.CharField(_("user"), max_length=150)
    address = models.CharField(_("address"), max_length=64, blank=True)
    verb = models.CharField(_("deed"), max_length=64)
    object_type = models.CharField(_("kind of object"), max_length=64)
    object_key = models.CharField(_("object"), max_length=255)
    site = models.ForeignKey(
        Site, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("site")
    )
    details = models.JSONField(_("details"), default=dict)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit journal")
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["-at"], name="audit_recent"),
            models.Index(fields=["-at", "-id"], condition=~ROUTINE, name="audit_not_routine"),
        ]

    def __str__(self) -> str:
        return f"{self.user_name} {self.verb} {self.object_key}"
