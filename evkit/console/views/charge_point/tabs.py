"""What the tabs of a charge point share: the page around them, and their live fragments."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from chargers.models import ChargePoint
from evkit.console.access import get_charge_point, may_command
from evkit.console.cards import ChargePointCard
from evkit.console.commands.base import CommandForm
from evkit.console.commands.catalogue import COMMANDS, HEAD_COMMANDS, MORE_COMMANDS
from evkit.console.selectors.overview import charge_point_card, plugged_transactions
from evkit.core.clock import utc_now

Button = tuple[str, type[CommandForm]]
Context = Mapping[str, object]
Fill = Callable[[HttpRequest, ChargePoint, datetime], Context]

TABS: Final[tuple[tuple[str, Promise, str], ...]] = (
    ("", pgettext_lazy("tab", "Live"), "activity"),
    ("transactions", _("Transactions"), "receipt"),
    ("curves", _("Curves"), "chart-line"),
    ("commands", pgettext_lazy("tab", "Commands"), "send"),
    ("configuration", _("Configuration"), "adjustments"),
    ("passport", _("Passport"), "clipboard-list"),
    ("security", _("Security"), "shield-lock"),
    ("messages", _("Messages"), "logs"),
    ("files", _("Files"), "file-text"),
    ("connections", _("Connections"), "wifi"),
)


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab of the charge point, as `components/tabs.html` draws it."""

    label: str
    icon: str
    href: str
    current: bool


def point_url(row: ChargePoint, tab: str = "") -> str:
    """Return the address of a tab; "" is the live one."""
    name = f"charge_point_{tab}" if tab else "charge_point"
    return reverse(name, args=[row.site.code if row.site else "-", row.identity])


def tab_page(request: HttpRequest, code: str, identity: str, tab: str, fill: Fill) -> HttpResponse:
    """Show a tab; the live feed gets its sections as fragments that replace themselves."""
    row = get_charge_point(request, code, identity)
    request.GET = page_query(request)  # type: ignore[assignment]  # links are those of the page
    with in_zone_of(row):
        now = utc_now()
        context = {**_frame_context(request, row, tab), **fill(request, row, now)}
        if "card" not in context:
            context["card"] = _card(row)
        name = tab or "live"
        template = "fragments" if is_fragment(request) else f"tabs/{name}"
        context["fragments"] = f"console/charge_point/tabs/_{name}.html"
        return render(request, f"console/charge_point/{template}.html", context)


def in_zone_of(row: ChargePoint) -> AbstractContextManager[None]:
    """Word times in the zone of the charge point's site."""
    return timezone.override(row.site.zone if row.site else None)


def is_part(request: HttpRequest) -> bool:
    """Tell whether htmx asks for the inside of a line, not the live feed for what changed."""
    return is_fragment(request) and "only" not in request.GET


def page_query(request: HttpRequest) -> QueryDict:
    """Return the query of the page: without what the live feed adds."""
    query = request.GET.copy()
    query.pop("only", None)
    return query


def is_fragment(request: HttpRequest) -> bool:
    """Tell whether htmx asks for a part: a link that it follows wants the whole page."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true"


def _frame_context(request: HttpRequest, row: ChargePoint, tab: str) -> dict[str, object]:
    return {
        "site": row.site,
        "charge_point": row,
        "tabs": tab_bar(request, row, tab),
        "may_command": may_command(request, row.site_id),
        "head_commands": _buttons(HEAD_COMMANDS),
        "more_commands": [(title, _buttons(slugs)) for title, slugs in MORE_COMMANDS],
    }


def _card(row: ChargePoint) -> ChargePointCard:
    voltage_v = row.site.voltage_v if row.site else 230.0
    return charge_point_card(row, plugged_transactions([row]), voltage_v)


def tab_bar(request: HttpRequest, row: ChargePoint, current: str | None) -> list[Tab]:
    """Return the tabs; the connector that was chosen is kept from one to the next."""
    connector = request.GET.get("connector", "")
    query = "?" + urlencode({"connector": connector}) if connector.isdigit() else ""
    return [
        Tab(
            label=str(label),
            icon=icon,
            href=point_url(row, slug) + query,
            current=current in {slug, slug.removesuffix("s")},
        )
        for slug, label, icon in TABS
    ]


def chosen_connector(request: HttpRequest) -> int | None:
    """Return the connector named in the address."""
    text = request.GET.get("connector", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None


def _buttons(slugs: tuple[str, ...]) -> list[Button]:
    return [(slug, COMMANDS[slug]) for slug in slugs]
