"""Teams and their people as the coordinator needs them to run after a month."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import compress

from django.db.models import Case, Count, QuerySet, When

from collab.models import Collaborative, User
from metrics.models import Submission
from teams.enums import TeamRole, TeamStatus
from teams.models import Team, TeamMembership

# Who is written to about a late month.
WRITTEN_TO = (TeamRole.LEADER, TeamRole.DATA_LEAD)


def teams_for_matrix(collaborative: Collaborative) -> list[Team]:
    """All teams by name, each with the collaborative at hand. One query."""
    found = list(collaborative.teams.select_related("agency").order_by("name", "pk"))
    for team in found:
        team.collaborative = collaborative
    return found


def teams_in_order(collaborative: Collaborative, words: str = "") -> QuerySet[Team]:
    """Teams with ``words`` in their name; those that take part first, by name. Each has the collaborative at hand."""
    teams = collaborative.teams.filter(name__icontains=words) if words else collaborative.teams.all()
    has_left = Case(When(status=TeamStatus.ACTIVE, then=0), default=1)
    return teams.order_by(has_left, "name", "pk")


DAYS = ("enrolled_on", "withdrawn_on", "completed_on")
"""What decides in which months a team is expected."""

Days = tuple[dt.date | None, ...]
"""A team's ``DAYS``."""


def days_of(team: Team) -> Days:
    return tuple(getattr(team, name) for name in DAYS)


def owed_by(collaborative: Collaborative, found: Iterable[Days], months: Sequence[dt.date]) -> dict[Days, list[bool]]:
    """For the days on which teams joined and left, whether these teams owe each of ``months``.

    Asked once for all teams of the same days: a few, however many teams there are.
    """
    teams = {days: Team(collaborative=collaborative, **dict(zip(DAYS, days, strict=True))) for days in set(found)}
    return {days: [team.is_expected_in(month) for month in months] for days, team in teams.items()}


@dataclass(frozen=True, slots=True)
class Cohort:
    """How many teams joined and left on the same days, and which of the months asked about they owe."""

    count: int
    owed: frozenset[dt.date]


def cohorts_of(collaborative: Collaborative, months: Sequence[dt.date]) -> dict[Days, Cohort]:
    """The days on which teams joined and left → those teams. One query."""
    rows = collaborative.teams.order_by().values_list(*DAYS).annotate(count=Count("pk"))
    counts = {tuple(days): count for *days, count in rows}
    owed = owed_by(collaborative, counts, months)
    return {days: Cohort(count, frozenset(compress(months, owed[days]))) for days, count in counts.items()}


def expected_counts(collaborative: Collaborative, months: Sequence[dt.date]) -> dict[dt.date, int]:
    """For each month how many teams are expected to send it. One query."""
    cohorts = cohorts_of(collaborative, months).values()
    return {month: sum(one.count for one in cohorts if month in one.owed) for month in months}


def sent_and_expected(collaborative: Collaborative, months: Sequence[dt.date]) -> dict[dt.date, tuple[int, int]]:
    """For each month how many teams have sent it, and how many were expected to or have. Two queries."""
    if not months:
        return {}
    cohorts = cohorts_of(collaborative, months)
    sent: Counter[dt.date] = Counter()
    counted: Counter[dt.date] = Counter()
    for one in cohorts.values():
        counted.update(dict.fromkeys(one.owed, one.count))
    submitted = Submission.objects.live().filter(team__collaborative=collaborative, month__in=months)
    for month, *days, count in (
        submitted.order_by().values_list("month", *(f"team__{day}" for day in DAYS)).annotate(count=Count("pk"))
    ):
        sent[month] += count
        own = cohorts.get(tuple(days))  # none of a team that joined a moment ago
        if own is None or month not in own.owed:
            counted[month] += count
    return {month: (sent[month], counted[month]) for month in months}


def contacts_to_write_to(team: Team) -> list[User]:
    """The team's leaders and data leads today. One query."""
    memberships = team.memberships.current().filter(role__in=WRITTEN_TO, user__is_active=True)
    return [membership.user for membership in memberships.select_related("user").order_by("user__email")]


def contacts_of(team_ids: Collection[int]) -> dict[int, list[str]]:
    """Team key → addresses of its leaders and data leads today. One query."""
    found: dict[int, list[str]] = {pk: [] for pk in team_ids}
    memberships = TeamMembership.objects.current().filter(team__in=team_ids, role__in=WRITTEN_TO, user__is_active=True)
    for team_id, email in memberships.order_by("user__email").values_list("team_id", "user__email"):
        found[team_id].append(email)
    return found
