"""Facts of cycles for the fidelity criteria, and the stored scores as pages need them."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Case, F, FloatField, OuterRef, Q, Subquery, Sum, Value, When
from django.db.models.functions import Cast, Coalesce

from collab.common import months
from collab.models import Collaborative
from pdsa.enums import Decision, Purpose, Stage
from pdsa.models import CoachScore, Cycle, FidelityScore
from pdsa.models.cycle import CycleQuerySet
from pdsa.policies import STALLED_AFTER_DAYS
from pdsa.stats.agreement import Agreement, agreement
from pdsa.stats.facts import CycleFacts, Point, Scale, linked
from pdsa.stats.fidelity import CycleFidelity, score
from pdsa.stats.published import MANUAL, Check, Read, counted
from pdsa.stats.shares import Share
from teams.models import Team

ROUND_MONTHS = 3
"""A round is a quarter of the collaborative, counted from its first month."""


@dataclass(frozen=True, slots=True)
class Scored:
    """What is stored about one cycle."""

    cycle_id: int
    day: dt.date
    fidelity: CycleFidelity
    counted: dict[Check, bool]


@dataclass(frozen=True, slots=True)
class Round:
    """A quarter of the collaborative: its number, counted from 1, its first and its last day."""

    number: int
    first: dt.date
    last: dt.date


def facts_of(cycle: Cycle) -> CycleFacts:
    """One cycle as the criteria see it. Reads ``questions`` and ``points``: prefetch them."""
    zone = ZoneInfo(cycle.team.collaborative.time_zone)
    asked = [row for row in cycle.questions.all() if row.prediction.strip()]
    # The last of them: one that was written again after the fact is no prediction.
    predicted_at = max((row.predicted_at for row in asked if row.predicted_at is not None), default=None)
    return CycleFacts(
        key=cycle.pk,
        number=cycle.number,
        previous=cycle.previous_id,
        plan_filled=_filled(cycle.objective, cycle.change, *(row.question for row in cycle.questions.all())),
        do_filled=_filled(cycle.observations, cycle.deviations),
        study_filled=_filled(cycle.comparison, cycle.learned, *(row.answer for row in cycle.questions.all())),
        act_filled=bool(cycle.decision),
        plan_start=cycle.plan_start,
        started_on=cycle.started_on,
        ended_on=cycle.ended_on,
        studied_on=cycle.studied_on,
        closed_on=cycle.closed_on,
        predicted_on=predicted_at.astimezone(zone).date() if predicted_at else None,
        # What is typed here is typed after the worksheet was made; only a file brings a prediction that is older.
        vouched_on=max(predicted_at, cycle.created_at).astimezone(zone).date() if predicted_at else None,
        has_theory=any(row.reason.strip() for row in asked),
        full_scale=cycle.purpose == Purpose.IMPLEMENT,
        abandoned=cycle.decision == Decision.ABANDON,
        scale=Scale(cycle.people, cycle.sites, cycle.days),
        points=tuple(
            Point(f"measure {point.measure_id}" if point.measure_id else point.label.strip().lower(), point.day)
            for point in cycle.points.all()
        ),
    )


def _filled(*texts: str) -> bool:
    return any(text.strip() for text in texts)


def with_facts(rows: CycleQuerySet) -> CycleQuerySet:
    """Cycles with all that ``facts_of`` and ``reads_of`` look at: four queries."""
    return rows.select_related("team__collaborative").prefetch_related("questions", "points", "coach_scores")


def fidelity_of(cycles: Iterable[Cycle], on: dt.date) -> dict[int, Scored]:
    """Every cycle judged on a day, by primary key; ``cycles`` are all of their teams, as ``with_facts`` loads them."""
    by_team: dict[int, list[Cycle]] = defaultdict(list)
    for cycle in cycles:
        by_team[cycle.team_id].append(cycle)
    return {one.cycle_id: one for team in by_team.values() for one in _score_team(team, on)}


def _score_team(cycles: Sequence[Cycle], on: dt.date) -> Iterator[Scored]:
    by_key = {cycle.pk: cycle for cycle in cycles}
    reads = {cycle.pk: _read(cycle.coach_scores.all()) for cycle in cycles}
    for series in linked(facts_of(cycle) for cycle in cycles):
        judged = score(series, on=on, stalled_after=STALLED_AFTER_DAYS)
        checks = counted(series, judged, on=on, stalled_after=STALLED_AFTER_DAYS, reads=reads)
        for key, fidelity in judged.items():
            yield Scored(key, day_of(by_key[key]), fidelity, checks[key])


def _read(scores: Iterable[CoachScore]) -> Read:
    found = list(scores)
    return Read(tuple(one.past_tense for one in found), tuple(one.learning for one in found))


def day_of(cycle: Cycle) -> dt.date:
    """The day that says to which round a cycle belongs."""
    return cycle.started_on or cycle.plan_start or cycle.team.collaborative.today(cycle.created_at)


def rounds_of(collaborative: Collaborative, today: dt.date) -> list[Round]:
    """The quarters of the collaborative that have begun by ``today``, and at least the first."""
    last_month = collaborative.span.last
    firsts = list(months.iterate(collaborative.start, last_month, step=ROUND_MONTHS))
    return [
        Round(number, first, min(months.last_day(first, step=ROUND_MONTHS), months.last_day(last_month)))
        for number, first in enumerate(firsts, 1)
        if first <= today or number == 1
    ]


def round_of(day: dt.date, rounds: Sequence[Round]) -> int:
    """The place in ``rounds`` of the round a day lies in; earlier days are in the first, later ones in the last."""
    return max((place for place, one in enumerate(rounds) if one.first <= day), default=0)


@dataclass(frozen=True)
class Trend:
    """Each check over all rounds and in each; and the points of all criteria together."""

    rounds: tuple[Round, ...]
    total: dict[Check, Share]
    by_round: dict[Check, tuple[Share, ...]]
    points: Share
    cycles: int


def trend_of(collaborative: Collaborative, today: dt.date, *, team: Team | None = None) -> Trend:
    """Stored scores of a collaborative's teams, or of one team, as the published review counts. One query."""
    scores = FidelityScore.objects.filter(cycle__team__collaborative=collaborative)
    if team is not None:
        scores = scores.filter(cycle__team=team)
    rounds = rounds_of(collaborative, today)
    places: dict[dt.date, int] = {}
    counts: Counter[tuple[str, int, bool]] = Counter()
    met, applicable, cycles = 0, 0, 0
    for day, points, of, checks in scores.values_list("day", "met", "applicable", "counted"):
        if day not in places:
            places[day] = round_of(day, rounds)
        met, applicable, cycles = met + points, applicable + of, cycles + 1
        counts.update((check, places[day], adheres) for check, adheres in checks.items())
    by_round = {check: tuple(_share(counts, check, place) for place in range(len(rounds))) for check in Check}
    return Trend(
        rounds=tuple(rounds),
        total={check: sum(shares, Share()) for check, shares in by_round.items()},
        by_round=by_round,
        points=Share(met, applicable),
        cycles=cycles,
    )


def _share(counts: Counter[tuple[str, int, bool]], check: Check, place: int) -> Share:
    yes, no = counts[check.value, place, True], counts[check.value, place, False]
    return Share(yes, yes + no)


def cycles_of_team(team: Team) -> CycleQuerySet:
    """A team's cycles with their stored scores, the newest first."""
    return (
        Cycle.objects.filter(team=team)
        .select_related("fidelity", "ramp", "team__collaborative")
        .order_by(F("started_on").desc(nulls_first=True), "-number")
    )


def teams_by_fidelity(collaborative: Collaborative, user: Any, *, words: str = "", order: str = "lowest") -> Any:
    """The collaborative's teams that take part, with ``met``, ``applicable``, ``share`` and ``scored``.

    ``order``: "lowest" or "highest" share of points first, those without any last; or "name".
    """
    scores = FidelityScore.objects.filter(cycle__team=OuterRef("pk")).order_by().values("cycle__team")
    met, applicable = (
        Coalesce(Subquery(scores.annotate(total=Sum(name)).values("total")), 0) for name in ("met", "applicable")
    )
    teams = (
        Team.objects.filter(collaborative=collaborative)
        .visible_to(user)
        .named(words)
        .select_related("collaborative")
        .annotate(met=met, applicable=applicable)
        .annotate(
            share=Case(
                When(applicable__gt=0, then=Cast("met", FloatField()) / Cast("applicable", FloatField())),
                default=Value(None),
                output_field=FloatField(),
            )
        )
    )
    share = F("share").desc(nulls_last=True) if order == "highest" else F("share").asc(nulls_last=True)
    return teams.order_by("name", "pk") if order == "name" else teams.order_by(share, "name", "pk")


def counted_of_teams(team_ids: Collection[int]) -> dict[int, dict[Check, Share]]:
    """Team → each check over all rounds. One query."""
    found: dict[int, dict[Check, Share]] = {key: {check: Share() for check in Check} for key in team_ids}
    rows = FidelityScore.objects.filter(cycle__team__in=team_ids).values_list("cycle__team", "counted")
    for team_id, checks in rows:
        for check, adheres in checks.items():
            found[team_id][Check(check)] += Share(int(adheres), 1)
    return found


def agreement_in(collaborative: Collaborative) -> dict[Check, Agreement]:
    """Of cycles that two coaches or more judged: how far the first two agree on each manual question. One query.

    Pooled over pairs of coaches, the one who answered first standing first.
    """
    answers: dict[int, list[tuple[bool, bool]]] = defaultdict(list)
    rows = CoachScore.objects.filter(cycle__team__collaborative=collaborative).order_by("cycle", "at", "pk")
    for cycle_id, past_tense, learning in rows.values_list("cycle", "past_tense", "learning"):
        answers[cycle_id].append((past_tense, learning))
    twice = [found[:2] for found in answers.values() if len(found) >= 2]
    return {
        check: agreement((first[place], second[place]) for first, second in twice) for place, check in enumerate(MANUAL)
    }


def to_read(collaborative: Collaborative, user: Any) -> CycleQuerySet:
    """Finished cycles that ``user`` has not judged: those nobody judged first, then by the day they were closed."""
    judged = CoachScore.objects.filter(cycle=OuterRef("pk"))
    return (
        Cycle.objects.visible_to(user)
        .filter(team__collaborative=collaborative, stage=Stage.CLOSED, fidelity__outcomes__documentation="met")
        .exclude(coach_scores__coach=user)
        .annotate(is_read=Q(pk__in=judged.values("cycle")))
        .select_related("team__collaborative")
        .order_by("is_read", "closed_on", "pk")
    )
