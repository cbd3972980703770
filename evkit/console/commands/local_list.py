"""Commands about the charge point's local authorization list."""

from __future__ import annotations

from datetime import datetime

from django import forms
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from charging.models import IdToken, LocalList
from charging.services.local_lists import keep_list, send_list
from evkit.console.commands.base import CommandForm, Payload
from evkit.core.recorders import Actor


class SendListForm(CommandForm):
    """SendLocalList (OCPP 1.6 §5.15), composed of evkit's badges."""

    action = "SendLocalList"
    heading = _("Send the local list")
    intro = _("With it the charge point decides about badges by itself while it has no connection.")
    icon = "list"

    update = forms.ChoiceField(
        label=_("What to send"),
        widget=forms.RadioSelect,
        choices=[("differential", _("What has changed")), ("full", _("The whole list"))],
        initial="differential",
    )
    kept = forms.BooleanField(
        label=_("Keep the list up to date"),
        required=False,
        help_text=_("evkit then sends every change of the badges by itself."),
    )

    def prepare(self) -> None:
        """Show whether the list is kept up to date."""
        row = LocalList.objects.filter(charge_point=self.charge_point).first()
        self.fields["kept"].initial = row is not None and row.kept

    @property
    def impossible(self) -> str:
        """An empty list is nothing to send from here."""
        return "" if IdToken.objects.exists() else gettext("There is no badge yet.")

    def queue(self, *, now: datetime, actor: Actor) -> None:
        """Send the list and remember whether it is kept."""
        full = self.cleaned_data["update"] == "full"
        send_list(charge_point=self.charge_point, full=full, now=now, actor=actor)
        keep_list(charge_point=self.charge_point, kept=self.cleaned_data["kept"], actor=actor)


class ReadListForm(CommandForm):
    """GetLocalListVersion (OCPP 1.6 §5.10)."""

    action = "GetLocalListVersion"
    heading = _("Read the version of the local list")
    submit = pgettext_lazy("command", "Read")
    icon = "list-details"

    def payload(self) -> Payload:
        """Return nothing: the message has no fields."""
        return {}
