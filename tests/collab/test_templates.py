"""What holds for every template: nothing inline that the policy forbids, every word marked for translation."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

pytestmark = pytest.mark.unit
TEMPLATES = Path(settings.BASE_DIR) / "templates"
PAGES = sorted(TEMPLATES.rglob("*.html"))

COMMENT = re.compile(r"{#.*?#}|{% comment %}.*?{% endcomment %}|<!--.*?-->", re.DOTALL)
TRANSLATED = re.compile(r"{% blocktrans(?:late)?\b.*?{% endblocktrans(?:late)? %}", re.DOTALL)
CLASS_BLOCK = re.compile(r"{% block \w+_class %}.*?{% endblock[^%]*%}", re.DOTALL)
TEMPLATE_TAG = re.compile(r"{%.*?%}|{{.*?}}", re.DOTALL)
READ_ALOUD = re.compile(
    r"(?<![:\w-])(?:aria-label|alt|placeholder|title|lead|text|label|note|confirm|caption|term)=\"([^\"]*)\"", re.DOTALL
)
SCRIPT = re.compile(r"<script\b[^>]*>(.*?)</script>", re.DOTALL)
ELEMENT = re.compile(r"<[^>]*>", re.DOTALL)
LETTERS = re.compile(r"[^\W\d_]{2,}")


def words_without_translation(text: str) -> list[str]:
    """Words of a template that a translator would never see."""
    text = TRANSLATED.sub("", COMMENT.sub("", text))
    text = TEMPLATE_TAG.sub("", CLASS_BLOCK.sub("", text))
    text = SCRIPT.sub("", text)
    attributes = " ".join(READ_ALOUD.findall(text))
    return LETTERS.findall(attributes + " " + re.sub(r"&\w+;", "", ELEMENT.sub(" ", text)))


def forbidden(text: str) -> list[str]:
    """What the content security policy would refuse: style attributes and elements, handlers, scripts in the page."""
    text = COMMENT.sub("", text)
    found = re.findall(r"\sstyle=|<style\b|\son[a-z]+=|\shx-on\b|javascript:", text)
    for tag in re.findall(r"<script\b[^>]*>", text):
        if "src=" not in tag and 'type="application/json"' not in tag:
            found.append(tag)
    return found


# Names of made-up teams on the gallery page, and of file formats.
NAMES = {"Northside", "Riverbend", "CSV", "XLSX", "SVG", "PNG", "PDF"}


@pytest.mark.parametrize("template", PAGES, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_every_word_is_marked_for_translation(template: Path) -> None:
    assert [word for word in words_without_translation(template.read_text(encoding="utf-8")) if word not in NAMES] == []


@pytest.mark.parametrize("template", PAGES, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_nothing_inline(template: Path) -> None:
    assert forbidden(template.read_text(encoding="utf-8")) == []


def test_the_checks_see_what_they_look_for() -> None:
    assert words_without_translation('<p title="Hello there">Plain {% translate "kept" %} {{ value }} &nbsp;</p>') == [
        "Hello",
        "there",
        "Plain",
    ]
    assert forbidden('<p style="x" onclick="y"><script>z</script><script src="a.js"></script>') == [
        " style=",
        " onclick=",
        "<script>",
    ]
