"""How all teams of a collaborative stand, from what jobs have kept: light enough for a page over thousands of teams."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Exists, OuterRef, Q, Subquery
from django.urls import reverse

from collab.common import months
from collab.models import Collaborative, Measure
from metrics.models import Submission, TeamSignal, TeamStanding
from metrics.queries.series import Sight, sight_of
from metrics.rules import see_small_counts
from teams.enums import TeamStatus
from teams.models import Team
from teams.models.team import TeamQuerySet


@dataclass(frozen=True, slots=True)
class Standing:
    """A team's place in a list of all teams, without any figure.

    ``missed``: months due in a row and not submitted, up to the last one due; ``last``: the last month before these
    that was submitted. ``is_read``: whether ``concern`` and ``improvement`` (a signal that holds, in the measures asked
    for, as the viewer may see them) are known.
    """

    team_id: int
    name: str
    slug: str
    collaborative_slug: str
    status: str
    missed: tuple[dt.date, ...]
    last: dt.date | None
    is_read: bool
    concern: bool
    improvement: bool

    @property
    def url(self) -> str:
        """The team's page."""
        return reverse("team", args=[self.collaborative_slug, self.slug])


def standings_of(
    user: Any, collaborative: Collaborative, *, measures: Sequence[Measure], due: Sequence[dt.date]
) -> list[Standing]:
    """Every team's standing, by name, as ``user`` may see it, who must be one that looks after all teams.

    ``measures``: those whose signals count. ``due``: the months whose deadline has passed, in order. Three queries, and
    two more where a month was submitted that is not expected any more; none over observations.
    """
    signals = _signals(user, collaborative, measures) if measures else None
    return _standings(collaborative, Team.objects.filter(collaborative=collaborative), due, signals)


def late_standings(collaborative: Collaborative, *, due: Sequence[dt.date]) -> list[Standing]:
    """The standings of the teams that take part and owe a month, by name, without their signals.

    One query, which reads nothing of the teams that are on time: a team that has sent the last month due owes none.
    """
    if not due:
        return []
    sent = Submission.objects.live().filter(team=OuterRef("pk"), month=due[-1])
    taking_part = Team.objects.filter(collaborative=collaborative, status=TeamStatus.ACTIVE)
    late = taking_part.expected_in(due[-1], step=collaborative.step).filter(~Exists(sent))
    return _standings(collaborative, late, due)


def _standings(
    collaborative: Collaborative,
    teams: TeamQuerySet,
    due: Sequence[dt.date],
    signals: tuple[set[int], set[int]] | None = None,
) -> list[Standing]:
    """The standings of these teams, by name. ``signals``: who has a concern and who an improvement, if asked for."""
    concerns, improvements = signals or (set(), set())
    sent = Submission.objects.live().filter(team=OuterRef("pk"), month__lte=due[-1] if due else collaborative.start)
    rows = (
        teams.order_by("name", "pk")
        .annotate(last_sent=Subquery(sent.order_by("-month").values("month")[:1]))
        .values_list(
            "pk",
            "name",
            "slug",
            "status",
            "enrolled_on",
            "withdrawn_on",
            "completed_on",
            "last_sent",
            "standing__read_at",
        )
    )
    ends = [months.last_day(month, step=collaborative.step) for month in due]
    found: list[Standing] = []
    odd: list[int] = []
    for pk, name, slug, status, enrolled, withdrawn, completed, last_sent, read_at in rows:
        first, end = _expected(due, ends, enrolled, withdrawn, completed)
        after = bisect_right(due, last_sent) if last_sent else 0
        if after > end:
            odd.append(pk)
        found.append(
            Standing(
                team_id=pk,
                name=name,
                slug=slug,
                collaborative_slug=collaborative.slug,
                status=status,
                missed=tuple(due[max(first, after) : end]),
                last=last_sent if after > first else None,
                is_read=signals is None or read_at is not None,
                concern=pk in concerns,
                improvement=pk in improvements,
            )
        )
    return _with_earlier_months(found, odd, due, ends) if odd else found


def _signals(user: Any, collaborative: Collaborative, measures: Sequence[Measure]) -> tuple[set[int], set[int]]:
    """The teams with a signal of concern, and of improvement. At most two queries."""
    kept = TeamSignal.objects.filter(measure__in=[measure.pk for measure in measures])
    if sight_of(user, collaborative) is Sight.EVERYTHING:
        kept = kept.filter(with_small_counts=True)
    else:
        # Who looks after all teams may belong to one of them, and sees its small counts.
        own = collaborative.teams.filter(see_small_counts.rows(user)).values_list("pk", flat=True)
        ids = list(own)
        kept = kept.filter(Q(with_small_counts=True, team__in=ids) | Q(with_small_counts=False) & ~Q(team__in=ids))
    concerns: set[int] = set()
    improvements: set[int] = set()
    for team_id, concern in kept.values_list("team_id", "concern"):
        (concerns if concern else improvements).add(team_id)
    return concerns, improvements


def _expected(
    due: Sequence[dt.date],
    ends: Sequence[dt.date],
    enrolled: dt.date,
    withdrawn: dt.date | None,
    completed: dt.date | None,
) -> tuple[int, int]:
    """From which place in ``due`` up to which a team is expected: ``Team.is_expected_in``, whose months have no gap."""
    end = len(due) if withdrawn is None else bisect_left(ends, withdrawn)
    if completed is not None:
        end = min(end, bisect_right(due, completed))
    return bisect_left(ends, enrolled), end


def _with_earlier_months(
    found: list[Standing], odd: Sequence[int], due: Sequence[dt.date], ends: Sequence[dt.date]
) -> list[Standing]:
    """For teams that submitted a month after the last that is expected of them now: the last expected one they sent."""
    sent: dict[int, set[dt.date]] = {pk: set() for pk in odd}
    for team_id, month in Submission.objects.live().filter(team__in=odd, month__in=due).values_list("team_id", "month"):
        sent[team_id].add(month)
    corrected = {}
    for pk, enrolled, withdrawn, completed in Team.objects.filter(pk__in=odd).values_list(
        "pk", "enrolled_on", "withdrawn_on", "completed_on"
    ):
        first, end = _expected(due, ends, enrolled, withdrawn, completed)
        last = max((month for month in due[first:end] if month in sent[pk]), default=None)
        after = bisect_right(due, last) if last else first
        corrected[pk] = (tuple(due[after:end]), last)
    return [
        replace(one, missed=corrected[one.team_id][0], last=corrected[one.team_id][1])
        if one.team_id in corrected
        else one
        for one in found
    ]


def teams_to_read(
    collaborative: Collaborative, *, since: dt.datetime | None = None, among: Sequence[int] | None = None
) -> list[int]:
    """The teams whose signals are not known as they are today; with ``since`` also those read before that instant."""
    ended = collaborative.ended_months()
    through = ended[-1] if ended else None
    current = TeamStanding.objects.up_to_date(through, since=since).filter(team__collaborative=collaborative)
    teams = collaborative.teams.exclude(pk__in=current.values("team"))
    if among is not None:
        teams = teams.filter(pk__in=among)
    return list(teams.order_by("pk").values_list("pk", flat=True))
