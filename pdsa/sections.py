"""What this room contributes to menus, My work and change ideas."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from collab.common import months
from collab.common.access import remembered
from collab.common.enums import Tone
from collab.common.formatting import month_name, number
from collab.common.months import Span
from collab.common.sections import (
    DueItem,
    NavItem,
    SearchResult,
    Section,
    contributes_due,
    contributes_home,
    contributes_links,
    contributes_nav,
    contributes_search,
    contributes_sections,
)
from collab.enums import CollaborativeStatus, PackageStatus
from collab.models import ChangeIdea, Collaborative
from collab.rules import taught_collaborative_ids
from pdsa.enums import Stage
from pdsa.models import Cycle
from pdsa.policies import STALLED_AFTER_DAYS
from pdsa.presenters.aims import statement_of
from pdsa.presenters.lately import told
from pdsa.presenters.library import byline, sharing_in_words
from pdsa.presenters.status import days_in_do, first_day_of_do
from pdsa.queries.due import cycles_without_owner, my_open_cycles, my_tasks, working_teams
from pdsa.queries.library import sharing_counts, testing_teams
from pdsa.queries.search import matching
from pdsa.queries.status import first_cycle_due, in_do, needs_of, teams_without_a_cycle
from pdsa.rules import read_library, view_cycle
from teams.models import Team

# What was tried is compared and decided within a week, while everybody remembers it.
DAYS_TO_STUDY = 7
MOST_TESTS_FOUND = 10
# A page and a report tell of a month in which a team is busy; a test that nobody ever closed does not fill them.
MOST_TESTS_TOLD = 10


@contributes_nav(Team)
def team_worksheets(team: Team, _viewer: Any) -> Iterator[NavItem]:
    where = [team.collaborative.slug, team.slug]
    yield NavItem(title=_("PDSA"), url=reverse("team_pdsa", args=where), order=30, key="pdsa")


@contributes_nav(Collaborative)
def collaborative_worksheets(collaborative: Collaborative, viewer: Any) -> Iterator[NavItem]:
    """For whoever takes part, teaches or looks after it."""
    if read_library.check(viewer, collaborative):
        yield NavItem(title=_("PDSA"), url=reverse("pdsa_overview", args=[collaborative.slug]), order=50, key="pdsa")


@contributes_due
def first_cycles(user: Any, now: dt.datetime) -> Iterator[DueItem]:
    """The first small test that each of the person's teams still has to begin."""
    mine = Team.objects.of_member(user).filter(collaborative__status=CollaborativeStatus.RUNNING)
    for team in teams_without_a_cycle(mine).distinct():
        due = first_cycle_due(team)
        late = team.collaborative.today(now) > due
        yield DueItem(
            title=_("Plan a first cycle"),
            url=reverse("team_pdsa", args=[team.collaborative.slug, team.slug]),
            action=_("Plan a small test"),
            due=due,
            where=team.name,
            tone=Tone.ATTENTION if late else Tone.NEUTRAL,
            detail=_("One person, one day is enough. It counts when the test begins."),
        )


@contributes_due
def tests_to_study(user: Any, now: dt.datetime) -> Iterator[DueItem]:
    """Tests of the person's teams that ran and were never studied."""
    mine = Team.objects.of_member(user).filter(collaborative__status=CollaborativeStatus.RUNNING)
    for cycle in in_do(mine):
        today = cycle.team.collaborative.today(now)
        due = first_day_of_do(cycle) + dt.timedelta(days=STALLED_AFTER_DAYS)
        if due < today:
            yield DueItem(
                title=_("Study what you did: %(cycle)s") % {"cycle": cycle.title},
                url=cycle.get_absolute_url(),
                action=_("Write the Study"),
                due=due,
                where=cycle.team.name,
                tone=Tone.ATTENTION,
                detail=_("In Do for %(days)s. Was the prediction right, and what did you learn?")
                % {"days": days_in_do(cycle, today)},
            )


@contributes_home
def who_tests(user: Any) -> Iterator[Section]:
    """For faculty: how many teams of each collaborative are stuck with testing, in a line."""
    for collaborative in Collaborative.objects.running().filter(pk__in=taught_collaborative_ids(user)):
        yield Section(
            title=_("%(collaborative)s: who tests?") % {"collaborative": collaborative.name},
            template="pdsa/sections/home_faculty.html",
            context={"collaborative": collaborative, "needs": needs_of(collaborative, on=collaborative.today())},
            order=14,
        )


@contributes_due
def worksheets_that_wait(user: Any, now: dt.datetime) -> Iterator[DueItem]:
    """The person's own cycles and tasks that are due."""
    for cycle in my_open_cycles(user):
        if (item := _cycle_item(cycle, cycle.team.collaborative.today(now))) is not None:
            yield item
    for task in my_tasks(user, now.date()):
        yield DueItem(
            title=_("Task: %(what)s") % {"what": task.what or _("not named")},
            url=f"{task.cycle.get_absolute_url()}#row-tasks-{task.pk}",
            action=_("Tick it off"),
            due=task.when,
            where=task.cycle.team.name,
            detail=" · ".join(filter(None, [task.who, task.cycle.title])),
        )


def _cycle_item(cycle: Cycle, today: dt.date) -> DueItem | None:
    """What its owner owes a cycle today, if anything."""
    title, action, due, part = "", "", None, "plan"
    if cycle.stage == Stage.PLAN and cycle.plan_start is not None and cycle.plan_start < today:
        title, action, due = _("Begin or move: %(title)s"), _("Open the plan"), cycle.plan_start
    elif cycle.stage == Stage.DO and cycle.started_on is not None:
        ends = cycle.plan_end or cycle.started_on + dt.timedelta(days=max(cycle.days, 1) - 1)
        if ends < today:
            title, action, due, part = _("The test is over: %(title)s"), _("Write what you saw"), ends, "do"
    elif cycle.stage == Stage.STUDY and cycle.studied_on is not None:
        title, action, part = _("Write Study: %(title)s"), _("Compare and decide"), "study"
        due = cycle.studied_on + dt.timedelta(days=DAYS_TO_STUDY)
    if not title:
        return None
    return DueItem(
        title=title % {"title": cycle.title},
        url=f"{cycle.get_absolute_url()}#part-{part}",
        action=action,
        due=due,
        where=cycle.team.name,
        tone=Tone.ATTENTION if due is not None and due < today else Tone.NEUTRAL,
    )


@contributes_due
def cycles_of_nobody(user: Any, _now: dt.datetime) -> Iterator[DueItem]:
    """Open cycles without a person responsible: for their team's leaders and for faculty."""
    for cycle in cycles_without_owner(user):
        yield DueItem(
            title=_("Nobody is responsible for “%(title)s”") % {"title": cycle.title},
            url=f"{cycle.get_absolute_url()}#f-owner",
            action=_("Choose somebody"),
            due=None,
            where=cycle.team.name,
            tone=Tone.ATTENTION,
        )


@contributes_links(ChangeIdea)
def plan_a_test_of(idea: ChangeIdea, viewer: Any) -> Iterator[NavItem]:
    """From a published change idea to a test of it, in each team of the viewer that can begin one."""
    teams = remembered(viewer, "teams_that_test", lambda: list(working_teams(viewer).select_related("collaborative")))
    mine = [team for team in teams if team.collaborative_id == idea.package.collaborative_id]
    if idea.package.status != PackageStatus.PUBLISHED:
        return
    for place, team in enumerate(mine):
        title = _("Plan a test of this") if len(mine) == 1 else _("Plan a test in %(team)s") % {"team": team.name}
        url = reverse("cycle_new", args=[team.collaborative.slug, team.slug])
        yield NavItem(title=title, url=f"{url}?idea={idea.pk}", order=place, key="plan")


@contributes_links(ChangeIdea)
def who_tries(idea: ChangeIdea, viewer: Any) -> Iterator[NavItem]:
    """From a change idea that was published to what teams made of it, for whoever reads the library."""
    if idea.package.status == PackageStatus.DRAFT:
        return
    place = idea.package.collaborative_id
    found = remembered(viewer, f"ideas_tested_{place}", lambda: _ideas_tested(idea.package.collaborative, viewer))
    if found is not None:
        slug, teams = found
        count = teams.get(idea.name, 0)
        title = ngettext("Tested by %(count)s team", "Tested by %(count)s teams", count) % {"count": number(count)}
        url = reverse("library_idea", args=[slug, idea.pk])
        yield NavItem(title=title if count else _("Who tries this?"), url=url, order=90, key="library")


def _ideas_tested(collaborative: Collaborative, viewer: Any) -> tuple[str, dict[str, int]] | None:
    """The collaborative's name in addresses and its teams that test, by idea; nothing for who may not read them."""
    return (collaborative.slug, testing_teams(collaborative.pk)) if read_library.check(viewer, collaborative) else None


@contributes_sections(Collaborative)
def what_teams_try(collaborative: Collaborative, _span: Span, viewer: Any) -> Iterator[Section]:
    """How many teams test, share and take over: counts that everybody inside reads."""
    if collaborative.status == CollaborativeStatus.SETUP:
        return
    context = {
        "collaborative": collaborative,
        "sentences": sharing_in_words(sharing_counts(collaborative)),
        "may_open": read_library.check(viewer, collaborative),
    }
    yield Section(title=_("What teams try and share"), template="pdsa/sections/sharing.html", context=context, order=55)


@contributes_search
def tests(user: Any, words: str) -> Iterator[SearchResult]:
    """Cycles by their words: one's own lead to their worksheet, those that others share to the library."""
    rows = matching(Cycle.objects.readable_by(user), words).select_related("team__collaborative")
    for cycle in rows.order_by("-rank", "-pk")[:MOST_TESTS_FOUND]:
        here = _library_for(user, cycle.team.collaborative)
        if here is None:
            continue
        url = (
            cycle.get_absolute_url()
            if view_cycle.check(user, cycle)
            else reverse("library_cycle", args=[here.slug, cycle.pk])
        )
        yield SearchResult(title=cycle.title, url=url, kind=_("Tests"), where=byline(cycle, user, here))


def _library_for(user: Any, home: Collaborative) -> Collaborative | None:
    """Where the person reads a cycle of ``home``: there, or in a collaborative of the same center that is theirs."""
    libraries = remembered(user, "libraries", lambda: list(Collaborative.objects.filter(read_library.rows(user))))
    beside = [library for library in libraries if library.center_id == home.center_id]
    return next((library for library in beside if library.pk == home.pk), beside[0] if beside else None)


@contributes_sections(Team)
def cycles_of_the_month(team: Team, _span: Span, viewer: Any) -> Iterator[Section]:
    """What the team tested this month and the last, told by its worksheets: they are what a team reports of its work.

    The newest first; how many more there are is counted. Nothing where nothing was under way.
    """
    since = months.add(months.first_day(team.collaborative.today()), -1)
    found = Cycle.objects.filter(team=team).visible_to(viewer).under_way_since(since)
    newest = found.order_by("-started_on", "-number")[: MOST_TESTS_TOLD + 1]
    cycles = told(newest.select_related("team__collaborative").prefetch_related("questions"))
    if cycles:
        more = found.count() - MOST_TESTS_TOLD if len(cycles) > MOST_TESTS_TOLD else 0
        yield Section(
            title=_("What we tested since %(month)s") % {"month": month_name(since)},
            template="pdsa/sections/team_lately.html",
            context={
                "cycles": cycles[:MOST_TESTS_TOLD],
                "more": more,
                "team": team,
                "collaborative": team.collaborative,
            },
            order=40,
            anchor="tests",
        )


@contributes_sections(Team)
def aims_of_team(team: Team, _span: Span, _viewer: Any) -> Iterator[Section]:
    """What the team wants to reach, in a sentence each; nothing before an aim is written."""
    aims = list(team.aims.current())
    if aims:
        yield Section(
            title=ngettext("Our aim", "Our aims", len(aims)),
            template="pdsa/sections/team_aims.html",
            context={"statements": [(aim, statement_of(aim)) for aim in aims]},
            order=20,
            anchor="aims",
        )
