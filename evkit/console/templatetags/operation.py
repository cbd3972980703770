"""Tags of the operation list."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from charging.types import Operation
from evkit.console.confirming import short_label
from evkit.console.formats import NOTHING, duration
from evkit.console.rows import Row

register = template.Library()


@register.simple_tag
def age(moment: datetime | None, now: datetime) -> SafeString | str:
    """Tell how long something has been so; the page counts on by itself."""
    if moment is None:
        return NOTHING
    return format_html(
        '<time datetime="{0}" data-since="{0}">{1}</time>',
        moment.isoformat(), duration((now - moment).total_seconds()),
    )  # fmt: skip


@register.simple_tag
def best_button(row: Row) -> SafeString | str:
    """Draw the button of the operation that fits a row best."""
    if not row.action:
        return ""
    label = short_label(Operation(row.action))
    name = _("%(operation)s: %(connector)s") % {"operation": label, "connector": row.title}
    return format_html(
        '<button class="btn btn--s" name="one" value="{0}:{1}" aria-label="{2}">{3}</button>',
        row.action, row.pk, name, label,
    )  # fmt: skip
