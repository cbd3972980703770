"""Filters for quantities and tags for symbols, icons, bars and batteries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Literal

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from charging.models import Vehicle
from evkit.console import drawing, formats, moments, plan, wording
from evkit.console.answers import answer_text
from evkit.console.cards import ChargePointCard, ConnectorCard, Totals
from evkit.console.doers import doer as doer_name
from evkit.console.reasons import reason_text
from evkit.console.selectors.detail import ConnectorDetail
from evkit.console.states import Group, State
from evkit.console.vehicle_links import linked, linked_vehicle
from sites.models import Site

register = template.Library()

TALLY = (Group.CHARGING, Group.FREE, Group.WAITING, Group.FAULTED, Group.OFFLINE)
SPRITE = "vendor/tabler-icons-3.51.0/sprite.svg"
ICONS = 512
"""How many icons, each in its sizes, are drawn only once."""


Value = float | Literal[""] | None


def known(value: Value) -> float | None:
    """Return None for what a template could not find."""
    return None if value == "" else value


@register.filter
def doer(name: str) -> str:
    """Return the name of who did something, evkit's own in the reader's language."""
    return doer_name(name)


@register.filter
def answer(told: str) -> str:
    """Return what a charge point answered or reported in the reader's language."""
    return answer_text(told)


@register.filter
def stop_reason(reason: str) -> str:
    """Return why a charge was stopped in the reader's language (OCPP 1.6 §7.36)."""
    return reason_text(reason)


@register.filter
def number(value: Value, decimals: int = 0) -> str:
    """Format a plain number."""
    return formats.number(known(value), decimals)


@register.filter
def kw(value_w: Value, decimals: int = 1) -> str:
    """Format watts as kilowatts without the unit."""
    return formats.number(formats.kilo(known(value_w)), decimals)


@register.filter
def power(value_w: Value, decimals: int = 1) -> str:
    """Format watts as kilowatts with the unit."""
    return formats.quantity(formats.kilo(known(value_w)), "kW", decimals)


@register.filter
def energy(value_wh: Value, decimals: int = 1) -> str:
    """Format watt-hours as kilowatt-hours with the unit."""
    return formats.quantity(formats.kilo(known(value_wh)), "kWh", decimals)


@register.filter
def percent(value: Value) -> str:
    """Format a percentage with its sign."""
    return formats.quantity(known(value), "%")


@register.filter
def told(moment: datetime | Literal[""] | None, form: str) -> str:
    """Write a moment by a format; a time that the clock shows twice with its offset from UTC."""
    return moments.told(moment, form) if moment else ""


@register.simple_tag
def since(moment: datetime, now: datetime) -> SafeString:
    """Tell since when something has been so."""
    return wording.aged(_("since %(age)s"), moment, now)


@register.simple_tag
def last_seen(card: ChargePointCard, now: datetime) -> str:
    """Tell when an offline charge point was heard for the last time."""
    return wording.last_seen(card.last_seen_at, now)


@register.simple_tag
def name_link(name: str, href: str) -> SafeString:
    """Draw a name that leads to its page, if it has one."""
    return linked(name, href)


@register.simple_tag
def vehicle_link(site: Site | None, vehicle: Vehicle | None, tag: str) -> SafeString:
    """Lead to a vehicle's page, else name the badge."""
    return linked_vehicle(site or None, vehicle or None, tag) or SafeString(formats.NOTHING)


@register.simple_tag
@lru_cache(maxsize=ICONS)
def icon(name: str, size: str = "") -> SafeString:
    """Draw an icon of the sprite; it is decoration, the text beside it carries the meaning."""
    css = f"icon icon--{size}" if size else "icon"
    href = f"{static(SPRITE)}#{name}"
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}"/></svg>', css, href)


@register.simple_tag
def symbol(kind: str, size: str, state: State, label: str | None = None) -> SafeString:
    """Draw a state symbol (kind: connector or charge-point; size: list, card or detail)."""
    return drawing.symbol(kind, size, state, label)


@register.simple_tag
def power_bar(power_w: float | None, limit_w: float | None, max_w: float | None) -> SafeString:
    """Draw power against its limit and the maximum."""
    return drawing.power_bar(power_w=power_w, limit_w=limit_w, max_w=max_w)


@register.simple_tag
def soc_symbol(percent_value: float | None) -> SafeString:
    """Draw a battery filled to a state of charge."""
    return drawing.battery(percent_value)


@register.simple_tag
def site_bar(totals: Totals, base_w: float = 0.0) -> SafeString:
    """Draw a site's power against its limit; `base_w` of it is drawn elsewhere on the site."""
    return drawing.site_bar(totals, base_w)


@dataclass(frozen=True, slots=True)
class TallyItem:
    """One count under a site's power bar."""

    state: State
    count: int
    label: str


@register.filter
def tally(totals: Totals) -> list[TallyItem]:
    """Return the five counts shown for a site."""
    return [
        TallyItem(
            state=group.symbol or State.IDLE,
            count=totals.counts[group],
            label=wording.group_text(group, totals.counts[group]),
        )
        for group in TALLY
    ]


@register.simple_tag
def card_state(card: ChargePointCard, now: datetime) -> str:
    """Tell a charge point's state in a few words."""
    return wording.card_state(card, now)


@register.simple_tag(takes_context=True)
def connector_note(context: template.Context, conn: ConnectorCard) -> str:
    """Tell a connector's state in a sentence."""
    return wording.connector_note(conn, context["frame"].now)


@register.simple_tag
def connector_short(conn: ConnectorCard) -> str:
    """Tell a connector's state in a word or two."""
    return wording.connector_short(conn)


@register.simple_tag
def plan_drawing(card: ChargePointCard) -> SafeString:
    """Draw a charge point with its connectors and vehicles."""
    return plan.plan_drawing(card)


@register.simple_tag
def limit_bar(limit_w: float | None, max_w: float | None) -> SafeString:
    """Draw a limit as the filled part of the maximum."""
    return drawing.limit_bar(limit_w=limit_w, max_w=max_w)


@register.simple_tag
def connector_headline(detail: ConnectorDetail, now: datetime) -> str:
    """Tell which transaction a connector shows and how old its values are."""
    return wording.headline(
        number=detail.transaction.number if detail.transaction else None,
        measured_at=detail.live.measured_at if detail.live else None,
        now=now,
    )


@register.filter
def command_label(heading: str, slug: str) -> str:
    """Return the short label of a command's button."""
    return wording.command_label(slug) or heading
