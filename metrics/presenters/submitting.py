"""The coordinator's matrix: teams × the last months, a word and a shape in every cell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from django.utils.translation import gettext as _

from collab.common import formatting
from collab.models import Collaborative
from metrics.presenters.needs import MonthMark, Reporting, mark_at
from metrics.queries.standings import Standing
from metrics.stats import completeness
from teams.enums import TeamStatus
from teams.models import Team

MONTHS_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Cell:
    """One team's month; ``came``: how many of the core numbers, only where some of them did not."""

    mark: MonthMark
    came: str = ""


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One team and how its last months stand."""

    team: Team
    has_left: bool
    cells: tuple[Cell, ...]


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

    @property
    def words(self) -> str:
        """ "1,920 of 1,960"."""
        return _("%(sent)s of %(expected)s") % {
            "sent": formatting.number(self.sent),
            "expected": formatting.number(self.expected),
        }


def months_shown(collaborative: Collaborative) -> tuple[dt.date, ...]:
    """The last months that are over, the newest first."""
    return tuple(reversed(collaborative.ended_months()[-MONTHS_SHOWN:]))


def month_totals(counts: dict[dt.date, tuple[int, int]]) -> list[MonthTotal]:
    """``counts`` as ``queries.submitting.sent_and_expected`` gives them, in their order."""
    return [MonthTotal(month, sent, expected) for month, (sent, expected) in counts.items()]


def matrix_rows(
    teams: Sequence[Team],
    months: Sequence[dt.date],
    reporting: completeness.Reporting,
    deadlines_passed: Collection[dt.date],
) -> list[MatrixRow]:
    """Teams × months; ``reporting`` as ``queries.quality.reporting_of`` gives it for them."""
    return [
        MatrixRow(
            team=team,
            has_left=team.status != TeamStatus.ACTIVE,
            cells=tuple(
                _cell(reporting, (row, column), is_due=month in deadlines_passed) for column, month in enumerate(months)
            ),
        )
        for row, team in enumerate(teams)
    ]


def _cell(reporting: completeness.Reporting, at: tuple[int, int], *, is_due: bool) -> Cell:
    mark = mark_at(reporting, at, is_due=is_due)
    given, asked = int(reporting.given[at]), int(reporting.asked[at])
    if not reporting.sent[at] or given >= asked:
        return Cell(mark)
    return Cell(mark, _("%(given)s of %(asked)s numbers") % {"given": given, "asked": asked})


def late_teams(standings: Iterable[Standing], collaborative: Collaborative) -> list[Late]:
    """The teams that owe months (``queries.standings.late_standings``), the longest silent first."""
    late = [Late(one, Reporting(one.missed, one.last, collaborative.step)) for one in standings]
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
