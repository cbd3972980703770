from __future__ import annotations

import re

import pytest
from django import forms
from django.test.html import parse_html
from django.utils.html import escape

from evkit.console.choosing import QuickSelect, QuickTicks

CHOICES = [("", "–"), ("1", "One"), (2, "<b>Two</b>"), ('3"', "Trois & plus")]


class Ordinary(forms.Form):
    one = forms.ChoiceField(choices=CHOICES, initial="2", widget=forms.Select(attrs={"class": "input"}))
    many = forms.MultipleChoiceField(choices=CHOICES[1:], initial=["1", 2])


class Quick(Ordinary):
    one = forms.ChoiceField(choices=CHOICES, initial="2", widget=QuickSelect(attrs={"class": "input"}))
    many = forms.MultipleChoiceField(choices=CHOICES[1:], initial=["1", 2], widget=QuickTicks)


class TestQuickSelect:
    @pytest.mark.parametrize("data", [None, {"one": "1"}, {"one": '3"'}, {"one": "unknown"}])
    def test_has_the_markup_of_an_ordinary_one(self, data) -> None:
        assert parse_html(str(Quick(data)["one"])) == parse_html(str(Ordinary(data)["one"]))


class TestQuickTicks:
    def test_every_choice_is_a_box_in_its_label(self) -> None:
        boxes = re.findall(
            r'<label class="choice"><input type="checkbox" name="many" value="([^"]*)"( checked)?>'
            r"<span>([^<]*)</span></label>",
            str(Quick()["many"]),
        )
        assert boxes == [
            ("1", " checked", "One"),
            ("2", " checked", escape("<b>Two</b>")),
            (escape('3"'), "", escape("Trois & plus")),
        ]

    def test_what_was_ticked_is_what_the_form_says(self) -> None:
        form = Quick({"one": "1", "many": ["2"]})
        assert form.is_valid()
        assert form.cleaned_data["many"] == ["2"]
        assert str(form["many"]).count(" checked") == 1
