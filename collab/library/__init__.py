"""The measure library: definitions in our own words that a collaborative can begin with.

The definitions are data, in ``measures.yaml``. They are read once, by the same reader as a collaborative's own file, so
that a library measure is always one that can be defined.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from collab.enums import LibraryTopic, MeasureKind
from collab.loading import LoadError, MeasureFile, read_measures
from collab.models import MeasureVersion

FILE = Path(__file__).with_name("measures.yaml")
# What only the library says about a measure; all else is its definition.
_OWN_KEYS = ("number", "topic", "license", "words", "starter", "companions")


@dataclass(frozen=True, slots=True)
class LibraryMeasure:
    """A measure of the library. ``definition`` has the fields of a version, settled and ready to be defined.

    ``number`` is its place in the catalog, such as "M-14"; several rates of one measure share it. ``companions`` are
    codes of measures that should stand beside it. A ``starter`` needs no data collection.
    """

    code: str
    number: str
    topic: LibraryTopic
    words: str
    starter: bool
    companions: tuple[str, ...]
    definition: dict[str, Any]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return str(self.definition["name"])

    @property
    def rationale(self) -> str:
        return str(self.definition["rationale"])

    @property
    def steward(self) -> str:
        return str(self.definition["steward"])

    @property
    def license_note(self) -> str:
        return str(self.definition["license_note"])

    @property
    def kind(self) -> MeasureKind:
        return MeasureKind(self.definition.get("kind", MeasureKind.PROCESS))

    @property
    def version(self) -> MeasureVersion:
        """The definition as a version that belongs to no measure yet: for showing it with the same words."""
        return MeasureVersion(**self.definition)

    def matches(self, words: str) -> bool:
        """Whether every one of ``words`` stands somewhere in it, whatever the case."""
        definition = self.definition
        texts = (self.code, self.number, self.words, str(self.topic.label), self.name, self.rationale, self.steward)
        text = " ".join((*texts, definition["numerator"], definition.get("denominator", ""))).casefold()
        return all(word in text for word in words.casefold().split())


@cache
def library() -> tuple[LibraryMeasure, ...]:
    """All measures, in the order of the file. Raises ``LoadError`` when the file is not what it should be."""
    return read_library(yaml.safe_load(FILE.read_text(encoding="utf-8")))


def read_library(content: Mapping[str, Any]) -> tuple[LibraryMeasure, ...]:
    """The measures of a library file's content. Raises ``LoadError`` with every problem and its place."""
    licenses: Mapping[str, str] = content["licenses"]
    rows: list[dict[str, Any]] = content["measures"]
    definitions = [
        {key: value for key, value in row.items() if key not in _OWN_KEYS}
        | {"license_note": licenses.get(row["license"])}
        for row in rows
    ]
    read = read_measures(definitions)
    codes = {measure.code for measure in read}
    problems = [
        f"{row['code']}: {companion} is not in the library."
        for row in rows
        for companion in row.get("companions", ())
        if companion not in codes
    ]
    if problems:
        raise LoadError(problems)
    return tuple(_measure(row, measure) for row, measure in zip(rows, read, strict=True))


def _measure(row: Mapping[str, Any], read: MeasureFile) -> LibraryMeasure:
    return LibraryMeasure(
        code=read.code,
        number=row["number"],
        topic=LibraryTopic(row["topic"]),
        words=row.get("words", ""),
        starter=row.get("starter", False),
        companions=tuple(row.get("companions", ())),
        definition=read.definition,
    )


def library_measure(code: str) -> LibraryMeasure | None:
    """The measure with this code, or None."""
    return next((measure for measure in library() if measure.code == code), None)


def starters() -> list[LibraryMeasure]:
    """Those that every team can give in its first month, the advised one first."""
    return [measure for measure in library() if measure.starter]


def choose(
    measures: Iterable[LibraryMeasure], *, words: str = "", topic: str = "", kind: str = "", steward: str = ""
) -> list[LibraryMeasure]:
    """Those measures that fit every filter that is not empty."""
    return [
        measure
        for measure in measures
        if measure.matches(words)
        and topic in ("", measure.topic)
        and kind in ("", measure.kind)
        and steward in ("", measure.steward)
    ]
