"""Cycles as notes on run charts: when a team began to try something, on the charts of the measures it should move."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collab.common.formatting import full_day
from pdsa.enums import Decision, Stage
from pdsa.models import Cycle


@dataclass(frozen=True, slots=True)
class CycleMark:
    """One cycle that was begun, as a chart notes it.

    ``day`` is the first day of *Do*. ``measure_ids`` are the measures the worksheet names; a cycle without any belongs
    on no chart, and one that counts something else stays away from charts that it does not mean to move. ``label`` is
    short enough for a mark ("PDSA 4"), ``text`` the line below the chart.
    """

    team_id: int
    measure_ids: frozenset[int]
    day: dt.date
    label: str
    text: str
    url: str
    decision: Decision | None


def cycle_marks(viewer: Any, team_ids: Iterable[int]) -> list[CycleMark]:
    """The begun cycles of these teams that name a measure and that ``viewer`` may open, by team and first day.

    Two queries, however many teams. A plan is no event yet, so cycles that were never begun are left out.
    """
    rows = (
        Cycle.objects.visible_to(viewer)
        .begun()
        .filter(team__in=set(team_ids), measures__isnull=False)
        .distinct()
        .select_related("team__collaborative")
        .prefetch_related("measures")
        .order_by("team", "started_on", "number")
    )
    return [_mark_of(cycle) for cycle in rows]


def _mark_of(cycle: Cycle) -> CycleMark:
    team = cycle.team
    day = cycle.started_on
    assert day is not None  # noqa: S101 - `begun` keeps no other
    return CycleMark(
        team_id=cycle.team_id,
        measure_ids=frozenset(measure.pk for measure in cycle.measures.all()),
        day=day,
        label=_("PDSA %(number)s") % {"number": cycle.number},
        text=_text(cycle, day),
        url=reverse("cycle", args=[team.collaborative.slug, team.slug, cycle.number]),
        decision=cycle.verdict,
    )


# What became of a begun cycle, as a half-sentence.
_BECAME = {
    Decision.ADOPT: gettext_lazy("adopted"),
    Decision.ADAPT: gettext_lazy("adapted"),
    Decision.ABANDON: gettext_lazy("abandoned"),
}


def _text(cycle: Cycle, day: dt.date) -> str:
    """ "Call the day before: begun 10 Mar 2026, adopted"."""
    became = _BECAME[cycle.verdict] if cycle.verdict else _running(cycle)
    return _("%(title)s: begun %(day)s, %(became)s") % {"title": cycle.title, "day": full_day(day), "became": became}


def _running(cycle: Cycle) -> str:
    return _("being studied") if cycle.stage == Stage.STUDY else _("still running")
