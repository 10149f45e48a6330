"""Which team needs somebody today: reporting first, then signals."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from collab.common import formatting
from collab.common.enums import DescribedChoices, Tone
from metrics.presenters.readings import Meaning, Reading
from metrics.queries.standings import Standing
from metrics.stats import completeness
from teams.enums import TeamStatus
from teams.models import Team

SILENT_AFTER = 2
"""A team is silent after so many months in a row that were due and were not submitted."""


class Need(DescribedChoices):
    """Why a team stands where it stands, the most urgent first."""

    SILENT = "silent", gettext_lazy("Silent")
    LATE = "late", gettext_lazy("Late")
    CONCERN = "concern", gettext_lazy("Signal of concern")
    IMPROVEMENT = "improvement", gettext_lazy("Signal of improvement")
    UNREAD = "unread", gettext_lazy("Signals being computed")
    STEADY = "steady", gettext_lazy("No signal")
    LEFT = "left", gettext_lazy("No longer taking part")

    @classmethod
    def tones(cls) -> dict[str, Tone]:
        return {
            cls.SILENT.value: Tone.PROBLEM,
            cls.LATE.value: Tone.ATTENTION,
            cls.CONCERN.value: Tone.ATTENTION,
            cls.IMPROVEMENT.value: Tone.GOOD,
        }


ORDER = {need: place for place, need in enumerate(Need)}


@dataclass(frozen=True, slots=True)
class Reporting:
    """How a team keeps its dates: months due in a row and not submitted, and the last month it sent.

    ``step``: how many months each of them stands for.
    """

    missed: tuple[dt.date, ...]
    last: dt.date | None
    step: int = 1

    @property
    def words(self) -> str:
        """ "Not reported: October 2026" or "Not reported for 3 months, last in July 2026"."""
        if not self.missed:
            return _("Reported up to %(month)s") % {"month": self._name(self.last)} if self.last else ""
        if self.last is None:
            return _("Nothing reported yet")
        return ngettext(
            "Not reported: %(first)s", "Not reported for %(count)s months, last in %(last)s", len(self.missed)
        ) % {
            "first": self._name(self.missed[0]),
            "count": len(self.missed),
            "last": self._name(self.last),
        }

    def _name(self, month: dt.date) -> str:
        return formatting.period_name(month, step=self.step)


def reporting_of(team: Team, due: Sequence[dt.date], submitted: dict[tuple[int, dt.date], bool | None]) -> Reporting:
    """How ``team`` keeps its dates. ``submitted`` as ``queries.series.submitted_months`` gives it."""
    expected = [month for month in due if team.is_expected_in(month)]
    sent = [month for month in expected if (team.pk, month) in submitted]
    missed: list[dt.date] = []
    for month in reversed(expected):
        if (team.pk, month) in submitted:
            break
        missed.append(month)
    return Reporting(tuple(reversed(missed)), sent[-1] if sent else None, team.collaborative.step)


def need_of(team: Team, reporting: Reporting, readings: Sequence[Reading]) -> Need:
    """The most urgent thing about a team."""
    meanings = {reading.meaning for reading in readings}
    return _need(
        team.status,
        reporting.missed,
        is_read=True,
        concern=Meaning.CONCERN in meanings,
        improvement=Meaning.IMPROVEMENT in meanings,
    )


def need_at(standing: Standing) -> Need:
    """The same from what is kept of the team."""
    return _need(
        standing.status,
        standing.missed,
        is_read=standing.is_read,
        concern=standing.concern,
        improvement=standing.improvement,
    )


def _need(status: str, missed: Sequence[dt.date], *, is_read: bool, concern: bool, improvement: bool) -> Need:
    if status != TeamStatus.ACTIVE:
        return Need.LEFT
    if len(missed) >= SILENT_AFTER:
        return Need.SILENT
    if missed:
        return Need.LATE
    if not is_read:
        return Need.UNREAD
    if concern:
        return Need.CONCERN
    return Need.IMPROVEMENT if improvement else Need.STEADY


class MonthMark(models.TextChoices):
    """How a team's month stands in the coordinator's matrix."""

    ON_TIME = "on_time", gettext_lazy("On time")
    AFTER = "after", gettext_lazy("Came late")
    IMPORTED = "imported", gettext_lazy("Imported")
    MISSING = "missing", gettext_lazy("Missing")
    OPEN = "open", gettext_lazy("Still open")
    NOT_EXPECTED = "not_expected", gettext_lazy("Not expected")

    @property
    def tone(self) -> Tone:
        return {
            MonthMark.ON_TIME: Tone.GOOD,
            MonthMark.AFTER: Tone.ATTENTION,
            MonthMark.MISSING: Tone.PROBLEM,
            MonthMark.OPEN: Tone.INFO,
        }.get(self, Tone.NEUTRAL)

    @property
    def shape(self) -> str:
        """Its outline in a square of 12 units, so that no mark is told by colour alone: a page has hundreds of them."""
        return SHAPES[self]


SHAPES = {
    MonthMark.ON_TIME: "M6 1a5 5 0 0 1 0 10a5 5 0 0 1 0-10z",
    MonthMark.AFTER: "M6 1l5.5 10h-11z",
    MonthMark.IMPORTED: "M1.5 1.5h9v9h-9z",
    MonthMark.MISSING: "M0 0h12v12h-12zM2 2v8h8v-8z",
    MonthMark.OPEN: "M6 1a5 5 0 0 1 0 10a5 5 0 0 1 0-10zM6 2.5a3.5 3.5 0 0 0 0 7a3.5 3.5 0 0 0 0-7z",
    MonthMark.NOT_EXPECTED: "M2 5.25h8v1.5h-8z",
}


def mark_at(reporting: completeness.Reporting, at: tuple[int, int], *, is_due: bool) -> MonthMark:
    """One team's month, ``at`` its row and column. ``is_due``: the deadline has passed."""
    if reporting.sent[at]:
        on_time = reporting.on_time[at]
        if math.isnan(on_time):
            return MonthMark.IMPORTED
        return MonthMark.ON_TIME if on_time else MonthMark.AFTER
    if not reporting.expected[at]:
        return MonthMark.NOT_EXPECTED
    return MonthMark.MISSING if is_due else MonthMark.OPEN
