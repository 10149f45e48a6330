"""The measure library as pages show it: rows by topic, filters, and the sheet of one measure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from collab.enums import LibraryTopic, MeasureKind, Statistic
from collab.library import LibraryMeasure, library, library_measure
from collab.models import Collaborative, Measure
from collab.presenters.measures import Row, definition_rows

# What stands in the text of the sheet and not among its facts.
_TOLD = ("rationale", "numerator", "denominator", "exclusions", "guidance", "license_note", "source", "steward")


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice of a filter."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter of the list; ``name`` stands in the address."""

    name: str
    label: str
    every: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A measure in the list: ``copy`` is its copy in the collaborative at hand."""

    entry: LibraryMeasure
    statistic: Statistic
    copy: Measure | None
    topic: str


@dataclass(frozen=True, slots=True)
class Offer:
    """A collaborative that a measure can be copied into, or has been."""

    collaborative: Collaborative
    copy: Measure | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One measure in full: what is read as text, and the other fields as facts."""

    facts: tuple[Row, ...]
    numerator: str
    denominator: str
    exclusions: str
    guidance: str
    source: str
    companions: tuple[LibraryMeasure, ...]


def lines_of(found: Iterable[LibraryMeasure], copies: Mapping[str, Measure]) -> list[Line]:
    """The lines of the list, by topic; ``copies`` are those in the collaborative at hand, by code in the library."""
    order = {topic: place for place, topic in enumerate(LibraryTopic)}
    ordered = sorted(found, key=lambda entry: order[entry.topic])
    return [
        Line(
            entry=entry,
            statistic=Statistic(entry.definition["stat"]),
            copy=copies.get(entry.code),
            topic=str(entry.topic.label),
        )
        for entry in ordered
    ]


def library_filters(asked: Mapping[str, str]) -> list[Filter]:
    """Topic, kind and steward, with what the address asks for chosen."""
    stewards = sorted({entry.steward for entry in library()}, key=str.casefold)
    kinds = {entry.kind for entry in library()}
    return [
        _filter("topic", _("Topic"), _("All topics"), LibraryTopic.choices, asked),
        _filter("kind", _("Kind"), _("All kinds"), [kind for kind in MeasureKind.choices if kind[0] in kinds], asked),
        _filter("steward", _("Steward"), _("All stewards"), [(each, each) for each in stewards], asked),
    ]


def _filter(
    name: str, label: str, every: str, choices: Iterable[tuple[str, object]], asked: Mapping[str, str]
) -> Filter:
    return Filter(
        name, label, every, tuple(Choice(value, str(words), asked[name] == value) for value, words in choices)
    )


def sheet_of(entry: LibraryMeasure) -> Sheet:
    """What the page of one measure shows."""
    version = entry.version
    found = (library_measure(code) for code in entry.companions)
    return Sheet(
        facts=tuple(definition_rows(version, without=_TOLD)),
        numerator=version.numerator,
        denominator=version.denominator,
        exclusions=version.exclusions,
        guidance=version.guidance,
        source=version.source,
        companions=tuple(each for each in found if each),
    )
