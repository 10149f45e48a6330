"""Who may enter, see, compare, reopen and download figures."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from django.db.models import Q

from collab.common.access import Access
from collab.rules import manage_collaborative, taught_collaborative_ids, teach_collaborative
from teams.rules import belong_to_team, leads_agency_of, manage_team, teams_of_led_agencies, view_team


class MetricsPermission(StrEnum):
    """Permissions of this room. All but the last three are asked about a team."""

    VIEW_FIGURES = "metrics.view_figures"
    ENTER_FIGURES = "metrics.enter_figures"
    REOPEN_MONTH = "metrics.reopen_month"
    SEE_SMALL_COUNTS = "metrics.see_small_counts"
    COMPARE_TEAMS = "metrics.compare_teams"
    VIEW_JOBS = "metrics.view_jobs"
    VIEW_REPORT = "metrics.view_report"


def is_own(user: Any, team: Any) -> bool:
    """Whether the team's figures are the person's own: as one of its people, or as its agency's senior leader."""
    return belong_to_team.check(user, team) or leads_agency_of(user, team)


def own_teams(user: Any) -> Q:
    """The same over teams."""
    return belong_to_team.rows(user) | teams_of_led_agencies(user)


view_figures = Access(MetricsPermission.VIEW_FIGURES)
enter_figures = Access(MetricsPermission.ENTER_FIGURES)
reopen_month = Access(MetricsPermission.REOPEN_MONTH)
see_small_counts = Access(MetricsPermission.SEE_SMALL_COUNTS)
compare_teams = Access(MetricsPermission.COMPARE_TEAMS)
view_jobs = Access(MetricsPermission.VIEW_JOBS)
view_report = Access(MetricsPermission.VIEW_REPORT)

view_figures.grant(view_team.check, view_team.rows)
enter_figures.grant(belong_to_team.check, belong_to_team.rows)

reopen_month.grant(manage_team.check, manage_team.rows)

# Small counts: the agency that typed them (its team and its own leader), and faculty where the agreement says so.
see_small_counts.grant(is_own, own_teams)
see_small_counts.grant(
    lambda user, team: (
        team.collaborative.faculty_see_small_counts and team.collaborative_id in taught_collaborative_ids(user)
    ),
    lambda user: (
        Q(collaborative__faculty_see_small_counts=True) & Q(collaborative_id__in=taught_collaborative_ids(user))
    ),
)

# All teams side by side with names: faculty and the center. Teams compare under the data-sharing policy instead.
compare_teams.grant(manage_collaborative.check, manage_collaborative.rows)
compare_teams.grant(teach_collaborative.check, teach_collaborative.rows)
view_jobs.grant(manage_collaborative.check, manage_collaborative.rows)

# A report shows what its requester may see, small counts included: only that person opens it again.
view_report.grant(
    lambda user, report: report.requested_by_id == user.pk,
    lambda user: Q(requested_by_id=user.pk),
)


def sees_all_small_counts(user: Any, collaborative: Any) -> bool:
    """Whether every team's small counts are open to a person who looks after all teams."""
    return collaborative.faculty_see_small_counts and teach_collaborative.check(user, collaborative)
