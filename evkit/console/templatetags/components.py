"""Tags of the design system: components that hold other markup, breadcrumbs, links that keep the address.

The plain components are templates in `templates/components/`, each with its usage at the top; `/design/`
shows them all.
"""

from __future__ import annotations

from django import template
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_block_tag
def card(
    content: str,
    *,
    title: str = "",
    note: str = "",
    id: str = "",  # noqa: A002  # the attribute's name
    flush: bool = False,
    column: bool = False,
) -> SafeString:
    """Draw a panel with a title around a block."""
    context = {"title": title, "note": note, "id": id, "flush": flush, "column": column}
    return render_to_string("components/card.html", {**context, "content": content})


@register.simple_block_tag
def dialog(content: str, *, title: str, intro: str = "", warning: str = "") -> SafeString:
    """Draw the inside of a dialog around a block."""
    context = {"title": title, "intro": intro, "warning": warning, "content": content}
    return render_to_string("components/dialog.html", context)


@register.simple_tag
def crumb(label: str, href: str = "") -> SafeString:
    """Draw one step of the breadcrumbs; without an address it is the present page."""
    if not href:
        return format_html('<li class="crumb" aria-current="page">{}</li>', label)
    return format_html('<li class="crumb"><a href="{}">{}</a></li>', href, label)


@register.simple_tag(takes_context=True)
def page_href(context: template.Context, parameter: str, number: int) -> str:
    """Return the present address with another page number; `part` asks for fragments and is no part of it."""
    query = context["request"].GET.copy()
    query.pop("part", None)
    query[parameter] = str(number)
    return f"?{query.urlencode()}"
