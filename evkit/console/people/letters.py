"""Letters with one-time links, in the language of whom they are written to."""

from __future__ import annotations

from typing import Final
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from evkit.console.moments import told
from evkit.core.mail import Letter
from sites.models import User

INVITATION: Final = "invitation"
NEW_LINK: Final = "new_link"
WAY_BACK: Final = "way_back"

SUBJECTS: Final[dict[str, Promise]] = {
    INVITATION: _("Your access to evkit"),
    NEW_LINK: _("Choose a new password for evkit"),
    WAY_BACK: _("Forgotten password"),
}


def link_letter(kind: str, user: User, link: str, zone: ZoneInfo) -> Letter:
    """Return the letter that brings a link; `zone` is that of the times in it."""
    with translation.override(user.language), timezone.override(zone):
        until = user.link_expires_at
        context = {
            "kind": kind,
            "person": user.get_full_name() or user.get_username(),
            "username": user.get_username(),
            "link": link,
            "until": told(until, "j N Y, H:i") if until else "",
            "subject": str(SUBJECTS[kind]),
            "language": user.language,
        }
        return Letter(
            to=user.email,
            subject=str(SUBJECTS[kind]),
            text=render_to_string("mail/link.txt", context),
            html=render_to_string("mail/link.html", context),
        )
