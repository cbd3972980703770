"""Commands about the charge point's configuration keys."""

from __future__ import annotations

from datetime import datetime

from django import forms
from django.utils.translation import gettext_lazy as _

from chargers.models import ConfigurationKey
from chargers.services.desired import change_desired
from chargers.services.passwords import generate_key
from chargers.services.secrets import is_secret
from chargers.services.security_profiles import check_change, is_profile_key
from evkit.console.commands.base import CommandForm, Payload
from evkit.core.recorders import Actor


class ReadConfigurationForm(CommandForm):
    """GetConfiguration (OCPP 1.6 §5.8)."""

    action = "GetConfiguration"
    heading = _("Read the configuration")
    intro = _("Leave the field empty to read every key that the charge point knows.")
    submit = _("Read")
    icon = "list-details"

    keys = forms.CharField(label=_("Keys"), required=False, help_text=_("Separated by commas or blanks."))

    def payload(self) -> Payload:
        """Return the keys; none asks for all of them."""
        keys = self.cleaned_data["keys"].replace(",", " ").split()
        return {"key": keys} if keys else {}


class ChangeConfigurationForm(CommandForm):
    """ChangeConfiguration (OCPP 1.6 §5.3)."""

    action = "ChangeConfiguration"
    heading = _("Change the configuration")
    intro = _("A wrong value can cut the charge point off. Read the configuration first.")
    submit = _("Change")
    icon = "adjustments"

    key = forms.CharField(label=_("Key"), max_length=50)
    value = forms.CharField(label=_("New value"), max_length=500, required=False)
    keep = forms.BooleanField(
        label=_("Keep this value"),
        required=False,
        initial=True,
        help_text=_("evkit asks for it again where the charge point reports another, also after a restart."),
    )

    def prepare(self) -> None:
        """Suggest the keys that the charge point reported as writable."""
        self.fields["key"].widget.attrs.update(list="known-keys", autocapitalize="none")

    def suggestions(self) -> list[tuple[str, str]]:
        """Return the writable keys with their present values."""
        known = ConfigurationKey.objects.filter(charge_point=self.charge_point, readonly=False, known=True)
        return [(row.key, row.value or "") for row in known]

    def payload(self) -> Payload:
        """Return the key and its new value."""
        return {"key": self.cleaned_data["key"], "value": self.cleaned_data["value"]}

    def queue(self, *, now: datetime, actor: Actor) -> None:
        """Ask for the change, and keep the value or let go of the one that was kept."""
        data = self.cleaned_data
        if is_profile_key(data["key"]):
            check_change(self.charge_point, data["value"], now)
        elif not is_secret(data["key"]):
            change_desired(
                charge_point=self.charge_point,
                key=data["key"],
                value=data["value"] if data["keep"] else None,
                now=now,
                actor=actor,
            )
        super().queue(now=now, actor=actor)


class NewKeyForm(CommandForm):
    """ChangeConfiguration of AuthorizationKey with a key that evkit generates (security whitepaper, A01)."""

    action = "ChangeConfiguration"
    heading = _("Give a new password")
    intro = _(
        "evkit generates a strong password and sends it to the charge point; nobody sees it. "
        "The present one stays valid until the charge point has connected with the new one."
    )
    submit = _("Generate and send")
    icon = "lock"

    def payload(self) -> Payload:
        """Return the key AuthorizationKey with a new random value."""
        return {"key": "AuthorizationKey", "value": generate_key()}
