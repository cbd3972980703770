"""What the lists of users, tokens and sessions show."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils.translation import gettext as _

from evkit.console.people.forms import token_is_dead
from sites.models import ApiToken, BrowserSession, User
from sites.services.sessions import handle_of


class Standing(StrEnum):
    """Whether a user can log in."""

    ACTIVE = "active"
    INVITED = "invited"
    EXPIRED = "expired"
    NO_WAY_IN = "no-way-in"
    INACTIVE = "inactive"


@dataclass(frozen=True, slots=True)
class UserLine:
    """One user in the list."""

    user: User
    standing: Standing
    text: str
    sites: Sequence[str]

    @property
    def everywhere(self) -> bool:
        """Whether the user reaches every site."""
        return self.user.role == "administrator"


@dataclass(frozen=True, slots=True)
class SessionLine:
    """One place where the viewer is logged in."""

    handle: str
    device: str
    row: BrowserSession
    is_this: bool


@dataclass(frozen=True, slots=True)
class TokenLine:
    """One API token in the list."""

    token: ApiToken
    dead: bool
    sites: Sequence[str]


def user_lines(now: datetime) -> list[UserLine]:
    """Return every user, those who can log in first."""
    users = User.objects.prefetch_related("sites").order_by("-is_active", "username")
    return [user_line(user, now) for user in users]


def user_line(user: User, now: datetime) -> UserLine:
    """Return what the pages tell of a user."""
    standing = standing_of(user, now)
    return UserLine(user, standing, standing_text(standing), [str(site) for site in user.sites.all()])


def standing_of(user: User, now: datetime) -> Standing:
    """Return whether a user can log in."""
    if not user.is_active:
        return Standing.INACTIVE
    if user.has_usable_password():
        return Standing.ACTIVE
    if user.link_expires_at is None:
        return Standing.NO_WAY_IN
    return Standing.INVITED if user.link_expires_at > now else Standing.EXPIRED


def standing_text(standing: Standing) -> str:
    """Tell whether a user can log in."""
    return {
        Standing.ACTIVE: _("Active"),
        Standing.INVITED: _("Link handed over"),
        Standing.EXPIRED: _("Link expired"),
        Standing.NO_WAY_IN: _("Without password"),
        Standing.INACTIVE: _("Deactivated"),
    }[standing]


def session_lines(user: User, key: str, now: datetime) -> list[SessionLine]:
    """Return where a user is logged in; `key` is the session of the page that asks."""
    rows = user.browser_sessions.filter(session__expire_date__gt=now)
    lines = [SessionLine(handle_of(row), device_of(row.agent), row, row.session_id == key) for row in rows]
    return sorted(lines, key=lambda line: not line.is_this)


def token_lines(now: datetime) -> list[TokenLine]:
    """Return every API token, the living ones first."""
    tokens = ApiToken.objects.prefetch_related("sites")
    lines = [
        TokenLine(token, token_is_dead(token, now), [str(site) for site in token.sites.all()])
        for token in tokens
    ]
    return sorted(lines, key=lambda line: line.dead)


BROWSERS = (
    ("Edge", "Edg"), ("Opera", "OPR"), ("Firefox", "Firefox"), ("Chrome", "Chrom"), ("Safari", "Safari"),
)  # fmt: skip
SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
    ("macOS", "Mac OS"), ("Linux", "Linux"),
)  # fmt: skip


def device_of(agent: str) -> str:
    """Return browser and system of a User-Agent header, as far as it tells."""
    words = [
        next((name for name, mark in table if re.search(mark, agent)), "") for table in (BROWSERS, SYSTEMS)
    ]
    return " · ".join(word for word in words if word) or _("Unknown browser")
