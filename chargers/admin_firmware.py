"""Administration of the firmware library: files are added and removed, never changed."""

from __future__ import annotations

import hashlib
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from chargers.models import FirmwareFile
from chargers.services.files import MAX_BYTES, add_firmware, remove_firmware
from chargers.services.signatures import require_signature, require_signed_by
from evkit.core.clock import utc_now
from evkit.core.errors import InvalidInputError
from sites.admin_base import actor_of

BEFORE = ("file", "expected", "vendor", "model", "version")
AFTER = ("vendor", "model", "version", "name", "size", "sha256", "added_at", "added_by")
SIGNED = ("signing_certificate", "signature")


class FirmwareForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    """A new file, with what it is meant for."""

    file = forms.FileField(label=_("file"))
    expected = forms.CharField(
        label=_("expected SHA-256"),
        required=False,
        help_text=_("As the maker states it; a file that differs is refused."),
    )

    class Meta:
        model = FirmwareFile
        fields = ("vendor", "model", "version", "signing_certificate", "signature")
        help_texts = {
            "vendor": _("As the charge points report it; empty: for any."),
            "model": _("As the charge points report it; empty: for any."),
            "signing_certificate": _("In PEM, as its maker gives it; empty: the file is not signed."),
            "signature": _("In base64: RSA-PSS or ECSchnorr over the SHA-256 of the file."),
        }

    def clean(self) -> dict[str, Any] | None:
        """Check size and digest, and that the file is new."""
        data = super().clean()
        file = self.cleaned_data.get("file")
        if file is None:
            return data
        digest = digest_of(file)
        expected = self.cleaned_data.get("expected", "").strip().lower()
        if file.size > MAX_BYTES:
            self.add_error("file", ValidationError(_("The file is bigger than 1 GiB.")))
        elif expected and expected != digest:
            self.add_error("expected", ValidationError(_("The file has another SHA-256.")))
        elif FirmwareFile.objects.filter(sha256=digest).exists():
            self.add_error("file", ValidationError(_("This file is in the library already.")))
        else:
            self._check_signature(file)
        return data

    def _check_signature(self, file: UploadedFile[bytes]) -> None:
        certificate = self.cleaned_data.get("signing_certificate", "").strip()
        signature = "".join(self.cleaned_data.get("signature", "").split())
        self.cleaned_data |= {"signing_certificate": certificate, "signature": signature}
        try:
            require_signature(certificate, signature)
            if signature:
                require_signed_by(file.chunks(), certificate, signature)
        except InvalidInputError as error:
            self.add_error(error.field, ValidationError(error.message))


def digest_of(file: UploadedFile[bytes]) -> str:
    """Return the SHA-256 of an uploaded file, in hexadecimal digits."""
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    return digest.hexdigest()


@admin.register(FirmwareFile)
class FirmwareAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs only
    """The files that charge points can be updated with."""

    form = FirmwareForm
    list_display = ("version", "vendor", "model", "name", "size", "added_at", "added_by")
    list_filter = ("vendor", "model")
    search_fields = ("version", "vendor", "model", "name", "sha256")

    def has_change_permission(self, request: HttpRequest, obj: FirmwareFile | None = None) -> bool:
        """Nobody changes a file."""
        del request, obj
        return False

    def get_fields(self, request: HttpRequest, obj: FirmwareFile | None = None) -> tuple[str, ...]:
        """Show what is known of a file, and ask for it once."""
        del request
        if obj is None:
            return (*BEFORE, *SIGNED)
        return (*AFTER, *SIGNED) if obj.signed else AFTER

    def save_model(self, request: HttpRequest, obj: FirmwareFile, form: Any, change: bool) -> None:  # noqa: FBT001
        """Add a file to the library."""
        del change
        file = form.cleaned_data["file"]
        added = add_firmware(
            chunks=file.chunks(),
            name=file.name,
            vendor=obj.vendor,
            model=obj.model,
            version=obj.version,
            now=utc_now(),
            actor=actor_of(request),
            signing_certificate=form.cleaned_data["signing_certificate"],
            signature=form.cleaned_data["signature"],
        )
        obj.pk = added.pk
        obj.refresh_from_db()

    def delete_model(self, request: HttpRequest, obj: FirmwareFile) -> None:
        """Remove a file that no job names."""
        remove_firmware(firmware=obj, actor=actor_of(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[FirmwareFile]) -> None:
        """Remove several of them."""
        for firmware in queryset:
            self.delete_model(request, firmware)
