"""Reading a collaborative with its measures from a file's content: pure, and every problem named with its place."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from collab.common import months
from collab.enums import (
    Cadence,
    ChartKind,
    CollaborativeType,
    DataSharing,
    Direction,
    MeasureKind,
    Statistic,
)
from collab.models import Collaborative, Measure, MeasureVersion
from collab.models.collaborative import validate_time_zone
from collab.profiles import PROFILES, SOMETIMES_ASKED, contradictions, settled

SCHEMA = 1
SLUG = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
CODE = re.compile(r"[a-z][a-z0-9_]*")
MISSING = object()
C = TypeVar("C", bound=models.TextChoices)


class LoadError(ValueError):
    """A file that can not be loaded. ``problems`` holds one sentence each, with the place in the file."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


@dataclass(frozen=True, slots=True)
class MeasureFile:
    """A measure as the file describes it; ``definition`` has the fields of its version, settled."""

    code: str
    required: bool
    definition: dict[str, Any]


@dataclass(frozen=True, slots=True)
class CollaborativeFile:
    """A whole file: the host center, the collaborative's fields, its measures in order."""

    center_slug: str
    center_name: str
    details: dict[str, Any]
    measures: tuple[MeasureFile, ...]


class _Problem(Exception):  # noqa: N818 - never leaves this module
    """One value that can not be read."""


def parse(content: object) -> CollaborativeFile:
    """Check a file's content (as ``yaml.safe_load`` gives it) and turn it into fields ready for the actions.

    Raises ``LoadError`` with all problems at once, each with its place such as "measures[1].stat".
    """
    problems: list[str] = []
    root = _Reader(content, "", problems)
    if not root.is_mapping:
        raise LoadError(problems)
    schema = root.take("schema", _whole_number, default=SCHEMA)
    if schema is not None and schema != SCHEMA:
        problems.append(
            _("schema: this version reads schema %(known)s, not %(given)s.") % {"known": SCHEMA, "given": schema}
        )
    collaborative = _Reader(root.raw("collaborative"), "collaborative", problems)
    details, center = _read_collaborative(collaborative)
    measures = _read_measures(root.raw("measures"), problems)
    root.refuse_the_rest()
    if problems:
        raise LoadError(problems)
    return CollaborativeFile(
        center_slug=center["slug"], center_name=center["name"], details=details, measures=tuple(measures)
    )


def read_measures(content: object) -> list[MeasureFile]:
    """Read a list of measures alone. Raises ``LoadError`` with all problems at once."""
    problems: list[str] = []
    read = _read_measures(content, problems)
    if problems:
        raise LoadError(problems)
    return read


def _read_collaborative(reader: _Reader) -> tuple[dict[str, Any], dict[str, Any]]:
    if not reader.is_mapping:
        return {}, {}
    read: dict[str, Any] = {
        "slug": reader.take("slug", _slug),
        "name": reader.take("name", _text(200)),
        "type": reader.take("type", _choice(CollaborativeType), default=CollaborativeType.LEARNING_COLLABORATIVE.value),
        "topic": reader.take("topic", _text(200)),
        "aim": reader.take("aim", _text(5000)),
        "start": reader.take("start", _month),
        "months": reader.take("months", _between(1, 240), default=12),
        "cadence": reader.take("cadence", _choice(Cadence), default=Cadence.MONTH.value),
        "time_zone": reader.take("time_zone", _time_zone, default="America/New_York"),
        "due_day": reader.take("due_day", _between(1, 28), default=10),
        "lock_after_days": reader.take("lock_after_days", _between(0, 3660), default=60),
        "data_sharing": reader.take("data_sharing", _choice(DataSharing), default=DataSharing.CODED.value),
        "faculty_see_small_counts": reader.take("faculty_see_small_counts", _yes_or_no, default=False),
    }
    host = _Reader(reader.raw("center"), reader.at("center"), reader.problems)
    center = {"slug": host.take("slug", _slug), "name": host.take("name", _text(200))} if host.is_mapping else {}
    host.refuse_the_rest()
    reader.refuse_the_rest()
    return read, center


def _read_measures(content: object, problems: list[str]) -> list[MeasureFile]:
    if content is MISSING:
        content = []
    if not isinstance(content, list):
        problems.append(_("measures: write a list, one entry for each measure."))
        return []
    read = [_read_measure(_Reader(each, f"measures[{n}]", problems)) for n, each in enumerate(content)]
    found = [measure for measure in read if measure is not None]
    codes = [measure.code for measure in found]
    problems.extend(
        _("measures: the code “%(code)s” is there %(times)s times.") % {"code": code, "times": codes.count(code)}
        for code in sorted(set(codes))
        if codes.count(code) > 1
    )
    return found


def _read_measure(reader: _Reader) -> MeasureFile | None:
    if not reader.is_mapping:
        return None
    before = len(reader.problems)
    code = reader.take("code", _code)
    required = reader.take("required", _yes_or_no, default=True)
    definition: dict[str, Any] = {
        "name": reader.take("name", _text(200)),
        "stat": reader.take("stat", _choice(Statistic)),
        "numerator": reader.take("numerator", _text(5000)),
    }
    optional = {name: reader.take(name, read, default=None) for name, read in _OPTIONAL.items()}
    reader.refuse_the_rest()
    if len(reader.problems) > before:
        return None
    # What is not given, or given without a value, is the statistic's or the model's to fill.
    definition |= {name: value for name, value in optional.items() if value is not None}
    _check_measure(reader, definition)
    return MeasureFile(code=str(code), required=bool(required), definition=settled(definition))


def _check_measure(reader: _Reader, definition: dict[str, Any]) -> None:
    statistic = Statistic(definition["stat"])
    profile = PROFILES[statistic]
    complete = settled(definition)
    for name, sentence in contradictions(complete).items():
        reader.wrong(name, sentence)
    for name in sorted(SOMETIMES_ASKED):
        if definition.get(name) and definition[name] != complete[name] and not profile.asks_for(name):
            reader.wrong(name, _("means nothing for a %(stat)s; leave it out.") % {"stat": statistic.label.lower()})


class _Reader:
    """Takes the values of one mapping, and notes what is wrong with its place."""

    def __init__(self, content: object, place: str, problems: list[str]) -> None:
        self.place = place
        self.problems = problems
        self.is_mapping = isinstance(content, Mapping)
        self.content: dict[Any, Any] = dict(cast("Mapping[Any, Any]", content)) if self.is_mapping else {}
        self.taken: set[str] = set()
        if content is MISSING:
            problems.append(_("%(place)s: is missing.") % {"place": place})
        elif not self.is_mapping:
            where = f"{place}: " if place else ""
            problems.append(where + _("write “key: value” lines here."))

    def at(self, key: str) -> str:
        return f"{self.place}.{key}" if self.place else key

    def raw(self, key: str) -> object:
        """The value as it stands, or ``MISSING``."""
        self.taken.add(key)
        return self.content.get(key, MISSING)

    def take(self, key: str, read: Callable[[object], Any], *, default: object = MISSING) -> Any:
        """The value of ``key`` as ``read`` gives it, or the default; a problem is noted and gives None."""
        value = self.raw(key)
        if value is MISSING or value is None:
            if default is MISSING:
                self.wrong(key, _("is missing."))
                return None
            return default
        try:
            return read(value)
        except _Problem as problem:
            self.wrong(key, str(problem))
            return None

    def wrong(self, key: str, sentence: str) -> None:
        self.problems.append(f"{self.at(key)}: {sentence}")

    def refuse_the_rest(self) -> None:
        """A key that nobody asked for is a typing mistake, and would be lost without a word."""
        for key in self.content:
            if key not in self.taken:
                self.wrong(str(key)[:60], _("is not known here."))


def _one_of(values: list[str]) -> str:
    return _("must be one of %(values)s.") % {"values": ", ".join(values)}


def _text(longest: int) -> Callable[[object], str]:
    def read(value: object) -> str:
        if not isinstance(value, str | int | float) or isinstance(value, bool) or not str(value).strip():
            raise _Problem(_("write some text."))
        text = str(value).strip()
        if len(text) > longest:
            raise _Problem(
                _("is %(given)s characters long, at most %(longest)s fit.")
                % {
                    "given": len(text),
                    "longest": longest,
                }
            )
        return text

    return read


def _slug(value: object) -> str:
    if not isinstance(value, str) or not SLUG.fullmatch(value) or len(value) > 60:
        raise _Problem(_("use small letters, digits and hyphens, such as first-contact."))
    return value


def _code(value: object) -> str:
    if not isinstance(value, str) or not CODE.fullmatch(value) or len(value) > 40:
        raise _Problem(_("use small letters, digits and underscores, starting with a letter: no_show."))
    return value


def _choice(choices: type[C]) -> Callable[[object], str]:
    def read(value: object) -> str:
        if value not in choices.values:
            raise _Problem(_one_of([str(each) for each in choices.values]))
        return str(value)

    return read


def _whole_number(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise _Problem(_("write a whole number."))
    return value


def _between(lowest: int, highest: int) -> Callable[[object], int]:
    def read(value: object) -> int:
        number = _whole_number(value)
        if not lowest <= number <= highest:
            raise _Problem(_("must be from %(lowest)s to %(highest)s.") % {"lowest": lowest, "highest": highest})
        return number

    return read


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _Problem(_("write a number."))
    return float(value)


def _positive(value: object) -> float:
    number = _number(value)
    if number <= 0:
        raise _Problem(_("must be above 0."))
    return number


def _yes_or_no(value: object) -> bool:
    if not isinstance(value, bool):
        raise _Problem(_("write true or false."))
    return value


def _month(value: object) -> dt.date:
    if isinstance(value, dt.date):
        if value.day != 1:
            raise _Problem(_("write the month like 2026-03."))
        return dt.date(value.year, value.month, 1)
    try:
        return months.parse(str(value))
    except ValueError as error:
        raise _Problem(str(error)) from error


def _time_zone(value: object) -> str:
    try:
        validate_time_zone(str(value))
    except ValidationError as error:
        raise _Problem(" ".join(error.messages)) from error
    return str(value)


_OPTIONAL: dict[str, Callable[[object], Any]] = {
    "kind": _choice(MeasureKind),
    "direction": _choice(Direction),
    "unit": _text(40),
    "multiplier": _positive,
    "denominator": _text(5000),
    "exclusions": _text(5000),
    "data_source": _text(300),
    "steward": _text(200),
    "period": _choice(Cadence),
    "maturation_days": _between(0, 3660),
    "sampling_ok": _yes_or_no,
    "min_denominator": _between(0, 1_000_000),
    "goal": _number,
    "min_value": _number,
    "max_value": _number,
    "default_strata": _text(200),
    "chart": _choice(ChartKind),
    "version_year": _between(1950, 2200),
    "source": _text(500),
    "rationale": _text(5000),
    "guidance": _text(5000),
    "license_note": _text(500),
}


def differences(read: CollaborativeFile, stored: Collaborative) -> list[str]:
    """Where a stored collaborative differs from the file: names of fields such as "measures.no_show.goal"."""
    found = [f"collaborative.{name}" for name, value in read.details.items() if getattr(stored, name) != value]
    if (stored.center.slug, stored.center.name) != (read.center_slug, read.center_name):
        found.append("collaborative.center")
    measures: dict[str, Measure] = {measure.code: measure for measure in stored.measures.with_versions()}
    if list(measures) != [measure.code for measure in read.measures]:
        found.append("measures")
    for measure in read.measures:
        if measure.code in measures:
            kept = measures[measure.code]
            version: MeasureVersion = kept.latest
            if kept.required != measure.required:
                found.append(f"measures.{measure.code}.required")
            found.extend(
                f"measures.{measure.code}.{name}"
                for name, value in measure.definition.items()
                if getattr(version, name) != value
            )
    return found
