"""The live part of the top band, for pages that fetch no live values of their own."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from evkit.console.access import get_site, member_page


@member_page
def status(request: HttpRequest, code: str = "") -> HttpResponse:
    """Answer what is wrong and how many charge points are online, as fragments that replace themselves."""
    if code:
        get_site(request, code)
    return render(request, "components/status.html")
