"""What happened, for the charts: the notes that people wrote, and the cycles of the PDSA room, in one list."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from metrics.enums import AnnotationKind
from metrics.models import Annotation, ChartDecision
from pdsa.queries.marks import cycle_marks
from teams.models import Team

CYCLE = "cycle"


@dataclass(frozen=True, slots=True)
class Noted:
    """Something on one chart: its day, what kind of mark it is (``kind`` as in charts, ``name`` in words), and what.

    ``key`` is the note behind it, None for what is told elsewhere (``url``).
    """

    day: dt.date
    kind: str
    name: str
    label: str
    text: str = ""
    who: str = ""
    url: str = ""
    key: int | None = None


Notes = dict[tuple[int, int], list[Noted]]
"""What stands on the charts, by team key and measure key, in the order of days."""


def annotations_of(
    viewer: Any, teams: Sequence[Team], measure_ids: Collection[int], *, hidden: Collection[str] = ()
) -> Notes:
    """What happened to these teams, for each of their measures; kinds in ``hidden`` are left out.

    Two queries: the notes, and the cycles of the PDSA room that ``viewer`` may read. The teams must be ones that they
    may see.
    """
    found: Notes = {}
    if CYCLE not in hidden:
        for mark in cycle_marks(viewer, [team.pk for team in teams]):
            cycle = Noted(mark.day, CYCLE, _("PDSA cycle"), mark.label, mark.text, url=mark.url)
            _add(found, mark.team_id, mark.measure_ids, cycle)
    rows = Annotation.objects.live().filter(team__in=[team.pk for team in teams]).select_related("written_by")
    for row in rows.order_by("day", "pk"):
        if row.kind not in hidden:
            noted = Noted(
                day=row.day,
                kind=row.kind,
                name=str(AnnotationKind(row.kind).label),
                label=row.label,
                text=row.text,
                who=str(row.written_by),
                key=row.pk,
            )
            _add(found, row.team_id, measure_ids if row.measure_id is None else {row.measure_id}, noted)
    return {key: sorted(notes, key=lambda noted: noted.day) for key, notes in found.items()}


def _add(found: Notes, team_id: int, measure_ids: Iterable[int], noted: Noted) -> None:
    for measure_id in measure_ids:
        found.setdefault((team_id, measure_id), []).append(noted)


def find_annotation(team: Team, key: int) -> Annotation:
    """A revision of a note on the team's charts; raises ``Http404``."""
    return get_object_or_404(Annotation.objects.select_related("written_by", "measure"), team=team, pk=key)


def revisions_of(annotation: Annotation) -> list[Annotation]:
    """All revisions of a note, newest first. One query."""
    rows = Annotation.objects.filter(team=annotation.team_id).select_related("written_by")
    return [row for row in rows.order_by("-pk") if row.began_as == annotation.began_as]


def find_decision(team: Team, measure_id: int, key: int) -> ChartDecision:
    """A decision about the team's chart of a measure; raises ``Http404``."""
    return get_object_or_404(ChartDecision, team=team, measure=measure_id, pk=key)


def decisions_about(team: Team, measure_id: int) -> list[ChartDecision]:
    """All decisions about one chart with their people, newest first. One query."""
    rows = ChartDecision.objects.filter(team=team, measure=measure_id)
    return list(rows.select_related("made_by", "undone_by"))


def removed_annotations(team: Team, measure_id: int) -> list[Annotation]:
    """The last revision of each removed note of one chart, newest first. One query."""
    rows = Annotation.objects.filter(team=team, status="removed").select_related("written_by")
    return [row for row in rows.order_by("-pk") if row.measure_id in {None, measure_id}]
