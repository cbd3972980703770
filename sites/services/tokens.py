"""Bearer tokens of the REST API: random, shown once, kept as a digest."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from evkit.core.errors import InvalidInputError
from evkit.core.recorders import SYSTEM, Actor, Deed, record
from sites.models import ApiToken, Site
from sites.types import Role

PREFIX = "evkit_"
RANDOM_BYTES = 32
USE_NOTED_EVERY = timedelta(minutes=1)


class UnableToCreateTokenError(InvalidInputError):
    """The token cannot be created as asked for."""

    code = "invalid_token"


def token_digest(secret: str) -> str:
    """Return the digest under which a token is stored: SHA-256, as a token is 256 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()


@transaction.atomic
def create_token(
    *,
    name: str,
    role: Role,
    sites: Sequence[Site],
    now: datetime,
    actor: Actor = SYSTEM,
    expires_at: datetime | None = None,
) -> tuple[ApiToken, str]:
    """Create a token for `sites` (none: every site); return it and its secret, which is stored nowhere.

    Raises:
        UnableToCreateTokenError: the name is empty, too long or taken, or the token would be expired.
    """
    name = name.strip()
    if not name or len(name) > 120:
        raise UnableToCreateTokenError(_("Give the token a name of 1 to 120 characters."), field="name")
    if ApiToken.objects.filter(name=name).exists():
        message = _("There is a token called “%(name)s” already; choose another name.")
        raise UnableToCreateTokenError(message % {"name": name}, field="name")
    if expires_at is not None and expires_at <= now:
        raise UnableToCreateTokenError(_("Choose a day in the future."), field="expires")
    secret = PREFIX + secrets.token_urlsafe(RANDOM_BYTES)
    token = ApiToken.objects.create(
        name=name,
        digest=token_digest(secret),
        role=role,
        all_sites=not sites,
        created_at=now,
        expires_at=expires_at,
    )
    token.sites.set(sites)
    codes = sorted(site.code for site in sites)
    details = {"role": role, "sites": codes or "all", "expires_at": expires_at}
    record(Deed(actor, "create", "api_token", name, details=details))
    return token, secret


@transaction.atomic
def revoke_token(*, token: ApiToken, now: datetime, actor: Actor = SYSTEM) -> None:
    """Make a token useless from now on; the row stays, for the audit journal."""
    if ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now):
        record(Deed(actor, "revoke", "api_token", token.name))


def find_token(*, secret: str, now: datetime) -> ApiToken | None:
    """Return the valid token with this secret and note its use; None if there is none."""
    token = ApiToken.objects.filter(digest=token_digest(secret), revoked_at=None).first()
    if token is None or (token.expires_at is not None and token.expires_at <= now):
        return None
    stale = now - USE_NOTED_EVERY
    if token.last_used_at is None or token.last_used_at < stale:
        unnoted = Q(last_used_at=None) | Q(last_used_at__lt=stale)
        ApiToken.objects.filter(unnoted, pk=token.pk).update(last_used_at=now)
    return token
