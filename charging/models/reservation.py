from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from chargers.models import ChargePoint, Command
from charging.models.id_token import IdToken
from charging.models.transaction import Transaction


class ReservationState(models.TextChoices):
    """Where a reservation stands; it holds its connector while it is requested or accepted."""

    REQUESTED = "requested", _("Asked for")
    ACCEPTED = "accepted", _("Reserved")
    USED = "used", _("Used")
    EXPIRED = "expired", _("Expired")
    CANCELLED = "cancelled", _("Cancelled")
    REFUSED = "refused", _("Refused")
    LOST = "lost", _("Lost")


OPEN = (ReservationState.REQUESTED, ReservationState.ACCEPTED)


class ReservationQuerySet(models.QuerySet["Reservation"]):
    """Chainable reads of reservations."""

    def open(self) -> ReservationQuerySet:
        """Return the reservations that hold, or may hold, their connector."""
        return self.filter(state__in=OPEN)

    def known_as(self, reservation_id: int) -> ReservationQuerySet:
        """Return the reservations that a charge point knows by this reservationId."""
        own = models.Q(remote_id=None, pk=reservation_id)
        return self.filter(models.Q(remote_id=reservation_id) | own)


class Reservation(models.Model):
    """A connector (0: any of the charge point) kept for a badge until `expires_at` (OCPP 1.6 §5.13).

    `number` is from one sequence and never reused. It is the reservationId as well, unless whoever asked
    through the API chose another one, `remote_id`. `answer` is what the charge point, or
    its connector's status, said when it was refused or lost. `command` sent it last, `cancel_command`
    asked to end it.
    """

    number = models.AutoField(_("number"), primary_key=True)
    charge_point = models.ForeignKey(
        ChargePoint, on_delete=models.CASCADE, related_name="reservations", verbose_name=_("charge point")
    )
    remote_id = models.IntegerField(null=True)
    connector = models.PositiveIntegerField(_("connector"))
    id_token = models.ForeignKey(
        IdToken, on_delete=models.CASCADE, related_name="reservations", verbose_name=_("id tag")
    )
    state = models.CharField(
        _("state"), max_length=16, choices=ReservationState.choices, default=ReservationState.REQUESTED
    )
    answer = models.CharField(_("answer"), max_length=64, blank=True)
    created_at = models.DateTimeField(_("created"))
    expires_at = models.DateTimeField(_("reserved until"))
    ended_at = models.DateTimeField(_("ended"), null=True)
    command = models.ForeignKey(Command, on_delete=models.SET_NULL, null=True, related_name="+")
    cancel_command = models.ForeignKey(Command, on_delete=models.SET_NULL, null=True, related_name="+")
    transaction = models.ForeignKey(
        Transaction,
        on_delete=models.SET_NULL,
        null=True,
        related_name="reservations",
        verbose_name=_("transaction"),
    )
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("requested by"),
    )
    requested_name = models.CharField(_("requested by"), max_length=150, blank=True)

    objects = ReservationQuerySet.as_manager()

    class Meta:
        verbose_name = _("reservation")
        verbose_name_plural = _("reservations")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["charge_point", "connector"],
                condition=models.Q(state__in=["requested", "accepted"]),
                name="reservation_one_open_per_connector",
            ),
            models.UniqueConstraint(
                fields=["charge_point", "remote_id"],
                condition=models.Q(state__in=["requested", "accepted"]),
                name="reservation_remote_id_once",
            ),
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("created_at")), name="reservation_lasts"
            ),
        ]

    def __str__(self) -> str:
        return str(self.number)

    @property
    def reservation_id(self) -> int:
        """The reservationId on the wire."""
        return self.number if self.remote_id is None else self.remote_id

    @property
    def is_open(self) -> bool:
        """Whether it holds, or may hold, its connector."""
        return self.state in OPEN
