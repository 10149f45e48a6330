"""A measure's definition and its versions as rows of words."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from collab.common.formatting import number, with_unit
from collab.enums import MeasureKind
from collab.library import LibraryMeasure, starters
from collab.models import Collaborative, Measure, MeasureVersion
from collab.policies import MOST_CORE_MEASURES, is_in_setup
from collab.profiles import FIELDS, PROFILES


@dataclass(frozen=True, slots=True)
class Row:
    """A field of a definition in words. What may hold an address is shown as a link."""

    label: str
    value: str
    is_link: bool = False


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A field over all versions, oldest first."""

    label: str
    values: list[str]


def definition_rows(version: MeasureVersion, *, without: Collection[str] = ()) -> list[Row]:
    """What a version says, without its name, the fields ``without``, and those that hold nothing."""
    profile = PROFILES[version.statistic]
    shown = [name for name in FIELDS if name not in {"name", *without} and profile.asks_for(name)]
    rows = [Row(_label(name), _value(version, name), is_link=name == "source") for name in shown]
    return [row for row in rows if row.value]


def version_rows(measure: Measure) -> list[VersionRow]:
    """The fields in which the versions of a measure differ, side by side. Empty with a single version."""
    versions = sorted(measure.versions.all(), key=lambda version: version.number)
    rows: list[VersionRow] = []
    for name in FIELDS:
        values = [_value(version, name) for version in versions]
        if len(set(values)) > 1:
            rows.append(VersionRow(label=_label(name), values=[value or "–" for value in values]))
    return rows


def advice_on(measures: Sequence[Measure]) -> list[str]:
    """What the set of measures lacks or has too much of. Advice: nothing here stops a start."""
    if not measures:
        return []
    kinds = {measure.latest.kind for measure in measures}
    found: list[str] = []
    if MeasureKind.OUTCOME not in kinds:
        found.append(
            _("There is no outcome measure yet: add one that asks whether it is better for the people served.")
        )
    if MeasureKind.PROCESS not in kinds:
        found.append(_("There is no process measure yet: add one that asks whether teams do what they set out to do."))
    core = sum(measure.required for measure in measures)
    if core > MOST_CORE_MEASURES:
        found.append(
            _("%(count)s core measures are more than most teams can collect. Make some optional: up to five is good.")
            % {"count": core}
        )
    return found


def advised_starter(collaborative: Collaborative, measures: Sequence[Measure]) -> LibraryMeasure | None:
    """The library's self-rating, while the collaborative is set up and none of ``measures`` is a copy of it."""
    copied = {measure.library_code for measure in measures}
    starter = starters()[0]
    return starter if is_in_setup(collaborative) and starter.code not in copied else None


def _label(name: str) -> str:
    return capfirst(str(getattr(MeasureVersion._meta.get_field(name), "verbose_name", name)))


def _value(version: MeasureVersion, name: str) -> str:
    value = getattr(version, name)
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if name in {"goal", "min_value", "max_value"}:
        return with_unit(value, version.unit, places=3)
    if name == "version_year":
        return str(value)
    if isinstance(value, int | float):
        return number(value, places=3)
    display = getattr(version, f"get_{name}_display", None)
    return str(display() if display else value)
