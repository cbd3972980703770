"""Commands about certificates (security whitepaper, A02, M03 to M05)."""

from __future__ import annotations

from datetime import datetime

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chargers.models import InstalledCertificate
from chargers.services.authority import load_authority
from chargers.services.issuing import TRIGGER
from chargers.services.root_certificates import delete_root, install_root, read_roots
from chargers.types import CertificateUse
from evkit.console.commands.base import CommandForm, Payload
from evkit.core.recorders import Actor


class RenewCertificateForm(CommandForm):
    """ExtendedTriggerMessage for a SignCertificate (A02)."""

    action = "ExtendedTriggerMessage"
    heading = _("Give a new certificate")
    intro = _(
        "The charge point makes a new key and asks for a certificate; it gets one from this system's own "
        "authority. It may ask within 24 hours."
    )
    submit = _("Ask")
    icon = "key"

    def payload(self) -> Payload:
        """Return the message that is asked for."""
        return {"requestedMessage": TRIGGER}


class InstallRootForm(CommandForm):
    """InstallCertificate (M05)."""

    action = "InstallCertificate"
    heading = _("Install a root certificate")
    intro = _("By it the charge point knows this system, or the firmware of its manufacturer.")
    submit = _("Install")
    icon = "shield-lock"

    use = forms.ChoiceField(
        label=_("Purpose"),
        widget=forms.RadioSelect,
        choices=CertificateUse.choices,
        initial=CertificateUse.CENTRAL_SYSTEM,
    )
    certificate = forms.CharField(
        label=_("Certificate (PEM)"),
        required=False,
        widget=forms.Textarea({"rows": 6, "spellcheck": "false"}),
        help_text=_("Leave empty for the root of this system's own authority."),
    )

    def clean(self) -> dict[str, object]:
        """A manufacturer's certificate must be given."""
        data: dict[str, object] = super().clean() or {}
        ours = self.cleaned_data.get("use") == CertificateUse.CENTRAL_SYSTEM
        if not ours and not self.cleaned_data.get("certificate"):
            self.add_error("certificate", gettext("Give the certificate of the manufacturer."))
        return data

    def queue(self, *, now: datetime, actor: Actor) -> None:
        """Ask to install it."""
        install_root(
            charge_point=self.charge_point,
            use=CertificateUse(self.cleaned_data["use"]),
            certificate=self.cleaned_data["certificate"] or load_authority(now=now).pem,
            now=now,
            actor=actor,
        )


class ReadRootsForm(CommandForm):
    """GetInstalledCertificateIds (M03)."""

    action = "GetInstalledCertificateIds"
    heading = _("Read the root certificates")
    submit = _("Read")
    icon = "list"

    use = forms.ChoiceField(
        label=_("Purpose"),
        widget=forms.RadioSelect,
        choices=CertificateUse.choices,
        initial=CertificateUse.CENTRAL_SYSTEM,
    )

    def queue(self, *, now: datetime, actor: Actor) -> None:
        """Ask which are there."""
        use = CertificateUse(self.cleaned_data["use"])
        read_roots(charge_point=self.charge_point, use=use, now=now, actor=actor)


class DeleteRootForm(CommandForm):
    """DeleteCertificate (M04)."""

    action = "DeleteCertificate"
    heading = _("Delete a root certificate")
    submit = _("Delete")
    icon = "trash"
    danger = True

    certificate = forms.ChoiceField(label=_("Certificate"))

    def prepare(self) -> None:
        """Offer what is known to be there."""
        rows = InstalledCertificate.objects.filter(charge_point=self.charge_point)
        self.offer("certificate", [(str(row.pk), f"{row.get_use_display()}: {row}") for row in rows])

    @property
    def impossible(self) -> str:
        """Deleting needs something that is there."""
        if self.offers("certificate"):
            return ""
        return gettext("No root certificate is known of this charge point. Read them first.")

    def queue(self, *, now: datetime, actor: Actor) -> None:
        """Ask to delete it."""
        rows = InstalledCertificate.objects.filter(charge_point=self.charge_point)
        delete_root(
            installed=rows.select_related("charge_point").get(pk=self.cleaned_data["certificate"]),
            now=now,
            actor=actor,
        )
