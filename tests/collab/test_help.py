"""The help page and the glossary."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from collab.glossary import TERMS, find_term
from collab.models import User
from tests.factories.collab import UserFactory
from tests.pages import Page

NEEDED = [
    "run chart",
    "shift",
    "median",
    "benchmark",
    "achievable benchmark",
    "PDSA",
    "learning session",
    "action period",
    "numerator",
    "denominator",
    "small numbers",
]


@pytest.mark.unit
@pytest.mark.parametrize("words", NEEDED)
def test_glossary_has_the_terms_of_the_field(words: str) -> None:
    term = find_term(words)
    assert term is not None
    assert str(term.name).lower() == words.lower()


@pytest.mark.unit
def test_glossary_does_not_guess() -> None:
    assert find_term("medians") is None


@pytest.mark.integration
@pytest.mark.django_db
def test_help_page_has_every_term_in_order_at_its_anchor(client_for: Callable[[User], Client]) -> None:
    page = Page(client_for(UserFactory()).get("/help/"))
    names = page.texts(".glossary dt")
    assert names == sorted((str(term.name) for term in TERMS), key=str.lower)
    anchors = dict(zip(page.values(".glossary dt", "id"), names, strict=True))
    assert anchors == {term.slug: str(term.name) for term in TERMS}
    assert len(page.all(".prose h3")) == 5
