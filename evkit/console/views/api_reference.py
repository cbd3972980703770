"""The documentation of the REST API, drawn from its own OpenAPI document."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from evkit.console.access import member_page
from evkit.console.api.assembly import api
from evkit.console.api.reference import sections, shapes


@member_page
def api_reference(request: HttpRequest) -> HttpResponse:
    """Show every request of the API with its parameters, body and answer."""
    document = api.get_openapi_schema()
    context = {"sections": sections(document), "shapes": shapes(document)}
    return render(request, "console/api_reference.html", context)
