"""Who watches: the principals behind the sessions of live pages, for many sessions at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils.crypto import constant_time_compare

from sites.models import User
from sites.permissions import Principal, principal_of_user


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody with an open page: what they may, and the language they chose."""

    principal: Principal
    language: str


def viewers(session_keys: Collection[str], now: datetime) -> dict[str, Viewer]:
    """Return who is behind each session; those that have ended by `now` are left out."""
    rows = Session.objects.filter(pk__in=session_keys, expire_date__gt=now)
    contents = {row.session_key: row.get_decoded() for row in rows}
    ids = {content[SESSION_KEY] for content in contents.values() if SESSION_KEY in content}
    users = {str(user.pk): user for user in User.objects.filter(pk__in=ids, is_active=True)}
    known = {key: Viewer(principal_of_user(user), user.language) for key, user in users.items()}
    return {
        key: known[content[SESSION_KEY]]
        for key, content in contents.items()
        if content.get(SESSION_KEY) in users and _holds(content, users[content[SESSION_KEY]])
    }


def _holds(content: Mapping[str, str], user: User) -> bool:
    """Tell whether a session was begun with the user's present password, and not ended since."""
    if content.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
        return False
    known = content.get(HASH_SESSION_KEY, "")
    hashes = [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
    return any(constant_time_compare(known, each) for each in hashes)
