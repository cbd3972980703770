from __future__ import annotations

import pytest
from django.conf import settings as configured
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from pytest_django.fixtures import Settings

from evkit.console.middleware import TrustedProxyMiddleware

PROXY = "10.0.0.1"


def is_secure(address: str) -> bool:
    """Tell whether a request from `address` that says it came over TLS counts as secure."""

    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(str(request.is_secure()))

    request = RequestFactory().get("/", REMOTE_ADDR=address, HTTP_X_FORWARDED_PROTO="https")
    return TrustedProxyMiddleware(view)(request).content == b"True"


class TestTrustedProxyMiddleware:
    @pytest.fixture(autouse=True)
    def behind_a_proxy(self, settings: Settings) -> None:
        settings.EVKIT_TRUSTED_PROXIES = (PROXY,)
        settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

    def test_believes_the_proxy(self) -> None:
        assert is_secure(PROXY) is True

    @pytest.mark.parametrize("address", ["192.0.2.9", "10.0.0.11", ""])
    def test_does_not_believe_anybody_else(self, address: str) -> None:
        assert is_secure(address) is False

    def test_comes_before_everything_that_asks(self) -> None:
        name = "evkit.console.middleware.TrustedProxyMiddleware"
        assert configured.MIDDLEWARE.index(name) == 0
