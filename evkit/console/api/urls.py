"""URLs of the REST API; every answer is JSON, also to unknown addresses and methods."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern, re_path
from django.views.decorators.csrf import csrf_exempt

from evkit.console.api.assembly import api
from evkit.console.api.errors import not_allowed, unknown_address

View = Callable[..., HttpResponse]


def _answering_in_json(view: View) -> View:
    """Return a view that also refuses in JSON what ninja does not: methods, and NUL in the address."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "%00" in request.get_full_path():
            return unknown_address(request)
        response = view(request, *args, **kwargs)
        if isinstance(response, HttpResponseNotAllowed):
            return not_allowed(request, response["Allow"])
        return response

    return answered


def _patterns() -> Iterator[URLPattern]:
    """Yield ninja's patterns; its view of the root, which answers in HTML, is replaced."""
    for pattern in api.urls[0]:
        if isinstance(pattern, URLPattern) and pattern.callback is not None:
            is_root = pattern.name == "api-root"
            pattern.callback = unknown_address if is_root else _answering_in_json(pattern.callback)
            yield pattern


app_name = "api"
urlpatterns = [*_patterns(), re_path("", csrf_exempt(unknown_address), name="unknown")]
