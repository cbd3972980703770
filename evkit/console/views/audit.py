"""The audit journal, for administrators: who did what, when and from where."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from evkit.console.access import administrator_page
from evkit.console.audit_filters import audit_filters
from evkit.console.tables.audit import AuditTable
from evkit.console.tables.page import Empty, ListPage
from evkit.console.zones import common_zone
from history.models import AuditEntry
from history.models.audit import ROUTINE
from sites.models import Site


@require_safe
@administrator_page
def audit(request: HttpRequest) -> HttpResponseBase:
    """List the entries, the newest first: without the routine, unless `by` says whose."""
    zone = common_zone(list(Site.objects.all()))
    entries = AuditEntry.objects.select_related("site").order_by("-at", "-id")
    by = request.GET.get("by", "")
    page = ListPage(
        name="audit",
        title=_("Audit journal"),
        rows=entries if by else entries.exclude(ROUTINE),
        table=AuditTable,
        filters=audit_filters(),
        empty=Empty(
            _("Nothing in the journal yet"),
            _("Every command and every change is written down here, and nothing in here can be changed."),
            icon="clipboard-list",
        ),
        template="console/audit/page.html",
        note="console/audit/_note.html",
        context={"zone": "" if zone else "UTC", "by": by},
        export="audit",
        per_page=25,
    )
    with timezone.override(zone or "UTC"):
        return page.answer(request)
