"""Mail to people: sent at once, or on a thread of its own where nobody may wait for it."""

from __future__ import annotations

import logging
import smtplib
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils.translation import gettext as _

from evkit.core.errors import EvkitError

log = logging.getLogger(__name__)

MOST_AT_ONCE: Final = 4
"""Letters on their way at the same time; a mail server that hangs holds no more threads than these."""

_on_their_way: Final = threading.BoundedSemaphore(MOST_AT_ONCE)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a letter."""

    name: str
    content: bytes
    kind: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to one person, as plain text and, where there is any, as HTML."""

    to: str
    subject: str
    text: str
    html: str
    attachments: Sequence[Attachment] = ()


class UnableToMailError(EvkitError):
    """The mail server cannot be reached or refuses the letter."""

    code = "mail_failed"


def can_mail() -> bool:
    """Tell whether a mail server is configured."""
    return bool(settings.EMAIL_HOST)


def send(letter: Letter) -> None:
    """Hand a letter to the mail server; waits for its answer, at most `EMAIL_TIMEOUT` seconds a step.

    Raises:
        UnableToMailError: the server cannot be reached or refuses it.
    """
    mail = EmailMultiAlternatives(letter.subject, letter.text, to=[letter.to])
    if letter.html:
        mail.attach_alternative(letter.html, "text/html")
    for file in letter.attachments:
        mail.attach(file.name, file.content, file.kind)
    try:
        mail.send()
    except (OSError, smtplib.SMTPException, ValueError) as error:
        log.warning("mail_failed", extra={"error": f"{type(error).__name__}: {error}"})
        reason = _("The mail server did not take the letter (%(error)s).")
        raise UnableToMailError(reason % {"error": type(error).__name__}) from error


def send_later(write: Callable[[], Letter]) -> bool:
    """Write and send a letter on a thread of its own; False if too many are on their way already.

    A failure is logged and told nobody: for letters of which the sender must not learn whether they exist.
    """
    if not _on_their_way.acquire(blocking=False):
        log.warning("mail_dropped")
        return False
    threading.Thread(target=_send_and_free, args=(write,), name="mail", daemon=True).start()
    return True


def _send_and_free(write: Callable[[], Letter]) -> None:
    try:
        send(write())
    except UnableToMailError:
        pass  # logged where it happened
    except Exception:
        log.exception("mail_failed")
    finally:
        _on_their_way.release()
