"""Commands of the security extension of OCPP 1.6 (security whitepaper, edition 3)."""

from __future__ import annotations

from datetime import datetime

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chargers.models import FirmwareFile
from chargers.services.issuing import TRIGGER
from chargers.services.security_jobs import request_log, update_signed_firmware
from chargers.services.security_profiles import raise_profile
from chargers.types import LogType
from evkit.console.commands.base import CommandForm
from evkit.console.commands.device import TriggerForm
from evkit.console.commands.files import DiagnosticsForm, FirmwareForm, as_moment
from evkit.core.recorders import Actor


class LogForm(DiagnosticsForm):
    """GetLog (N01), uploaded to evkit itself."""

    action = "GetLog"
    heading = _("Request a log")
    intro = _("The charge point uploads its log to evkit; it appears among its files.")
    icon = "file-text"

    log_type = forms.ChoiceField(
        label=_("Log"), widget=forms.RadioSelect, choices=LogType.choices, initial=LogType.SECURITY
    )
    field_order = ("log_type", "since", "until")

    def queue(self, *, now: datetime, actor: Actor) -> None:
        """Ask for the log."""
        request_log(
            charge_point=self.charge_point,
            log_type=LogType(self.cleaned_data["log_type"]),
            base_url=self.base_url,
            since=self.cleaned_data["since"],
            until=self.cleaned_data["until"],
            now=now,
            actor=actor,
        )


class SignedFirmwareForm(FirmwareForm):
    """SignedUpdateFirmware (L01) with a signed file of evkit's library."""

    action = "SignedUpdateFirmware"
    heading = _("Update with signed firmware")
    intro = _("The charge point checks the signature of the file before it installs it and restarts.")
    icon = "shield-lock"

    install_at = forms.DateTimeField(
        label=_("Install not before"),
        required=False,
        help_text=_("Leave empty to install as soon as the file is there."),
    )

    def prepare(self) -> None:
        """Offer a calendar for both moments."""
        super().prepare()
        as_moment(self, "install_at")

    def fitting(self) -> list[FirmwareFile]:
        """Return the signed files that are meant for this make and model."""
        return [file for file in super().fitting() if file.signed]

    @property
    def impossible(self) -> str:
        """Updating needs a signed file."""
        if self.offers("firmware"):
            return ""
        return gettext(
            "There is no signed firmware for this make and model. Add it with its signature in the "
            "administration first."
        )

    def queue(self, *, now: datetime, actor: Actor) -> None:
        """Ask for the update."""
        update_signed_firmware(
            charge_point=self.charge_point,
            firmware=FirmwareFile.objects.get(pk=self.cleaned_data["firmware"]),
            base_url=self.base_url,
            retrieve_at=self.cleaned_data["at"],
            install_at=self.cleaned_data["install_at"],
            now=now,
            actor=actor,
        )


class RaiseProfileForm(CommandForm):
    """ChangeConfiguration of SecurityProfile (A05)."""

    action = "ChangeConfiguration"
    heading = _("Raise the security profile")
    intro = _(
        "The charge point connects anew with the higher profile; once it has, nothing below it is let "
        "in any more."
    )
    submit = _("Raise")
    icon = "shield-lock"
    danger = True

    profile = forms.ChoiceField(label=_("Security profile"), widget=forms.RadioSelect)

    def prepare(self) -> None:
        """Offer what is higher than the present one."""
        choices = [
            ("1", _("1 - password")),
            ("2", _("2 - TLS and password")),
            ("3", _("3 - client certificate")),
        ]
        higher = [
            (value, str(text)) for value, text in choices if int(value) > self.charge_point.security_profile
        ]
        self.offer("profile", higher, higher[0][0] if higher else None)

    @property
    def impossible(self) -> str:
        """Above the highest there is nothing."""
        return "" if self.offers("profile") else gettext("The charge point has the highest security profile.")

    def queue(self, *, now: datetime, actor: Actor) -> None:
        """Ask for the profile."""
        raise_profile(
            charge_point=self.charge_point, profile=int(self.cleaned_data["profile"]), now=now, actor=actor
        )


class ExtendedTriggerForm(TriggerForm):
    """ExtendedTriggerMessage (security whitepaper §5.5)."""

    action = "ExtendedTriggerMessage"
    heading = _("Ask for a message (security extension)")
    icon = "shield"

    message = forms.ChoiceField(
        label=_("Message"),
        choices=[
            (TRIGGER, _("A request for a new certificate")),
            ("LogStatusNotification", _("Status of the log upload")),
            ("FirmwareStatusNotification", _("Status of the signed firmware update")),
            ("StatusNotification", _("Status of its connectors")),
            ("MeterValues", _("Meter values")),
            ("BootNotification", _("Boot facts (model, firmware)")),
            ("Heartbeat", _("Heartbeat")),
        ],
    )
