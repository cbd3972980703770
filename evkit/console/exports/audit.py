"""The audit journal as a table to export: for administrators."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from evkit.console.audit_filters import audit_filters
from evkit.console.deeds import deed, thing
from evkit.console.exports.description import Export, Field, Kind, Scope
from evkit.console.tables.filtering import Filter
from history.models import AuditEntry
from sites.permissions import Right

FIELDS = (
    Field("time", _("Time"), lambda row: row.at, Kind.MOMENT),
    Field("user", _("User"), lambda row: row.user_name),
    Field("address", _("Address"), lambda row: row.address),
    Field("deed", _("Deed"), lambda row: deed(row.verb), width=30),
    Field("kind", _("Kind of object"), lambda row: thing(row.object_type), width=24),
    Field("object", _("Object"), lambda row: row.object_key, width=30),
    Field("site", _("Site"), lambda row: getattr(row.site, "name", None)),
    Field("details", _("Details"), lambda row: json.dumps(row.details, ensure_ascii=False), width=60),
)


def _rows(_scope: Scope) -> QuerySet[Any]:
    return AuditEntry.objects.select_related("site").order_by("-at", "-id")


def _filters(_scope: Scope) -> list[Filter]:
    return audit_filters()


EXPORT = Export(
    name="audit",
    title=_("Audit journal"),
    whole=_("The whole journal, also of what belongs to no site"),
    rows=_rows,
    filters=_filters,
    fields=FIELDS,
    right=Right.CONFIGURE,
)
