"""Completeness, timeliness and burden in words: every rate with its counts."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from collab.common.formatting import number, period_short, with_unit
from collab.models import Collaborative, Measure
from metrics.queries.quality import MeasureUse
from metrics.stats.completeness import Kept, Reporting, by_month, by_team, together
from metrics.stats.feasibility import Reason
from teams.models import Team


@dataclass(frozen=True, slots=True)
class KeptWords:
    """What one team, one month or all kept of what was agreed."""

    submitted: str
    on_time: str
    complete: str


@dataclass(frozen=True, slots=True)
class TeamLine:
    """One team's row."""

    team: Team
    kept: KeptWords


@dataclass(frozen=True, slots=True)
class MonthLine:
    """One month's row."""

    month: str
    kept: KeptWords


@dataclass(frozen=True, slots=True)
class UseLine:
    """One measure's row: what it costs, and why one might retire it."""

    measure: Measure
    name: str
    complete: str
    minutes: str
    elements: str
    reasons: tuple[str, ...]
    may_retire: bool


def kept_words(kept: Kept) -> KeptWords:
    """ "92 % (11 of 12)"; an en dash where nothing was due."""
    return KeptWords(
        _share(kept.submitted, kept.sent, kept.due),
        _share(kept.timeliness, kept.on_time, kept.timed),
        _share(kept.completeness, kept.given, kept.asked),
    )


def _share(rate: float, part: int, whole: int) -> str:
    if math.isnan(rate):
        return "–"
    return _("%(rate)s (%(part)s of %(whole)s)") % {
        "rate": with_unit(rate * 100, "%", places=0),
        "part": number(part),
        "whole": number(whole),
    }


def team_lines(teams: Sequence[Team], reporting: Reporting) -> list[TeamLine]:
    """A row a team, in their order."""
    return [TeamLine(team, kept_words(kept)) for team, kept in zip(teams, by_team(reporting), strict=True)]


def month_lines(collaborative: Collaborative, months: Sequence[dt.date], reporting: Reporting) -> list[MonthLine]:
    """A row a month, the newest first."""
    return [
        MonthLine(period_short(month, step=collaborative.step), kept_words(kept))
        for month, kept in zip(reversed(months), reversed(by_month(reporting)), strict=True)
    ]


def all_words(reporting: Reporting) -> KeptWords:
    """All teams and months."""
    return kept_words(together(reporting))


def use_lines(uses: Sequence[MeasureUse]) -> list[UseLine]:
    """A row a measure."""
    return [
        UseLine(
            measure=one.measure,
            name=one.measure.latest.name,
            complete=_share(one.given / one.asked if one.asked else math.nan, one.given, one.asked),
            minutes=_minutes(one),
            elements=number(one.elements),
            reasons=tuple(_reason(reason, one) for reason in one.use.reasons),
            may_retire=one.use.may_retire,
        )
        for one in uses
    ]


def _minutes(one: MeasureUse) -> str:
    if math.isnan(one.use.minutes):
        return ngettext("too few answers (%(count)s)", "too few answers (%(count)s)", one.use.answers) % {
            "count": one.use.answers
        }
    return ngettext(
        "about %(minutes)s min (%(count)s answer)", "about %(minutes)s min (%(count)s answers)", one.use.answers
    ) % {"minutes": number(one.use.minutes, places=0), "count": number(one.use.answers)}


def _reason(reason: Reason, one: MeasureUse) -> str:
    if reason is Reason.AT_CEILING:
        return _("At 95 % of what is possible or better in each of the last 12 months.")
    if reason is Reason.NO_SIGNAL:
        return _("No signal in 12 months: nothing has changed, for better or worse.")
    if reason is Reason.MUCH_WORK:
        return _("Takes a team about %(minutes)s minutes a month.") % {"minutes": number(one.use.minutes, places=0)}
    return _("Only %(rate)s of the numbers asked for came.") % {
        "rate": with_unit(one.use.completeness * 100, "%", places=0)
    }
