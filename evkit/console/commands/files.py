"""Commands that move files: diagnostics from a charge point, firmware to it."""

from __future__ import annotations

from datetime import datetime

from django import forms
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from chargers.models import ChargePointState, FirmwareFile
from chargers.services.file_jobs import request_diagnostics, update_firmware
from evkit.console.commands.base import CommandForm, running_text
from evkit.core.recorders import Actor


class DiagnosticsForm(CommandForm):
    """GetDiagnostics (OCPP 1.6 §5.9), uploaded to evkit itself."""

    action = "GetDiagnostics"
    heading = _("Request diagnostics")
    intro = _("The charge point uploads its log to evkit; it appears among its files.")
    submit = _("Request")
    icon = "stethoscope"

    since = forms.DateTimeField(label=pgettext_lazy("period", "From"), required=False)
    until = forms.DateTimeField(
        label=pgettext_lazy("period", "To"),
        required=False,
        help_text=_("Leave both empty for everything that the charge point keeps."),
    )

    def prepare(self) -> None:
        """Let the browser offer a calendar."""
        as_moment(self, "since", "until")

    def clean(self) -> dict[str, object]:
        """Refuse a period that ends before it begins."""
        data: dict[str, object] = super().clean() or {}
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and until and since >= until:
            self.add_error("until", gettext("The period ends before it begins."))
        return data

    def queue(self, *, now: datetime, actor: Actor) -> None:
        """Ask for the file."""
        request_diagnostics(
            charge_point=self.charge_point,
            base_url=self.base_url,
            since=self.cleaned_data["since"],
            until=self.cleaned_data["until"],
            now=now,
            actor=actor,
        )


class FirmwareForm(CommandForm):
    """UpdateFirmware (OCPP 1.6 §5.19) with a file of evkit's library."""

    action = "UpdateFirmware"
    heading = _("Update the firmware")
    intro = _("The charge point downloads the file from evkit, installs it and restarts.")
    submit = _("Update")
    icon = "download"
    danger = True

    firmware = forms.ChoiceField(label=_("Firmware"))
    at = forms.DateTimeField(label=_("Not before"), required=False, help_text=_("Leave empty for now."))

    def prepare(self) -> None:
        """Offer the files that are meant for this make and model."""
        as_moment(self, "at")
        self.offer("firmware", [(str(file.pk), f"{file} ({file.name})") for file in self.fitting()])

    def fitting(self) -> list[FirmwareFile]:
        """Return the files that are meant for this make and model."""
        state = getattr(self.charge_point, "state", None) or ChargePointState()
        fits = FirmwareFile.objects.filter(vendor__in=["", state.vendor], model__in=["", state.model])
        return list(fits)

    @property
    def impossible(self) -> str:
        """Updating needs a file."""
        if self.offers("firmware"):
            return ""
        return gettext("There is no firmware for this make and model. Add it in the administration first.")

    @property
    def warning(self) -> str:
        """Name the charges that may end."""
        running = self.open_transactions()
        if not running:
            return ""
        return gettext("Charges that run may end: %(numbers)s.") % {"numbers": running_text(running)}

    def queue(self, *, now: datetime, actor: Actor) -> None:
        """Ask for the update."""
        update_firmware(
            charge_point=self.charge_point,
            firmware=FirmwareFile.objects.get(pk=self.cleaned_data["firmware"]),
            base_url=self.base_url,
            retrieve_at=self.cleaned_data["at"],
            now=now,
            actor=actor,
        )


def as_moment(form: CommandForm, *names: str) -> None:
    """Let the browser offer a calendar and a clock for these fields."""
    for name in names:
        form.fields[name].widget = forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
