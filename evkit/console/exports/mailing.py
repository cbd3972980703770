"""Makes the regular exports that are due, and mails each to whom it belongs."""

from __future__ import annotations

import logging
from datetime import datetime, tzinfo
from typing import Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from evkit.console.exports.registry import EXPORTS
from evkit.console.exports.running import run_export
from evkit.console.zones import common_zone
from evkit.core.clock import utc_now
from evkit.core.errors import EvkitError, InvalidInputError
from evkit.core.mail import Attachment, Letter, UnableToMailError, can_mail, send
from evkit.core.recorders import Actor
from history.models import ExportJob, ExportSchedule
from history.services.export_schedules import (
    Claim,
    begin_mailing,
    claim_schedule,
    due_schedules,
    note_failure,
    note_sent,
    period_before,
)
from history.services.exports import ask_for_export
from sites.permissions import principal_of_user

LARGEST: Final = 8 * 1024 * 1024
"""Mail servers refuse much more; larger files wait on the page of exports."""
TYPES: Final = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
}
log = logging.getLogger(__name__)


def zone_of(row: ExportSchedule) -> tzinfo:
    """Return the time zone of a regular export."""
    if row.site:
        return row.site.zone
    return common_zone(list(principal_of_user(row.user).sites())) or ZoneInfo("UTC")


def send_due() -> None:
    """Make and mail whatever is due; one that fails says why and harms no other."""
    for row in due_schedules(utc_now()):
        with translation.override(row.language):
            claim = claim_schedule(row, now=utc_now(), zone=zone_of(row))
            if claim is not None:
                _try(claim)


def _try(claim: Claim) -> None:
    try:
        if not _send(claim, utc_now()):
            return
    except EvkitError as error:
        note_failure(claim, now=utc_now(), failure=error.message)
    except Exception as error:
        log.exception("regular_export_failed", extra={"schedule": claim.row.pk})
        note_failure(claim, now=utc_now(), failure=type(error).__name__)
    else:
        note_sent(claim, now=utc_now())


def _send(claim: Claim, now: datetime) -> bool:
    """Make a file of the days that it is owed for and mail it; False if somebody else does by now.

    Raises:
        EvkitError: it cannot be made or sent.
    """
    row = claim.row
    if not can_mail():
        raise UnableToMailError(_("No mail server is configured."))
    if not row.user.email:
        raise UnableToMailError(_("You have no mail address yet. Ask an administrator to enter it."))
    first, last = period_before(row.rhythm, claim.owed_since.astimezone(zone_of(row)).date())
    query = urlencode({"from": first.isoformat(), "to": last.isoformat()})
    job = ask_for_export(
        user=row.user, actor=Actor(row.user_id, row.user.get_username()), table=row.table, kind=row.kind,
        query=query, everything=False, site=row.site, language=row.language, now=now,
    )  # fmt: skip
    run_export(job.pk)
    job.refresh_from_db()
    if not job.ready:
        raise InvalidInputError(_("The file could not be made (%(error)s).") % {"error": job.error})
    letter = _letter(job, f"{date_format(first, 'j N Y')} – {date_format(last, 'j N Y')}")
    if not begin_mailing(claim):
        return False
    send(letter)
    return True


def _letter(job: ExportJob, period: str) -> Letter:
    subject = f"{EXPORTS[job.table].title}{f' · {job.site.name}' if job.site else ''} · {period}"
    attached = job.size is not None and job.size <= LARGEST
    text = (
        _("The file is attached.")
        if attached
        else _("The file is too large for a mail: take it from the page of exports within a day.")
    )
    end = _("You asked evkit for it; the page of exports is where you can end it.")
    address = f"{settings.EVKIT_PUBLIC_URL}/exports/" if settings.EVKIT_PUBLIC_URL else ""
    body = "\n\n".join(filter(None, [subject, text, end, address]))
    files = [Attachment(job.file_name, job.path.read_bytes(), TYPES[job.kind])] if attached else []
    return Letter(to=job.user.email, subject=subject, text=body, html="", attachments=files)
