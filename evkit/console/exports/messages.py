"""The message log as a table to export."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from evkit.console.exports.description import Export, Field, Kind, Scope
from evkit.console.exports.points import name_points, point_filters, point_ids
from evkit.console.tables.filtering import Filter, Rows
from evkit.console.tables.filtering import Kind as FilterKind
from history.models import Message

FIELDS = (
    Field("charge_point", _("Charge point"), lambda row: row.identity),
    Field("time", _("Time"), lambda row: row.at, Kind.MOMENT),
    Field("direction", _("Direction"), lambda row: row.get_direction_display(), width=24),
    Field("action", _("Message"), lambda row: row.action, width=24),
    Field("frame", _("Frame"), lambda row: row.frame, width=80),
    Field("answer", _("Answer"), lambda row: row.answer, width=60),
    Field("answered", _("Answered"), lambda row: row.answered_at, Kind.MOMENT),
    Field("device_time", _("Time of the charge point"), lambda row: row.device_at, Kind.MOMENT),
    Field("deviations", _("Deviations"), lambda row: row.deviations, width=40),
    Field("message_id", _("Message id"), lambda row: row.message_id, usual=False, width=38),
    Field("sequence", _("Sequence"), lambda row: str(row.sequence), usual=False),
)


def _rows(scope: Scope) -> QuerySet[Any]:
    rows = Message.objects.filter(charge_point_id__in=point_ids(scope))
    return rows.order_by("charge_point_id", "at", "sequence")


def _action(rows: Rows, value: str) -> Rows:
    return rows.filter(action=value)


def _filters(scope: Scope) -> list[Filter]:
    return [
        *point_filters(scope, "at"),
        Filter("action", _("Message"), _action, FilterKind.TEXT),
    ]


EXPORT = Export(
    name="messages",
    title=_("Messages"),
    whole=_("All messages of these sites that are still kept"),
    rows=_rows,
    filters=_filters,
    fields=FIELDS,
    complete=name_points,
)
