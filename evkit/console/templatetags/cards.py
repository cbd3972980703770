"""Cards of an overview, drawn once for all who see the same."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from types import SimpleNamespace
from typing import Final

from django import template
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from evkit.console.cards import ChargePointCard

register = template.Library()

KEPT: Final = 4096
STEP_S: Final = 10


@register.simple_tag(takes_context=True)
def overview_card(context: template.Context, card: ChargePointCard, *, oob: bool = False) -> SafeString:
    """Draw the card of a charge point; ages are those of the next full ten seconds, the page counts on."""
    step = int(context["frame"].now.timestamp()) // STEP_S + 1
    return _drawn(card, oob, get_language(), timezone.get_current_timezone_name(), step)


@lru_cache(maxsize=KEPT)
def _drawn(card: ChargePointCard, oob: bool, _language: str, _zone: str, step: int) -> SafeString:  # noqa: FBT001
    """Return the card's HTML: for everybody alike, as it depends on nothing but these arguments."""
    now = datetime.fromtimestamp(step * STEP_S, UTC)
    context = {"card": card, "oob": oob, "frame": SimpleNamespace(now=now)}
    return render_to_string("console/overview/_card.html", context)
