"""What holds for every page: trusted proxies, content security policy, the viewer's choices."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.middleware.locale import LocaleMiddleware
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _

from evkit.console.api.errors import error_response
from evkit.core.clock import utc_now
from sites.addresses import client_address
from sites.models import User
from sites.services.sessions import note_session

POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)

SEEN_EVERY_S = 60

TOO_LARGE = "evkit.too_large"
"""In the scope of a request whose body was too large: how many bytes it may have; it came without."""

Handler = Callable[[HttpRequest], HttpResponse]


class TrustedProxyMiddleware:
    """Believe only a trusted proxy that a request came over TLS (`SECURE_PROXY_SSL_HEADER`)."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Drop X-Forwarded-Proto of everybody else."""
        if request.META.get("REMOTE_ADDR") not in settings.EVKIT_TRUSTED_PROXIES:
            request.META.pop("HTTP_X_FORWARDED_PROTO", None)
        return self.get_response(request)


class ContentSecurityPolicyMiddleware:
    """Forbid inline scripts and styles and everything from elsewhere, on every page."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add the policy to the response, unless a view set its own."""
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        return response


class FreshPagesMiddleware:
    """Forbid browsers to keep pages: an old state must never look like a live one, nor outlast a log-out."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add the header, unless a view set its own."""
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response


class UserLocaleMiddleware(LocaleMiddleware):
    """Choose the language of a visitor from the cookie, then from the browser."""


class UserPreferencesMiddleware:
    """Use the language that the logged-in user chose."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Activate the user's language for this request."""
        language = getattr(request.user, "language", "") if request.user.is_authenticated else ""
        if language and language in dict(settings.LANGUAGES):
            translation.activate(language)
            request.LANGUAGE_CODE = translation.get_language()
        return self.get_response(request)


def is_live(request: HttpRequest) -> bool:
    """Tell whether a page follows the live feed with this request, without anybody's doing."""
    return request.headers.get("X-Live") == "1"


class SeenMiddleware:
    """Remember when and where a user was here, at most once a minute and session.

    A page that only follows the live feed does not count: nobody need be looking at it.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Note the session of a logged-in user."""
        key = "" if is_live(request) else request.session.session_key
        if key and isinstance(request.user, User) and cache.add(f"seen:{key}", 1, SEEN_EVERY_S):
            note_session(
                user=request.user,
                key=key,
                address=client_address(request),
                agent=request.headers.get("User-Agent", ""),
                now=utc_now(),
            )
        return self.get_response(request)


class TooLargeMiddleware:
    """Answer 413 to a request that lost its body, as that was too large (`evkit.bodies`)."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Tell how much may be sent, as a page or, to a program, as JSON."""
        most = getattr(request, "scope", {}).get(TOO_LARGE)
        if most is None:
            return self.get_response(request)
        megabytes = max(1, most // 1024**2)
        if request.path.startswith("/api/"):
            message = _("The request is larger than %(size)d MB.") % {"size": megabytes}
            return error_response(413, "too_large", message)
        return render(request, "413.html", {"megabytes": megabytes}, status=413)
