"""Users, their role and their sites; the flags that open Django's administration follow the role."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from evkit.core.errors import InvalidInputError
from evkit.core.recorders import Actor, Deed, record
from sites.models import Membership, Site, User
from sites.services.sessions import drop_sessions
from sites.types import Role


class InvalidUserError(InvalidInputError):
    """The user cannot be created or changed like this."""

    code = "invalid_user"


class LastAdministratorError(InvalidInputError):
    """Somebody must be able to configure the system."""

    code = "last_administrator"


class OwnAccountError(InvalidInputError):
    """Nobody takes their own rights away by accident."""

    code = "own_account"


@dataclass(frozen=True, slots=True)
class Profile:
    """What a person is called, how to write to them, and in which language."""

    first_name: str
    last_name: str
    email: str
    language: str


@transaction.atomic
def create_user(
    *,
    username: str,
    role: str,
    actor: Actor,
    password: str | None = None,
    sites: Iterable[Site] = (),
    language: str = "en",
    profile: Profile | None = None,
) -> User:
    """Create a user; without a password they cannot log in until somebody sets one.

    Raises:
        InvalidUserError: the name is taken or not allowed, or the role does not exist.
    """
    user = User(username=username, role=role, **(asdict(profile) if profile else {"language": language}))
    align_flags(user)
    user.set_password(password)
    _check(user)
    user.save()
    _record(actor, "create", user, {"role": role})
    if chosen := list(sites):
        set_sites(user=user, sites=chosen, actor=actor)
    return user


@transaction.atomic
def set_role(*, user: User, role: str, actor: Actor) -> User:
    """Give a user another role.

    Raises:
        InvalidUserError: there is no such role.
        LastAdministratorError: nobody would be left to configure the system.
        OwnAccountError: an administrator would demote themself.
    """
    if role not in Role.values:
        raise InvalidUserError(
            _("There is no role %(role)s. Choose administrator, operator or guest.") % {"role": role},
            field="role",
        )
    if role == user.role:
        return user
    _refuse_own(user, actor, _("You cannot change your own role. Ask another administrator."))
    _lock_administrators()
    require_administrator_left(user, role=role, active=user.is_active)
    before, user.role = user.role, role
    align_flags(user)
    user.save(update_fields=["role", "is_staff", "is_superuser"])
    _record(actor, "set_role", user, {"role": [before, role]})
    return user


@transaction.atomic
def set_active(*, user: User, active: bool, actor: Actor) -> User:
    """Allow a user to log in, or no longer.

    Raises:
        LastAdministratorError: nobody would be left to configure the system.
        OwnAccountError: an administrator would lock themself out.
    """
    _refuse_own(user, actor, _("You cannot deactivate yourself. Ask another administrator."))
    _lock_administrators()
    require_administrator_left(user, role=user.role, active=active)
    user.is_active = active
    user.save(update_fields=["is_active"])
    if not active:
        drop_sessions(user=user)
    _record(actor, "activate" if active else "deactivate", user, {})
    return user


@transaction.atomic
def set_sites(*, user: User, sites: Iterable[Site], actor: Actor) -> None:
    """Let a user's role hold on exactly these sites (administrators: on all, whatever is set here)."""
    wanted = {site.pk: site for site in sites}
    present = dict(user.memberships.values_list("site_id", "site__code"))
    user.memberships.exclude(site_id__in=wanted).delete()
    Membership.objects.bulk_create(
        [Membership(user=user, site=site) for pk, site in sorted(wanted.items()) if pk not in present]
    )
    codes = sorted(site.code for site in wanted.values())
    if codes != sorted(present.values()):
        _record(actor, "set_sites", user, {"sites": [sorted(present.values()), codes]})


@transaction.atomic
def change_user(*, user: User, role: str, sites: Iterable[Site], profile: Profile, actor: Actor) -> User:
    """Change everything about a user that an administrator decides.

    Raises:
        InvalidUserError: a value is not allowed.
        LastAdministratorError: nobody would be left to configure the system.
        OwnAccountError: an administrator would demote themself.
    """
    change_profile(user=user, profile=profile, actor=actor)
    set_role(user=user, role=role, actor=actor)
    set_sites(user=user, sites=sites, actor=actor)
    return user


@transaction.atomic
def change_profile(*, user: User, profile: Profile, actor: Actor) -> None:
    """Change what a user is called, their address and language; no change is no entry.

    Raises:
        InvalidUserError: a value is not allowed.
    """
    changes = {
        name: [getattr(user, name), value]
        for name, value in asdict(profile).items()
        if getattr(user, name) != value
    }
    if not changes:
        return
    for name, (_old, new) in changes.items():
        setattr(user, name, new)
    _check(user)
    user.save(update_fields=list(changes))
    _record(actor, "change", user, dict(changes))


@transaction.atomic
def set_password(*, user: User, password: str | None, actor: Actor, keep: str = "") -> None:
    """Set a user's password; None: they can no longer log in.

    Their sessions end, except the one with the key `keep`, which the caller renews with
    `update_session_auth_hash`.
    """
    user.set_password(password)
    user.link_expires_at = None
    user.save(update_fields=["password", "link_expires_at"])
    drop_sessions(user=user, keep=keep)
    _record(actor, "set_password", user, {})


def align_flags(user: User) -> None:
    """Let the flags of Django's administration follow the role; does not save."""
    user.is_staff = user.is_superuser = user.role == Role.ADMINISTRATOR


def require_administrator_left(user: User, *, role: str, active: bool) -> None:
    """Raise LastAdministratorError if this change would leave no active administrator."""
    if active and role == Role.ADMINISTRATOR:
        return
    administrators = _administrators()
    if administrators.filter(pk=user.pk).exists() and not administrators.exclude(pk=user.pk).exists():
        raise LastAdministratorError(
            _(
                "%(username)s is the last active administrator. "
                "Make somebody else an administrator first, then change this account."
            )
            % {"username": user.get_username()},
            field="role",
        )


def _administrators() -> QuerySet[User]:
    """Return who can configure the system: an invitation that nobody answered does not count."""
    active = User.objects.filter(role=Role.ADMINISTRATOR, is_active=True)
    return active.exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX)


def _lock_administrators() -> None:
    """Let two administrators who demote each other at the same time not both succeed."""
    list(_administrators().order_by("pk").select_for_update().values_list("pk"))


def _refuse_own(user: User, actor: Actor, message: str) -> None:
    if user.pk == actor.user_id:
        raise OwnAccountError(message, field="role")


def _check(user: User) -> None:
    try:
        user.full_clean()
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise InvalidUserError(" ".join(messages), field=field) from error


def _record(actor: Actor, verb: str, user: User, details: dict[str, object]) -> None:
    record(Deed(actor=actor, verb=verb, object_type="user", object_key=user.get_username(), details=details))
