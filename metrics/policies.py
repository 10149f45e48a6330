"""In which state a team may do what with a month or a chart. Who may do it is asked in ``metrics.rules``.

``check_…`` raises ``MonthClosedError`` with a sentence that says why and who can help (about a chart a
``ValidationError`` at the field); ``can_…`` answers yes or no.
All deadlines are instants on the collaborative's own clock.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from django.core.exceptions import ValidationError
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from collab.common import months
from collab.common.formatting import day, full_day, month_name, period_name
from collab.enums import CollaborativeStatus
from collab.models import Collaborative
from metrics.enums import MonthState
from metrics.models import Reopening, Submission
from teams.models import Team


class Closed(StrEnum):
    """Why a month can not be changed."""

    OUTSIDE = "outside"
    NOT_STARTED = "not_started"
    NOT_EXPECTED = "not_expected"
    NOT_OVER = "not_over"
    ENDED = "ended"
    LOCKED = "locked"
    NOT_LOCKED = "not_locked"


class MonthClosedError(Exception):
    """The month can not be changed now; the message says why and who can help."""

    def __init__(self, why: Closed, sentence: str) -> None:
        super().__init__(sentence)
        self.why = why
        self.sentence = sentence


def open_until(team: Team, month: dt.date, now: dt.datetime) -> dt.datetime | None:
    """Until when a coordinator has reopened the month, or None."""
    latest = Reopening.objects.holding(now).filter(team=team, month=month).order_by("-open_until").first()
    return latest.open_until if latest else None


def last_day_before(until: dt.datetime, collaborative: Collaborative) -> dt.date:
    """The last day that lies before an instant, on the collaborative's calendar: what is open until then ends on it."""
    return collaborative.today(until - dt.timedelta(microseconds=1))


def is_over(collaborative: Collaborative, month: dt.date, now: dt.datetime) -> bool:
    """Whether the reporting period has ended on the collaborative's calendar."""
    return months.last_day(month, step=collaborative.step) < collaborative.today(now)


def check_reportable(team: Team, month: dt.date, now: dt.datetime) -> None:
    """The month belongs to the collaborative, is over, and the team owes figures for it. Costs no query."""
    collaborative = team.collaborative
    if not collaborative.is_reporting_month(month):
        raise MonthClosedError(
            Closed.OUTSIDE,
            _("%(month)s is not a reporting month of this collaborative, which runs from %(first)s to %(last)s.")
            % {
                "month": month_name(month),
                "first": month_name(collaborative.start),
                "last": month_name(collaborative.span.last),
            },
        )
    if not team.is_expected_in(month):
        raise MonthClosedError(Closed.NOT_EXPECTED, _not_expected(team, month))
    if not is_over(collaborative, month, now):
        opens = months.add(month, collaborative.step)
        raise MonthClosedError(
            Closed.NOT_OVER,
            _("%(month)s is not over yet. You can enter it from %(day)s.")
            % {"month": month_name(month), "day": day(opens)},
        )


def _not_expected(team: Team, month: dt.date) -> str:
    if team.withdrawn_on and team.withdrawn_on <= months.last_day(month, step=team.collaborative.step):
        return _(
            "%(team)s left the collaborative on %(day)s, so nothing is expected for %(month)s. "
            "If that is wrong, ask your coordinator."
        ) % {"team": team.name, "day": day(team.withdrawn_on), "month": month_name(month)}
    if team.completed_on and team.completed_on < month:
        return _(
            "%(team)s completed the collaborative on %(day)s, so nothing is expected for %(month)s. "
            "If that is wrong, ask your coordinator."
        ) % {"team": team.name, "day": day(team.completed_on), "month": month_name(month)}
    return _(
        "%(team)s joined on %(day)s, so nothing is expected for %(month)s. If that is wrong, ask your coordinator."
    ) % {"team": team.name, "day": day(team.enrolled_on), "month": month_name(month)}


def check_enter(team: Team, month: dt.date, now: dt.datetime | None = None) -> None:
    """Whether figures of the month may be typed, submitted or corrected. Raises ``MonthClosedError``."""
    at = now or timezone.now()
    check_reportable(team, month, at)
    collaborative = team.collaborative
    if collaborative.status == CollaborativeStatus.SETUP:
        raise MonthClosedError(
            Closed.NOT_STARTED,
            _("This collaborative is still being set up. Months open when your coordinator starts it."),
        )
    ended = collaborative.status == CollaborativeStatus.ENDED
    if (not ended and at < collaborative.locks_at(month)) or open_until(team, month, at):
        return
    if ended:
        raise MonthClosedError(
            Closed.ENDED,
            _("This collaborative has ended and its figures are final. For a correction, ask your coordinator."),
        )
    raise MonthClosedError(
        Closed.LOCKED,
        _(
            "%(month)s is locked since %(day)s, %(days)s days after it was due. "
            "Ask your coordinator to reopen it, and say why it has to change."
        )
        % {
            "month": month_name(month),
            "day": day(collaborative.today(collaborative.locks_at(month))),
            "days": collaborative.lock_after_days,
        },
    )


def can_enter(team: Team, month: dt.date, now: dt.datetime | None = None) -> bool:
    try:
        check_enter(team, month, now)
    except MonthClosedError:
        return False
    return True


def check_reopen(team: Team, month: dt.date, now: dt.datetime | None = None) -> None:
    """Whether there is something to reopen: a month that is over, owed, and closed by its lock or the end."""
    at = now or timezone.now()
    check_reportable(team, month, at)
    if can_enter(team, month, at):
        until = open_until(team, month, at) or team.collaborative.locks_at(month)
        raise MonthClosedError(
            Closed.NOT_LOCKED,
            _("%(month)s is open until %(day)s; there is nothing to reopen.")
            % {
                "month": month_name(month),
                "day": day(last_day_before(until, team.collaborative)),
            },
        )


def can_reopen(team: Team, month: dt.date, now: dt.datetime | None = None) -> bool:
    try:
        check_reopen(team, month, now)
    except MonthClosedError:
        return False
    return True


def needs_reason(team: Team, month: dt.date, live: Submission | None, now: dt.datetime) -> bool:
    """Whether a submission has to say why: corrections after the due date do, the first figures never."""
    return live is not None and now >= team.collaborative.due_at(month)


def state_of(
    team: Team, month: dt.date, now: dt.datetime, *, is_submitted: bool, reopened_until: dt.datetime | None
) -> MonthState:
    """The month's state from what is known of it; costs no query."""
    collaborative = team.collaborative
    if is_submitted:
        return MonthState.SUBMITTED
    if not collaborative.is_reporting_month(month) or not team.is_expected_in(month):
        return MonthState.NOT_EXPECTED
    if not is_over(collaborative, month, now):
        return MonthState.FUTURE
    if now < collaborative.due_at(month) and collaborative.status != CollaborativeStatus.ENDED:
        return MonthState.OPEN
    locked = now >= collaborative.locks_at(month) or collaborative.status == CollaborativeStatus.ENDED
    if locked and (reopened_until is None or reopened_until <= now):
        return MonthState.LOCKED
    return MonthState.LATE


FEWEST_FOR_A_BASELINE = 8
"""A median of fewer points moves with every new one: improvement hubs freeze from 8 to 12 (statistics.md section 5)."""


@dataclass(frozen=True, slots=True)
class Series:
    """What is known of a chart when something is decided about it.

    ``months`` are shown, those in ``reported`` have a figure; a phase begins by definition in ``defined`` and by
    decision in ``decided``.
    """

    months: tuple[dt.date, ...]
    step: int
    reported: frozenset[dt.date]
    defined: frozenset[dt.date]
    decided: frozenset[dt.date]

    def phase_of(self, month: dt.date) -> tuple[dt.date, dt.date]:
        """The first and last month of the phase in which ``month`` lies."""
        starts = [self.months[0], *sorted((self.defined | self.decided) & set(self.months[1:]))]
        first = max(start for start in starts if start <= month)
        later = [start for start in starts if start > month]
        return first, months.add(later[0], -self.step) if later else self.months[-1]

    def points_up_to(self, month: dt.date) -> int:
        """How many points the phase has from its first month to ``month``."""
        first, _last = self.phase_of(month)
        return sum(first <= reported <= month for reported in self.reported)


def _check_on_chart(series: Series, month: dt.date) -> None:
    if not series.months:
        raise ValidationError({"month": _("There is nothing on the chart yet: wait for the first months.")})
    if month not in series.months:
        raise ValidationError(
            {
                "month": _("%(month)s is not on the chart, which runs from %(first)s to %(last)s.")
                % {
                    "month": period_name(month, step=series.step),
                    "first": period_name(series.months[0], step=series.step),
                    "last": period_name(series.months[-1], step=series.step),
                }
            }
        )


def check_baseline(series: Series, month: dt.date) -> None:
    """Whether a baseline may end with ``month``: on the chart, with points enough. Raises ``ValidationError``."""
    _check_on_chart(series, month)
    points = series.points_up_to(month)
    if points < FEWEST_FOR_A_BASELINE:
        first, _last = series.phase_of(month)
        raise ValidationError(
            {
                "month": ngettext(
                    "A baseline needs %(needed)s points or more; from %(first)s to %(month)s there is %(count)s.",
                    "A baseline needs %(needed)s points or more; from %(first)s to %(month)s there are %(count)s.",
                    points,
                )
                % {
                    "needed": FEWEST_FOR_A_BASELINE,
                    "first": period_name(first, step=series.step),
                    "month": period_name(month, step=series.step),
                    "count": points,
                }
            }
        )


def check_phase(series: Series, month: dt.date) -> None:
    """Whether a phase may begin with ``month``: on the chart, after its first month, none there yet.

    Raises ``ValidationError``.
    """
    _check_on_chart(series, month)
    name = period_name(month, step=series.step)
    if month == series.months[0]:
        raise ValidationError(
            {"month": _("The chart begins with %(month)s, so a phase does anyway.") % {"month": name}}
        )
    if month in series.decided:
        raise ValidationError({"month": _("A phase begins in %(month)s already.") % {"month": name}})
    if month in series.defined:
        sentence = _("The definition changed in %(month)s, so a phase begins there already.")
        raise ValidationError({"month": sentence % {"month": name}})


def check_annotation_day(team: Team, on: dt.date) -> None:
    """Whether a note may stand at a day: within the collaborative's months. Raises ``ValidationError``."""
    collaborative = team.collaborative
    last = months.last_day(collaborative.span.last, step=collaborative.step)
    if not collaborative.start <= on <= last:
        raise ValidationError(
            {
                "day": _("Choose a day on the chart, from %(first)s to %(last)s.")
                % {"first": full_day(collaborative.start), "last": full_day(last)}
            }
        )


VIEWS_TO_SAVE = frozenset(
    {"compare", "funnel", "multiples", "results", "submissions", "quality", "queries", "portfolio", "agency", "chart"}
)
"""The pages that can be kept under a name, by the names of their addresses."""


def check_view_path(path: str) -> None:
    """Whether ``path`` is an address of a page of this site that can be kept. Raises ``ValidationError``.

    An address is never taken apart by a browser in another way than here: nothing but a path that the site's own table
    of addresses knows, and a query.
    """
    place = path.partition("?")[0]
    try:
        known = path.startswith("/") and path.isprintable() and resolve(place).url_name in VIEWS_TO_SAVE
    except Resolver404:
        known = False
    if not known or "//" in place or "\\" in path or "#" in path:
        raise ValidationError(_("This page can not be saved as a view."))
