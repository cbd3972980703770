"""What a save is about to change, for the audit journal."""

from __future__ import annotations

from collections.abc import Collection

from django.db import models

MASK = "***"


def pending_changes(instance: models.Model, *, secret: Collection[str] = ()) -> dict[str, list[object]]:
    """Return {field: [old, new]} of what saving `instance` would change; [None, new] for a new one.

    A changed `limit_value` brings its `limit_unit` along even where that stays, as the one says nothing
    without the other. Values are JSON types; those of `secret` fields are masked.
    """
    known = type(instance)._default_manager.filter(pk=instance.pk).first() if instance.pk else None  # noqa: SLF001
    changes: dict[str, list[object]] = {}
    for field in instance._meta.concrete_fields:  # noqa: SLF001 (Django's documented Meta API)
        if field.primary_key:
            continue
        old = field.value_from_object(known) if known else None
        new = field.value_from_object(instance)
        if old != new or _is_unit_of(field.name, changes):
            hidden = field.name in secret
            changes[field.name] = [_shown(value, hidden=hidden) for value in (old, new)]
    return changes


def _is_unit_of(name: str, changes: Collection[str]) -> bool:
    return name.endswith("_unit") and f"{name.removesuffix('unit')}value" in changes


def _shown(value: object, *, hidden: bool) -> object:
    if hidden:
        return MASK if value else value
    return value if isinstance(value, str | int | float | bool | list | dict | None) else str(value)
