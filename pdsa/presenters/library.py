"""The library in words: who tried what with which result, as far as the reader may know it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from collab.common.formatting import number
from collab.enums import DataSharing
from collab.models import Collaborative
from pdsa.charts.build import became, scale_in_words, when_in_words
from pdsa.enums import Decision, Match, Part, Sharing
from pdsa.models import Cycle
from pdsa.presenters.ramps import result_of
from pdsa.queries.library import IdeaAdoption, SharingCounts, Taken
from pdsa.queries.lineage import taken_counts
from pdsa.rules import read_cycle, view_cycle
from teams.models import Team
from teams.rules import roles_by_team, view_team


def name_of(team: Team, viewer: Any) -> str:
    """What the viewer may call a team: its name, its code name where data are coded, or "another team".

    ``team.collaborative`` must be at hand. No query.
    """
    if view_team.check(viewer, team) or team.collaborative.data_sharing == DataSharing.NAMED:
        return team.name
    return team.code_name if team.collaborative.data_sharing == DataSharing.CODED else _("another team")


def byline(cycle: Cycle, viewer: Any, here: Collaborative) -> str:
    """ "Team 07", or "Team 07, Timely care" where the cycle comes from another collaborative than ``here``."""
    name = name_of(cycle.team, viewer)
    home = cycle.team.collaborative
    return name if home.pk == here.pk else _("%(team)s, %(collaborative)s") % {"team": name, "collaborative": home.name}


@dataclass(frozen=True, slots=True)
class LibraryLine:
    """One test in a list."""

    cycle: Cycle
    url: str
    by: str
    is_ours: bool
    is_kept: bool
    became: str
    tone: str
    result: str
    scale: str
    when: str
    tried: str
    learned: str
    about: str
    taken: str


def lines_of(cycles: Iterable[Cycle], viewer: Any, here: Collaborative) -> list[LibraryLine]:
    """Cycles that the viewer may read, as the library lists them. One query for all."""
    rows = list(cycles)
    taken = taken_counts([cycle.pk for cycle in rows])
    mine = roles_by_team(viewer)
    return [
        LibraryLine(
            cycle=cycle,
            url=reverse("library_cycle", args=[here.slug, cycle.pk]),
            by=byline(cycle, viewer, here),
            is_ours=cycle.team_id in mine,
            is_kept=cycle.sharing == Sharing.TEAM,
            became=became(cycle),
            tone=(cycle.verdict or cycle.standing).tone,
            result=result_of(cycle),
            scale=scale_in_words(cycle),
            when=when_in_words(cycle),
            tried=cycle.change.strip(),
            learned=cycle.learned.strip() or cycle.decision_reason.strip(),
            about=about(cycle),
            taken=taken_in_words(taken.get(cycle.pk, 0)),
        )
        for cycle in rows
    ]


def about(cycle: Cycle) -> str:
    """ "Same-day calls · Outpatient clinic · Adults"."""
    parts = (cycle.idea.name if cycle.idea else "", cycle.get_setting_display(), cycle.get_population_display())
    return " · ".join(str(part) for part in parts if part)


def taken_in_words(teams: int) -> str:
    """ "taken by 3 teams", or nothing."""
    if not teams:
        return ""
    return ngettext("taken by %(count)s team", "taken by %(count)s teams", teams) % {"count": number(teams)}


# What of a worksheet others read, part by part. Texts only: no numbers, names of people, tasks, files or comments.
SHARED_FIELDS = (
    (
        Part.PLAN,
        ("objective", "change", "change_since", "fitted", "data_what", "data_how", "left_out"),
    ),
    (Part.DO, ("deviations", "observations", "problems")),
    (Part.STUDY, ("comparison", "against_baseline", "learned")),
    (Part.ACT, ("decision_reason", "next_step")),
)


@dataclass(frozen=True, slots=True)
class SharedText:
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class SharedPart:
    """What a team wrote in one part of the worksheet."""

    title: str
    texts: tuple[SharedText, ...]


def parts_of(cycle: Cycle) -> list[SharedPart]:
    """The parts in which something is written."""
    parts = []
    for part, names in SHARED_FIELDS:
        texts = tuple(SharedText(_label(name), text) for name in names if (text := str(getattr(cycle, name)).strip()))
        if texts:
            parts.append(SharedPart(str(part.label), texts))
    return parts


def _label(name: str) -> str:
    field: models.Field[Any, Any] = Cycle._meta.get_field(name)  # type: ignore[assignment]  # only its own fields
    return capfirst(str(field.verbose_name))


@dataclass(frozen=True, slots=True)
class SharedQuestion:
    question: str
    prediction: str
    reason: str
    answer: str
    match: str


def questions_of(cycle: Cycle) -> list[SharedQuestion]:
    """What was asked, expected and found."""
    return [
        SharedQuestion(
            row.question, row.prediction, row.reason, row.answer, str(Match(row.match).label) if row.match else ""
        )
        for row in cycle.questions.all()
        if row.question.strip() or row.prediction.strip()
    ]


def measures_of(cycle: Cycle) -> str:
    """The names of its measures."""
    names = [measure.latest.name for measure in cycle.measures.all()]
    return ", ".join([*names, *([cycle.other_measure] if cycle.other_measure.strip() else [])])


@dataclass(frozen=True, slots=True)
class Credit:
    """Whom a change is from. ``url`` is empty where the viewer may not read (any more) what it was taken from."""

    words: str
    url: str


def credit_of(cycle: Cycle, viewer: Any, here: Collaborative) -> Credit | None:
    """The credit of a cycle that was taken over. ``taken_from.team.collaborative`` must be at hand. No query."""
    source = cycle.taken_from
    if source is None:
        return None
    if not read_cycle.check(viewer, source):
        return Credit(_("Taken from a test of %(team)s.") % {"team": name_of(source.team, viewer)}, "")
    words = {"team": byline(source, viewer, here), "title": source.title}
    if source.decision:
        sentence = {
            Decision.ADOPT: _("Taken from %(team)s: “%(title)s”, which they adopted."),
            Decision.ADAPT: _("Taken from %(team)s: “%(title)s”, which they adapted."),
            Decision.ABANDON: _("Taken from %(team)s: “%(title)s”, which they abandoned."),
        }[Decision(source.decision)]
    else:
        sentence = _("Taken from %(team)s: “%(title)s”.")
    return Credit(sentence % words, reverse("library_cycle", args=[here.slug, source.pk]))


@dataclass(frozen=True, slots=True)
class LineageLine:
    """Where a cycle's change is from and who took it, in a line of its worksheet."""

    credit: Credit | None
    asks_fitted: bool
    taken: str
    url: str


def lineage_line(cycle: Cycle, viewer: Any) -> LineageLine | None:
    """The line, or nothing for a cycle that neither took nor was taken. One query."""
    here = cycle.team.collaborative
    teams = taken_counts([cycle.pk]).get(cycle.pk, 0)
    if cycle.taken_from_id is None and not teams:
        return None
    return LineageLine(
        credit=credit_of(cycle, viewer, here),
        asks_fitted=cycle.taken_from_id is not None and cycle.started_on is None and not cycle.fitted.strip(),
        taken=ngettext("%(count)s team took this over.", "%(count)s teams took this over.", teams)
        % {"count": number(teams)}
        if teams
        else "",
        url=reverse("library_lineage", args=[here.slug, cycle.pk]),
    )


def whole_worksheet(cycle: Cycle, viewer: Any) -> str:
    """The address of the worksheet, for those who may open it; empty for others."""
    return cycle.get_absolute_url() if view_cycle.check(viewer, cycle) else ""


def adoption_in_words(found: IdeaAdoption) -> str:
    """ "Tested by 4 of 12 teams: 2 adopted it, 1 abandoned it, 1 is still testing."."""
    adoption = found.adoption
    if not adoption.tested:
        return ngettext(
            "The team that takes part has not begun a test of it.",
            "None of %(count)s teams has begun a test of it.",
            found.teams,
        ) % {"count": number(found.teams)}
    going_on = ngettext("%(count)s is still testing", "%(count)s are still testing", adoption.going_on)
    parts = [
        _("%(count)s adopted it") % {"count": number(adoption.adopted)} if adoption.adopted else "",
        _("%(count)s abandoned it") % {"count": number(adoption.abandoned)} if adoption.abandoned else "",
        going_on % {"count": number(adoption.going_on)} if adoption.going_on else "",
    ]
    tested = ngettext("Tested by %(tested)s of %(count)s team", "Tested by %(tested)s of %(count)s teams", found.teams)
    head = tested % {"tested": number(adoption.tested), "count": number(found.teams)}
    return f"{head}: {', '.join(part for part in parts if part)}."


@dataclass(frozen=True, slots=True)
class TakenLine:
    """A change that others took, with what became of it there."""

    line: LibraryLine
    teams: str
    adopters: str
    url: str


def taken_lines(taken: Sequence[Taken], cycles: dict[int, Cycle], viewer: Any, here: Collaborative) -> list[TakenLine]:
    """One line for each. One query."""
    lines = {line.cycle.pk: line for line in lines_of(cycles.values(), viewer, here)}
    return [
        TakenLine(
            line=lines[each.key],
            teams=number(each.teams),
            adopters=_("%(adopters)s of %(teams)s") % {"adopters": number(each.adopters), "teams": number(each.teams)},
            url=reverse("library_lineage", args=[here.slug, each.key]),
        )
        for each in taken
    ]


def sharing_in_words(counts: SharingCounts) -> list[str]:
    """What the teams try and share, in up to three sentences."""
    if not counts.begun:
        return [_("No team has begun a test yet.")]
    tried = ngettext(
        "%(testing)s of %(teams)s teams began %(begun)s test.",
        "%(testing)s of %(teams)s teams began %(begun)s tests.",
        counts.begun,
    )
    values = {"testing": number(counts.testing), "teams": number(counts.teams), "begun": number(counts.begun)}
    sentences = [tried % values]
    sentences.append(
        ngettext(
            "%(count)s of them is shared with other teams.",
            "%(count)s of them are shared with other teams.",
            counts.shared,
        )
        % {"count": number(counts.shared)}
    )
    if counts.takings == 1:
        sentences.append(_("1 team took over what another had tried."))
    elif counts.takings:
        took = ngettext(
            "%(teams)s team took over what others had tried, %(count)s times in all.",
            "%(teams)s teams took over what others had tried, %(count)s times in all.",
            counts.taking_teams,
        )
        sentences.append(took % {"teams": number(counts.taking_teams), "count": number(counts.takings)})
    else:
        sentences.append(_("No team has taken over another’s test yet."))
    return sentences


def pooled_sentence(collaborative: Collaborative, lookers: Collection[int]) -> str:
    """Why other teams' tests are not here, for those who are in a pooled collaborative; else nothing."""
    if collaborative.data_sharing != DataSharing.POOLED or collaborative.pk not in lookers:
        return ""
    return _("This collaborative shares pooled results only, so you see the tests of your own teams, not of others.")


def file_rows(lines: Iterable[LibraryLine]) -> list[list[str]]:
    """The lines of the library as a table, its head first."""
    head = [_("Test"), _("Team"), _("When"), _("Scale"), _("Decision"), _("Result"), _("What was tried"),
            _("What was learned"), _("About"), _("Taken over")]  # fmt: skip
    return [
        head,
        *(
            [line.cycle.title, line.by, line.when, line.scale, line.became, line.result, line.tried, line.learned,
             line.about, line.taken]
            for line in lines
        ),
    ]  # fmt: skip
