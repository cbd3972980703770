"""Logging in with a user name and a password, slowed down after failures."""

from __future__ import annotations

import logging
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from evkit.core.clock import utc_now
from evkit.core.recorders import Actor, Deed, record
from sites.addresses import client_address
from sites.models import User
from sites.services.guessing import count_failure, forgive, suspects, wait_s
from sites.types import Role

log = logging.getLogger(__name__)

WAIT_ATTRIBUTE = "login_wait_s"
"""Attribute of the request that tells the log-in form how many seconds the next try must wait."""


class ThrottledBackend(ModelBackend):
    """Django's own log-in, with growing delays after failures of a user name or an address.

    What it answers and how long it takes does not tell whether a user exists: unknown names are
    counted, delayed and hashed like known ones.
    """

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        """Return the user, or None for wrong credentials.

        Raises:
            PermissionDenied: too many failures; the request's `login_wait_s` says how long to wait.
        """
        name = username or kwargs.get(User.USERNAME_FIELD)
        if not isinstance(name, str) or password is None:
            return None
        now = utc_now()
        address = client_address(request)
        who = suspects(name, address)
        wait = wait_s(who, now=now)
        if wait:
            if request is not None:
                setattr(request, WAIT_ATTRIBUTE, wait)
            log.warning("log_in_delayed", extra={"address": address, "wait_s": wait})
            raise PermissionDenied
        user = super().authenticate(request, username=name, password=password)
        if not isinstance(user, User):
            count_failure(who, now=now)
            _record_refusal(name, address)
            return None
        forgive(who)
        record(Deed(Actor(user.pk, name, address), "log_in", "user", name))
        return user

    async def aauthenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        """Do the same from asynchronous code."""
        return await sync_to_async(self.authenticate)(request, username, password, **kwargs)

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        """Tell whether an active user is an administrator: they may do everything in the administration."""
        del perm, obj
        return _is_administrator(user_obj)

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        """Tell the same for a whole app."""
        del app_label
        return _is_administrator(user_obj)


def _record_refusal(name: str, address: str) -> None:
    """Keep who could not log in; of a name that nobody has only the fact, for it may be a password."""
    known = User.objects.filter(**{User.USERNAME_FIELD: name}).first()
    actor = Actor(known.pk if known else None, name if known else "", address)
    record(Deed(actor, "log_in_refused", "user", name if known else ""))


def _is_administrator(user: object) -> bool:
    return isinstance(user, User) and user.is_active and user.role == Role.ADMINISTRATOR
