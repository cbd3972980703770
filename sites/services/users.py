"""Users, their role and their sites; the flags that open Django's administration follow the role."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from evkit.core.errors import InvalidInputError
from evkit.core.recorders import Actor, Deed, record
from sites.models import Membership, Site, User
from sites.types import Role


class InvalidUserError(InvalidInputError):
    """The user cannot be created or changed like this."""

    code = "invalid_user"


class LastAdministratorError(InvalidInputError):
    """Somebody must be able to configure the system."""

    code = "last_administrator"


@transaction.atomic
def create_user(
    *,
    username: str,
    role: str,
    actor: Actor,
    password: str | None = None,
    sites: Iterable[Site] = (),
    language: str = "en",
) -> User:
    """Create a user; without a password they cannot log in until somebody sets one.

    Raises:
        InvalidUserError: the name is taken or not allowed, or the role does not exist.
    """
    user = User(username=username, role=role, language=language)
    align_flags(user)
    user.set_password(password)
    try:
        user.full_clean()
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise InvalidUserError(" ".join(messages), field=field) from error
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
    """
    if role not in Role.values:
        raise InvalidUserError(
            _("There is no role %(role)s. Choose administrator, operator or guest.") % {"role": role},
            field="role",
        )
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
    """
    require_administrator_left(user, role=user.role, active=active)
    user.is_active = active
    user.save(update_fields=["is_active"])
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
def set_password(*, user: User, password: str | None, actor: Actor) -> None:
    """Set a user's password; None: they can no longer log in. Their other sessions end."""
    user.set_password(password)
    user.save(update_fields=["password"])
    _record(actor, "set_password", user, {})


def align_flags(user: User) -> None:
    """Let the flags of Django's administration follow the role; does not save."""
    user.is_staff = user.is_superuser = user.role == Role.ADMINISTRATOR


def require_administrator_left(user: User, *, role: str, active: bool) -> None:
    """Raise LastAdministratorError if this change would leave no active administrator."""
    if active and role == Role.ADMINISTRATOR:
        return
    administrators = User.objects.filter(role=Role.ADMINISTRATOR, is_active=True)
    if administrators.filter(pk=user.pk).exists() and not administrators.exclude(pk=user.pk).exists():
        raise LastAdministratorError(
            _(
                "%(username)s is the last active administrator. "
                "Make somebody else an administrator first, then change this account."
            )
            % {"username": user.get_username()},
            field="role",
        )


def _record(actor: Actor, verb: str, user: User, details: dict[str, object]) -> None:
    record(Deed(actor=actor, verb=verb, object_type="user", object_key=user.get_username(), details=details))
