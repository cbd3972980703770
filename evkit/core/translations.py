"""Message catalogues without gettext's tools: extract, update, check and compile in Python.

A fresh machine has neither ``xgettext`` nor ``msgfmt``; polib reads and writes both file formats.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polib
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[2]
PLAIN = frozenset({"_", "gettext", "gettext_lazy", "gettext_noop"})
PLURAL = frozenset({"ngettext", "ngettext_lazy"})
CONTEXT = frozenset({"pgettext", "pgettext_lazy"})
CONTEXT_PLURAL = frozenset({"npgettext", "npgettext_lazy"})
NAMES = PLAIN | PLURAL | CONTEXT | CONTEXT_PLURAL

LITERAL = r"u?(?:\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')"
TEMPLATE_CALL = re.compile(
    rf"\b(_|n?p?gettext)\(\s*({LITERAL})(?:\s*,\s*({LITERAL}))?(?:\s*,\s*({LITERAL}))?"
)

WIDE_QUANTITY = re.compile(r"(?:%\(\w+\)[sd]|\d)[ \u00a0](?:kWh|Wh|kW|W|kVA|A|V|%%|°C|min|h|s)\b")
"""A number and its unit with a space between them that is not the narrow one (U+202F)."""

BREAKING = re.compile(r"(?<=\S) (?=[:;?!»])|(?<=«) ")
"""A space in French at which a line may break before a sign that belongs to the word, or after a quote."""

Key = tuple[str | None, str, str]


@dataclass(frozen=True, slots=True)
class Message:
    """One translatable message: the key of a catalogue entry."""

    singular: str
    plural: str | None = None
    context: str | None = None

    @property
    def key(self) -> Key:
        """Return what identifies the message in a catalogue."""
        return (self.context, self.singular, self.plural or "")


def _message(function: str, texts: list[str]) -> Message | None:
    """Read the arguments of one gettext call; None when they are too few."""
    context = texts.pop(0) if function in CONTEXT | CONTEXT_PLURAL and texts else None
    if not texts:
        return None
    plural = texts[1] if function in PLURAL | CONTEXT_PLURAL and len(texts) > 1 else None
    return Message(singular=texts[0], plural=plural, context=context)


def _called_name(call: ast.Call) -> str:
    """Return the last name of what is called (``translation.gettext`` -> ``gettext``)."""
    target = call.func
    return target.id if isinstance(target, ast.Name) else getattr(target, "attr", "")


def python_messages(source: str) -> Iterator[Message]:
    """Yield the messages of gettext calls with literal arguments in Python source."""
    for node in ast.walk(_parsed(source)):
        if not isinstance(node, ast.Call) or _called_name(node) not in NAMES:
            continue
        constants = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
        texts = [value for value in constants if isinstance(value, str)]
        message = _message(_called_name(node), texts)
        if message is not None:
            yield message


def _parsed(source: str) -> ast.Module:
    """Parse once more where Python 3.11 lost count: a traceback that another thread logs is parsed too."""
    try:
        return ast.parse(source)
    except SystemError:
        return ast.parse(source)


def template_messages(source: str) -> Iterator[Message]:
    """Yield the messages of the translate and blocktranslate tags in a Django template."""
    for match in TEMPLATE_CALL.finditer(templatize(source)):
        texts = [ast.literal_eval(text) for text in match.groups()[1:] if text]
        message = _message(match.group(1), texts)
        if message is not None:
            yield message


def source_files(root: Path) -> Iterator[Path]:
    """Yield the project's own Python files and templates, in a stable order."""
    folders = ("evkit", "sites", "chargers", "charging", "history", "alarms", "templates")
    for folder in folders:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in {".py", ".html", ".txt"} and "migrations" not in path.parts:
                yield path


def extract(root: Path) -> dict[Message, list[str]]:
    """Return every message of the project with the files it occurs in."""
    found: dict[Message, list[str]] = {}
    for path in source_files(root):
        read = python_messages if path.suffix == ".py" else template_messages
        for message in read(path.read_text(encoding="utf-8")):
            places = found.setdefault(message, [])
            name = str(path.relative_to(root))
            if name not in places:
                places.append(name)
    return found


def catalogues(root: Path) -> list[Path]:
    """Return the catalogues of the project, one per language other than English."""
    return sorted((root / "locale").glob("*/LC_MESSAGES/django.po"))


def compile_all(root: Path) -> list[Path]:
    """Write the .mo file beside every catalogue that is newer; return what was written."""
    written = []
    for path in catalogues(root):
        target = path.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= path.stat().st_mtime:
            continue
        partial = target.with_suffix(".mo.part")
        catalogue = polib.pofile(str(path))
        if catalogue_language(path) == "fr":
            for entry in catalogue:
                _set_in_french(entry)
        catalogue.save_as_mofile(str(partial))
        partial.replace(target)
        written.append(target)
    return written


def update(path: Path, messages: dict[Message, list[str]]) -> int:
    """Add missing messages to a catalogue and drop unused ones; return how many changed."""
    catalogue = polib.pofile(str(path), wrapwidth=98)
    known = {entry_key(entry): entry for entry in catalogue}
    wanted = {message.key: places for message, places in messages.items()}
    unused = [entry for key, entry in known.items() if key not in wanted]
    for entry in unused:
        catalogue.remove(entry)
    missing = [message for message in messages if message.key not in known]
    for message in missing:
        catalogue.append(_entry(message))
    for entry in catalogue:
        entry.occurrences = [(place, "") for place in wanted[entry_key(entry)]]
    catalogue.sort(key=lambda entry: (entry.occurrences, entry.msgid, entry.msgctxt or ""))
    catalogue.save(str(path))
    return len(unused) + len(missing)


def catalogue_language(path: Path) -> str:
    """Return the language of a catalogue, by its place (`locale/fr/LC_MESSAGES/django.po`)."""
    return path.parents[1].name


def _set_in_french(entry: polib.POEntry) -> None:
    """Put a space that does not break where French sets one, before : ; ? ! and inside quotes."""
    entry.msgstr = BREAKING.sub("\u202f", entry.msgstr)
    entry.msgstr_plural = {n: BREAKING.sub("\u202f", text) for n, text in entry.msgstr_plural.items()}


def entry_key(entry: polib.POEntry) -> Key:
    """Return the key of a catalogue entry."""
    return (entry.msgctxt, entry.msgid, entry.msgid_plural)


def _entry(message: Message) -> polib.POEntry:
    """Return an empty catalogue entry for a message."""
    entry = polib.POEntry(msgid=message.singular, msgctxt=message.context)
    if message.plural is not None:
        entry.msgid_plural = message.plural
        entry.msgstr_plural = {0: "", 1: ""}
    if re.search(r"%\(\w+\)", message.singular):
        entry.flags = ["python-format"]
    return entry


def problems(path: Path, messages: dict[Message, list[str]]) -> Iterator[str]:
    """Yield what is missing, untranslated, fuzzy, inconsistent or ill set in a catalogue."""
    catalogue = polib.pofile(str(path))
    known = {entry_key(entry): entry for entry in catalogue}
    for message, places in messages.items():
        entry = known.get(message.key)
        if entry is None:
            yield f"{places[0]}: not in {path}: {message.singular!r}"
        elif not entry.translated():
            yield f"{path}:{entry.linenum}: untranslated or fuzzy: {message.singular!r}"
        elif not _same_parameters(entry):
            yield f"{path}:{entry.linenum}: parameters differ: {message.singular!r}"
        elif any(WIDE_QUANTITY.search(text) for text in _texts(entry)):
            yield f"{path}:{entry.linenum}: needs U+202F before the unit: {message.singular!r}"


def _texts(entry: polib.POEntry) -> list[str]:
    return [entry.msgstr, *entry.msgstr_plural.values()]


def _same_parameters(entry: polib.POEntry) -> bool:
    """Tell whether a translation only uses parameters that its message has."""
    pattern = re.compile(r"%\(\w+\)[sdf]")
    allowed = set(pattern.findall(entry.msgid + entry.msgid_plural))
    return all(set(pattern.findall(text)) <= allowed for text in _texts(entry))


if __name__ == "__main__":
    compile_all(ROOT)
