"""Commands about a charge: start, stop, unlock."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from charging.models import IdToken
from evkit.console.choosing import QuickSelect
from evkit.console.commands.base import Choices, CommandForm, Payload, vehicle_of


class StartForm(CommandForm):
    """RemoteStartTransaction (OCPP 1.6 §5.11)."""

    action = "RemoteStartTransaction"
    heading = _("Start a charge")
    intro = _("The charge point starts as if the badge had been presented to it.")
    submit = _("Start")
    icon = "player-play"

    connector = forms.ChoiceField(label=_("Connector"), widget=forms.RadioSelect)
    tag = forms.ChoiceField(label=_("Vehicle or badge"), widget=QuickSelect)

    def prepare(self) -> None:
        """Offer the connectors and every badge that is not blocked."""
        self.offer("connector", self.connector_choices(), self._first_free())
        self.offer("tag", tag_choices())

    def _first_free(self) -> str | None:
        busy = {item.evse.number for item in self.open_transactions()}
        numbers = [evse.number for evse in self.charge_point.evses.all()]
        free = [number for number in numbers if number not in busy]
        return next((str(number) for number in [*free, *numbers]), None)

    @property
    def impossible(self) -> str:
        """Starting needs a badge."""
        if self.offers("tag"):
            return ""
        return gettext("There is no badge yet. Declare one in the administration first.")

    def payload(self) -> Payload:
        """Return the connector and the badge."""
        data = self.cleaned_data
        return {"connectorId": int(data["connector"]), "idTag": data["tag"]}


def tag_choices() -> Choices:
    """Return the badges that may be used, named by their vehicle."""
    tokens = IdToken.objects.filter(blocked=False).select_related("vehicle")
    named = [(t.value, f"{t.vehicle} · {t.value}" if t.vehicle else t.value) for t in tokens]
    return sorted(named, key=lambda choice: choice[1].casefold())


class StopForm(CommandForm):
    """RemoteStopTransaction (OCPP 1.6 §5.12)."""

    action = "RemoteStopTransaction"
    heading = _("Stop a charge")
    submit = _("Stop the charge")
    icon = "player-stop"
    danger = True

    transaction = forms.ChoiceField(label=_("Transaction"), widget=forms.RadioSelect)

    def prepare(self) -> None:
        """Offer the running transactions."""
        running = self.open_transactions()
        choices = [
            (
                str(item.number),
                gettext("Connector %(connector)d: %(vehicle)s, transaction %(number)d")
                % {
                    "connector": item.evse.number,
                    "vehicle": vehicle_of(item),
                    "number": item.number,
                },
            )
            for item in running
        ]
        self.offer("transaction", choices, str(running[0].number) if running else None)

    @property
    def impossible(self) -> str:
        """Only a running transaction can be stopped."""
        if self.offers("transaction"):
            return ""
        return gettext("No charge is running on this charge point.")

    def payload(self) -> Payload:
        """Return the number of the transaction."""
        return {"transactionId": int(self.cleaned_data["transaction"])}


class UnlockForm(CommandForm):
    """UnlockConnector (OCPP 1.6 §5.18)."""

    action = "UnlockConnector"
    heading = _("Unlock a connector")
    intro = _("Frees a cable that is stuck. A running charge on the connector ends.")
    submit = _("Unlock")
    icon = "lock-open"

    connector = forms.ChoiceField(label=_("Connector"), widget=forms.RadioSelect)

    def prepare(self) -> None:
        """Offer the connectors."""
        choices = self.connector_choices()
        self.offer("connector", choices, choices[0][0] if choices else None)

    def payload(self) -> Payload:
        """Return the connector."""
        return {"connectorId": int(self.cleaned_data["connector"])}
