"""Who calls the API: a bearer token, turned into a principal."""

from __future__ import annotations

from django.http import HttpRequest
from ninja.security import HttpBearer

from evkit.core.clock import utc_now
from sites.addresses import client_address
from sites.permissions import Principal, principal_of_token
from sites.services.tokens import find_token


class ApiRequest(HttpRequest):
    """A request whose token was checked; `auth` is who calls."""

    auth: Principal


class TokenBearer(HttpBearer):
    """Checks `Authorization: Bearer TOKEN`."""

    def authenticate(self, request: HttpRequest, token: str) -> Principal | None:
        """Return the principal of the token, None if it is unknown or revoked."""
        found = find_token(secret=token.strip(), now=utc_now())
        if found is None:
            return None
        return principal_of_token(found, client_address(request))
