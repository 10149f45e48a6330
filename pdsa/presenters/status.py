"""The status board in words, small bars and lines of a file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from collab.common import months
from collab.common.enums import DescribedChoices, Tone
from collab.common.formatting import full_day, month_short, number, with_unit
from pdsa.models import Cycle
from pdsa.policies import FIRST_CYCLE_WITHIN_DAYS, STALLED_AFTER_DAYS
from pdsa.presenters.fidelity import counts_words, share_words
from pdsa.queries.status import Board, TeamStatusRow
from pdsa.stats.pace import DAYS_A_MONTH, PUBLISHED_PER_TEAM_MONTH
from pdsa.stats.published import CONNORS_2020_CYCLES, CONNORS_2020_MONTHS
from pdsa.stats.shares import Share

LONGEST_BAR_WEEKS = 6
# The pictures' own units.
BAR, GAP, TALL, HEAD, FOOT, EDGE = 20, 8, 80, 16, 18, 10


class Need(DescribedChoices):
    """Why a team needs somebody, the most urgent first."""

    FIRST_LATE = "first_late", gettext_lazy("First cycle late")
    STALLED = "stalled", gettext_lazy("Stalled at Do")
    NO_RAMP = "no_ramp", gettext_lazy("No active ramp")
    FIRST_DUE = "first_due", gettext_lazy("First cycle to come")
    NONE = "none", gettext_lazy("Testing")
    GONE = "gone", gettext_lazy("No longer taking part")

    @classmethod
    def tones(cls) -> dict[str, Tone]:
        return {
            cls.FIRST_LATE.value: Tone.PROBLEM,
            cls.STALLED.value: Tone.ATTENTION,
            cls.NO_RAMP.value: Tone.ATTENTION,
            cls.FIRST_DUE.value: Tone.INFO,
            cls.NONE.value: Tone.GOOD,
        }


def need_of(row: TeamStatusRow) -> Need:
    """What matters most about a team."""
    if not row.takes_part:
        return Need.GONE
    if row.first is None:
        return Need.FIRST_DUE if row.in_time is None else Need.FIRST_LATE
    if row.stalled:
        return Need.STALLED
    return Need.NONE if row.has_active_ramp else Need.NO_RAMP


@dataclass(frozen=True, slots=True)
class StatusLine:
    """A team's line. The words are made when they are read: a page shows a few lines of thousands."""

    row: TeamStatusRow
    need: Need

    @property
    def first(self) -> str:
        return _first_words(self.row)

    @property
    def pace(self) -> str:
        return _pace_words(self.row)

    @property
    def length(self) -> str:
        return _length_words(self.row.median_weeks, self.row.closed)

    @property
    def study(self) -> str:
        return share_words(self.row.study)

    @property
    def stalled(self) -> str:
        return number(self.row.stalled)


def status_lines(board: Board) -> list[StatusLine]:
    """Every team, those who need somebody first, then by name."""
    order = {need: place for place, need in enumerate(Need)}
    lines = [StatusLine(row, need_of(row)) for row in board.rows]
    return sorted(lines, key=lambda line: (order[line.need], line.row.team.name, line.row.team.pk))


def kept_lines(lines: Iterable[StatusLine], *, need: str, words: str) -> list[StatusLine]:
    """The lines that fit the filters; a need that does not exist filters nothing."""
    wanted = words.lower()
    return [
        line
        for line in lines
        if (need not in Need.values or line.need == need) and wanted in line.row.team.name.lower()
    ]


def count_needs(lines: Iterable[StatusLine]) -> list[tuple[Need, int]]:
    """How many teams have which need; needs that nobody has are left out."""
    told = list(lines)
    counts = [(need, sum(line.need is need for line in told)) for need in Need]
    return [(need, count) for need, count in counts if count]


def _first_words(row: TeamStatusRow) -> str:
    if row.first is None:
        if not row.takes_part:
            return _("None")
        return (_("Due by %(day)s") if row.in_time is None else _("None; was due by %(day)s")) % {
            "day": full_day(row.first_due)
        }
    if row.in_time:
        return full_day(row.first)
    days = (row.first - row.first_due).days
    return ngettext("%(day)s, %(days)s day late", "%(day)s, %(days)s days late", days) % {
        "day": full_day(row.first),
        "days": number(days),
    }


def _pace_words(row: TeamStatusRow) -> str:
    if row.per_month is None:
        return "–"
    return _("%(rate)s (%(begun)s in %(months)s)") % {
        "rate": number(row.per_month),
        "begun": number(row.begun),
        "months": _months(row.team_months),
    }


def _months(count: float) -> str:
    return ngettext("%(count)s month", "%(count)s months", round(count)) % {"count": number(count, places=0)}


def _length_words(weeks: float | None, closed: int) -> str:
    if weeks is None:
        return "–"
    return _("%(weeks)s (of %(closed)s closed)") % {"weeks": _weeks(weeks), "closed": number(closed)}


def _weeks(weeks: float) -> str:
    """ "2.5 weeks"; below one week in days."""
    if weeks < 1:
        days = round(weeks * 7)
        return ngettext("%(count)s day", "%(count)s days", days) % {"count": number(days)}
    text = number(weeks)
    return ngettext("%(count)s week", "%(count)s weeks", 1 if text == "1" else 2) % {"count": text}


@dataclass(frozen=True, slots=True)
class Fact:
    """One headline figure with its sentence."""

    label: Promise | str
    value: str
    note: str


def headline(board: Board, lines: Sequence[StatusLine]) -> list[Fact]:
    """The figures of all teams together, each with its counts and what it stands beside."""
    stalled = sum(line.row.stalled for line in lines if line.row.takes_part)
    idle = sum(line.row.takes_part and not line.row.has_active_ramp for line in lines)
    active = sum(line.row.takes_part for line in lines)
    return [
        Fact(
            _("First cycle within %(days)s days") % {"days": FIRST_CYCLE_WITHIN_DAYS},
            _percent(board.first_in_time),
            _("%(counts)s teams whose %(days)s days are over")
            % {"counts": counts_words(board.first_in_time), "days": FIRST_CYCLE_WITHIN_DAYS},
        ),
        Fact(
            _("Cycles a team-month"),
            number(board.per_month, places=2),
            _("%(begun)s begun in %(months)s team-months; published %(rate)s (%(cycles)s in %(span)s months)")
            % {
                "begun": number(board.begun),
                "months": number(board.team_months, places=0),
                "rate": number(PUBLISHED_PER_TEAM_MONTH, places=2),
                "cycles": number(CONNORS_2020_CYCLES),
                "span": CONNORS_2020_MONTHS,
            },
        ),
        Fact(
            _("Median cycle length"),
            _weeks(board.median_weeks) if board.median_weeks is not None else "–",
            _("of %(closed)s closed cycles; %(open)s are still open and not in it")
            % {"closed": number(len(board.lengths)), "open": number(board.still_open)},
        ),
        Fact(
            _("Reached Study"),
            _percent(board.study),
            _("%(counts)s cycles begun more than %(days)s days ago")
            % {"counts": counts_words(board.study), "days": STALLED_AFTER_DAYS},
        ),
        Fact(
            _("Stalled at Do"),
            number(stalled),
            _("cycles in Do for more than %(days)s days") % {"days": STALLED_AFTER_DAYS},
        ),
        Fact(_("No active ramp"), number(idle), _("of %(count)s teams that take part") % {"count": number(active)}),
    ]


def _percent(share: Share) -> str:
    return "–" if share.value is None else with_unit(100 * share.value, "%", places=0)


@dataclass(frozen=True, slots=True)
class BarMark:
    """One bar: its name, its number in words, and where it stands."""

    name: str
    words: str
    x: float
    y: float
    width: float
    height: float
    center: float


@dataclass(frozen=True)
class Bars:
    """A small bar chart with its table: ``sentence`` says what it shows; ``line`` is the height of a published mean.

    ``key`` names it in addresses.
    """

    key: str
    title: str
    sentence: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    marks: tuple[BarMark, ...]
    width: int
    height: int
    foot: float
    line: float | None
    line_words: str


def pace_bars(board: Board) -> Bars | None:
    """Cycles begun for each team, month by month, beside the published mean; None before there is a month."""
    if not any(begun for _month, begun, _teams in board.by_month):
        return None
    shown = [(month, begun, teams, begun / teams if teams else None) for month, begun, teams in board.by_month]
    told = [one for one in shown if one[3] is not None]
    month, begun, teams, rate = told[-1]
    return _bars(
        key="pace",
        title=_("Cycles begun for each team, by month"),
        sentence=_("%(month)s: %(rate)s (%(begun)s cycles, %(teams)s teams). Published mean: %(published)s a month.")
        % {
            "month": _so_far(month, board.on),
            "rate": number(rate, places=2),
            "begun": number(begun),
            "teams": number(teams),
            "published": number(PUBLISHED_PER_TEAM_MONTH, places=2),
        },
        columns=(_("Month"), _("Cycles begun"), _("Teams"), _("For each team")),
        rows=tuple((month_short(m), number(b), number(t), number(r, places=2)) for m, b, t, r in shown),
        values=[(_bar_month(m), r or 0.0, number(r, places=1)) for m, _b, _t, r in shown],
        line=PUBLISHED_PER_TEAM_MONTH,
        line_words=_("published %(rate)s") % {"rate": number(PUBLISHED_PER_TEAM_MONTH, places=2)},
    )


def _so_far(month: dt.date, on: dt.date) -> str:
    """ "Jun 2025", or "Jun 2025 so far" while it lasts."""
    name = month_short(month)
    return _("%(month)s so far") % {"month": name} if on < months.last_day(month) else name


def _bar_month(month: dt.date) -> str:
    return month_short(month).split(" ", maxsplit=1)[0]


def length_bars(board: Board) -> Bars | None:
    """How many closed cycles took how many weeks; None before one is closed."""
    if not board.lengths:
        return None
    counts = [0] * LONGEST_BAR_WEEKS
    for days in board.lengths:
        counts[min((days - 1) // 7, LONGEST_BAR_WEEKS - 1)] += 1
    names = [str(week) for week in range(1, LONGEST_BAR_WEEKS)] + [_("%(weeks)s+") % {"weeks": LONGEST_BAR_WEEKS}]
    short = sum(days <= DAYS_A_MONTH for days in board.lengths)
    return _bars(
        key="length",
        title=_("How long closed cycles took, in weeks begun"),
        sentence=_("%(short)s of %(all)s closed cycles took at most a month.")
        % {"short": number(short), "all": number(len(board.lengths))},
        columns=(_("Weeks begun"), _("Cycles")),
        rows=tuple((name, number(count)) for name, count in zip(names, counts, strict=True)),
        values=[(name, float(count), number(count)) for name, count in zip(names, counts, strict=True)],
    )


def _bars(
    *,
    key: str,
    title: str,
    sentence: str,
    columns: tuple[str, ...],
    rows: tuple[tuple[str, ...], ...],
    values: Sequence[tuple[str, float, str]],
    line: float | None = None,
    line_words: str = "",
) -> Bars:
    top = max([value for _name, value, _words in values] + ([line] if line else [])) or 1.0

    def height(value: float) -> float:
        return round(TALL * value / top, 1)

    marks = []
    for place, (name, value, words) in enumerate(values):
        x = EDGE + place * (BAR + GAP)
        tall = height(value)
        marks.append(BarMark(name, words, x, HEAD + TALL - tall, BAR, tall, x + BAR / 2))
    return Bars(
        key=key,
        title=title,
        sentence=sentence,
        columns=columns,
        rows=rows,
        marks=tuple(marks),
        width=2 * EDGE + len(values) * (BAR + GAP) - GAP,
        height=HEAD + TALL + FOOT,
        foot=HEAD + TALL,
        line=None if line is None else HEAD + TALL - height(line),
        line_words=line_words,
    )


@dataclass(frozen=True, slots=True)
class StalledLine:
    """A cycle that rests in Do: for how long, who answers for it, what stands in its way."""

    cycle: Cycle
    days: str
    owner: str
    barriers: str


def stalled_lines(cycles: Iterable[Cycle], on: dt.date) -> list[StalledLine]:
    """Cycles as ``stalled_cycles`` gives them."""
    return [
        StalledLine(
            cycle=cycle,
            days=days_in_do(cycle, on),
            owner=str(cycle.owner) if cycle.owner else _("Nobody"),
            barriers=", ".join(str(one.get_code_display()) for one in cycle.open_barriers),  # type: ignore[attr-defined]
        )
        for cycle in cycles
    ]


def days_in_do(cycle: Cycle, on: dt.date) -> str:
    """ "30 days" since the first day of Do of a cycle that has begun."""
    days = (on - first_day_of_do(cycle)).days
    return ngettext("%(count)s day", "%(count)s days", days) % {"count": number(days)}


def first_day_of_do(cycle: Cycle) -> dt.date:
    """The day on which a cycle that has begun began."""
    assert cycle.started_on is not None  # noqa: S101 - a constraint of the database
    return cycle.started_on


COLUMNS = (
    "team", "status", "need", "first_cycle", "first_cycle_due", "cycles_begun", "team_months", "cycles_per_team_month",
    "closed_cycles", "median_weeks", "reached_study", "of_cycles_older_than_21_days", "stalled_at_do",
    "has_active_ramp",
)  # fmt: skip


def file_rows(lines: Iterable[StatusLine]) -> Iterator[list[object]]:
    """The board as a table for a spreadsheet: a header, then a line for each team; empty where there is no value."""
    yield list(COLUMNS)
    for line in lines:
        row = line.row
        yield [
            row.team.name,
            row.team.status,
            line.need.value,
            row.first.isoformat() if row.first else "",
            row.first_due.isoformat(),
            row.begun,
            round(row.team_months, 2),
            "" if row.per_month is None else round(row.per_month, 2),
            row.closed,
            "" if row.median_weeks is None else round(row.median_weeks, 2),
            row.study.met,
            row.study.of,
            row.stalled,
            "yes" if row.has_active_ramp else "no",
        ]
