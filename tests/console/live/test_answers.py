from __future__ import annotations

import time
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.conf import settings

from evkit.console.live.answers import LONGEST_S, SHARED, SharedAnswers

SITE = 7
LIVE = {"x-live": "1", "hx-request": "true", "accept-encoding": "gzip, br"}


@dataclass
class Viewers:
    """What a hub knows: three sessions in two languages, one of which sees another site only."""

    told: float = 0.0
    recent: AbstractSet[int] = frozenset()
    languages: Mapping[str, str] = field(
        default_factory=lambda: {"ann": "fr", "bob": "fr", "cleo": "en", "stranger": "fr"}
    )

    def language(self, session_key: str) -> str | None:
        return self.languages.get(session_key)

    def sees(self, session_key: str, site: int) -> bool:
        return site == SITE and session_key != "stranger"

    def covering(self, site: int, ids: AbstractSet[int]) -> AbstractSet[int]:
        return ids if ids - self.recent else self.recent

    def told_at(self, site: int) -> float:
        return self.told


@dataclass
class Pages:
    """Pages that say how often they were asked."""

    asked: list[str] = field(default_factory=list)
    shared: bool = True
    status: int = 200
    headers: tuple[tuple[bytes, bytes], ...] = ((b"content-security-policy", b"default-src 'self'"),)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.asked.append(scope["query_string"].decode())
        if self.shared:
            scope[SHARED] = SITE
        await send({"type": "http.response.start", "status": self.status, "headers": list(self.headers)})
        await send({"type": "http.response.body", "body": b"answer %d" % len(self.asked)})


async def ask(
    answers: SharedAnswers,
    who: str,
    query: str = "only=1",
    method: str = "GET",
    path: str = "/sites/depot/",
    **changed: str | None,
) -> list[Mapping[str, Any]]:
    fields = {**LIVE, **{name.replace("_", "-"): value for name, value in changed.items()}}
    headers = [(name.encode(), value.encode()) for name, value in fields.items() if value is not None]
    headers.append((b"cookie", f"other=1; {settings.SESSION_COOKIE_NAME}={who}".encode()))
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query.encode(),
        "headers": headers,
    }
    sent: list[Mapping[str, Any]] = []

    async def send(message: Mapping[str, Any]) -> None:
        sent.append(message)

    async def receive() -> Mapping[str, Any]:
        return {"type": "http.request"}

    await answers(scope, receive, send)
    return sent


class TestSharedAnswers:
    async def test_the_answer_of_one_viewer_is_given_to_another(self) -> None:
        pages = Pages()
        answers = SharedAnswers(pages, Viewers())
        first = await ask(answers, "ann")
        assert await ask(answers, "bob") == first
        assert first[0]["headers"] == [(b"content-security-policy", b"default-src 'self'")]
        assert len(pages.asked) == 1

    @pytest.mark.parametrize("who", ["stranger", "nobody", ""])
    async def test_not_to_who_may_not_see_the_site_or_has_no_page_open(self, who: str) -> None:
        pages = Pages()
        answers = SharedAnswers(pages, Viewers())
        await ask(answers, "ann")
        await ask(answers, who)
        assert len(pages.asked) == 2

    async def test_each_language_has_its_own(self) -> None:
        pages = Pages()
        answers = SharedAnswers(pages, Viewers())
        await ask(answers, "ann")
        await ask(answers, "cleo")
        await ask(answers, "cleo")
        assert len(pages.asked) == 2

    @pytest.mark.parametrize(
        "other",
        [
            {"query": "only=2"},
            {"query": "only=1&q=bus"},
            {"path": "/sites/other/"},
            {"method": "POST"},
            {"x_live": None},
            {"hx_request": None},
            {"accept_encoding": "identity"},
            {"accept_encoding": None},
        ],
        ids=str,
    )
    async def test_another_request_gets_its_own(self, other: dict[str, str | None]) -> None:
        pages = Pages()
        answers = SharedAnswers(pages, Viewers())
        await ask(answers, "ann")
        await ask(answers, "bob", **other)  # type: ignore[arg-type]
        assert len(pages.asked) == 2

    @pytest.mark.parametrize(
        "pages",
        [Pages(shared=False), Pages(status=302), Pages(headers=((b"Set-Cookie", b"sessionid=1"),))],
        ids=["the view does not share it", "no good answer", "sets a cookie"],
    )
    async def test_what_is_nobody_elses_business_is_not_kept(self, pages: Pages) -> None:
        answers = SharedAnswers(pages, Viewers())
        await ask(answers, "ann")
        await ask(answers, "bob")
        assert len(pages.asked) == 2

    async def test_it_holds_until_pages_are_told_of_a_change(self) -> None:
        pages, viewers = Pages(), Viewers()
        answers = SharedAnswers(pages, viewers)
        await ask(answers, "ann")
        viewers.told = time.monotonic()
        await ask(answers, "bob")
        await ask(answers, "ann")
        assert len(pages.asked) == 2

    async def test_it_does_not_hold_for_long_without_news(self, monkeypatch: pytest.MonkeyPatch) -> None:
        pages = Pages()
        answers = SharedAnswers(pages, Viewers())
        await ask(answers, "ann")
        later = time.monotonic() + LONGEST_S
        monkeypatch.setattr("evkit.console.live.answers.time.monotonic", lambda: later)
        await ask(answers, "bob")
        assert len(pages.asked) == 2

    async def test_pages_that_missed_different_changes_get_one_answer(self) -> None:
        pages = Pages()
        answers = SharedAnswers(pages, Viewers(recent=frozenset({1, 2, 3})))
        await ask(answers, "ann", "only=all")
        await ask(answers, "ann", "only=1%2C2")
        await ask(answers, "bob", "only=3")
        await ask(answers, "bob", "only=9")
        assert pages.asked == ["only=all", "only=1,2,3", "only=9"]
