"""Letters go over real sockets to a mail server of the test."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from evkit.core.mail import MOST_AT_ONCE, Letter, UnableToMailError, can_mail, send, send_later
from evkit.environment import read_mail_server
from tests.support.mailbox import Mailbox, mailbox, parts
from tests.support.server import free_port

LETTER = Letter("bob@example.org", "Bienvenue à bord", ".Bonjour\n\nà bientôt", "<p>Bonjour</p>")


@pytest.fixture
def box(settings: Any) -> Iterator[Mailbox]:
    with mailbox() as found:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", found.port
        settings.DEFAULT_FROM_EMAIL = "evkit@example.org"
        yield found


class TestSend:
    def test_brings_text_and_html_with_accents(self, box: Mailbox) -> None:
        send(LETTER)
        (letter,) = box.letters
        assert (letter["to"], letter["from"]) == ("bob@example.org", "evkit@example.org")
        assert letter["subject"] == LETTER.subject
        text, html = parts(letter)
        assert text.replace("\r\n", "\n").strip() == LETTER.text
        assert html.strip() == LETTER.html

    def test_tells_that_the_server_refuses(self, box: Mailbox) -> None:
        box.refuses = True
        with pytest.raises(UnableToMailError, match="SMTPRecipientsRefused"):
            send(LETTER)

    def test_tells_that_no_server_answers(self, box: Mailbox, settings: Any) -> None:
        settings.EMAIL_PORT = free_port()
        with pytest.raises(UnableToMailError, match="ConnectionRefusedError"):
            send(LETTER)


class TestSendLater:
    def test_sends_without_waiting(self, box: Mailbox) -> None:
        assert send_later(lambda: LETTER)
        assert box.wait(1)[0]["subject"] == LETTER.subject

    def test_a_failure_is_not_in_the_way_of_the_next(self, box: Mailbox) -> None:
        box.refuses = True
        for _try in range(MOST_AT_ONCE + 1):
            thread_count = threading.active_count()
            assert send_later(lambda: LETTER)
            while any(each.name == "mail" for each in threading.enumerate()):
                pass
            assert threading.active_count() <= thread_count + 1
        box.refuses = False
        assert send_later(lambda: LETTER)
        assert len(box.wait(1)) == 1

    def test_takes_no_more_than_a_few_at_once(self, box: Mailbox) -> None:
        gate = threading.Event()

        def slow() -> Letter:
            gate.wait(10)
            return LETTER

        taken = [send_later(slow) for _letter in range(MOST_AT_ONCE + 1)]
        assert taken == [True] * MOST_AT_ONCE + [False]
        gate.set()
        assert len(box.wait(MOST_AT_ONCE)) == MOST_AT_ONCE


class TestMailServer:
    def test_nothing_is_mailed_where_no_host_is_named(self, settings: Any) -> None:
        settings.EMAIL_HOST = read_mail_server({}).host
        assert not can_mail()

    def test_is_read_from_the_environment(self) -> None:
        server = read_mail_server(
            {"EMAIL_HOST": "mx", "EMAIL_HOST_USER": "evkit@example.org", "EMAIL_USE_TLS": "1"}
        )
        assert (server.host, server.port, server.starttls, server.tls) == ("mx", 587, True, False)
        assert server.sender == "evkit@example.org"

    @pytest.mark.parametrize(
        "wrong", [{"EMAIL_PORT": "smtp"}, {"EMAIL_USE_TLS": "1", "EMAIL_USE_SSL": "1"}], ids=str
    )
    def test_what_cannot_be_is_refused_with_its_name(self, wrong: dict[str, str]) -> None:
        with pytest.raises(ImproperlyConfigured, match="EMAIL_"):
            read_mail_server(wrong)
