"""Errors as programs get them: `{"error": {"code", "message", "field"}}` with the fitting status."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from django.core.exceptions import RequestDataTooBig
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from evkit.core.errors import EvkitError, ForbiddenError, InvalidInputError, NotFoundError

log = logging.getLogger(__name__)

STATUSES: Sequence[tuple[type[EvkitError], int]] = (
    (NotFoundError, 404),
    (ForbiddenError, 403),
    (InvalidInputError, 422),
    (EvkitError, 400),
)


def error_response(
    status: int, code: str, message: str, field: str | None = None, headers: Mapping[str, str] | None = None
) -> HttpResponse:
    """Return the JSON answer for an error."""
    body = msgspec.json.encode({"error": {"code": code, "message": message, "field": field}})
    return HttpResponse(body, status=status, content_type="application/json", headers=headers)


def unknown_address(request: HttpRequest) -> HttpResponse:
    """Answer a request for an address that the API does not have."""
    message = _("There is nothing at %(path)s; see /api/v1/openapi.json for what there is.")
    return error_response(404, "not_found", message % {"path": request.path})


def not_allowed(request: HttpRequest, allowed: str) -> HttpResponse:
    """Answer a method that an address does not take."""
    message = _("%(method)s is not possible here; use %(allowed)s.")
    text = message % {"method": request.method, "allowed": allowed}
    return error_response(405, "method_not_allowed", text, headers={"Allow": allowed})


def register_error_handlers(api: NinjaAPI) -> None:
    """Let every exception of an endpoint leave as JSON."""
    handlers: Mapping[type[Exception], Any] = {
        EvkitError: _refused,
        AuthenticationError: _unauthenticated,
        ValidationError: _invalid,
        HttpError: _malformed,
        Http404: _missing,
        RequestDataTooBig: _too_large,
        OperationalError: _unavailable,
        Exception: _failed,
    }
    for kind, handler in handlers.items():
        api.add_exception_handler(kind, handler)


def _refused(_request: HttpRequest, error: EvkitError) -> HttpResponse:
    status = next(status for kind, status in STATUSES if isinstance(error, kind))
    return error_response(status, error.code, error.message, error.field)


def _unauthenticated(_request: HttpRequest, _error: AuthenticationError) -> HttpResponse:
    message = _("Send a valid token in the header: Authorization: Bearer TOKEN.")
    return error_response(401, "unauthenticated", message, headers={"WWW-Authenticate": "Bearer"})


def _invalid(_request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Answer with the first problem; its place becomes `field`, without "body" and parameter names."""
    first = error.errors[0]
    place = [str(part) for part in first["loc"]]
    kept = place[2:] if place[:1] == ["body"] else place[1:]
    return error_response(422, "invalid_input", str(first["msg"]), ".".join(kept) or None)


def _malformed(_request: HttpRequest, error: HttpError) -> HttpResponse:
    if error.status_code == 400:
        return error_response(400, "malformed", _("The body of the request is not JSON that can be stored."))
    return error_response(error.status_code, "error", str(error))


def _missing(_request: HttpRequest, _error: Http404) -> HttpResponse:
    return error_response(404, "not_found", _("There is no such thing, or it is not yours to see."))


def _too_large(_request: HttpRequest, _error: RequestDataTooBig) -> HttpResponse:
    return error_response(413, "too_large", _("The body of the request is too large."))


def _unavailable(request: HttpRequest, error: OperationalError) -> HttpResponse:
    log.error("api_unavailable", exc_info=error, extra={"method": request.method, "path": request.path})
    message = _("The database does not answer; try again later.")
    return error_response(503, "unavailable", message, headers={"Retry-After": "5"})


def _failed(request: HttpRequest, error: Exception) -> HttpResponse:
    log.error("api_failed", exc_info=error, extra={"method": request.method, "path": request.path})
    message = _("The server failed to answer; the cause is in its log.")
    return error_response(500, "internal_error", message)
