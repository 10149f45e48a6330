"""The coordinator's matrix: teams × the last months, a word and a shape in every cell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from django.utils.translation import gettext as _

from collab.common import formatting
from collab.models import Collaborative
from metrics.presenters.needs import MonthMark, Reporting, mark_of, reporting_of
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

    team: Team
    reporting: Reporting


@dataclass(frozen=True, slots=True)
class LateRow:
    """A late team with whom to write to; ``mailto`` is empty where nobody has an account."""

    team: Team
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
    """The last months, the newest first, with their totals; late teams, the longest silent first."""

    months: tuple[dt.date, ...]
    totals: tuple[MonthTotal, ...]
    rows: tuple[MatrixRow, ...]
    late: tuple[Late, ...]

    def named(self, words: str) -> list[MatrixRow]:
        """The rows of teams with ``words`` in their name."""
        return [row for row in self.rows if words.lower() in row.team.name.lower()]


def matrix_of(
    collaborative: Collaborative, teams: Sequence[Team], submitted: dict[tuple[int, dt.date], bool | None]
) -> Matrix:
    """The matrix of all teams; those that have left stand last."""
    shown = tuple(reversed(collaborative.ended_months()[-MONTHS_SHOWN:]))
    due = collaborative.due_months()
    rows = [
        MatrixRow(
            team=team,
            has_left=team.status != TeamStatus.ACTIVE,
            marks=tuple(mark_of(team, month, submitted, due) for month in shown),
        )
        for team in teams
    ]
    late = [Late(team, reporting_of(team, due, submitted)) for team in teams if team.status == TeamStatus.ACTIVE]
    return Matrix(
        months=shown,
        totals=tuple(_total(month, place, rows) for place, month in enumerate(shown)),
        rows=tuple(sorted(rows, key=lambda row: row.has_left)),
        late=tuple(sorted((one for one in late if one.reporting.missed), key=lambda one: -len(one.reporting.missed))),
    )


def late_rows(matrix: Matrix, contacts: dict[int, list[str]]) -> list[LateRow]:
    """The late teams with their addresses; ``contacts`` as ``queries.submitting.contacts_of`` gives them."""
    return [
        LateRow(
            team=late.team,
            words=late.reporting.words,
            addresses=", ".join(contacts[late.team.pk]),
            mailto=_mailto(late, contacts[late.team.pk]),
        )
        for late in matrix.late
    ]


def _mailto(late: Late, addresses: list[str]) -> str:
    if not addresses:
        return ""
    months = ", ".join(
        formatting.period_name(month, step=late.team.collaborative.step) for month in late.reporting.missed
    )
    subject = _("%(team)s: figures for %(months)s") % {"team": late.team.name, "months": months}
    return f"mailto:{quote(','.join(addresses), safe='@,')}?subject={quote(subject)}"


def _total(month: dt.date, place: int, rows: Sequence[MatrixRow]) -> MonthTotal:
    marks = [row.marks[place] for row in rows]
    sent = sum(mark in (MonthMark.ON_TIME, MonthMark.AFTER, MonthMark.IMPORTED) for mark in marks)
    return MonthTotal(month, sent, sum(mark is not MonthMark.NOT_EXPECTED for mark in marks))
