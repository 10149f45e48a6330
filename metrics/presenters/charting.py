"""A chart's own page: the phase that is suggested, what was decided and written, and what a reader may ask of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

import numpy as np
from django.http import QueryDict
from django.utils.translation import gettext as _

from collab.common.formatting import full_day, moment, period_name
from collab.models import Collaborative
from metrics.charts.figure import Flag
from metrics.enums import AnnotationKind, AnnotationStatus, DecisionKind
from metrics.models import Annotation, ChartDecision
from metrics.presenters.readings import Reading
from metrics.presenters.signals import FEWEST_FOR_A_PHASE, SignalKind
from metrics.queries.annotations import CYCLE

SUSTAINED = 8
"""A shift has lasted when so many points tell of the new level: hubs start a new phase after 8 or 9 (statistics.md
section 5)."""

FROM_DATA = "data"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reader asked of the picture, as the address has it: kinds of marks to hide, where the axis starts."""

    hidden: frozenset[str] = frozenset()
    from_zero: bool = True

    @property
    def query(self) -> str:
        """ "?hide=event&axis=data"; empty where nothing was asked."""
        pairs = [("hide", kind) for kind in sorted(self.hidden)]
        pairs += [] if self.from_zero else [("axis", FROM_DATA)]
        return f"?{urlencode(pairs)}" if pairs else ""


def asked_in(query: QueryDict) -> Asked:
    """What the address asks for; what it does not know it leaves out."""
    known = {*AnnotationKind.values, CYCLE}
    return Asked(frozenset(query.getlist("hide")) & known, query.get("axis") != FROM_DATA)


@dataclass(frozen=True, slots=True)
class Toggle:
    """Something that a link shows or hides."""

    name: str
    on: bool
    url: str


def toggles(asked: Asked, flags: Sequence[Flag], hidden: Mapping[str, str]) -> list[Toggle]:
    """One for each kind of mark that the chart has; ``hidden`` are those that the reader hides, with their names."""
    kinds = {flag.kind.value: flag.name for flag in flags if not flag.kind.is_break} | dict(hidden)
    return [
        Toggle(name, kind not in asked.hidden, Asked(asked.hidden ^ {kind}, asked.from_zero).query or "?")
        for kind, name in sorted(kinds.items(), key=lambda pair: ORDER.index(pair[0]))
    ]


ORDER = [*AnnotationKind.values, CYCLE]


def axis_toggle(asked: Asked) -> Toggle:
    """Whether the axis starts at zero."""
    return Toggle(_("Axis from zero"), asked.from_zero, Asked(asked.hidden, not asked.from_zero).query or "?")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A phase that the figures suggest: its first month, and why in a sentence."""

    month: dt.date
    name: str
    reason: str


def suggestion_of(reading: Reading) -> Suggestion | None:
    """A new phase where a shift has lasted. Nothing is done with it unless somebody says so."""
    signal = reading.holding
    if signal is None or signal.kind is not SignalKind.SHIFT:
        return None
    phase = reading.phases[-1]
    columns = [int(column) for column in np.flatnonzero(~np.isnan(reading.values)) if column >= phase.first]
    first = next((column for column in columns if column > signal.last), None) if signal.moved else signal.first
    if first is None:
        return None
    before, since = (sum(is_before == (column < first) for column in columns) for is_before in (True, False))
    if since < SUSTAINED or before < FEWEST_FOR_A_PHASE:
        return None
    text = (
        _("%(count)s points since %(month)s lie mostly above the %(centre)s.")
        if signal.above != signal.moved
        else _("%(count)s points since %(month)s lie mostly below the %(centre)s.")
    )
    name = reading.month_name(first)
    return Suggestion(
        reading.months[first], name, text % {"count": since, "month": name, "centre": reading.centre_name}
    )


@dataclass(frozen=True, slots=True)
class DecisionLine:
    """A decision in words; ``again``: it was taken back and can be made once more."""

    key: int
    words: str
    reason: str
    made: str
    undone: str

    @property
    def stands(self) -> bool:
        return not self.undone


def decision_lines(decisions: Iterable[ChartDecision], collaborative: Collaborative) -> list[DecisionLine]:
    """Every decision with who made it, and who took it back."""
    found = []
    for decision in decisions:
        text = (
            _("Baseline frozen up to %(month)s")
            if decision.kind == DecisionKind.BASELINE
            else _("New phase from %(month)s")
        )
        undone = ""
        if decision.undone_at is not None:
            undone = _by(_("taken back by %(person)s, %(when)s"), decision.undone_by, decision.undone_at, collaborative)
        found.append(
            DecisionLine(
                key=decision.pk,
                words=text % {"month": period_name(decision.month, step=collaborative.step)},
                reason=decision.reason,
                made=_by(_("%(person)s, %(when)s"), decision.made_by, decision.made_at, collaborative),
                undone=undone,
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class RevisionLine:
    """One revision of a note in words."""

    key: int
    kind: str
    when: str
    label: str
    text: str
    where: str
    written: str
    is_live: bool
    is_removed: bool


def revision_lines(revisions: Iterable[Annotation], collaborative: Collaborative) -> list[RevisionLine]:
    """Revisions of notes, with who wrote them."""
    return [
        RevisionLine(
            key=row.pk,
            kind=str(AnnotationKind(row.kind).label),
            when=full_day(row.day),
            label=row.label,
            text=row.text,
            where=_("on all charts of the team") if row.measure_id is None else "",
            written=_by(
                _("removed by %(person)s, %(when)s")
                if row.status == AnnotationStatus.REMOVED
                else _("%(person)s, %(when)s"),
                row.written_by,
                row.written_at,
                collaborative,
            ),
            is_live=row.status == AnnotationStatus.LIVE,
            is_removed=row.status == AnnotationStatus.REMOVED,
        )
        for row in revisions
    ]


def _by(text: str, person: object, at: dt.datetime, collaborative: Collaborative) -> str:
    return text % {"person": person, "when": moment(at, collaborative.time_zone)}


def names_of(kinds: Collection[str]) -> dict[str, str]:
    """Kinds of marks with their names."""
    return {kind: _("PDSA cycle") if kind == CYCLE else str(AnnotationKind(kind).label) for kind in kinds}
