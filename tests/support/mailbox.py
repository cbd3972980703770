"""A mail server for tests: speaks enough SMTP (RFC 5321) on a real socket and keeps what it is given."""

from __future__ import annotations

import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

PATIENCE_S = 30


@dataclass
class Mailbox:
    """Where the server listens, and the letters that it took; `refuses` makes it take none."""

    port: int = 0
    letters: list[EmailMessage] = field(default_factory=list)
    refuses: bool = False

    def wait(self, count: int) -> list[EmailMessage]:
        """Return the letters as soon as there are so many."""
        deadline = time.monotonic() + PATIENCE_S
        while len(self.letters) < count and time.monotonic() < deadline:
            time.sleep(0.02)
        assert len(self.letters) >= count, f"{len(self.letters)} letters came"
        return self.letters


class _Talk(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self._say("220 mailbox")
        while line := self.rfile.readline():
            word = line[:4].upper().strip()
            if word == b"DATA":
                self._say("354 go on")
                self._take()
            elif word == b"QUIT":
                self._say("221 bye")
                return
            elif word == b"RCPT" and self._mailbox.refuses:
                self._say("550 no such mailbox")
            else:
                self._say("250 mailbox")

    def _take(self) -> None:
        lines = []
        while (line := self.rfile.readline()) not in {b".\r\n", b""}:
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        letter = message_from_bytes(b"".join(lines), policy=policy.default)
        assert isinstance(letter, EmailMessage)
        self._mailbox.letters.append(letter)
        self._say("250 taken")

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())

    @property
    def _mailbox(self) -> Mailbox:
        found = self.server.mailbox  # type: ignore[attr-defined]  # set below
        assert isinstance(found, Mailbox)
        return found


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    """Run a mail server on this machine."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Talk) as server:
        server.daemon_threads = True
        found = Mailbox(port=server.server_address[1])
        server.mailbox = found  # type: ignore[attr-defined]  # for _Talk
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield found
        server.shutdown()


def parts(letter: EmailMessage) -> tuple[str, str]:
    """Return the plain text and the HTML of a letter."""
    plain, html = letter.get_body(("plain",)), letter.get_body(("html",))
    assert plain is not None
    assert html is not None
    return plain.get_content(), html.get_content()
