"""What the teams of the demonstration wrote on their charts and decided about them."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence

from collab.common import months
from collab.models import Measure, User
from metrics.actions.charting import add_annotation, choose_chart, freeze_baseline, start_phase
from metrics.enums import AnnotationKind
from teams.models import Team

# For the measures whose charts show best what another chart or rule set looks like; the others stay as defined.
DRAWN_AS = {"no_show": ("auto", "anhoej"), "wait_days": ("auto", "mdc"), "follow_up_7": ("auto", "anhoej")}

# What teams write: measure, share of the months that have passed, kind, label, more about it.
NOTES = (
    ("no_show", 0.22, AnnotationKind.TEST, "Reminder call the day before", "Three people in the Tuesday clinic."),
    ("no_show", 0.34, AnnotationKind.CHANGE, "Reminder calls for every assessment", "Front desk, from a shared list."),
    ("no_show", 0.34, AnnotationKind.STAFF, "Second front-desk person started", ""),
    ("no_show", 0.62, AnnotationKind.EVENT, "Ice storm, clinic closed for three days", ""),
    ("wait_days", 0.30, AnnotationKind.TEST, "Two open hours for walk-ins", "Wednesdays, one counselor."),
    (
        "wait_days",
        0.48,
        AnnotationKind.CHANGE,
        "Open access every morning",
        "The waiting list was called through first.",
    ),
    ("follow_up_7", 0.46, AnnotationKind.CHANGE, "Discharge list comes by fax each morning", ""),
    (
        "follow_up_7",
        0.66,
        AnnotationKind.DEFINITION,
        "Telephone visits are counted, too",
        "As the center told us in May.",
    ),
)
# Everybody's chart: it stands on all of a team's.
FOR_ALL = (0.75, AnnotationKind.STAFF, "New program director", "The team met her in her first week.")


def draw_as_chosen(*, by: User, measures: Sequence[Measure]) -> None:
    """Choose charts and rules of the measures that show them best."""
    for measure in measures:
        if measure.code in DRAWN_AS:
            drawn_as, rules = DRAWN_AS[measure.code]
            choose_chart(by=by, measure=measure, drawn_as=drawn_as, rules=rules)


def write_on_charts(*, by: User, team: Team, reported: Sequence[dt.date], random_: random.Random, share: float) -> None:
    """Notes of a team over the months it reported; ``share`` of them, for not every team writes everything."""
    measures = {measure.code: measure for measure in team.collaborative.measures.all()}
    for code, at, kind, label, text in NOTES:
        if code in measures and random_.random() < share:
            day = _day(reported, at, random_)
            add_annotation(by=by, team=team, measure=measures[code], kind=kind, day=day, label=label, text=text)
    at, kind, label, text = FOR_ALL
    add_annotation(by=by, team=team, measure=None, kind=kind, day=_day(reported, at, random_), label=label, text=text)


def decide_about_charts(*, by: User, team: Team, reported: Sequence[dt.date]) -> None:
    """A team froze its first two thirds of a year for one measure, and began a phase on another."""
    measures = {measure.code: measure for measure in team.collaborative.measures.all()}
    if len(reported) < 16:
        return
    freeze_baseline(
        by=by,
        team=team,
        measure=measures["follow_up_7"],
        month=reported[7],
        reason="These are the months before the discharge list came by fax.",
    )
    start_phase(
        by=by,
        team=team,
        measure=measures["wait_days"],
        month=reported[len(reported) // 2],
        reason="Open access every morning has been how we work since then.",
    )


def _day(reported: Sequence[dt.date], share: float, random_: random.Random) -> dt.date:
    month = reported[min(int(share * len(reported)), len(reported) - 1)]
    return months.first_day(month) + dt.timedelta(days=random_.randrange(1, 26))
