"""The command that holds a running charge at no power, or lets it go on."""

from __future__ import annotations

from datetime import datetime

from django import forms
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from charging.services.pausing import pause_charge, resume_charge
from evkit.console.commands.base import CommandForm
from evkit.core.recorders import Actor


class PauseForm(CommandForm):
    """SetChargingProfile with a limit of 0, and what takes it away again (OCPP 1.6 §5.16, §5.5)."""

    action = "SetChargingProfile"
    heading = _("Pause or resume a charge")
    submit = _("Send")
    icon = "player-pause"

    connector = forms.ChoiceField(label=_("Connector"), widget=forms.RadioSelect)
    kind = forms.ChoiceField(
        label=_("What"),
        widget=forms.RadioSelect,
        initial="pause",
        choices=[
            ("pause", pgettext_lazy("operation", "Pause")),
            ("resume", pgettext_lazy("operation", "Resume")),
        ],
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=200, required=False, help_text=_("Shown to everybody who asks why.")
    )

    def prepare(self) -> None:
        """Offer the connectors where a charge runs."""
        running = {item.evse.number for item in self.open_transactions()}
        choices = [choice for choice in self.connector_choices() if int(choice[0]) in running]
        self.offer("connector", choices, choices[0][0] if choices else None)

    @property
    def impossible(self) -> str:
        """Only a running charge can be paused."""
        return "" if self.offers("connector") else gettext("No charge is running on this charge point.")

    def queue(self, *, now: datetime, actor: Actor) -> None:
        """Queue the pause, or the end of it."""
        data = self.cleaned_data
        evse = self.charge_point.evses.get(number=int(data["connector"]))
        change = pause_charge if data["kind"] == "pause" else resume_charge
        change(evse=evse, now=now, actor=actor, reason=data["reason"])
