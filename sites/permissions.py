"""The one place that decides who may do what.

Three roles (R26): an administrator may do everything on every site; an operator supervises and commands
the sites of their memberships; a guest looks at them. API tokens are principals like users.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from evkit.core.errors import ForbiddenError
from evkit.core.recorders import Actor
from sites.models import ApiToken, Site, User
from sites.types import Role

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class Right(StrEnum):
    """What can be allowed."""

    VIEW = "view"
    COMMAND = "command"
    CONFIGURE = "configure"


RIGHTS: dict[str, frozenset[Right]] = {
    Role.ADMINISTRATOR: frozenset(Right),
    Role.OPERATOR: frozenset({Right.VIEW, Right.COMMAND}),
    Role.GUEST: frozenset({Right.VIEW}),
}


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody with a role: `site_ids` None means every site."""

    role: str
    site_ids: frozenset[int] | None
    actor: Actor

    def may(self, right: Right, site_id: int | None) -> bool:
        """Tell whether the principal holds `right` on a site (None: on what belongs to no site yet)."""
        if right not in RIGHTS.get(self.role, frozenset()):
            return False
        return self.site_ids is None or site_id in self.site_ids

    def require(self, right: Right, site_id: int | None) -> None:
        """Raise ForbiddenError unless `may`."""
        if not self.may(right, site_id):
            raise ForbiddenError(
                _("Your role does not allow this. Ask an administrator of this system for the right.")
            )

    @property
    def sees_badges_of_vehicles(self) -> bool:
        """Whether it is shown which badges a vehicle has: to who may command somewhere.

        A badge that was used stands in the charges, messages and reservations of a site, for all who see it.
        """
        return any(self.may(Right.COMMAND, site) for site in self.site_ids or (None,))

    def sites(self) -> QuerySet[Site]:
        """Return the sites that the principal may see."""
        if Right.VIEW not in RIGHTS.get(self.role, frozenset()):
            return Site.objects.none()
        if self.site_ids is None:
            return Site.objects.all()
        return Site.objects.filter(pk__in=self.site_ids)


NOBODY = Principal(role="", site_ids=frozenset(), actor=Actor(name="anonymous"))


def principal_of_user(user: User | AnonymousUser, address: str = "") -> Principal:
    """Return the principal of a logged-in user; nobody for an anonymous or inactive one."""
    if not isinstance(user, User) or not user.is_active:
        return NOBODY
    everywhere = user.role == Role.ADMINISTRATOR
    ids = None if everywhere else frozenset(user.memberships.values_list("site_id", flat=True))
    return Principal(user.role, ids, Actor(user.pk, user.get_username(), address))


def principal_of_token(token: ApiToken, address: str = "") -> Principal:
    """Return the principal of an API token: of every site, or only of those it names."""
    ids = None if token.all_sites else frozenset(token.sites.values_list("pk", flat=True))
    return Principal(token.role, ids, Actor(None, f"token:{token.name}", address))
