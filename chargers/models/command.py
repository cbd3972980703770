from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from chargers.models.charge_point import ChargePoint
from chargers.types import CommandState, Effect

SHARING = "evkit (smart charging)"
"""Who asks for what smart charging asks for by itself."""

UNHEEDED = (
    models.Q(state=CommandState.REJECTED)
    | models.Q(state=CommandState.FAILED)
    | models.Q(state=CommandState.TIMED_OUT)
)
"""The charge point was sent a command and did not follow it; SQLite finds no list in its partial index."""

ROUTINE = models.Q(action="SetChargingProfile", requested_name=SHARING) & ~UNHEEDED
"""The limits that smart charging sets by itself, every few seconds: they would hide every other command.

One that the charge point did not follow is no routine.
"""


class Command(models.Model):
    """Something evkit asks of a charge point; its frames are `CommandCall` rows.

    "Accepted by the charge point" (`state`) and "effect seen" (`effect`) are two facts. `deadline` is
    when a command that could not be sent expires; it is not sent before `not_before`. `confirming` names
    the statuses of its connector that show its effect, joined by commas.
    """

    charge_point = models.ForeignKey(
        ChargePoint,
        on_delete=models.CASCADE,
        related_name="commands",
        verbose_name=_("charge point"),
    )
    action = models.CharField(_("action"), max_length=64)
    payload = models.JSONField(_("payload"), default=dict)
    evse_number = models.PositiveIntegerField(_("connector"), null=True)
    state = models.CharField(
        _("state"), max_length=16, choices=CommandState.choices, default=CommandState.QUEUED
    )
    response = models.JSONField(_("response"), null=True)
    error = models.CharField(_("error"), max_length=500, blank=True)
    effect = models.CharField(
        _("effect"), max_length=16, choices=Effect.choices, default=Effect.NOT_APPLICABLE
    )
    effect_at = models.DateTimeField(_("effect seen"), null=True)
    effect_deadline = models.DateTimeField(_("effect awaited until"), null=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("requested by"),
    )
    requested_name = models.CharField(_("requested by"), max_length=150, blank=True)
    reason = models.CharField(_("reason"), max_length=255, blank=True)
    created_at = models.DateTimeField(_("created"))
    deadline = models.DateTimeField(_("deadline"))
    not_before = models.DateTimeField(_("not before"), null=True)
    confirming = models.CharField(max_length=64, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("command")
        verbose_name_plural = _("commands")
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["charge_point", "id"],
                condition=models.Q(state__in=["queued", "sent"]),
                name="command_open",
            ),
            models.Index(fields=["charge_point", "-created_at"], name="command_recent"),
            models.Index(
                fields=["charge_point", "action", "evse_number", "-id"], name="command_last_of_place"
            ),
            models.Index(fields=["charge_point", "-id"], condition=~ROUTINE, name="command_not_routine"),
            models.Index(
                fields=["charge_point"], condition=models.Q(effect="not_seen"), name="command_effect_awaited"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.state}"


class CommandCall(models.Model):
    """One CALL of a command and what came back (OCPP-J 1.6 §4.2)."""

    command = models.ForeignKey(Command, on_delete=models.CASCADE, related_name="calls")
    message_id = models.CharField(max_length=36, unique=True)
    request = models.JSONField(default=dict)
    connection_token = models.UUIDField(null=True)
    sent_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    response = models.JSONField(null=True)
    error_code = models.CharField(max_length=64, blank=True)
    error_description = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("call of a command")
        verbose_name_plural = _("calls of commands")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.message_id
