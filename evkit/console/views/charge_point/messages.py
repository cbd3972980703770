"""The raw frames of one charge point."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from chargers.models import ChargePoint
from evkit.console.access import get_charge_point, member_page
from evkit.console.periods import local_text, read_moment
from evkit.console.selectors.messages import (
    Key,
    MessageFilter,
    MessageLine,
    actions_of,
    counterpart,
    find_message,
    message_page,
    newer_messages,
)
from evkit.console.streaming import csv_line, streamed
from evkit.console.views.charge_point.tabs import Context, in_zone_of, is_fragment, is_part, tab_page
from evkit.core.clock import utc_now
from history.models import Message
from history.types import Direction

DIRECTIONS = {"in": Direction.IN, "out": Direction.OUT}
TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl; charset=utf-8"}
COLUMNS = (
    "at", "device_at", "direction", "message_id", "action", "frame", "answered_at", "answer", "deviations",
)  # fmt: skip


def read_filter(query: QueryDict) -> MessageFilter:
    """Read the filter of the address; what cannot be read is ignored."""
    return MessageFilter(
        action=query.get("action", "").strip(),
        direction=DIRECTIONS.get(query.get("direction", "")),
        deviating=bool(query.get("deviations")),
        query=query.get("q", "").strip(),
        since=read_moment(query.get("from", "")),
        until=read_moment(query.get("to", ""), end=True),
    )


LONGEST = timedelta(days=31)


@member_page
def messages(request: HttpRequest, code: str, identity: str) -> HttpResponse:
    """List the frames, newest first; the live feed only gets those that the page has not yet."""
    return tab_page(request, code, identity, "messages", _context)


def _context(request: HttpRequest, row: ChargePoint, now: datetime) -> Context:
    wanted = read_filter(request.GET)
    before = Key.read(request.GET.get("before", ""))
    present = before is None and wanted.until is None
    if is_fragment(request) and (not present or request.GET.get("after") == "paused"):
        return {"append": True, "lines": ()}
    after = Key.read(request.GET.get("after", "")) if is_fragment(request) else None
    newer = newer_messages(row.pk, wanted, after) if after else None
    if newer is not None:
        return {"append": True, "lines": newer}
    found = message_page(row.pk, wanted, now, before)
    query = request.GET.copy()
    for name in ("before", "after", "page"):
        query.pop(name, None)
    return {
        "wanted": wanted,
        "since": local_text(wanted.since),
        "until": local_text(wanted.until),
        "found": found,
        "lines": found.lines,
        "present": present,
        "newest_href": f"?{query.urlencode()}",
        "query": query.urlencode(),
        "actions": actions_of(row.pk, now),
    }


@member_page
def message(request: HttpRequest, code: str, identity: str, key: str) -> HttpResponse:
    """Show one frame with its answer; to htmx, the inside of its line."""
    row = get_charge_point(request, code, identity)
    wanted = Key.read(key)
    line = find_message(row.pk, wanted) if wanted else None
    if line is None:
        raise Http404(_("There is no such message, or it is no longer kept."))
    if not is_part(request):
        return tab_page(request, code, identity, "message", lambda *_given: _one(row, line))
    with in_zone_of(row):
        context = {"site": row.site, "charge_point": row, **_one(row, line)}
        return render(request, "console/charge_point/_message.html", context)


def _one(row: ChargePoint, line: MessageLine) -> Context:
    return {"line": line, "other": None if line.answer else counterpart(row.pk, line)}


@member_page
def download(request: HttpRequest, code: str, identity: str, kind: str) -> HttpResponseBase:
    """Send the frames that pass the filter, oldest first: of the last 24 hours, or of up to 31 days."""
    row = get_charge_point(request, code, identity)
    if kind not in TYPES:
        raise Http404(_("There is no such file."))
    with in_zone_of(row):
        wanted = read_filter(request.GET)
    until = wanted.until or utc_now()
    since = max(wanted.since or until - timedelta(hours=24), until - LONGEST)
    rows = wanted.rows(row.pk).filter(at__gte=since, at__lt=until).order_by("at", "sequence")
    return streamed(
        rows,
        _csv if kind == "csv" else _json,
        name=f"{row.identity}-{since:%Y%m%dT%H%M}-{until:%Y%m%dT%H%M}.{kind}",
        content_type=TYPES[kind],
        head=csv_line(COLUMNS) if kind == "csv" else "",
    )


def _values(row: Message) -> dict[str, Any]:
    return {
        "at": _utc(row.at),
        "device_at": _utc(row.device_at),
        "direction": "in" if row.direction == Direction.IN else "out",
        "message_id": row.message_id,
        "action": row.action,
        "frame": row.frame,
        "answered_at": _utc(row.answered_at),
        "answer": row.answer,
        "deviations": json.loads(row.deviations) if row.deviations else [],
    }


def _csv(row: Message) -> str:
    values = _values(row)
    values["deviations"] = " ".join(str(each.get("code")) for each in values["deviations"])
    return csv_line("" if values[name] is None else values[name] for name in COLUMNS)


def _json(row: Message) -> str:
    return json.dumps(_values(row), ensure_ascii=False, separators=(",", ":")) + "\n"


def _utc(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat() if moment else None
