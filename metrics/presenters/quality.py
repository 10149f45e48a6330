"""Completeness, timeliness and burden in words: every rate with its counts."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from collab.common.formatting import number, period_short, with_unit
from collab.models import Collaborative, Measure
from metrics.presenters.needs import MonthMark, mark_at
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
class OwnMonth:
    """One month as its team reads it; ``numbers`` is empty where nothing came."""

    month: dt.date
    mark: MonthMark
    numbers: str


@dataclass(frozen=True, slots=True)
class OwnKept:
    """What a team kept of what was agreed, for itself: in sentences, and month by month, the newest first."""

    sentences: tuple[str, ...]
    months: tuple[OwnMonth, ...]


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


def team_lines(rows: Iterable[tuple[Team, Kept]]) -> list[TeamLine]:
    """A row a team, in their order."""
    return [TeamLine(team, kept_words(kept)) for team, kept in rows]


def month_lines(collaborative: Collaborative, months: Sequence[dt.date], reporting: Reporting) -> list[MonthLine]:
    """A row a month, the newest first."""
    return [
        MonthLine(period_short(month, step=collaborative.step), kept_words(kept))
        for month, kept in zip(reversed(months), reversed(by_month(reporting)), strict=True)
    ]


def all_words(reporting: Reporting) -> KeptWords:
    """All teams and months."""
    return kept_words(together(reporting))


def lines_on_paper(
    collaborative: Collaborative,
    months: Sequence[dt.date],
    teams: Sequence[Team],
    reporting: Reporting,
    *,
    sees_names: bool,
    most: int,
) -> dict[str, Any]:
    """For a report: each month, all together, and where names are seen ``most`` teams, those that gave least first."""
    named = sorted(
        zip(by_team(reporting), teams, strict=True),
        # Of whom nothing was asked yet, nothing is missing: last.
        key=lambda pair: (math.isnan(pair[0].completeness), pair[0].completeness, pair[1].name),
    )
    return {
        "months": month_lines(collaborative, months, reporting),
        "together": all_words(reporting),
        "teams": [TeamLine(team, kept_words(kept)) for kept, team in named[:most]] if sees_names and months else [],
        "others": len(named[most:]) if sees_names else 0,
    }


def own_kept(months: Sequence[dt.date], reporting: Reporting) -> OwnKept | None:
    """One team's ``reporting`` over ``months`` in plain words; None where nothing was due yet."""
    kept = together(reporting)
    if not kept.due:
        return None
    return OwnKept(
        sentences=(_when_it_came(kept), _what_came(kept)),
        months=tuple(
            OwnMonth(month, mark_at(reporting, (0, place), is_due=True), _numbers(each))
            for place, (month, each) in enumerate(zip(months, by_month(reporting), strict=True))
            if each.due
        )[::-1],
    )


def _when_it_came(kept: Kept) -> str:
    imported = kept.due - kept.timed
    said = [_how_much_came(kept)]
    # Of what came in an import alone, nobody knows whether it was late.
    if kept.sent > imported:
        said.append(_how_much_on_time(kept))
    if imported:
        said.append(
            ngettext(
                "The center imported %(count)s; when it came is not known.",
                "The center imported %(count)s; when they came is not known.",
                imported,
            )
            % {"count": imported}
        )
    return " ".join(said)


def _how_much_came(kept: Kept) -> str:
    if not kept.sent:
        words = ngettext(
            "The one month that was due did not come.", "None of the %(due)s months that were due came.", kept.due
        )
    elif kept.sent == kept.due:
        words = ngettext("The one month that was due came.", "All %(due)s months that were due came.", kept.due)
    else:
        words = ngettext(
            "Of %(due)s month that was due %(sent)s came.", "Of %(due)s months that were due %(sent)s came.", kept.due
        )
    return words % {"due": kept.due, "sent": kept.sent}


def _how_much_on_time(kept: Kept) -> str:
    if kept.on_time == kept.sent:
        return ngettext("It was on time.", "All were on time.", kept.sent)
    if not kept.on_time:
        return ngettext("It was late.", "None was on time.", kept.sent)
    words = ngettext("%(on_time)s of them was on time.", "%(on_time)s of them were on time.", kept.on_time)
    return words % {"on_time": kept.on_time}


def _what_came(kept: Kept) -> str:
    if not kept.asked:
        return _("No core number was asked for.")
    numbers = {"given": number(kept.given), "asked": number(kept.asked), "count": number(kept.explained)}
    if kept.given == kept.asked:
        return _("All %(asked)s core numbers are there.") % numbers
    if not kept.explained:
        return _("%(given)s of %(asked)s core numbers are there.") % numbers
    return (
        ngettext(
            "%(given)s of %(asked)s core numbers are there; for %(count)s more a reason was given.",
            "%(given)s of %(asked)s core numbers are there; for %(count)s more a reason was given.",
            kept.explained,
        )
        % numbers
    )


def _numbers(kept: Kept) -> str:
    """ "4 of 5, 1 with a reason"."""
    if not kept.sent or not kept.asked:
        return ""
    words = _("%(given)s of %(asked)s") % {"given": kept.given, "asked": kept.asked}
    if not kept.explained:
        return words
    return _("%(numbers)s, %(count)s with a reason") % {"numbers": words, "count": kept.explained}


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
