"""Where users are logged in, and ending it."""

from __future__ import annotations

import contextlib
from datetime import datetime

from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from evkit.core.errors import NotFoundError
from evkit.core.recorders import Actor, Deed, record
from evkit.core.texts import storable
from sites.models import BrowserSession, User


def note_session(*, user: User, key: str, address: str, agent: str, now: datetime) -> None:
    """Remember that a user was here with a session; one that has just ended is left alone."""
    row = BrowserSession(
        session_id=key,
        user=user,
        address=storable(address, 64),
        agent=storable(agent, 200),
        started_at=now,
        last_seen_at=now,
    )
    with contextlib.suppress(IntegrityError), transaction.atomic():
        BrowserSession.objects.bulk_create(
            [row],
            update_conflicts=True,
            unique_fields=["session"],
            update_fields=["user", "address", "agent", "last_seen_at"],
        )
        User.objects.filter(pk=user.pk).update(last_seen_at=now)


def handle_of(session: BrowserSession) -> str:
    """Return a name for a session that a page may show: its key would let a reader in."""
    return salted_hmac("evkit.session.handle", session.session_id).hexdigest()[:16]


@transaction.atomic
def end_sessions(*, user: User, actor: Actor, keep: str = "") -> None:
    """End every session of a user, those of other programs too, except the one with the key `keep`.

    The caller renews the session it keeps with `update_session_auth_hash`.
    """
    User.objects.filter(pk=user.pk).update(sessions_epoch=F("sessions_epoch") + 1)
    user.refresh_from_db(fields=["sessions_epoch"])
    drop_sessions(user=user, keep=keep)
    record(Deed(actor, "end_sessions", "user", user.get_username()))


@transaction.atomic
def end_session(*, user: User, handle: str, actor: Actor) -> None:
    """End one session of a user.

    Raises:
        NotFoundError: the user has no such session, or no longer.
    """
    for row in user.browser_sessions.all():
        if handle_of(row) == handle:
            Session.objects.filter(pk=row.session_id).delete()
            record(Deed(actor, "end_session", "user", user.get_username(), details={"address": row.address}))
            return
    raise NotFoundError(_("This session has ended already."))


def drop_sessions(*, user: User, keep: str = "") -> None:
    """Delete the known sessions of a user, except the one with the key `keep`."""
    rows = user.browser_sessions.exclude(session_id=keep)
    Session.objects.filter(pk__in=rows.values("session_id")).delete()
