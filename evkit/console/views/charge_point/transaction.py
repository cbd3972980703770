"""One transaction: its sequence, its curves, its registers and the frames around it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from evkit.console.access import get_site, may_command, member_page, principal_of
from evkit.console.correction_form import CorrectionForm
from evkit.console.periods import address_text
from evkit.console.selectors.transaction import find_transaction, transaction_detail
from evkit.console.views.charge_point.charts import figures_of
from evkit.console.views.charge_point.tabs import is_fragment
from evkit.core.clock import utc_now
from evkit.core.errors import EvkitError
from sites.permissions import Right


@member_page
def transaction(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Show a transaction of a site; while it runs, the live feed replaces its parts."""
    site = get_site(request, code)
    row = find_transaction(site, number)
    if row is None:
        raise Http404(_("There is no such transaction on this site."))
    with timezone.override(site.zone):
        detail = transaction_detail(row, utc_now())
        heard = detail.heard.within() or detail.period
        context = {
            "site": site,
            "charge_point": row.charge_point,
            "detail": detail,
            "form": CorrectionForm.of(row) if may_command(request, site.pk) and row.ended_at else None,
            "figures": figures_of(row.evse, detail.period),
            "since": address_text(detail.period.since),
            "until": address_text(detail.period.until),
            "heard_since": address_text(heard.since),
            "heard_until": address_text(heard.until),
        }
        name = "fragments" if is_fragment(request) else "page"
        return render(request, f"console/transaction/{name}.html", context)


@require_POST
@member_page
def correct(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Correct the energy of a transaction."""
    site = get_site(request, code)
    principal_of(request).require(Right.COMMAND, site.pk)
    row = find_transaction(site, number)
    if row is None:
        raise Http404(_("There is no such transaction on this site."))
    form = CorrectionForm(request.POST)
    try:
        form.correct(row, now=utc_now(), actor=principal_of(request).actor)
        messages.success(request, _("The energy is corrected."))
    except EvkitError as error:
        messages.error(request, error.message)
    return redirect("transaction", site.code, row.number)
