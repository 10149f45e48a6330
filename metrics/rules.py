"""Who may enter, see, compare, reopen and download figures."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from django.db.models import Q

from collab.common.access import Access
from collab.rules import manage_collaborative, taught_collaborative_ids, teach_collaborative
from teams.enums import TeamRole
from teams.models import Team
from teams.rules import (
    belong_to_team,
    leads_agency_of,
    manage_team,
    roles_by_team,
    teams_of_led_agencies,
    view_team,
)

ANSWER_FOR_DATA = frozenset({TeamRole.LEADER.value, TeamRole.DATA_LEAD.value})


class MetricsPermission(StrEnum):
    """Permissions of this room. Those up to discussing are asked about a team."""

    VIEW_FIGURES = "metrics.view_figures"
    ENTER_FIGURES = "metrics.enter_figures"
    REOPEN_MONTH = "metrics.reopen_month"
    SEE_SMALL_COUNTS = "metrics.see_small_counts"
    MANAGE_SITES = "metrics.manage_sites"
    DISCUSS_FIGURES = "metrics.discuss_figures"
    CLOSE_QUERY = "metrics.close_query"
    SET_CHECKS = "metrics.set_checks"
    ANNOTATE_CHART = "metrics.annotate_chart"
    SHAPE_CHART = "metrics.shape_chart"
    CHOOSE_CHART = "metrics.choose_chart"
    COMPARE_TEAMS = "metrics.compare_teams"
    PUBLISH_RESULTS = "metrics.publish_results"
    VIEW_JOBS = "metrics.view_jobs"
    VIEW_REPORT = "metrics.view_report"


def _over_team(rows: Q) -> Q:
    """Rows of a table with a ``team``, from the same over teams."""
    return Q(team__in=Team.objects.filter(rows))


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
manage_sites = Access(MetricsPermission.MANAGE_SITES)
discuss_figures = Access(MetricsPermission.DISCUSS_FIGURES)
close_query = Access(MetricsPermission.CLOSE_QUERY)
set_checks = Access(MetricsPermission.SET_CHECKS)
annotate_chart = Access(MetricsPermission.ANNOTATE_CHART)
shape_chart = Access(MetricsPermission.SHAPE_CHART)
choose_chart = Access(MetricsPermission.CHOOSE_CHART)
publish_results = Access(MetricsPermission.PUBLISH_RESULTS)
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

# A team's sites: those who enter their numbers, and the center.
for access in (manage_sites, discuss_figures):
    access.grant(belong_to_team.check, belong_to_team.rows)
    access.grant(manage_team.check, manage_team.rows)

# Questions about a number: the team, its center, and faculty ask and answer. Senior leaders read.
discuss_figures.grant(
    lambda user, team: team.collaborative_id in taught_collaborative_ids(user),
    lambda user: Q(collaborative_id__in=taught_collaborative_ids(user)),
)
# They are closed by those who look after all teams, and by who asked as long as that person takes part.
close_query.grant(
    lambda user, query: manage_team.check(user, query.team),
    lambda user: _over_team(manage_team.rows(user)),
)
close_query.grant(
    lambda user, query: query.team.collaborative_id in taught_collaborative_ids(user),
    lambda user: Q(team__collaborative_id__in=taught_collaborative_ids(user)),
)
close_query.grant(
    lambda user, query: query.raised_by_id == user.pk and belong_to_team.check(user, query.team),
    lambda user: Q(raised_by_id=user.pk) & _over_team(belong_to_team.rows(user)),
)

# Which numbers are asked about: those who look after all teams.
set_checks.grant(manage_collaborative.check, manage_collaborative.rows)
set_checks.grant(teach_collaborative.check, teach_collaborative.rows)

# What happened is written on a chart by those who were there; where a baseline or phase begins is said by those who
# answer for the data. Faculty and the center do both.
annotate_chart.grant(belong_to_team.check, belong_to_team.rows)
shape_chart.grant(
    lambda user, team: bool(ANSWER_FOR_DATA & roles_by_team(user).get(team.pk, frozenset())),
    lambda user: Q(pk__in=[key for key, roles in roles_by_team(user).items() if ANSWER_FOR_DATA & roles]),
)
for access in (annotate_chart, shape_chart):
    access.grant(manage_team.check, manage_team.rows)
    access.grant(
        lambda user, team: team.collaborative_id in taught_collaborative_ids(user),
        lambda user: Q(collaborative_id__in=taught_collaborative_ids(user)),
    )

# How a measure is drawn, for all teams: those who look after them.
choose_chart.grant(manage_collaborative.check, manage_collaborative.rows)
choose_chart.grant(teach_collaborative.check, teach_collaborative.rows)

# From when on teams see the comparison: those who look after them.
publish_results.grant(manage_collaborative.check, manage_collaborative.rows)
publish_results.grant(teach_collaborative.check, teach_collaborative.rows)

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
