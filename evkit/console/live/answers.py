"""Answers to the live feed's fetches, kept for all viewers of a site until it changes again.

Two hundred pages that watch a site are told the same at the same time, and then ask for the same. The first
one's answer is given to the others without a thread, a query or a template: only where the view said that
it knows nothing of who asked, and only to sessions that the hub has found allowed to see the site.
"""

from __future__ import annotations

import re
import time
from collections import OrderedDict
from collections.abc import Mapping, MutableMapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from django.http import HttpRequest

from evkit.console.ids import read_ids
from evkit.console.live.application import session_key
from evkit.core.lanes import LIVE_HEADER, App, Lanes, Receive, Send

SHARED: Final = "evkit.shared"
FRAGMENTS: Final = (b"hx-request", b"true")
ONLY: Final = re.compile(rb"only=((?:[0-9]|,|%2C)+)")
GZIP: Final = b"gzip"
KEPT: Final = 64
LONGEST_S: Final = 2.0
MOST_BYTES: Final = 1 << 20

Scope = MutableMapping[str, Any]
Key = tuple[str, bytes, str]


def share(request: HttpRequest, site: int) -> None:
    """Let other viewers of the site who speak the same language have this answer too.

    It must know nothing of who asks: neither user nor role nor token.
    """
    scope = getattr(request, "scope", None)
    if scope is not None:
        scope[SHARED] = site


class Watch(Protocol):
    """What the hub of this process knows about the sites and viewers of its pages."""

    def language(self, session_key: str) -> str | None:
        """Return the language of the viewer behind a session with an open page, None without one."""

    def sees(self, session_key: str, site: int) -> bool:
        """Tell whether the viewer has a page open on the site, and was found allowed to see it."""

    def covering(self, site: int, ids: AbstractSet[int]) -> AbstractSet[int]:
        """Return the charge points to send to a page that lacks these, perhaps some more."""

    def told_at(self, site: int) -> float:
        """Return when (monotonic) pages were last told that something changed on the site."""


@dataclass(slots=True)
class Answer:
    """The messages of an answer: when (monotonic) work on it began, and the site that it shows."""

    began: float
    site: int = 0
    messages: list[Mapping[str, Any]] = field(default_factory=list)
    size: int = 0


class SharedAnswers:
    """ASGI application around the pages: their lanes, and shared answers before and behind them."""

    def __init__(self, pages: App, watch: Watch) -> None:
        self._pages = pages
        self._watch = watch
        self._lanes = Lanes(self._answer)
        self._kept: OrderedDict[Key, Answer] = OrderedDict()
        self._sites: dict[str, int] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        self._widen(scope)
        known = self._known(scope)
        if known is None:
            await self._lanes(scope, receive, send)
        else:
            await _give(known, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request that has waited in its lane; meanwhile another one may have got its answer."""
        self._widen(scope)
        known = self._known(scope)
        if known is not None:
            await _give(known, send)
            return
        key = self._key(scope)
        if key is None:
            await self._pages(scope, receive, send)
            return
        answer = Answer(time.monotonic())

        async def send_and_note(message: Mapping[str, Any]) -> None:
            answer.size += len(message.get("body", b""))
            if answer.size <= MOST_BYTES:
                answer.messages.append(message)
            await send(message)

        await self._pages(scope, receive, send_and_note)
        self._keep(key, answer, scope)

    def _keep(self, key: Key, answer: Answer, scope: Scope) -> None:
        """Keep a whole answer that its view lets others have."""
        answer.site = scope.get(SHARED, 0)
        if answer.site and answer.size <= MOST_BYTES and _whole(answer.messages):
            self._sites[scope["path"]] = answer.site
            self._kept[key] = answer
            self._kept.move_to_end(key)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)

    def _key(self, scope: Scope) -> Key | None:
        """Return what an answer depends on; None for a request whose answer is nobody else's business."""
        headers = scope["headers"]
        if scope["method"] != "GET" or LIVE_HEADER not in headers or FRAGMENTS not in headers:
            return None
        if not any(name == b"accept-encoding" and GZIP in value for name, value in headers):
            return None
        language = self._watch.language(session_key(scope))
        return None if language is None else (scope["path"], scope["query_string"], language)

    def _widen(self, scope: Scope) -> None:
        """Ask for what many others ask for, when that holds all that this page asks for."""
        site = self._sites.get(scope["path"])
        asked = ONLY.fullmatch(scope["query_string"])
        if site is None or asked is None or LIVE_HEADER not in scope["headers"]:
            return
        ids = read_ids(asked[1].decode().replace("%2C", ","))
        wider = ",".join(map(str, sorted(self._watch.covering(site, ids))))
        scope["query_string"] = f"only={wider}".encode()

    def _known(self, scope: Scope) -> Answer | None:
        """Return an answer that holds for this request: nothing has been told since work on it began."""
        key = self._key(scope)
        answer = None if key is None else self._kept.get(key)
        if answer is None or not self._watch.sees(session_key(scope), answer.site):
            return None
        fresh = time.monotonic() - answer.began < LONGEST_S
        return answer if fresh and answer.began > self._watch.told_at(answer.site) else None


async def _give(answer: Answer, send: Send) -> None:
    for message in answer.messages:
        await send(message)


def _whole(messages: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether these are all parts of a good answer that sets no cookie."""
    if not messages or messages[0].get("status") != 200 or messages[-1].get("more_body"):
        return False
    return all(name.lower() != b"set-cookie" for name, _value in messages[0]["headers"])
