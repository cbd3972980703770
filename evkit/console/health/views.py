"""The three addresses that monitoring systems read."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from evkit.console.api.auth import TokenBearer
from evkit.console.api.errors import error_response
from evkit.console.health import probes
from evkit.console.health.exposition import exposition
from evkit.console.health.figures import database_figures
from evkit.console.health.sources import metrics_sources
from sites.permissions import Principal, Right

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@never_cache
@require_safe
def healthz(_request: HttpRequest) -> HttpResponse:
    """Tell that the process answers; nothing else is asked."""
    return JsonResponse({"status": "alive"})


@never_cache
@require_safe
def readyz(_request: HttpRequest) -> HttpResponse:
    """Tell whether OCPP can be served: 503 without the database, "degraded" without Redis or workers."""
    cause = probes.database()
    if cause:
        checks = {"database": cause}
        return JsonResponse({"status": "unavailable", "checks": _shown(checks)}, status=503)
    checks = {"database": "", "channel_layer": probes.channel_layer(), "workers": probes.workers()}
    status = "degraded" if any(checks.values()) else "ready"
    return JsonResponse({"status": status, "checks": _shown(checks)})


def _shown(checks: Mapping[str, str]) -> dict[str, str]:
    return {name: cause or "ok" for name, cause in checks.items()}


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Return figures for Prometheus, to this machine or to the bearer of a token."""
    if not (_is_local(request) or _has_token(request)):
        message = _("Send a valid token in the header: Authorization: Bearer TOKEN.")
        return error_response(401, "unauthenticated", message, headers={"WWW-Authenticate": "Bearer"})
    figures = database_figures() | metrics_sources.read()
    return HttpResponse(exposition(figures), content_type=CONTENT_TYPE)


def _is_local(request: HttpRequest) -> bool:
    """Tell whether the caller is on this machine; one behind a proxy on it is not."""
    if "X-Forwarded-For" in request.headers:
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def _has_token(request: HttpRequest) -> bool:
    """Tell whether the request bears a token that may see every site."""
    principal = TokenBearer()(request)
    return isinstance(principal, Principal) and principal.may(Right.VIEW, None)
