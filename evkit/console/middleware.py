"""What holds for every page: trusted proxies, content security policy, the viewer's choices."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.locale import LocaleMiddleware
from django.utils import translation

POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)

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
