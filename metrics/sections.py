"""What this room shows of a team and a collaborative, on pages and in PDFs, and on people's first page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from collab.common.formatting import period_name
from collab.common.months import Span
from collab.common.sections import (
    DueItem,
    NavItem,
    Section,
    contributes_due,
    contributes_home,
    contributes_nav,
    contributes_sections,
)
from collab.enums import CollaborativeStatus, RuleSet
from collab.gallery import Gallery
from collab.models import Collaborative, Measure
from collab.rules import coordinated_center_ids, taught_collaborative_ids
from metrics.charts import team_cards
from metrics.charts.example import every_kind, example_card
from metrics.models import SavedView
from metrics.presenters.checks import rule_lines
from metrics.presenters.comparing import comparison_of, count_needs, results_of, team_rows, teams_by_need
from metrics.presenters.jobs import jobs_sentence
from metrics.presenters.leading import page_of
from metrics.presenters.needs import Need
from metrics.presenters.quality import own_kept
from metrics.presenters.sponsoring import result_lines
from metrics.presenters.submitting import late_teams, month_totals, months_shown
from metrics.queries.annotations import annotations_of
from metrics.queries.jobs import jobs_state
from metrics.queries.months import month_states_of
from metrics.queries.quality import months_looked_at, reporting_of
from metrics.queries.reports import may_have_some
from metrics.queries.series import (
    Sight,
    benchmarks,
    benchmarks_by_team,
    measures_of,
    panels_of_teams,
    sight_of,
    submitted_months,
    team_panels,
)
from metrics.queries.sponsoring import achieved_by, sponsored_by
from metrics.queries.standings import late_standings
from metrics.queries.submitting import sent_and_expected
from metrics.queries.teams import led_teams, my_teams
from metrics.queries.threads import waiting_for
from metrics.rules import choose_chart, compare_teams, set_checks, view_jobs
from teams.enums import TeamStatus
from teams.models import Team

NEEDIEST = 5
VIEWS_ON_HOME = 12
SPONSORED_ON_HOME = 5


@contributes_nav(Collaborative)
def places(collaborative: Collaborative, viewer: Any) -> Iterator[NavItem]:
    """Data and results for whoever sees some of them; submissions for those who look after the teams."""
    sight = sight_of(viewer, collaborative)
    if sight is not Sight.NOTHING:
        yield NavItem(_("Data"), reverse("compare", args=[collaborative.slug]), order=60, key="data")
        yield NavItem(_("Results"), reverse("results", args=[collaborative.slug]), order=65, key="results")
    if compare_teams.check(viewer, collaborative):
        yield NavItem(_("Submissions"), reverse("submissions", args=[collaborative.slug]), order=75, key="submissions")


@contributes_nav(Collaborative)
def reports_place(collaborative: Collaborative, viewer: Any) -> Iterator[NavItem]:
    """Reports, for whoever may have one."""
    if may_have_some(viewer, collaborative):
        yield NavItem(_("Reports"), reverse("reports", args=[collaborative.slug]), order=80, key="reports")


@contributes_nav(Collaborative)
def jobs_place(collaborative: Collaborative, viewer: Any) -> Iterator[NavItem]:
    """The background jobs, for those who look after the collaborative."""
    if view_jobs.check(viewer, collaborative):
        yield NavItem(_("Jobs"), reverse("jobs", args=[collaborative.slug]), order=85, key="jobs")


@contributes_nav(Team)
def home(team: Team, _viewer: Any) -> Iterator[NavItem]:
    yield NavItem(_("Home"), team.get_absolute_url(), order=10, key="home")
    month = reverse("month_now", args=[team.collaborative.slug, team.slug])
    yield NavItem(_("Month"), month, order=20, key="month")
    plan = reverse("plan", args=[team.collaborative.slug, team.slug])
    yield NavItem(_("Measurement plan"), plan, order=50, key="plan")


@contributes_due
def months_to_submit(user: Any, now: dt.datetime) -> Iterator[DueItem]:
    """The months that the person's teams owe, each one click away from its grid."""
    teams = Team.objects.of_member(user).select_related("collaborative")
    for rows in month_states_of(teams.filter(collaborative__status=CollaborativeStatus.RUNNING), now).values():
        for row in rows:
            if row.can_change:
                name = period_name(row.month, step=row.team.collaborative.step)
                yield DueItem(
                    title=_("Submit %(month)s") % {"month": name},
                    url=reverse("month", args=[row.team.collaborative.slug, row.team.slug, row.month]),
                    action=_("Enter %(month)s") % {"month": name},
                    due=row.due,
                    where=row.team.name,
                    tone=row.state.tone,
                    detail=str(row.state.label),
                )


@contributes_due
def questions_about_numbers(user: Any, _now: dt.datetime) -> Iterator[DueItem]:
    """Questions whose next word is the person's, the longest waiting first."""
    for query in waiting_for(user):
        collaborative = query.team.collaborative
        yield DueItem(
            title=_("Question: %(measure)s, %(month)s")
            % {
                "measure": query.measure.version_for(query.month).name,
                "month": period_name(query.month, step=collaborative.step),
            },
            url=query.get_absolute_url(),
            action=_("Read and answer"),
            due=None,
            where=query.team.name,
            tone=query.state.tone,
            detail=str(query.state.label),
        )


@contributes_sections(Measure)
def drawing_of_measure(measure: Measure, _span: Span, viewer: Any) -> Iterator[Section]:
    """By which chart and rules it is drawn: no part of its definition."""
    if not choose_chart.check(viewer, measure.collaborative):
        return
    yield Section(
        title=_("How it is drawn"),
        template="metrics/sections/measure_chart.html",
        context={
            "chart": measure.chart_kind,
            "rules": RuleSet(measure.rules),
            "url": reverse("chart_settings", args=[measure.collaborative.slug, measure.code]),
        },
        order=30,
        anchor="drawn",
    )


@contributes_sections(Measure)
def checks_of_measure(measure: Measure, _span: Span, viewer: Any) -> Iterator[Section]:
    """What is asked about its numbers, beside its definition."""
    if not set_checks.check(viewer, measure.collaborative):
        return
    checks = measure.checks.added().select_related("other").prefetch_related("other__versions")
    yield Section(
        title=_("How its numbers are checked"),
        template="metrics/sections/measure_checks.html",
        context={
            "lines": rule_lines(checks),
            "url": reverse("measure_checks", args=[measure.collaborative.slug, measure.code]),
        },
        order=40,
        anchor="checks",
    )


@contributes_sections(Team)
def measures_of_team(team: Team, span: Span, viewer: Any) -> Iterator[Section]:
    """Each measure's chart with its sentence and table."""
    months = [month for month in team.collaborative.ended_months() if month in span]
    panels = team_panels(team, viewer, months=months)
    compared = benchmarks([panel.measure for panel in panels], months, sight_of(viewer, team.collaborative), viewer)
    notes = annotations_of(viewer, [team], [panel.measure.pk for panel in panels])
    yield Section(
        title=_("Are we getting better?"),
        template="metrics/sections/team_measures.html",
        context={"cards": team_cards(team, panels, compared, notes=notes)},
        order=30,
        anchor="measures",
    )


@contributes_sections(Team)
def what_a_team_kept(team: Team, span: Span, _viewer: Any) -> Iterator[Section]:
    """Whether its numbers come whole and on time, as the pages of those who look after all teams say it."""
    months = [month for month in months_looked_at(team.collaborative) if month in span]
    kept = own_kept(months, reporting_of(team.collaborative, [team], months))
    if kept is not None:
        yield Section(
            title=_("Do our numbers come whole and on time?"),
            template="metrics/sections/team_kept.html",
            context={"team": team, "collaborative": team.collaborative, "kept": kept},
            order=70,
            anchor="kept",
        )


@contributes_sections(Collaborative)
def results_of_collaborative(collaborative: Collaborative, span: Span, viewer: Any) -> Iterator[Section]:
    """What all teams achieved together."""
    sight = sight_of(viewer, collaborative)
    if sight is Sight.NOTHING:
        return
    months = [month for month in collaborative.ended_months() if month in span]
    found = benchmarks(measures_of(collaborative), months, sight, viewer)
    if found:
        yield Section(
            title=_("Results of all teams together"),
            template="metrics/sections/pooled.html",
            context={"cards": results_of(collaborative, found.values())},
            order=40,
            anchor="results",
        )


@contributes_home
def my_measures(user: Any) -> Iterator[Section]:
    """My teams' measures as small run charts with one sentence each."""
    teams = my_teams(user)
    panels = panels_of_teams(teams, user)
    compared = benchmarks_by_team(teams, panels, user)
    for team in teams:
        yield Section(
            title=_("%(team)s: are we getting better?") % {"team": team.name},
            template="metrics/sections/home_team.html",
            context={"team": team, "cards": team_cards(team, panels[team.pk], compared[team.pk], prefix="home")},
            order=20,
            anchor=f"team-{team.pk}",
        )


@contributes_home
def teams_i_lead(user: Any) -> Iterator[Section]:
    """For a senior leader: one sentence a team. Requests that wait stand among what is due."""
    teams = [team for team in led_teams(user) if team.status != TeamStatus.WITHDRAWN]
    if not teams:
        return
    panels = panels_of_teams(teams, user)
    pages = [page_of(team, team_cards(team, panels[team.pk], {}, prefix="led")) for team in teams]
    yield Section(
        title=_("Your teams: is it working?"),
        template="metrics/sections/home_leader.html",
        context={"pages": pages},
        order=10,
    )


@contributes_home
def teams_i_teach(user: Any) -> Iterator[Section]:
    """For faculty: the teams that need somebody most."""
    taught = Collaborative.objects.running().filter(pk__in=taught_collaborative_ids(user)).select_related("center")
    for collaborative in taught:
        measures, due = measures_of(collaborative), collaborative.due_months()
        needs = teams_by_need(user, collaborative, measures=measures, due=due)
        urgent = [row for row in needs if row.need in (Need.SILENT, Need.LATE, Need.CONCERN)]
        compared = comparison_of(user, collaborative, urgent[:NEEDIEST], measures=measures)
        teams = [peer.team for peer in compared.peers if peer.team]
        rows = team_rows(compared, due=due, submitted=submitted_months(teams, compared.months), by_need=True)
        yield Section(
            title=_("%(collaborative)s: which team needs me?") % {"collaborative": collaborative.name},
            template="metrics/sections/home_faculty.html",
            context={
                "collaborative": collaborative,
                "rows": rows,
                "others": len(urgent[NEEDIEST:]),
                "needs": count_needs(needs),
                "has_teams": bool(needs),
            },
            order=12,
        )


@contributes_home
def collaboratives_i_coordinate(user: Any) -> Iterator[Section]:
    """For coordinators: who is late now."""
    centers = coordinated_center_ids(user)
    if not centers:
        return
    for collaborative in Collaborative.objects.running().filter(center__in=centers).select_related("center"):
        newest = months_shown(collaborative)[:1]
        totals = month_totals(sent_and_expected(collaborative, newest))
        late = late_teams(late_standings(collaborative, due=collaborative.due_months()), collaborative)
        yield Section(
            title=_("%(collaborative)s: what is late?") % {"collaborative": collaborative.name},
            template="metrics/sections/home_coordinator.html",
            context={
                "collaborative": collaborative,
                "late": late[:NEEDIEST],
                "others": len(late[NEEDIEST:]),
                "newest": totals[0] if totals else None,
                "jobs": jobs_sentence(jobs_state(collaborative)),
            },
            order=14,
        )


@contributes_home
def collaboratives_i_sponsor(user: Any) -> Iterator[Section]:
    """For sponsors: what all teams of their newest collaboratives achieved, a picture and a sentence a measure."""
    for achieved in achieved_by(list(sponsored_by(user)[:SPONSORED_ON_HOME]), user):
        yield Section(
            title=_("%(collaborative)s: what did it achieve?") % {"collaborative": achieved.collaborative.name},
            template="metrics/sections/home_sponsor.html",
            context={"collaborative": achieved.collaborative, "lines": result_lines(achieved.results)},
            order=16,
        )


@contributes_home
def saved_views(user: Any) -> Iterator[Section]:
    """The pages that the person keeps."""
    views = list(SavedView.objects.of(user)[:VIEWS_ON_HOME])
    if views:
        yield Section(
            title=_("Saved views"),
            template="metrics/sections/home_views.html",
            context={"views": views},
            order=80,
            anchor="saved-views",
        )


@contributes_sections(Gallery)
def charts_of_the_gallery(_gallery: Gallery, _span: Span, _viewer: Any) -> Iterator[Section]:
    """This room's components on the gallery page."""
    context = {"card": example_card(), "kinds": every_kind()}
    yield Section(title=_("Charts"), template="metrics/sections/gallery.html", context=context)
