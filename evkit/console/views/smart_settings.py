"""How a site shares its power: rule, launch reserve, dead band; in the page's dialog or on a page (R18)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from evkit.console.access import get_site, member_page, principal_of
from evkit.console.people.forms import StyledForm
from evkit.console.views.sharing import tell_done
from sites.models import Site
from sites.permissions import Right
from sites.services.settings import MOST_STARTS, SiteLimit, SiteSharing, change_sharing
from sites.types import Distribution, Unit


class SharingForm(StyledForm):
    """Rule, launch reserve and dead band of a site; the dead band in kW, or in A per phase where it is so."""

    distribution = forms.ChoiceField(label=gettext_lazy("Distribution"), choices=Distribution.choices)
    launch_reserve = forms.IntegerField(
        label=gettext_lazy("Starts to keep power for"),
        min_value=0,
        max_value=MOST_STARTS,
        help_text=gettext_lazy("So many charges may begin at once without exceeding the limit."),
    )
    dead_band = forms.FloatField(
        min_value=0,
        max_value=100_000,
        localize=True,
        help_text=gettext_lazy(
            "Limits change only where they are further from their share. 0 follows every share exactly,"
            " with many more messages."
        ),
    )

    def __init__(self, site: Site, *args: Any, **kwargs: Any) -> None:
        self._unit = site.dead_band_unit
        self._factor = 1000 if self._unit == Unit.WATT else 1
        kwargs["initial"] = {
            "distribution": site.distribution,
            "launch_reserve": site.launch_reserve,
            "dead_band": site.dead_band_value / self._factor,
        }
        super().__init__(*args, **kwargs)
        in_watts = self._unit == Unit.WATT
        self.fields["dead_band"].label = _("Dead band (kW)") if in_watts else _("Dead band (A per phase)")
        self.fields["dead_band"].widget.attrs |= {"inputmode": "decimal", "autocomplete": "off"}

    def sharing(self) -> SiteSharing:
        """Return what was decided."""
        data = self.cleaned_data
        band = SiteLimit(data["dead_band"] * self._factor, self._unit)
        return SiteSharing(Distribution(data["distribution"]), data["launch_reserve"], band)


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def smart_settings(request: HttpRequest, code: str) -> HttpResponse:
    """Show how a site shares its power; let an administrator change it."""
    site = get_site(request, code)
    principal = principal_of(request)
    principal.require(Right.CONFIGURE, site.pk)
    form = SharingForm(site, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        change_sharing(site=site, sharing=form.sharing(), actor=principal.actor)
        return tell_done(request, site, _("The settings were changed."))
    fragment = request.headers.get("HX-Request") == "true"
    return render(
        request, f"console/smart/settings{'_form' if fragment else ''}.html", {"site": site, "form": form}
    )
