"""Commands about the charge point itself: reset, availability, messages on demand."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from evkit.console.commands.base import CommandForm, Payload, running_text


class ResetForm(CommandForm):
    """Reset (OCPP 1.6 §5.14)."""

    action = "Reset"
    heading = _("Reset the charge point")
    submit = _("Reset")
    icon = "refresh"
    danger = True

    kind = forms.ChoiceField(
        label=_("Kind of reset"),
        widget=forms.RadioSelect,
        initial="Soft",
        choices=[
            ("Soft", _("Soft: ends the charges properly, then restarts the software")),
            ("Hard", _("Hard: restarts at once, as if the power had been cut")),
        ],
    )

    @property
    def warning(self) -> str:
        """Name the charges that will end."""
        running = self.open_transactions()
        if not running:
            return ""
        return ngettext(
            "Reset %(identity)s: its running transaction %(numbers)s will end.",
            "Reset %(identity)s: its running transactions %(numbers)s will end.",
            len(running),
        ) % {"identity": self.charge_point.identity, "numbers": running_text(running)}

    def payload(self) -> Payload:
        """Return the kind of reset."""
        return {"type": self.cleaned_data["kind"]}


class AvailabilityForm(CommandForm):
    """ChangeAvailability (OCPP 1.6 §5.2)."""

    action = "ChangeAvailability"
    heading = _("Change the availability")
    intro = _("A connector that is charging changes when its charge has ended.")
    submit = _("Change")
    icon = "power"

    connector = forms.ChoiceField(label=_("What"), widget=forms.RadioSelect)
    kind = forms.ChoiceField(
        label=_("New availability"),
        widget=forms.RadioSelect,
        initial="Inoperative",
        choices=[
            ("Operative", _("In service")),
            ("Inoperative", _("Out of service")),
        ],
    )

    def prepare(self) -> None:
        """Offer the whole charge point and its connectors."""
        self.offer("connector", self.connector_choices(whole=_("The whole charge point")), "0")

    def payload(self) -> Payload:
        """Return what changes, and to which availability."""
        data = self.cleaned_data
        return {"connectorId": int(data["connector"]), "type": data["kind"]}


class TriggerForm(CommandForm):
    """TriggerMessage (OCPP 1.6 §5.17)."""

    action = "TriggerMessage"
    heading = _("Ask for a message")
    intro = _("The charge point sends the message at once, if it knows how to.")
    submit = _("Ask")
    icon = "message"

    message = forms.ChoiceField(
        label=_("Message"),
        choices=[
            ("StatusNotification", _("Status of its connectors")),
            ("MeterValues", _("Meter values")),
            ("BootNotification", _("Boot facts (model, firmware)")),
            ("Heartbeat", _("Heartbeat")),
            ("DiagnosticsStatusNotification", _("Status of the diagnostics upload")),
            ("FirmwareStatusNotification", _("Status of the firmware update")),
        ],
    )
    connector = forms.ChoiceField(label=_("Connector"), required=False)

    def prepare(self) -> None:
        """Offer the connectors and none."""
        choices = self.connector_choices()
        self.offer("connector", [("", gettext("Not for a connector")), *choices])

    def payload(self) -> Payload:
        """Return the message asked for, with the connector it is about."""
        data = self.cleaned_data
        chosen: Payload = {"requestedMessage": data["message"]}
        if data["connector"]:
            chosen["connectorId"] = int(data["connector"])
        return chosen
