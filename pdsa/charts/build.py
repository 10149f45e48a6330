"""From cycles to the figure of their ramp: where each stands, and the words of each."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from collab.common import months
from collab.common.formatting import full_day, month_short, number
from pdsa.charts.figure import Lane, RampFigure, Step, StepState, Tick
from pdsa.enums import Stage
from pdsa.models import Cycle, Ramp

# Scales that people say; the slope is logarithmic, for a ramp goes from 1 to 10 to 100.
ROUND_SCALES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 10_000, 100_000, 1_000_000, 10**9, 10**12, 10**15)
MOST_SCALES = 4
MOST_MONTHS = 7


def single(ramp: Ramp, cycles: Sequence[Cycle], *, key: str, sentence: str, current: Cycle | None = None) -> RampFigure:
    """One ramp step by step: its ``cycles`` in order stand evenly, each as high as its scale.

    ``ramp.team.collaborative`` must be at hand. ``current`` is marked.
    """
    top = largest(cycles)
    places = [(place + 0.5) / len(cycles) for place in range(len(cycles))]
    return RampFigure(
        key=key,
        title=_("Ramp %(number)s: %(title)s") % {"number": ramp.number, "title": ramp.title},
        alt=sentence,
        lanes=(Lane(ramp.title, _steps(ramp, cycles, places, top, current)),),
        height_name=_("People × sites × days"),
        heights=scale_ticks(top),
    )


def parallel(
    ramps: Sequence[tuple[Ramp, Sequence[Cycle]]], *, key: str, title: str, sentence: str, today: dt.date
) -> RampFigure:
    """Several ramps on one calendar, one below the other, on the same slope."""
    top = largest([cycle for _ramp, cycles in ramps for cycle in cycles])
    dated = [_day_of(cycle, today) for _ramp, cycles in ramps for cycle in cycles]
    first, last = min(dated, default=today), max(dated, default=today)
    span = max(1, (last - first).days)
    lanes = tuple(
        Lane(
            _("Ramp %(number)s: %(title)s") % {"number": ramp.number, "title": ramp.title},
            _steps(ramp, cycles, [(_day_of(cycle, today) - first).days / span for cycle in cycles], top, None),
        )
        for ramp, cycles in ramps
    )
    return RampFigure(
        key=key,
        title=title,
        alt=sentence,
        lanes=lanes,
        height_name=_("People × sites × days"),
        days=_month_ticks(first, last, span) if dated else (),
    )


def extent(cycle: Cycle) -> int:
    """How large a test is: people × sites × days, each 1 or more."""
    return cycle.people * cycle.sites * cycle.days


def largest(cycles: Sequence[Cycle]) -> int:
    """The extent at the top of the slope; 1 where there is no cycle."""
    return max((extent(cycle) for cycle in cycles), default=1)


def height_of(size: float, top: float) -> float:
    """Where an extent lies on a logarithmic slope from 1 (at 0) to ``top`` (at 1)."""
    return math.log(size) / math.log(top) if top > 1 else 0.0


def scale_ticks(top: int) -> tuple[Tick, ...]:
    """Round scales from 1 up to ``top``, at most four, evenly chosen with the largest among them."""
    fitting = [scale for scale in ROUND_SCALES if scale <= top]
    every = math.ceil(len(fitting) / MOST_SCALES)
    chosen = sorted({1, *fitting[::-1][::every]})
    return tuple(Tick(height_of(scale, top), number(scale)) for scale in chosen)


def _month_ticks(first: dt.date, last: dt.date, span: int) -> tuple[Tick, ...]:
    """The first days of months between two days, at most seven; the first day itself where there is none."""
    inside = [month for month in months.iterate(months.first_day(first), months.first_day(last)) if month >= first]
    every = math.ceil(len(inside) / MOST_MONTHS) or 1
    ticks = tuple(Tick((month - first).days / span, month_short(month)) for month in inside[::every])
    return ticks or (Tick(0.0, full_day(first)),)


def _day_of(cycle: Cycle, today: dt.date) -> dt.date:
    """Where a cycle stands on the calendar: its first day, else the planned one, else today."""
    return cycle.started_on or cycle.plan_start or today


def _steps(
    ramp: Ramp, cycles: Sequence[Cycle], places: Sequence[float], top: int, current: Cycle | None
) -> tuple[Step, ...]:
    place_of = {cycle.pk: place for place, cycle in enumerate(cycles)}
    team = ramp.team
    return tuple(
        Step(
            number=cycle.number,
            title=cycle.title,
            url=reverse("cycle", args=[team.collaborative.slug, team.slug, cycle.number]),
            text=in_one_line(cycle),
            day=full_day(cycle.started_on) if cycle.started_on else "",
            became=became(cycle),
            scale=scale_in_words(cycle),
            state=state_of(cycle),
            along=place,
            height=height_of(extent(cycle), top),
            follows=place_of.get(cycle.previous_id) if cycle.previous_id else None,
            is_current=current is not None and cycle.pk == current.pk,
        )
        for cycle, place in zip(cycles, places, strict=True)
    )


def state_of(cycle: Cycle) -> StepState:
    """Its decision when it is closed, else its stage."""
    return StepState(cycle.decision if cycle.stage == Stage.CLOSED else cycle.stage)


def became(cycle: Cycle) -> str:
    """ "adapted", "doing": one word under the step."""
    return {
        StepState.PLAN: _("planned"),
        StepState.DO: _("doing"),
        StepState.STUDY: _("studying"),
        StepState.ADOPT: _("adopted"),
        StepState.ADAPT: _("adapted"),
        StepState.ABANDON: _("abandoned"),
    }[state_of(cycle)]


def scale_in_words(cycle: Cycle) -> str:
    """ "20 people, 2 sites, 5 days"."""
    parts = (
        ngettext("%(count)s person", "%(count)s people", cycle.people) % {"count": number(cycle.people)},
        ngettext("%(count)s site", "%(count)s sites", cycle.sites) % {"count": number(cycle.sites)},
        ngettext("%(count)s day", "%(count)s days", cycle.days) % {"count": number(cycle.days)},
    )
    return ", ".join(parts)


def when_in_words(cycle: Cycle) -> str:
    """ "4 Mar 2026 to 11 Mar 2026", "since 4 Mar 2026", "planned for 4 Mar 2026", or "not begun"."""
    if cycle.started_on is None:
        return (
            _("planned for %(day)s") % {"day": full_day(cycle.plan_start)}
            if cycle.plan_start and cycle.stage != Stage.CLOSED
            else _("not begun")
        )
    last = cycle.closed_on or cycle.ended_on
    if last is None:
        return _("since %(day)s") % {"day": full_day(cycle.started_on)}
    if last == cycle.started_on:
        return full_day(last)
    return _("%(first)s to %(last)s") % {"first": full_day(cycle.started_on), "last": full_day(last)}


def in_one_line(cycle: Cycle) -> str:
    """ "Cycle 3, Call the day before: 20 people, 2 sites, 5 days; 4 Mar 2026 to 11 Mar 2026; adapted"."""
    return _("Cycle %(number)s, %(title)s: %(scale)s; %(when)s; %(became)s") % {
        "number": cycle.number,
        "title": cycle.title,
        "scale": scale_in_words(cycle),
        "when": when_in_words(cycle),
        "became": became(cycle),
    }
