"""Files that come by mail, again and again: when, of which days, to whom, and what is told when one fails."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from evkit.console.exports.mailing import send_due
from evkit.core.clock import utc_now
from history.models import ExportJob, ExportSchedule
from history.services.export_schedules import (
    AGAIN_AFTER,
    LEASE,
    MADE_UP_FOR,
    begin_mailing,
    claim_schedule,
    due_schedules,
    next_due,
    note_failure,
    period_before,
)
from sites.models import User
from sites.types import Role
from tests.console.depot import Depot
from tests.factories import TransactionFactory
from tests.support.mailbox import Mailbox, mailbox

PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture(autouse=True)
def box(settings: Any, tmp_path: Path) -> Iterator[Mailbox]:
    settings.EVKIT_DATA_DIR = tmp_path
    with mailbox() as found:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", found.port
        yield found


@pytest.fixture
def client(log_in: Callable[..., Client]) -> Client:
    browser = log_in(Role.OPERATOR)
    User.objects.update(email="ann@example.org")
    return browser


def ask(client: Client, depot: Depot, **form: str) -> Any:
    given = {"table": "transactions", "kind": "xlsx", "rhythm": "daily", "site": depot.site.code, **form}
    return client.post(reverse("schedule_export"), given)


def make_due() -> ExportSchedule:
    ExportSchedule.objects.update(due_at=utc_now() - timedelta(minutes=1))
    send_due()
    return ExportSchedule.objects.get()


class TestWhen:
    @pytest.mark.parametrize(
        ("rhythm", "due", "first", "last"),
        [
            ("daily", (2026, 3, 1), (2026, 2, 27), (2026, 2, 27)),
            ("weekly", (2026, 3, 2), (2026, 2, 16), (2026, 2, 22)),
            ("monthly", (2026, 3, 1), (2026, 1, 1), (2026, 1, 31)),
        ],
    )
    def test_follows_the_calendar_of_the_site(self, rhythm, due, first, last):
        now = datetime(2026, 2, 28, 22, 30, tzinfo=UTC)
        assert next_due(rhythm, now, PARIS) == datetime.combine(date(*due), time(5), PARIS)
        assert period_before(rhythm, date(2026, 2, 28)) == (date(*first), date(*last))


class TestRegularExports:
    def test_a_file_of_yesterday_comes_by_mail_once(self, client, depot, box):
        assert ask(client, depot).status_code == 302
        yesterday = (utc_now().astimezone(PARIS) - timedelta(days=1)).replace(hour=12, minute=0)
        evse = depot.faulted.evses.first()
        charge = TransactionFactory(evse=evse, started_at=yesterday, ended_at=yesterday, energy_wh=7000.0)
        row = make_due()
        (letter,) = box.wait(1)
        assert letter["to"] == "ann@example.org"
        (file,) = letter.iter_attachments()
        sheet = load_workbook(io.BytesIO(file.get_payload(decode=True))).worksheets[0]
        assert [line[0] for line in sheet.iter_rows(min_row=2, values_only=True)] == [charge.number]
        assert row.due_at > utc_now()
        assert (row.failure, row.sent_at is None) == ("", False)
        send_due()
        assert len(box.letters) == 1

    def test_one_that_fails_says_why_and_comes_again(self, client, depot, box):
        ask(client, depot)
        box.refuses = True
        row = make_due()
        assert "did not take the letter" in row.failure
        assert row.due_at > utc_now()
        assert row.failure in client.get(reverse("exports")).content.decode()

    def test_a_failed_one_is_tried_again_later_and_later_with_the_days_it_was_owed_for(
        self, client, depot, box
    ):
        ask(client, depot)
        box.refuses = True
        for tries, pause in enumerate(AGAIN_AFTER, start=1):
            row = make_due()
            soon = (row.due_at - utc_now()).total_seconds()
            assert row.tries == tries
            assert soon == pytest.approx(pause.total_seconds(), abs=60)
        page = client.get(reverse("exports")).content.decode()
        assert f"Tried {row.tries} times" in page
        owed = utc_now() - timedelta(days=3)
        ExportSchedule.objects.update(owed_since=owed)
        box.refuses = False
        row = make_due()
        (letter,) = box.wait(1)
        day = owed.astimezone(PARIS).date() - timedelta(days=1)
        assert f"from={day.isoformat()}" in ExportJob.objects.latest("pk").query
        assert letter["to"] == "ann@example.org"
        assert (row.failure, row.tries, row.owed_since) == ("", 0, None)

    def test_one_whose_worker_was_stopped_is_made_again_for_the_same_days(self, client, depot, box):
        ask(client, depot, rhythm="monthly")
        ExportSchedule.objects.update(due_at=utc_now())
        (row,) = due_schedules(utc_now())
        assert claim_schedule(row, now=utc_now(), zone=PARIS)
        stopped = ExportSchedule.objects.get()
        assert timedelta(0) < stopped.due_at - utc_now() <= LEASE
        assert (stopped.tries, stopped.owed_since) == (1, row.due_at)
        row = make_due()
        box.wait(1)
        assert (row.tries, row.owed_since) == (0, None)
        assert row.due_at == next_due("monthly", utc_now(), PARIS)

    def test_every_day_that_was_missed_is_made_up_for_once(self, client, depot, box):
        ask(client, depot)
        today = utc_now().astimezone(PARIS).date()
        missed = [today - timedelta(days=days) for days in (2, 1)]
        ExportSchedule.objects.update(due_at=datetime.combine(missed[0], time(5), PARIS))
        send_due()
        send_due()
        ExportSchedule.objects.filter(due_at__lte=utc_now()).delete()  # today's, after five o'clock
        send_due()
        assert len(box.wait(2)) == 2
        days = [(due - timedelta(days=1)).isoformat() for due in missed]
        queries = ExportJob.objects.order_by("pk").values_list("query", flat=True)
        assert list(queries) == [f"from={day}&to={day}" for day in days]

    def test_what_was_missed_longer_ago_than_a_month_is_not_made_up_for(self, client, depot, box):
        ask(client, depot)
        now = utc_now()
        ExportSchedule.objects.update(due_at=now - timedelta(days=200))
        claim = claim_schedule(ExportSchedule.objects.get(), now=now, zone=PARIS)
        assert claim is not None
        assert claim.owed_since == now - MADE_UP_FOR

    def test_of_two_that_find_it_due_one_has_it(self, client, depot, box):
        ask(client, depot)
        ExportSchedule.objects.update(due_at=utc_now())
        (row,), (same,) = due_schedules(utc_now()), due_schedules(utc_now())
        claims = [claim_schedule(each, now=utc_now(), zone=PARIS) for each in (row, same)]
        assert [claim is None for claim in claims] == [False, True]

    def test_who_took_longer_than_the_claim_does_not_mail_as_well(self, client, depot, box):
        ask(client, depot)
        ExportSchedule.objects.update(due_at=utc_now())
        slow = claim_schedule(ExportSchedule.objects.get(), now=utc_now(), zone=PARIS)
        assert slow is not None
        row = make_due()
        assert not begin_mailing(slow)
        note_failure(slow, now=utc_now(), failure="too slow")
        box.wait(1)
        kept = ExportSchedule.objects.get()
        assert (kept.failure, kept.due_at, len(box.letters)) == ("", row.due_at, 1)

    def test_what_was_being_mailed_when_evkit_stopped_is_not_mailed_again(self, client, depot, box):
        ask(client, depot, rhythm="monthly")
        ExportSchedule.objects.update(due_at=utc_now())
        claim = claim_schedule(ExportSchedule.objects.get(), now=utc_now(), zone=PARIS)
        assert claim is not None
        assert begin_mailing(claim)
        row = make_due()
        assert box.letters == []
        assert row.due_at == next_due("monthly", utc_now(), PARIS)
        assert "evkit was stopped while" in row.failure
        assert not row.mailing

    def test_after_the_last_try_the_next_regular_one_follows(self, client, depot, box):
        ask(client, depot, rhythm="monthly")
        box.refuses = True
        ExportSchedule.objects.update(tries=len(AGAIN_AFTER), owed_since=utc_now())
        row = make_due()
        assert row.owed_since is None
        assert row.due_at == next_due("monthly", utc_now(), PARIS)
        assert "the next one will" in client.get(reverse("exports")).content.decode()

    def test_who_may_not_see_the_site_any_more_gets_nothing(self, client, depot, box):
        ask(client, depot)
        User.objects.get().memberships.all().delete()
        assert "could not be made" in make_due().failure
        assert box.letters == []

    def test_whose_address_was_taken_away_is_told_that_nothing_came(self, client, depot, box):
        ask(client, depot)
        User.objects.update(email="")
        row = make_due()
        assert "no mail address" in row.failure
        assert row.sent_at is None
        assert not ExportJob.objects.exists()

    @pytest.mark.parametrize("form", [{"rhythm": "hourly"}, {"kind": "exe"}])
    def test_what_is_unknown_is_refused(self, client, depot, form):
        ask(client, depot, **form)
        assert not ExportSchedule.objects.exists()

    def test_without_an_address_there_is_none(self, client, depot):
        User.objects.update(email="")
        ask(client, depot)
        assert not ExportSchedule.objects.exists()
        assert "no mail address" in client.get(reverse("exports")).content.decode()

    def test_the_audit_journal_is_for_administrators(self, client, depot):
        assert ask(client, depot, table="audit").status_code == 403
        assert not ExportSchedule.objects.exists()

    def test_is_kept_once_and_ended_by_whom_it_belongs_to(self, client, depot, log_in):
        ask(client, depot)
        ask(client, depot)
        row = ExportSchedule.objects.get()
        other = log_in(Role.ADMINISTRATOR)
        assert other.post(reverse("unschedule_export", args=[row.pk])).status_code == 404
        client.post(reverse("unschedule_export", args=[row.pk]))
        assert not ExportSchedule.objects.exists()
