"""One-time links with which a person chooses a password: an invitation, or a way back in.

A link is signed and works once. One that an administrator makes is good for seven days and names the unusable
password that was put in place with it, so that choosing a password, or a newer link, makes it useless. One
that somebody asked for who forgot their password is good for an hour and names the present password, which
stays valid until the link is used: whoever asks for links of others takes nothing away from them.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from evkit.core.errors import EvkitError, InvalidInputError
from evkit.core.recorders import Actor, Deed, record
from evkit.core.texts import storable
from sites.models import Site, User
from sites.services.guessing import Suspect, count_failure, wait_s
from sites.services.sessions import drop_sessions
from sites.services.users import InvalidUserError, Profile, create_user

LIFETIME = timedelta(days=7)
WAY_BACK_LIFETIME = timedelta(hours=1)
SALT = "evkit.link"
WAY_BACK_SALT = "evkit.way-back"
FREE_LETTERS = 3
"""Links that may be asked for by mail for one user before each next one has to wait."""

FREE_TRIES = 10
"""Links that do not work which one address may open before it has to wait."""


class InvalidLinkError(EvkitError):
    """The link was used, replaced or made up, or it has expired."""

    code = "invalid_link"


class TooManyLinksError(EvkitError):
    """The address opened too many links that do not work; `wait` says for how many seconds."""

    code = "wait"

    def __init__(self, wait: int) -> None:
        super().__init__(_("Too many links that do not work were opened from here. Try again later."))
        self.wait = wait


@transaction.atomic
def invite_user(
    *, username: str, role: str, sites: Iterable[Site], profile: Profile, actor: Actor, now: datetime
) -> tuple[User, str]:
    """Create a user without a password; return them and the token of the link that lets them choose one.

    Raises:
        InvalidUserError: the name is taken, or a value is not allowed.
    """
    user = create_user(username=username, role=role, actor=actor, sites=sites, profile=profile)
    return user, issue_link(user=user, actor=actor, now=now)


@transaction.atomic
def issue_link(*, user: User, actor: Actor, now: datetime) -> str:
    """Return a new link's token; the user's password and older links stop working, their sessions end.

    Raises:
        InvalidUserError: somebody asked for a link for themselves, or the user may not log in.
    """
    if user.pk == actor.user_id:
        raise InvalidUserError(_("Change your own password on the page of your account."))
    if not user.is_active:
        raise InvalidUserError(_("This account is inactive. Activate it first."))
    user.set_unusable_password()
    user.link_expires_at = now + LIFETIME
    user.save(update_fields=["password", "link_expires_at"])
    drop_sessions(user=user)
    record(Deed(actor, "issue_link", "user", user.get_username()))
    return signing.dumps([user.pk, _mark(user)], salt=SALT)


@transaction.atomic
def ways_back(*, who: str, address: str, now: datetime) -> list[tuple[User, str]]:
    """Return the users who can be written to of this user name or e-mail address, with a link for each.

    Raises:
        TooManyLinksError: `address` asked too often, or too many asked for this user.
    """
    name = storable(who, 254).strip().lower()
    asking = [Suspect(f"back:{name}", FREE_LETTERS), Suspect(f"back-from:{address}", FREE_TRIES)]
    if wait := wait_s(asking, now=now):
        raise TooManyLinksError(wait)
    count_failure(asking, now=now)
    known = User.objects.filter(Q(username__iexact=name) | Q(email__iexact=name), is_active=True)
    found = [user for user in known.exclude(email="") if user.has_usable_password()]
    until = int((now + WAY_BACK_LIFETIME).timestamp())
    for user in found:
        record(Deed(Actor(None, "", address), "ask_link", "user", user.get_username()))
    return [(user, signing.dumps([user.pk, _mark(user), until], salt=WAY_BACK_SALT)) for user in found]


def find_link(*, token: str, address: str, now: datetime) -> User:
    """Return whose link this is.

    Raises:
        InvalidLinkError: it does not work (any more).
        TooManyLinksError: `address` tried too many that do not work.
    """
    who = [Suspect(f"link:{address}", FREE_TRIES)]
    if wait := wait_s(who, now=now):
        raise TooManyLinksError(wait)
    user = _user_of(token, now)
    if user is None:
        count_failure(who, now=now)
        raise _invalid()
    return user


@transaction.atomic
def redeem_link(*, token: str, password: str, address: str, now: datetime) -> User:
    """Let the person who holds the link choose a password; the link is used up.

    Raises:
        InvalidLinkError: it does not work (any more).
        InvalidInputError: the password is too weak; field "password".
    """
    user = _user_of(token, now, lock=True)
    if user is None:
        raise _invalid()
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise InvalidInputError(" ".join(error.messages), field="password") from error
    user.set_password(password)
    user.link_expires_at = None
    drop_sessions(user=user)
    user.save(update_fields=["password", "link_expires_at"])
    actor = Actor(user.pk, user.get_username(), address)
    record(Deed(actor, "redeem_link", "user", user.get_username()))
    return user


def _user_of(token: str, now: datetime, *, lock: bool = False) -> User | None:
    named, asked = _read(token, SALT, int, str), _read(token, WAY_BACK_SALT, int, str, int)
    if named is None and (asked is None or asked[2] <= now.timestamp()):
        return None
    primary_key, mark, *_until = named or asked or ()
    users = User.objects.select_for_update() if lock else User.objects.all()
    user = users.filter(pk=primary_key, is_active=True).first()
    if user is None or not constant_time_compare(mark, _mark(user)):
        return None
    if named is None:
        return user if user.has_usable_password() else None
    in_force = user.link_expires_at is not None and user.link_expires_at > now
    return user if in_force and not user.has_usable_password() else None


def _read(token: str, salt: str, *kinds: type) -> tuple[Any, ...] | None:
    """Return what a token says if it was signed here and is made of these kinds."""
    try:
        said = signing.loads(token, salt=salt)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    right = isinstance(said, list) and [type(each) for each in said] == list(kinds)
    return tuple(said) if right else None


def _mark(user: User) -> str:
    return salted_hmac(SALT, user.password, algorithm="sha256").hexdigest()[:32]


def _invalid() -> InvalidLinkError:
    return InvalidLinkError(
        _("This link does not work any more. Ask an administrator of this system for a new one.")
    )
