"""Teams and their people as the coordinator needs them to run after a month."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Sequence

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


def sent_and_expected(collaborative: Collaborative, months: Sequence[dt.date]) -> dict[dt.date, tuple[int, int]]:
    """For each month how many teams have sent it, and how many were expected to or have. Two queries.

    Teams that joined and left on the same days are expected in the same months, so they are counted as one.
    """
    if not months:
        return {}
    days = ("enrolled_on", "withdrawn_on", "completed_on")
    cohorts = collaborative.teams.order_by().values_list(*days).annotate(count=Count("pk"))
    sent: Counter[dt.date] = Counter()
    expected: Counter[dt.date] = Counter()
    taking_part = {}
    for *joined_and_left, count in cohorts:
        cohort = Team(collaborative=collaborative, **dict(zip(days, joined_and_left, strict=True)))
        taking_part[tuple(joined_and_left)] = owed = {month for month in months if cohort.is_expected_in(month)}
        expected.update(dict.fromkeys(owed, count))
    submitted = Submission.objects.live().filter(team__collaborative=collaborative, month__in=months)
    for month, *joined_and_left, count in (
        submitted.order_by().values_list("month", *(f"team__{day}" for day in days)).annotate(count=Count("pk"))
    ):
        sent[month] += count
        if month not in taking_part.get(tuple(joined_and_left), ()):
            expected[month] += count
    return {month: (sent[month], expected[month]) for month in months}


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
