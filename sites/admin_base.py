"""What the administration pages of every app share: read-only facts, and saving with an audit entry."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import models, transaction
from django.http import HttpRequest

from evkit.core.changes import pending_changes
from evkit.core.events import publish_after_commit
from evkit.core.recorders import Actor, Deed, record
from sites.addresses import client_address
from sites.events import SiteChanged
from sites.models import Site
from sites.permissions import principal_of_user


def actor_of(request: HttpRequest) -> Actor:
    """Return who makes the request, for the audit journal."""
    user: Any = request.user
    return principal_of_user(user, client_address(request)).actor


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs only
    """Shows rows that nobody edits by hand."""

    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds."""
        del request
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Nobody changes."""
        del request, obj
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Nobody deletes."""
        del request, obj
        return False


class AuditedAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs only
    """Saves and deletes rows with an entry in the audit journal, in the same transaction.

    `secret_fields` are masked in the journal; `key_field` names the object there.
    """

    secret_fields: tuple[str, ...] = ()
    key_field = "code"

    def save_model(self, request: HttpRequest, obj: models.Model, form: Any, change: bool) -> None:  # noqa: FBT001
        """Store a row and what changed."""
        with transaction.atomic():
            changes = pending_changes(obj, secret=self.secret_fields)
            super().save_model(request, obj, form, change)
            if changes:
                self.note(request, obj, "update" if change else "create", {"changes": changes})

    def delete_model(self, request: HttpRequest, obj: models.Model) -> None:
        """Delete a row."""
        with transaction.atomic():
            self.note(request, obj, "remove", {})
            super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> None:
        """Delete several rows, each with its entry."""
        with transaction.atomic():
            for obj in queryset:
                self.delete_model(request, obj)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:  # noqa: FBT001
        """Store the rows below a row, with one entry that names what was touched."""
        with transaction.atomic():
            super().save_formset(request, form, formset, change)
            touched = {
                "added": [str(row) for row in formset.new_objects],
                "changed": [str(row) for row, _ in formset.changed_objects],
                "removed": [str(row) for row in formset.deleted_objects],
            }
            details = {name: rows for name, rows in touched.items() if rows}
            if details:
                details["kind"] = [formset.model._meta.model_name]  # noqa: SLF001
                self.note(request, form.instance, "update", details)

    def note(self, request: HttpRequest, obj: models.Model, verb: str, details: dict[str, Any]) -> None:
        """Write an entry about `obj`, and tell that its site changed."""
        site_id = _site_id(obj)
        record(
            Deed(
                actor=actor_of(request),
                verb=verb,
                object_type=str(obj._meta.model_name),  # noqa: SLF001 (Django's documented Meta API)
                object_key=str(getattr(obj, self.key_field, None) or obj.pk),
                site_id=site_id,
                details=details,
            )
        )
        if site_id is not None:
            publish_after_commit(SiteChanged(site_id))


def _site_id(obj: models.Model) -> int | None:
    if isinstance(obj, Site):
        return obj.pk
    site_id: int | None = getattr(obj, "site_id", None)
    return site_id
