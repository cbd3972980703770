"""The table of the audit journal."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from evkit.console.deeds import deed, thing
from evkit.console.doers import doer
from evkit.console.journal.lines import Line, Reader
from evkit.console.moments import moment_text
from evkit.console.tables import cells
from evkit.console.tables.base import ListTable
from evkit.console.tables.columns import Column
from evkit.console.tables.paging import BoundedPaginator
from history.models import AuditEntry

SHOWN: Final = 2
"""Lines of details that are shown before the others are unfolded."""

LONG: Final = 100
"""Characters of a value that are shown."""

ARROW: Final = '<span aria-hidden="true">→</span><span class="visually-hidden">{}</span>'


class AuditTable(ListTable):
    """Who did what to what, when and from where."""

    paginated_by = BoundedPaginator

    time = Column(_("Time"), sort=("at",), nullable=False, css="main-cell")
    user = Column(_("User"), sort=("user_name",), nullable=False)
    deed = Column(_("Deed"), sort=("verb",), nullable=False)
    thing = Column(_("Object"), sort=("object_type", "object_key"), nullable=False, css="object")
    site = Column(_("Site"), sort=("site__code",))
    address = Column(_("Address"), "address", sort=("address",), nullable=False)
    details = Column(_("Details"), css="wrap")

    @cached_property
    def reader(self) -> Reader:
        """What puts the details into words."""
        return Reader()

    def value_time(self, record: AuditEntry) -> datetime:
        """Return when it was."""
        return record.at

    def render_time(self, record: AuditEntry) -> str:
        """Tell when it was, to the second."""
        return moment_text(record.at)

    def value_user(self, record: AuditEntry) -> str:
        """Return who did it."""
        return doer(record.user_name)

    def value_deed(self, record: AuditEntry) -> str:
        """Return what was done."""
        return deed(record.verb)

    def value_thing(self, record: AuditEntry) -> str:
        """Return to what."""
        return f"{thing(record.object_type)} {record.object_key}"

    def render_thing(self, record: AuditEntry) -> SafeString:
        """Tell to what: its name, below it its kind."""
        kind = thing(record.object_type)
        return format_html('<span>{}<small class="sub">{}</small></span>', record.object_key, kind)

    def value_site(self, record: AuditEntry) -> str:
        """Return the name of the site."""
        return record.site.name if record.site else ""

    def value_details(self, record: AuditEntry) -> str:
        """Return the details as they are kept, for a file."""
        return "; ".join(f"{name}: {_plain(value)}" for name, value in record.details.items())

    def render_details(self, record: AuditEntry) -> str:
        """Tell the details in words; what is long, or says less than what is kept, unfolds to all of it."""
        lines = self.reader.lines(record)
        if not lines:
            return cells.QUIET
        first, rest = lines[:SHOWN], [line for line in lines[:SHOWN] if _is_long(line)] + lines[SHOWN:]
        shown = _drawn(first, LONG)
        if not rest and all(line.whole for line in lines):
            return format_html('<div class="journal">{}</div>', shown)
        more = len(lines) - len(first)
        counted = ngettext("%(number)d more", "%(number)d more", more) % {"number": more}
        return format_html(
            '<details class="journal"><summary>{}{}</summary>{}<pre class="journal__raw">{}</pre></details>',
            shown,
            format_html('<small class="sub">{}</small>', counted) if more > 0 else "",
            _drawn(rest),
            json.dumps(record.details, ensure_ascii=False, indent=1),
        )


def _is_long(line: Line) -> bool:
    return max(len(line.value), len(line.before)) > LONG


def _drawn(lines: Sequence[Line], most: int | None = None) -> SafeString:
    return format_html_join("", '<span class="journal__line">{} {}</span>', (_parts(x, most) for x in lines))


def _parts(line: Line, most: int | None) -> tuple[SafeString, SafeString]:
    name = format_html('<span class="journal__name">{}</span>', line.name)
    value = format_html("<b>{}</b>", Truncator(line.value).chars(most) if most else line.value)
    if not line.before:
        return name, value
    before = Truncator(line.before).chars(most) if most else line.before
    arrow = format_html(ARROW, gettext("becomes"))
    return name, format_html("{} {} {}", before, arrow, value)


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
