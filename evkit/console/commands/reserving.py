"""Commands that keep a connector for a badge, or give it free again."""

from __future__ import annotations

from datetime import datetime, timedelta

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from charging.models import IdToken, Reservation
from charging.models.id_token import token_key
from charging.services.reservations import cancel_reservation, make_reservation
from evkit.console.commands.base import CommandForm
from evkit.console.commands.charging import tag_choices
from evkit.core.recorders import Actor


class ReserveForm(CommandForm):
    """ReserveNow (OCPP 1.6 §5.13)."""

    action = "ReserveNow"
    heading = _("Reserve a connector")
    intro = _("Only this badge, or one of its group, can start there until the reservation ends.")
    submit = _("Reserve")
    icon = "calendar-time"

    connector = forms.ChoiceField(label=_("Connector"), widget=forms.RadioSelect)
    tag = forms.ChoiceField(label=_("Vehicle or badge"))
    minutes = forms.IntegerField(label=_("For how many minutes"), min_value=1, max_value=1440, initial=60)

    def prepare(self) -> None:
        """Offer the connectors, any of them, and every badge that is not blocked."""
        choices = self.connector_choices(whole=_("Any connector"))
        self.offer("connector", choices, choices[-1][0])
        self.offer("tag", tag_choices())

    @property
    def impossible(self) -> str:
        """Reserving needs a badge."""
        if self.offers("tag"):
            return ""
        return gettext("There is no badge yet. Declare one in the administration first.")

    def queue(self, *, now: datetime, actor: Actor) -> None:
        """Make the reservation."""
        data = self.cleaned_data
        make_reservation(
            charge_point=self.charge_point,
            connector=int(data["connector"]),
            token=IdToken.objects.select_related("parent").get(key=token_key(data["tag"])),
            expires_at=now + timedelta(minutes=data["minutes"]),
            now=now,
            actor=actor,
        )


class CancelReservationForm(CommandForm):
    """CancelReservation (OCPP 1.6 §5.1)."""

    action = "CancelReservation"
    heading = _("Cancel a reservation")
    submit = _("Cancel the reservation")
    icon = "x"

    reservation = forms.ChoiceField(label=_("Reservation"), widget=forms.RadioSelect)

    def prepare(self) -> None:
        """Offer the reservations that hold a connector."""
        rows = Reservation.objects.open().filter(charge_point=self.charge_point)
        choices = [(str(row.number), _named(row)) for row in rows.select_related("id_token__vehicle")]
        self.offer("reservation", choices, choices[0][0] if choices else None)

    @property
    def impossible(self) -> str:
        """Only an open reservation can be cancelled."""
        return "" if self.offers("reservation") else gettext("Nothing is reserved on this charge point.")

    def queue(self, *, now: datetime, actor: Actor) -> None:
        """Ask for the end of the reservation."""
        cancel_reservation(number=int(self.cleaned_data["reservation"]), now=now, actor=actor)


def _named(row: Reservation) -> str:
    token = row.id_token
    return gettext("Connector %(connector)d: %(vehicle)s, reservation %(number)d") % {
        "connector": row.connector,
        "vehicle": token.vehicle.name if token.vehicle else token.value,
        "number": row.number,
    }
