"""The gallery shows every component, and every component says what it takes."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings as site_settings
from django.contrib.auth.models import AnonymousUser
from django.template import engines
from django.test import Client
from django_cotton.compiler_regex import CottonCompiler

from collab.common.months import Span
from collab.common.sections import sections_for
from collab.gallery import Gallery
from collab.models import User
from tests.factories.collab import UserFactory
from tests.pages import Page

ClientFor = Callable[[User], Client]
TEMPLATES = Path(site_settings.BASE_DIR) / "templates"
COMPONENTS = sorted((TEMPLATES / "cotton").glob("*.html"))
TAG = re.compile(r"<c-([a-z-]+)((?:\s+[:\w-]+(?:=\"[^\"]*\"|='[^']*'|=[^\s>]+)?)*)\s*/?>")
ATTRIBUTE = re.compile(r"([:\w-]+)(?:=(?:\"[^\"]*\"|'[^']*'|[^\s>]+))?")


def declared(component: Path) -> set[str]:
    """The props that a component declares."""
    found = re.search(r"<c-vars\b(.*?)/>", component.read_text(encoding="utf-8"), re.DOTALL)
    assert found, f"{component.name} declares no props: start it with <c-vars … />"
    return {name.lstrip(":") for name in ATTRIBUTE.findall(found[1])}


def used(text: str) -> list[tuple[str, set[str]]]:
    """Each component a template uses, with the attributes it gives."""
    return [
        (name.replace("-", "_"), {attribute.lstrip(":") for attribute in ATTRIBUTE.findall(attributes)})
        for name, attributes in TAG.findall(text)
        if name not in ("vars", "slot")
    ]


@pytest.mark.unit
@pytest.mark.parametrize("component", COMPONENTS, ids=lambda path: path.stem)
def test_each_component_declares_its_props(component: Path) -> None:
    declared(component)


@pytest.mark.unit
@pytest.mark.parametrize("component", COMPONENTS, ids=lambda path: path.stem)
def test_each_component_is_in_the_gallery(component: Path) -> None:
    this_month = dt.date(2025, 1, 1)
    rooms = sections_for(Gallery(), Span(this_month, this_month), AnonymousUser())
    pages = ["collab/gallery.html", *(section.template for section in rooms)]
    shown = {name for page in pages for name, _attributes in used(everything_on(page))}
    assert component.stem in shown


def everything_on(template: str) -> str:
    """A template's text with that of every component it uses and every part it includes."""
    seen: set[str] = set()
    waiting = [template]
    texts = []
    while waiting:
        name = waiting.pop()
        path = TEMPLATES / name
        if name in seen or not path.is_file():
            continue
        seen.add(name)
        text = path.read_text(encoding="utf-8")
        texts.append(text)
        waiting += [f"cotton/{component}.html" for component, _attributes in used(text)]
        waiting += re.findall(r"{% (?:include|extends) \"([^\"]+)\"", text)
    return "\n".join(texts)


@pytest.mark.unit
@pytest.mark.parametrize(
    "template", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: str(path.relative_to(TEMPLATES))
)
def test_no_template_gives_a_component_what_it_does_not_declare(template: Path) -> None:
    """cotton turns an unknown attribute into HTML silently: a mistyped prop would simply not work."""
    for name, attributes in used(template.read_text(encoding="utf-8")):
        assert attributes - declared(TEMPLATES / "cotton" / f"{name}.html") == set(), f"<c-{name}> in {template.name}"


@pytest.mark.unit
def test_an_undeclared_attribute_would_be_noticed() -> None:
    assert used('<c-badge tone="good" ton="x">a</c-badge> <c-callout :tone="tone" title=\'a\' />') == [
        ("badge", {"tone", "ton"}),
        ("callout", {"tone", "title"}),
    ]


@pytest.mark.integration
@pytest.mark.django_db
def test_gallery_renders_for_staff(client_for: ClientFor) -> None:
    page = Page(client_for(UserFactory(is_staff=True)).get("/gallery/"))
    assert page.texts("h1") == ["Gallery"]
    assert page.texts(".page-section .stat-value, .stats .stat-value") == ["62 %", "14.5", "12"]
    assert page.values("progress", "value") == ["3", "0"]
    assert page.values(".error-summary a", "href") == [
        "#refused_name",
        "#refused_email",
        "#refused_first_month",
        "#refused_sharing_0",
        "#refused_statistic",
    ]
    ids = [element.get("id") for element in page.all("[id]")]
    assert sorted(set(ids)) == sorted(ids)
    for target in page.values(".error-summary a, .definition-term", "href"):
        assert target is None or target.lstrip("#") in ids
    assert page.values("[popovertarget]", "popovertarget") == page.values("[popover]", "id")


@pytest.mark.integration
@pytest.mark.django_db
def test_gallery_is_for_staff_and_demonstrations(client_for: ClientFor, settings: object) -> None:
    client = client_for(UserFactory())
    assert client.get("/gallery/").status_code == 404
    settings.DEMO = True
    assert client.get("/gallery/").status_code == 200


def render(text: str, **context: object) -> str:
    return engines["django"].from_string(CottonCompiler().process(text)).render(context)


@pytest.mark.unit
def test_props_do_not_come_from_the_page_around() -> None:
    """A page's own ``title`` must not show up in a card that was given none."""
    assert "Around" not in render("<c-card>Inside</c-card>", title="Around", footer="Around")


@pytest.mark.unit
def test_values_are_escaped() -> None:
    assert render('<c-stat label="a" :value="value" />', value="<b>").count("&lt;b&gt;") == 1


@pytest.mark.unit
def test_definition_takes_the_glossary_when_the_page_has_no_words() -> None:
    drawn = render('<c-definition term="Median" />')
    assert "The middle value when all values are put in order" in drawn
    assert 'href="/help/#median"' in drawn


@pytest.mark.unit
def test_definition_of_an_unknown_term_links_nowhere() -> None:
    assert "href" not in render('<c-definition term="Sunny day">Own words.</c-definition>')
