"""The coordinator's matrix: teams × the last months, a word and a shape in every cell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from django.utils.translation import gettext as _

from collab.common import formatting
from collab.models import Collaborative
from metrics.presenters.needs import MonthMark, Reporting, mark_of
from metrics.queries.standings import Standing
from teams.enums import TeamStatus
from teams.models import Team

MONTHS_SHOWN = 6


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One team and how its last months stand."""

    team: Team
    has_left: bool
    marks: tuple[MonthMark, ...]


@dataclass(frozen=True, slots=True)
class Late:
    """A team that owes months whose deadline has passed."""

    team: Standing
    reporting: Reporting


@dataclass(frozen=True, slots=True)
class LateRow:
    """A late team with whom to write to; ``mailto`` is empty where nobody has an account."""

    team: Standing
    words: str
    addresses: str
    mailto: str


@dataclass(frozen=True, slots=True)
class MonthTotal:
    """How many of the teams expected in a month have sent it."""

    month: dt.date
    sent: int
    expected: int


@dataclass(frozen=True)
class Matrix:
    """The last months, the newest first, with their totals over all teams; the rows of some teams."""

    months: tuple[dt.date, ...]
    totals: tuple[MonthTotal, ...]
    rows: tuple[MatrixRow, ...]


def months_shown(collaborative: Collaborative) -> tuple[dt.date, ...]:
    """The last months that are over, the newest first."""
    return tuple(reversed(collaborative.ended_months()[-MONTHS_SHOWN:]))


def matrix_of(
    collaborative: Collaborative,
    teams: Sequence[Team],
    submitted: dict[tuple[int, dt.date], bool | None],
    counts: dict[dt.date, tuple[int, int]],
) -> Matrix:
    """The matrix of these teams; ``counts`` as ``queries.submitting.sent_and_expected`` gives them for all."""
    shown = months_shown(collaborative)
    due = set(collaborative.due_months())
    for team in teams:
        team.collaborative = collaborative
    return Matrix(
        months=shown,
        totals=tuple(MonthTotal(month, *counts[month]) for month in shown if month in counts),
        rows=tuple(
            MatrixRow(
                team=team,
                has_left=team.status != TeamStatus.ACTIVE,
                marks=tuple(mark_of(team, month, submitted, due) for month in shown),
            )
            for team in teams
        ),
    )


def late_teams(standings: Iterable[Standing], collaborative: Collaborative) -> list[Late]:
    """The teams that take part and owe months, the longest silent first."""
    late = [
        Late(one, Reporting(one.missed, one.last, collaborative.step))
        for one in standings
        if one.missed and one.status == TeamStatus.ACTIVE
    ]
    return sorted(late, key=lambda one: -len(one.reporting.missed))


def late_row(late: Late, addresses: Sequence[str]) -> LateRow:
    """A late team with its addresses."""
    return LateRow(
        team=late.team,
        words=late.reporting.words,
        addresses=", ".join(addresses),
        mailto=_mailto(late, addresses),
    )


def _mailto(late: Late, addresses: Sequence[str]) -> str:
    if not addresses:
        return ""
    months = ", ".join(formatting.period_name(month, step=late.reporting.step) for month in late.reporting.missed)
    subject = _("%(team)s: figures for %(months)s") % {"team": late.team.name, "months": months}
    return f"mailto:{quote(','.join(addresses), safe='@,')}?subject={quote(subject)}"
