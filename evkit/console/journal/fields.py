"""What the details of audit entries are about, in words: their names, and the model field behind them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from chargers.models import Evse
from evkit.console.deeds import thing
from sites.models import Project

NAMES: Final[Mapping[str, str | Promise]] = {
    "action": _("Command"),
    "added": _("Added"),
    "address": _("Address"),
    "all": _("All of it"),
    "answer": _("Answer"),
    "archive": _("Archive before removal"),
    "archived": _("Archived"),
    "batch": pgettext_lazy("journal", "Operation no."),
    "before": _("Older than"),
    "changed": _("Changed"),
    "connector": _("Connector"),
    "connectors": _("Connectors"),
    "days": _("Days"),
    "departs_at": _("Departure"),
    "energy_wh": _("Energy"),
    "everything": _("All columns"),
    "exception": _("Other hours"),
    "exceptions": _("Other hours"),
    "expires_at": _("Valid until"),
    "failures": _("Failed tries"),
    "file": _("File"),
    "job": _("Transfer no."),
    "kept": _("Kept up to date"),
    "key": _("Key"),
    "kind": _("Kind"),
    "known": _("Known already"),
    "measured": _("Measured"),
    "name": _("Name"),
    "note": _("Note"),
    "on": _("Switched on"),
    "password_digest": _("Password"),
    "next_password_digest": _("Next password"),
    "pause": _("Pause no."),
    "payload": _("Request"),
    "priority": _("Priority"),
    "query": _("Filter"),
    "quirk": _("Quirk"),
    "ranges": _("Hours"),
    "reason": _("Reason"),
    "received": _("Received"),
    "removed": _("Removed"),
    "request": _("Request"),
    "resume": _("Pause no."),
    "role": _("Role"),
    "rows": _("Rows"),
    "serial_number": _("Serial number"),
    "sha256": "SHA-256",
    "shared": _("Shared with everybody"),
    "sites": _("Sites"),
    "spans": _("Hours"),
    "stop": _("Stop no."),
    "table": _("Table"),
    "tags": _("Badges"),
    "told": _("Limit told"),
    "transaction": _("Transaction"),
    "transactions": _("Transactions"),
    "until": _("Until"),
    "value": _("Value"),
    "version": _("Version"),
}
"""Names of details that are no field of the changed thing, or whose field says it badly."""

UNIT_IN_NAME: Final = re.compile(r"\s*\((W|Wh|A|V|s|min|%)\)$")
IN_PROJECT: Final = frozenset({"retention"})


def field_of(kind: str, name: str, *, of_connector: bool = False) -> models.Field[Any, Any] | None:
    """Return the model field that a detail of a kind of object tells of, None where there is none."""
    model = Evse if of_connector else _models().get(kind.replace("_", ""))
    if model is None:
        return None
    try:
        found = model._meta.get_field(name)  # noqa: SLF001 (Django's documented Meta API)
    except FieldDoesNotExist:
        return None
    return found if isinstance(found, models.Field) else None


def name_of(field: models.Field[Any, Any] | None, name: str) -> str:
    """Return how a detail is called, without the unit that its value shows.

    One of which nothing is known is called by its own name: a connector, a key of a charge point.
    """
    if name in NAMES:
        return str(NAMES[name])
    if field is not None:
        text = UNIT_IN_NAME.sub("", str(field.verbose_name))
        return text[:1].upper() + text[1:]
    return name


def counted(kind: str) -> str:
    """Return the name of a kind of thing of which a configuration file changed some."""
    return thing(kind)


@cache
def _models() -> dict[str, type[models.Model]]:
    """Return the models by the names that the journal gives to their objects."""
    found = {str(model._meta.model_name): model for model in apps.get_models()}  # noqa: SLF001
    return found | dict.fromkeys(IN_PROJECT, Project)
