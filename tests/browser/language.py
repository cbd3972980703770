"""What a French page must not show: English messages, English numbers, times of another zone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import polib

from evkit.console.commands.catalogue import COMMANDS
from tests.support.server import ROOT

PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
LONG = 3
"""Messages of this many words are also looked for inside longer texts."""

NAMES = frozenset({"English", "Heartbeat", *(form.action for form in COMMANDS.values()), "Name", "Limit"})
"""What is called the same in every language: languages, OCPP's actions, titles of the OpenAPI document."""

UNITS = r"(?:kWh|Wh|kW|W|kVA|A|V|%|°C|min|h|s)\b"
POINT = re.compile(rf"\b\d+\.\d+[\s\u202f]?{UNITS}")
COMMA = re.compile(r"\b\d{1,3}(?:,\d{3})+\b")
WIDE = re.compile(rf"\d[ \u00a0]{UNITS}")
CLOCK = re.compile(r"\b(\d{1,2}):(\d{2})")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """English messages whose French differs: whole ones, and patterns of long ones."""

    english: frozenset[str]
    french: frozenset[str]
    patterns: tuple[re.Pattern[str], ...]

    @classmethod
    def read(cls) -> Catalogue:
        """Read the catalogue of the project."""
        entries = polib.pofile(str(ROOT / "locale/fr/LC_MESSAGES/django.po"))
        pairs = [pair for entry in entries if not entry.obsolete for pair in _pairs(entry)]
        open_ = {english for english, french in pairs if not french}
        different = {english for english, french in pairs if french != english} - open_
        long = [text for text in different if len(PLACEHOLDER.sub("", text).split()) >= LONG]
        return cls(
            frozenset(different),
            frozenset(french for _english, french in pairs),
            tuple(_pattern(text) for text in long),
        )

    def english_in(self, texts: Iterable[str]) -> Iterator[str]:
        """Yield the texts that are an English message, or hold a long one."""
        for text in texts:
            if text in self.french or text in NAMES:
                continue
            if text in self.english or any(pattern.search(text) for pattern in self.patterns):
                yield f"English: {text!r}"


def _pairs(entry: polib.POEntry) -> Iterator[tuple[str, str]]:
    if entry.msgid_plural:
        yield entry.msgid, entry.msgstr_plural[0]
        yield entry.msgid_plural, entry.msgstr_plural[1]
    else:
        yield entry.msgid, entry.msgstr


def _pattern(text: str) -> re.Pattern[str]:
    parts = PLACEHOLDER.split(text)[::2]
    return re.compile(r".+?".join(map(re.escape, parts)))


def wrong_quantities(texts: Iterable[str]) -> Iterator[str]:
    """Yield texts with a decimal point, a comma between thousands, or a wide space before a unit."""
    for text in texts:
        for pattern in (POINT, COMMA, WIDE):
            if found := pattern.search(text):
                yield f"number {found[0]!r} in {text!r}"


def misplaced_times(times: Iterable[tuple[str, str]], zone: str) -> Iterator[str]:
    """Yield times whose text is not that of their moment in the site's zone."""
    for moment, text in times:
        clock = CLOCK.search(text)
        if clock is None:
            continue
        local = datetime.fromisoformat(moment).astimezone(ZoneInfo(zone))
        if (int(clock[1]), int(clock[2])) != (local.hour, local.minute):
            yield f"time {text!r} for {moment}"
