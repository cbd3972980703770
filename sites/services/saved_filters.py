"""Saved filters of list pages: everybody keeps their own, an administrator shares them with all."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from evkit.core.errors import ForbiddenError, InvalidInputError
from evkit.core.recorders import Actor, Deed, record
from sites.models import SavedFilter, User
from sites.models.saved_filter import QUERY_LENGTH, SavedFilterQuerySet
from sites.permissions import Principal, Right, principal_of_user

NAME_LENGTH = 60
MAX_PER_PAGE = 30


class SavedFilterError(InvalidInputError):
    """The filter cannot be kept like this."""

    code = "invalid_saved_filter"


@transaction.atomic
def save_filter(
    *, user: User, page: str, name: str, query: str, shared: bool = False, address: str = ""
) -> SavedFilter:
    """Keep a query string under a name; the same name on the same page is replaced.

    Raises:
        SavedFilterError: the name is missing or too long, the query is too long, or there are too many.
        ForbiddenError: only an administrator shares with everybody.
    """
    principal = principal_of_user(user, address)
    _require_may_share(principal, shared=shared)
    name = _clean_name(name)
    if len(query) > QUERY_LENGTH:
        raise SavedFilterError(_("This filter is too long to be saved. Take some of its choices away."))
    own = SavedFilter.objects.filter(user=user, page=page)
    if own.count() >= MAX_PER_PAGE and not own.filter(name=name).exists():
        raise SavedFilterError(
            _("You already keep %(number)d filters here. Delete one first.") % {"number": MAX_PER_PAGE}
        )
    kept, created = SavedFilter.objects.update_or_create(
        user=user, page=page, name=name, defaults={"query": query, "shared": shared}
    )
    verb = "create" if created else "change"
    _record(principal.actor, verb, kept, {"query": query, "shared": shared})
    return kept


@transaction.atomic
def change_filter(
    *, user: User, saved: SavedFilter, name: str, shared: bool, opens: bool = False, address: str = ""
) -> SavedFilter:
    """Rename a filter, share it or stop sharing it, have it open by itself for its owner or no longer.

    Another one of the owner's that opened by itself does so no longer. Somebody else decides on the name and
    on sharing alone.

    Raises:
        SavedFilterError: the name is missing, too long or taken.
        ForbiddenError: it belongs to somebody else, or only an administrator shares it.
    """
    principal = principal_of_user(user, address)
    _require_owner(principal, user, saved)
    _require_may_share(principal, shared=shared and not saved.shared)
    name = _clean_name(name)
    opens = opens if saved.user_id == user.pk else saved.opens
    details: dict[str, object] = {"name": [saved.name, name], "shared": [saved.shared, shared]}
    if opens != saved.opens:
        details["opens"] = [saved.opens, opens]
    saved.name, saved.shared, saved.opens = name, shared, opens
    try:
        with transaction.atomic():
            if opens:
                _others(saved).update(opens=False)
            saved.save(update_fields=["name", "shared", "opens"])
    except IntegrityError as error:
        raise SavedFilterError(
            _("A filter named “%(name)s” exists already. Choose another name.") % {"name": name},
            field="name",
        ) from error
    _record(principal.actor, "change", saved, details)
    return saved


@transaction.atomic
def delete_filter(*, user: User, saved: SavedFilter, address: str = "") -> None:
    """Delete a filter.

    Raises:
        ForbiddenError: it belongs to somebody else, and the user is no administrator.
    """
    principal = principal_of_user(user, address)
    _require_owner(principal, user, saved)
    _record(principal.actor, "delete", saved, {"query": saved.query, "shared": saved.shared})
    saved.delete()


def opening_query(user: User, page: str) -> str:
    """Return the query string that a list opens with by itself; "" for the usual list."""
    own = SavedFilter.objects.filter(user=user, page=page, opens=True)
    return own.values_list("query", flat=True).first() or ""


def may_change(principal: Principal, user: User, saved: SavedFilter) -> bool:
    """Tell whether a user may rename or delete a filter: their own, or a shared one as administrator."""
    return saved.user_id == user.pk or (saved.shared and principal.may(Right.CONFIGURE, None))


def _others(saved: SavedFilter) -> SavedFilterQuerySet:
    return SavedFilter.objects.filter(user_id=saved.user_id, page=saved.page).exclude(pk=saved.pk)


def _require_owner(principal: Principal, user: User, saved: SavedFilter) -> None:
    if not may_change(principal, user, saved):
        raise ForbiddenError(_("This filter belongs to somebody else. Save your own beside it."))


def _require_may_share(principal: Principal, *, shared: bool) -> None:
    if shared:
        principal.require(Right.CONFIGURE, None)


def _clean_name(name: str) -> str:
    """Return the name without surplus spaces.

    Raises:
        SavedFilterError: there is none, or it is too long.
    """
    cleaned = " ".join(name.split())
    if not cleaned:
        raise SavedFilterError(_("Give the filter a name."), field="name")
    if len(cleaned) > NAME_LENGTH:
        raise SavedFilterError(
            _("The name may have at most %(number)d characters.") % {"number": NAME_LENGTH}, field="name"
        )
    return cleaned


def _record(actor: Actor, verb: str, saved: SavedFilter, details: dict[str, object]) -> None:
    record(
        Deed(
            actor=actor,
            verb=verb,
            object_type="saved_filter",
            object_key=f"{saved.page}: {saved.name}",
            details=details,
        )
    )
