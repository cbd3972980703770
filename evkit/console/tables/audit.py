"""The table of the audit journal."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Final

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from evkit.console.deeds import deed, thing
from evkit.console.doers import doer
from evkit.console.tables import cells
from evkit.console.tables.base import ListTable
from evkit.console.tables.columns import Column
from evkit.console.tables.paging import BoundedPaginator
from history.models import AuditEntry

SHORT: Final = 80


class AuditTable(ListTable):
    """Who did what to what, when and from where."""

    paginated_by = BoundedPaginator

    time = Column(_("Time"), sort=("at",), nullable=False, css="main-cell")
    user = Column(_("User"), sort=("user_name",), nullable=False)
    deed = Column(_("Deed"), sort=("verb",), nullable=False)
    thing = Column(_("Object"), sort=("object_type", "object_key"), nullable=False)
    site = Column(_("Site"), sort=("site__code",))
    address = Column(_("Address"), "address", sort=("address",), nullable=False)
    details = Column(_("Details"), css="wrap")

    def value_time(self, record: AuditEntry) -> datetime:
        """Return when it was."""
        return record.at

    def render_time(self, record: AuditEntry) -> str:
        """Tell when it was, to the second."""
        return date_format(timezone.localtime(record.at), "j N Y H:i:s")

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
        """Return the details."""
        return "; ".join(f"{name}: {_plain(value)}" for name, value in record.details.items())

    def render_details(self, record: AuditEntry) -> str:
        """Tell the details; long ones behind their beginning."""
        text = self.value_details(record)
        if len(text) <= SHORT:
            return cells.text(text)
        return format_html("<details><summary>{}…</summary>{}</details>", text[:SHORT], text)


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
