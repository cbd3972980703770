from __future__ import annotations

import gettext
import os
from pathlib import Path

import polib
import pytest

from evkit.core.translations import (
    Message,
    compile_all,
    problems,
    python_messages,
    template_messages,
    update,
)


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    path = tmp_path / "locale" / "fr" / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True)
    header = (
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
        '"Plural-Forms: nplurals=2; plural=(n > 1);\\n"\n\n'
    )
    path.write_text(header + 'msgid "Free"\nmsgstr "Libre"\n', encoding="utf-8")
    return path


class TestPythonMessages:
    def test_finds_plain_plural_and_contextual_calls(self) -> None:
        source = (
            '_("a"); gettext_lazy("b" "c"); ngettext("one", "many", n); '
            'pgettext("verb", "open"); npgettext("x", "i", "j", n); other("no"); _(variable)'
        )
        assert list(python_messages(source)) == [
            Message("a"),
            Message("bc"),
            Message("one", "many"),
            Message("open", context="verb"),
            Message("i", "j", "x"),
        ]


class TestTemplateMessages:
    def test_finds_tags_blocks_and_literals(self) -> None:
        source = (
            '{% load i18n %}{% translate "a" %}{% translate "b" context "verb" %}'
            "{% blocktranslate count n=n %}{{ n }} car{% plural %}{{ n }} cars{% endblocktranslate %}"
            '{{ x|default:_("c") }}'
        )
        assert list(template_messages(source)) == [
            Message("a"),
            Message("b", context="verb"),
            Message("%(n)s car", "%(n)s cars"),
            Message("c"),
        ]


class TestUpdate:
    def test_adds_what_is_missing_and_drops_what_is_unused(self, catalogue: Path) -> None:
        changed = update(catalogue, {Message("Busy"): ["a.py"], Message("car", "cars"): ["b.py"]})
        entries = {entry.msgid: entry for entry in polib.pofile(str(catalogue))}
        assert changed == 3
        assert set(entries) == {"Busy", "car"}
        assert entries["car"].msgid_plural == "cars"

    def test_keeps_translations(self, catalogue: Path) -> None:
        assert update(catalogue, {Message("Free"): ["a.py"]}) == 0
        assert polib.pofile(str(catalogue))[0].msgstr == "Libre"

    def test_a_message_that_became_plural_is_a_new_one(self, catalogue: Path) -> None:
        update(catalogue, {Message("Free", "Free ones"): ["a.py"]})
        entries = list(polib.pofile(str(catalogue)))
        assert [(entry.msgid, entry.msgid_plural, entry.msgstr) for entry in entries] == [
            ("Free", "Free ones", "")
        ]


class TestProblems:
    def test_a_complete_catalogue_has_none(self, catalogue: Path) -> None:
        assert list(problems(catalogue, {Message("Free"): ["a.py"]})) == []

    def test_names_the_place_of_a_missing_message(self, catalogue: Path) -> None:
        assert list(problems(catalogue, {Message("Busy"): ["a.py"]})) == [f"a.py: not in {catalogue}: 'Busy'"]

    @pytest.mark.parametrize("entry", ['#, fuzzy\nmsgid "x"\nmsgstr "y"\n', 'msgid "x"\nmsgstr ""\n'])
    def test_fuzzy_and_empty_entries_are_problems(self, catalogue: Path, entry: str) -> None:
        catalogue.write_text(catalogue.read_text() + "\n" + entry)
        assert len(list(problems(catalogue, {Message("x"): ["a.py"]}))) == 1

    def test_an_unknown_parameter_is_a_problem(self, catalogue: Path) -> None:
        catalogue.write_text(catalogue.read_text() + '\nmsgid "%(a)s"\nmsgstr "%(b)s"\n')
        assert len(list(problems(catalogue, {Message("%(a)s"): ["a.py"]}))) == 1

    @pytest.mark.parametrize(("space", "count"), [(" ", 1), ("\u00a0", 1), ("\u202f", 0)])
    def test_only_a_narrow_space_stands_before_a_unit(self, catalogue: Path, space: str, count: int) -> None:
        entry = f'\nmsgid "%(a)s kW"\nmsgstr "%(a)s{space}kW"\n'
        catalogue.write_text(catalogue.read_text() + entry)
        assert len(list(problems(catalogue, {Message("%(a)s kW"): ["a.py"]}))) == count


class TestCompile:
    def test_writes_what_gettext_reads(self, catalogue: Path, tmp_path: Path) -> None:
        (target,) = compile_all(tmp_path)
        with target.open("rb") as file:
            assert gettext.GNUTranslations(file).gettext("Free") == "Libre"

    @pytest.mark.parametrize(
        ("written", "told"),
        [
            ("Vide : jamais ; toujours ?", "Vide\u202f: jamais\u202f; toujours\u202f?"),
            ("« Libre »", "«\u202fLibre\u202f»"),
            ("à 14:30 : oui", "à 14:30\u202f: oui"),
            ("sans signe", "sans signe"),
        ],
    )
    def test_french_signs_do_not_begin_a_line(
        self, catalogue: Path, tmp_path: Path, written: str, told: str
    ) -> None:
        catalogue.write_text(catalogue.read_text() + f'\nmsgid "x"\nmsgstr "{written}"\n')
        (target,) = compile_all(tmp_path)
        with target.open("rb") as file:
            assert gettext.GNUTranslations(file).gettext("x") == told

    def test_only_again_when_the_catalogue_is_newer(self, catalogue: Path, tmp_path: Path) -> None:
        (target,) = compile_all(tmp_path)
        assert compile_all(tmp_path) == []
        later = target.stat().st_mtime + 5
        os.utime(catalogue, (later, later))
        assert compile_all(tmp_path) == [target]
