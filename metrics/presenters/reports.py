"""Reports on paper: the head, the same sections as the pages, and the parts that only paper has.

Everything is read as one viewer may see it, by the same queries as the pages, so that a PDF can not show more.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from collab.common.enums import Tone
from collab.common.formatting import full_day, month_name, number
from collab.common.printing import Pdf, Tick, paper_of, print_template
from collab.common.sections import Section, sections_for
from collab.models import Collaborative, User
from metrics.actions.reports import Printed, Step, writes
from metrics.charts import ChartCard, team_cards
from metrics.enums import ReportKind
from metrics.models import Report
from metrics.presenters.comparing import (
    Multiple,
    TeamRow,
    comparison_of,
    count_needs,
    team_rows,
    teams_by_need,
    top_words,
)
from metrics.presenters.engagement import engagement_of
from metrics.presenters.leading import LeaderPage, pages_of
from metrics.presenters.needs import Need
from metrics.presenters.plans import plan_sheet
from metrics.presenters.quality import lines_on_paper
from metrics.presenters.submitting import month_totals, months_shown
from metrics.queries.engagement import latest
from metrics.queries.plans import plan_of
from metrics.queries.quality import months_looked_at, reporting_of
from metrics.queries.series import (
    Comparison,
    Panel,
    benchmarks,
    benchmarks_by_team,
    compared_teams,
    comparison,
    measures_of,
    panels_of_teams,
    sight_of,
    submitted_months,
    team_panels,
)
from metrics.queries.submitting import sent_and_expected, teams_for_matrix
from metrics.queries.teams import teams_of_agency
from metrics.suppression import State
from pdsa.presenters.printing import print_storyboard
from teams.enums import TeamStatus
from teams.models import Agency, LeaderRequest, Team

MEASURES_A_TABLE = 3
LEADER_CHARTS = (4, 2, 0)
"""How many charts a team's part of the leader's page has: the first number with which a team needs one page at most."""

STRIPS_PRINTED = 100
"""So many teams have their charts in the collaborative's summary: nobody reads more on paper, and the page has all."""

NAMES_PRINTED = 100
LEADER_REQUESTS = 4
URGENCY = (Tone.ATTENTION, Tone.GOOD, Tone.NEUTRAL)
"""The leader's teams: signals first."""

WAKES = 1.0
"""Seconds between two signs of life while pages are laid out."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the head."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Head:
    """What stands on top of the first page, and on the edges of every page."""

    kind: str
    title: str
    where: str
    aim: str
    facts: tuple[Fact, ...]
    data_words: str
    made_by: str
    some_hidden: bool


@dataclass(frozen=True, slots=True)
class NumbersTable:
    """Some measures of a team by month, in words."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Axis:
    """A measure over its column of small charts, and the axis that all of them share."""

    title: str
    words: str


@dataclass(frozen=True, slots=True)
class Strip:
    """One team in a table of small charts."""

    label: str
    note: str
    multiples: tuple[Multiple, ...]


@dataclass(frozen=True, slots=True)
class StripTable:
    """All teams × some measures."""

    caption: str
    axes: tuple[Axis, ...]
    strips: tuple[Strip, ...]


@dataclass(frozen=True, slots=True)
class LeaderSheet:
    """A team on the leader's page: the charts that fit, what the others say, and what is asked."""

    page: LeaderPage
    charts: tuple[ChartCard, ...]
    others: tuple[ChartCard, ...]
    requests: tuple[LeaderRequest, ...]
    more_requests: int


def print_team(team: Team, viewer: User, step: Step) -> Printed:
    """A team's summary: its charts with their sentences, then its numbers by month."""
    collaborative = team.collaborative
    step(0, 3)
    panels = team_panels(team, viewer)
    sections = [*sections_for(team, collaborative.span, viewer), *_numbers(team_cards(team, panels, {}))]
    agencies = [agency.name for agency in (team.agency, team.partner_agency) if agency]
    facts = [
        Fact(ngettext("Agency", "Agencies", len(agencies)), ", ".join(agencies)),
        *_common_facts(collaborative),
    ]
    if team.status != TeamStatus.ACTIVE:
        facts.append(Fact(_("Status"), str(TeamStatus(team.status).label)))
    if team.leader_goal:
        facts.append(Fact(_("What the leader wants"), team.leader_goal))
    head = _head(ReportKind.TEAM, team.name, collaborative, viewer, facts=facts, some_hidden=_some_hidden(panels))
    return _print_sections(head, collaborative, step, sections)


def print_collaborative(collaborative: Collaborative, viewer: User, step: Step) -> Printed:
    """A collaborative's summary: pooled results, engagement, who reports, and all teams as small charts."""
    step(0, 3)
    sight = sight_of(viewer, collaborative)
    measures, months, due = measures_of(collaborative), collaborative.ended_months(), collaborative.due_months()
    everything = sight.looks_after_teams
    needs = teams_by_need(viewer, collaborative, measures=measures, due=due) if everything else []
    listed = compared_teams(collaborative, sight)
    count = len(needs) or listed.count()
    if everything and count > STRIPS_PRINTED:
        compared = comparison_of(viewer, collaborative, needs[:STRIPS_PRINTED], measures=measures)
    else:
        compared = comparison(viewer, collaborative, measures=measures, teams=list(listed[:STRIPS_PRINTED]))
    pooled = benchmarks(measures, months, sight, viewer)
    shown = months_shown(collaborative)
    submitted = submitted_months([peer.team for peer in compared.peers if peer.team], months) if everything else {}
    rows = team_rows(compared, due=due, submitted=submitted, by_need=everything)
    silent = [row for row in needs if row.need in (Need.SILENT, Need.LATE)]
    sections = [
        *sections_for(collaborative, collaborative.span, viewer),
        Section(
            title=_("Taking part"),
            template="metrics/print/engagement.html",
            context={"engagement": engagement_of(latest(collaborative))},
            order=20,
        ),
        Section(
            title=_("Who reports"),
            template="metrics/print/reporting.html",
            context={
                "totals": month_totals(sent_and_expected(collaborative, shown)),
                "needs": count_needs(needs),
                "silent": silent[:NAMES_PRINTED],
                "more_silent": len(silent[NAMES_PRINTED:]),
                "sees_names": everything,
            },
            order=60,
        ),
        _kept(collaborative, sees_names=everything),
        Section(
            title=_("All teams"),
            template="metrics/print/strips.html",
            context={
                "tables": _strip_tables(compared, rows),
                "sight": sight,
                "printed": len(rows),
                "count": count,
                "by_need": everything,
            },
            order=70,
            anchor="strips",
        ),
    ]
    hidden = _some_hidden(compared.panels) or any((one.state == State.HIDDEN).any() for one in pooled.values())
    facts = [
        Fact(_("Topic"), collaborative.topic),
        *_common_facts(collaborative),
        Fact(_("Teams"), _team_count(collaborative)),
    ]
    head = _head(
        ReportKind.COLLABORATIVE, collaborative.name, collaborative, viewer, facts=facts, some_hidden=bool(hidden)
    )
    return _print_sections(head, collaborative, step, sections)


def _kept(collaborative: Collaborative, *, sees_names: bool) -> Section:
    """Whether what was agreed comes, whole and on time."""
    teams, due = teams_for_matrix(collaborative), months_looked_at(collaborative)
    kept = reporting_of(collaborative, teams, due)
    return Section(
        title=_("Whole and on time"),
        template="metrics/print/kept.html",
        context=lines_on_paper(collaborative, due, teams, kept, sees_names=sees_names, most=NAMES_PRINTED),
        order=65,
    )


def print_leader(agency: Agency, collaborative: Collaborative, viewer: User, step: Step) -> Printed:
    """A senior leader's page: each team of the agency in this collaborative on a page at most."""
    step(0, 3)
    teams = [team for team in teams_of_agency(agency, viewer) if team.collaborative_id == collaborative.pk]
    panels = panels_of_teams(teams, viewer)
    pages = pages_of(teams, panels, benchmarks_by_team(teams, panels, viewer))
    pages.sort(key=lambda page: URGENCY.index(page.tone))
    asked = {page.team.pk: _asked(page.team) for page in pages}
    head = _head(
        ReportKind.LEADER,
        agency.name,
        collaborative,
        viewer,
        some_hidden=_some_hidden(panel for own in panels.values() for panel in own),
    )
    step(1, 3)
    for charts in LEADER_CHARTS:
        sheets = [_sheet(page, asked[page.team.pk], charts) for page in pages]
        pdf = _print("metrics/print/leader.html", head, collaborative, step, sheets=sheets)
        if pdf.pages <= max(1, len(sheets)):
            break
    step(3, 3)
    return Printed(pdf.data, collaborative.today())


def print_plan(team: Team, viewer: User, step: Step) -> Printed:
    """A team's measurement plan: no figures, so the same for everybody who reads the team."""
    collaborative = team.collaborative
    step(1, 3)
    sheets = [plan_sheet(planned, collaborative) for planned in plan_of(team)]
    complete = sum(sheet.is_complete for sheet in sheets)
    facts = [
        *_common_facts(collaborative),
        Fact(
            _("Answered"),
            _("%(complete)s of %(count)s measures") % {"complete": complete, "count": len(sheets)},
        ),
    ]
    head = _head(ReportKind.PLAN, team.name, collaborative, viewer, facts=facts, some_hidden=False)
    pdf = _print("metrics/print/plan.html", head, collaborative, step, sheets=sheets)
    step(3, 3)
    return Printed(pdf.data, collaborative.today())


def print_board(team: Team, viewer: User, step: Step) -> Printed:
    """A team's storyboard: what it tells is known where teams' tests are (``pdsa.presenters.printing``)."""
    step(1, 3)
    pdf = print_storyboard(team, viewer, tick=_waking(step))
    step(3, 3)
    return Printed(pdf.data, team.collaborative.today())


def the_center(collaborative: Collaborative) -> User:
    """A viewer for reports that no person asked for: sees what the center's coordinators see, and is never stored."""
    return User(pk=0, name=collaborative.center.name, is_superuser=True)


@writes(ReportKind.TEAM)
def _write_team(report: Report, viewer: User, step: Step) -> Printed:
    team = report.subject
    if not isinstance(team, Team):
        raise TypeError(f"Report {report.pk} has no team.")
    return print_team(team, viewer, step)


@writes(ReportKind.PLAN)
def _write_plan(report: Report, viewer: User, step: Step) -> Printed:
    team = report.subject
    if not isinstance(team, Team):
        raise TypeError(f"Report {report.pk} has no team.")
    return print_plan(team, viewer, step)


@writes(ReportKind.STORYBOARD)
def _write_storyboard(report: Report, viewer: User, step: Step) -> Printed:
    team = report.subject
    if not isinstance(team, Team):
        raise TypeError(f"Report {report.pk} has no team.")
    return print_board(team, viewer, step)


@writes(ReportKind.COLLABORATIVE)
def _write_collaborative(report: Report, viewer: User, step: Step) -> Printed:
    return print_collaborative(report.collaborative, viewer, step)


@writes(ReportKind.LEADER)
def _write_leader(report: Report, viewer: User, step: Step) -> Printed:
    agency = report.subject
    if not isinstance(agency, Agency):
        raise TypeError(f"Report {report.pk} has no agency.")
    return print_leader(agency, report.collaborative, viewer, step)


def _print(template: str, head: Head, collaborative: Collaborative, step: Step, **context: Any) -> Pdf:
    paper = paper_of(collaborative.time_zone)
    return print_template(template, {"head": head, "paper": paper, **context}, tick=_waking(step))


def _print_sections(head: Head, collaborative: Collaborative, step: Step, sections: Iterable[Section]) -> Printed:
    step(1, 3)
    ordered = sorted(sections, key=lambda section: section.order)
    pdf = _print("metrics/print/report.html", head, collaborative, step, sections=ordered)
    step(3, 3)
    return Printed(pdf.data, collaborative.today())


def _waking(step: Step) -> Tick:
    """Say once a second that the layout goes on."""
    last = 0.0

    def tick() -> None:
        nonlocal last
        if time.monotonic() - last >= WAKES:
            last = time.monotonic()
            step(2, 3)

    return tick


def _head(
    kind: ReportKind,
    title: str,
    collaborative: Collaborative,
    viewer: User,
    *,
    facts: Sequence[Fact] = (),
    some_hidden: bool,
) -> Head:
    return Head(
        kind=str(kind.label),
        title=title,
        where=collaborative.name if title != collaborative.name else collaborative.center.name,
        aim=collaborative.aim,
        facts=tuple(facts),
        data_words=_("Data as of %(date)s") % {"date": full_day(collaborative.today())},
        made_by=_("Made by %(person)s") % {"person": viewer},
        some_hidden=some_hidden,
    )


def _common_facts(collaborative: Collaborative) -> list[Fact]:
    span = collaborative.span
    return [
        Fact(_("Host"), collaborative.center.name),
        Fact(
            _("Months"),
            ngettext("%(first)s to %(last)s (%(count)s month)", "%(first)s to %(last)s (%(count)s months)", len(span))
            % {"first": month_name(span.first), "last": month_name(span.last), "count": len(span)},
        ),
    ]


def _team_count(collaborative: Collaborative) -> str:
    teams = collaborative.teams
    return _("%(enrolled)s enrolled, %(active)s taking part") % {
        "enrolled": number(teams.count()),
        "active": number(teams.filter(status=TeamStatus.ACTIVE).count()),
    }


def _some_hidden(panels: Iterable[Panel]) -> bool:
    return any(bool((panel.state == State.HIDDEN).any()) for panel in panels)


def _numbers(cards: Sequence[ChartCard]) -> list[Section]:
    """The table twins of all charts, months down and a few measures across."""
    drawn = [card for card in cards if not card.figure.is_empty]
    if not drawn:
        return []
    tables = [_numbers_table(drawn[at : at + MEASURES_A_TABLE]) for at in range(0, len(drawn), MEASURES_A_TABLE)]
    return [
        Section(
            title=_("The numbers"),
            template="metrics/print/numbers.html",
            context={"tables": tables},
            order=90,
            anchor="numbers",
        )
    ]


def _numbers_table(cards: Sequence[ChartCard]) -> NumbersTable:
    columns = [[point.text for point in card.figure.points] for card in cards]
    months = [point.label for point in cards[0].figure.points]
    return NumbersTable(
        caption=_("By month: %(measures)s") % {"measures": ", ".join(card.figure.title for card in cards)},
        columns=(_("Month"), *(card.figure.title for card in cards)),
        rows=tuple(zip(months, *columns, strict=True)),
    )


def _strip_tables(compared: Comparison, rows: Sequence[TeamRow]) -> list[StripTable]:
    """All teams in the comparison's own order, a few measures a table."""
    if not rows:
        return []
    in_order = sorted(rows, key=lambda row: row.place)
    drawn = [row.multiples for row in in_order]
    axes = [
        Axis(
            panel.version.name,
            _("each from 0 to %(top)s") % {"top": top_words(panel, top)},
        )
        for panel, top in zip(compared.panels, rows[0].tops, strict=True)
    ]
    return [
        StripTable(
            caption=_("Teams: %(measures)s") % {"measures": ", ".join(axis.title for axis in axes[part])},
            axes=tuple(axes[part]),
            strips=tuple(
                Strip(row.peer.label, row.reporting.words if row.reporting else "", tuple(multiples[part]))
                for row, multiples in zip(in_order, drawn, strict=True)
            ),
        )
        for part in (slice(at, at + MEASURES_A_TABLE) for at in range(0, len(axes), MEASURES_A_TABLE))
    ]


def _asked(team: Team) -> list[LeaderRequest]:
    return list(LeaderRequest.objects.unanswered().filter(team=team))


def _sheet(page: LeaderPage, asked: Sequence[LeaderRequest], charts: int) -> LeaderSheet:
    drawn = [card for card in page.cards if not card.figure.is_empty]
    return LeaderSheet(
        page=page,
        charts=tuple(drawn[:charts]),
        others=tuple(drawn[charts:]),
        requests=tuple(asked[:LEADER_REQUESTS]),
        more_requests=max(0, len(asked) - LEADER_REQUESTS),
    )
