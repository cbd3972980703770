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
from evkit.core.clock import utc_now
from sites.admin_base import actor_of


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
        fields = ("vendor", "model", "version")
        help_texts = {
            "vendor": _("As the charge points report it; empty: for any."),
            "model": _("As the charge points report it; empty: for any."),
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
        return data


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
            return ("file", "expected", "vendor", "model", "version")
        return ("vendor", "model", "version", "name", "size", "sha256", "added_at", "added_by")

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
