"""Showing upwards without importing upwards.

A page of a lower app shows what a higher app knows through contributions: each app's ``sections`` module registers
functions here when Django starts. A page or PDF asks for all of them and renders what it gets.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from collab.common.enums import Tone
from collab.common.months import Span


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a page or PDF: a heading, the template that draws it, and what the template shows.

    ``order`` places it among the others (smaller comes first).
    """

    title: str
    template: str
    context: dict[str, Any]
    order: int = 50
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class DueItem:
    """Something that waits for a person: one line of My work, one click from done."""

    title: str
    url: str
    action: str
    due: dt.date | None
    where: str
    tone: Tone = Tone.NEUTRAL
    detail: str = ""


@dataclass(frozen=True, slots=True)
class SearchResult:
    """One hit of the search in the top bar."""

    title: str
    url: str
    kind: str
    where: str = ""


@dataclass(frozen=True, slots=True)
class NavItem:
    """A place in a collaborative's or team's own menu."""

    title: str
    url: str
    order: int
    key: str


@dataclass(frozen=True, slots=True)
class ChecklistLine:
    """One line of the set-up checklist, one click from done.

    ``needed`` lines must be done before the start; the others are advised. ``hint`` says what is missing or what
    would make it better, and is shown whether the line is done or not.
    """

    key: str
    title: str
    done: bool
    url: str
    action: str
    order: int
    detail: str = ""
    hint: str = ""
    needed: bool = False


SectionsFor = Callable[[Any, Span, Any], Iterable[Section]]


@dataclass
class Contributions:
    """What the apps have registered, by kind."""

    sections: list[tuple[type, SectionsFor]] = field(default_factory=list)
    home: list[Callable[[Any], Iterable[Section]]] = field(default_factory=list)
    due: list[Callable[[Any, dt.datetime], Iterable[DueItem]]] = field(default_factory=list)
    search: list[Callable[[Any, str], Iterable[SearchResult]]] = field(default_factory=list)
    nav: list[tuple[type, Callable[[Any, Any], Iterable[NavItem]]]] = field(default_factory=list)
    links: list[tuple[type, Callable[[Any, Any], Iterable[NavItem]]]] = field(default_factory=list)
    checklist: list[Callable[[Any], Iterable[ChecklistLine]]] = field(default_factory=list)


_contributions = Contributions()


def contributes_sections(subject_type: type) -> Callable[[SectionsFor], SectionsFor]:
    """Register ``function(subject, span, viewer)`` for subjects of this type (a team, a collaborative, an agency)."""

    def register(function: SectionsFor) -> SectionsFor:
        _contributions.sections.append((subject_type, function))
        return function

    return register


def contributes_home(function: Callable[[Any], Iterable[Section]]) -> Callable[[Any], Iterable[Section]]:
    """Register sections of My work for a person."""
    _contributions.home.append(function)
    return function


def contributes_due(
    function: Callable[[Any, dt.datetime], Iterable[DueItem]],
) -> Callable[[Any, dt.datetime], Iterable[DueItem]]:
    """Register what waits for a person at an instant."""
    _contributions.due.append(function)
    return function


def contributes_search(
    function: Callable[[Any, str], Iterable[SearchResult]],
) -> Callable[[Any, str], Iterable[SearchResult]]:
    """Register what a person can find with some words."""
    _contributions.search.append(function)
    return function


def contributes_nav(
    subject_type: type,
) -> Callable[[Callable[[Any, Any], Iterable[NavItem]]], Callable[[Any, Any], Iterable[NavItem]]]:
    """Register ``function(subject, viewer)`` that gives the menu places of a subject."""

    def register(
        function: Callable[[Any, Any], Iterable[NavItem]],
    ) -> Callable[[Any, Any], Iterable[NavItem]]:
        _contributions.nav.append((subject_type, function))
        return function

    return register


def contributes_links(
    subject_type: type,
) -> Callable[[Callable[[Any, Any], Iterable[NavItem]]], Callable[[Any, Any], Iterable[NavItem]]]:
    """Register ``function(subject, viewer)`` that gives what can be done with a subject elsewhere (test an idea).

    It is asked about every one of a list: what it reads about the viewer it must remember.
    """

    def register(
        function: Callable[[Any, Any], Iterable[NavItem]],
    ) -> Callable[[Any, Any], Iterable[NavItem]]:
        _contributions.links.append((subject_type, function))
        return function

    return register


def contributes_checklist(
    function: Callable[[Any], Iterable[ChecklistLine]],
) -> Callable[[Any], Iterable[ChecklistLine]]:
    """Register the lines that this app adds to the set-up checklist of a collaborative."""
    _contributions.checklist.append(function)
    return function


def sections_for(subject: Any, span: Span, viewer: Any) -> list[Section]:
    """All sections about ``subject`` in ``span`` that ``viewer`` may see, in order."""
    found = [
        section
        for subject_type, function in _contributions.sections
        if isinstance(subject, subject_type)
        for section in function(subject, span, viewer)
    ]
    return sorted(found, key=lambda section: section.order)


def home_sections_for(user: Any) -> list[Section]:
    """The sections under the due list of My work."""
    found = [section for function in _contributions.home for section in function(user)]
    return sorted(found, key=lambda section: section.order)


def due_items_for(user: Any, now: dt.datetime) -> list[DueItem]:
    """What waits for ``user``: earliest due first, undated last."""
    found = [item for function in _contributions.due for item in function(user, now)]
    return sorted(found, key=lambda item: (item.due is None, item.due or dt.date.max, item.title))


def search_results_for(user: Any, words: str) -> list[SearchResult]:
    """What ``user`` may see that fits ``words``."""
    return [result for function in _contributions.search for result in function(user, words)]


def nav_for(subject: Any, viewer: Any) -> list[NavItem]:
    """The menu of ``subject`` as ``viewer`` sees it, in order."""
    return _items(_contributions.nav, subject, viewer)


def links_for(subject: Any, viewer: Any) -> list[NavItem]:
    """What ``viewer`` can do with ``subject`` in other rooms, in order."""
    return _items(_contributions.links, subject, viewer)


def _items(
    kind: list[tuple[type, Callable[[Any, Any], Iterable[NavItem]]]], subject: Any, viewer: Any
) -> list[NavItem]:
    found = [
        item
        for subject_type, function in kind
        if isinstance(subject, subject_type)
        for item in function(subject, viewer)
    ]
    return sorted(found, key=lambda item: item.order)


def checklist_for(collaborative: Any) -> list[ChecklistLine]:
    """What has to be set up before ``collaborative`` can start, in the order in which it is best done."""
    found = [line for function in _contributions.checklist for line in function(collaborative)]
    return sorted(found, key=lambda line: line.order)
