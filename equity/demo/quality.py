"""What people ask and say about numbers in the demonstration: rules, questions, a team with sites, minutes."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace

from collab.common import months
from collab.models import Collaborative, User
from metrics.actions.burden import give_minutes
from metrics.actions.checks import add_check, weigh_usual_checks
from metrics.actions.sites import add_site
from metrics.actions.submissions import submit_month
from metrics.actions.threads import answer_query, close_query, raise_query
from metrics.cells import SITE, CellKey, Value
from metrics.enums import CheckKind, CheckPart, Importance, Source
from metrics.queries.months import values_by_submission
from teams.models import Team

# The team that counts in two places, with its sites' code, name and share.
WITH_SITES = 1
SITES = (("harbor-street", "Harbor Street"), ("mill-road", "Mill Road clinic"))

# Which team, how many months before the last one, which measure, what faculty asked, what the team answered, and
# whether it is settled.
ASKED: tuple[tuple[int, int, str, str, str, bool], ...] = (
    (
        0,
        2,
        "no_show",
        "This is better than any month before. Did you count the reminder calls' cancellations as no-shows?",
        "No, they count as canceled when people call the day before. We checked the list with the front desk.",
        True,
    ),
    (
        0,
        1,
        "wait_days",
        "Your wait went up by several days. Was a clinician away?",
        "",
        False,
    ),
    (
        3,
        1,
        "no_show",
        "The number of assessments is much smaller than usual. Are telehealth visits in it?",
        "They were not. We will send a correction this week.",
        False,
    ),
)
# A large team that samples charts.
WITH_SAMPLE = 2
# Measures whose numbers sites can be added up from.
SUMMED = ("no_show", "wait_days", "safety_plan", "admissions")
COMMENTS = ((0, 3, "no_show", "Nice to see three good months in a row. Worth telling at the next session."),)


def write_quality(
    collaborative: Collaborative,
    *,
    teams: Sequence[Team],
    people: Mapping[int, Mapping[str, User]],
    advisor: User,
    last_month: dt.date,
    now: dt.datetime,
) -> None:
    """``people``: place of the team → role → person, with "data" and "leader"; ``last_month`` has figures."""
    _rules(collaborative, advisor)
    _questions(collaborative, teams, people, advisor, last_month, now)
    _minutes(teams, people, last_month)
    if len(teams) > WITH_SITES:
        _sites(teams[WITH_SITES], people[WITH_SITES], last_month, now)
    if len(teams) > WITH_SAMPLE:
        _sample(teams[WITH_SAMPLE], people[WITH_SAMPLE]["data"], last_month, now)


def _rules(collaborative: Collaborative, advisor: User) -> None:
    measures = {measure.code: measure for measure in collaborative.measures.all()}
    for code, low, high in (("no_show", 2.0, 80.0), ("wait_days", 0.0, 90.0)):
        if code in measures:
            add_check(
                by=advisor,
                measure=measures[code],
                kind=CheckKind.RANGE,
                importance=Importance.CONFIRM,
                part=CheckPart.VALUE,
                low=low,
                high=high,
            )
    if "admissions" in measures:
        weigh_usual_checks(
            by=advisor, measure=measures["admissions"], importances={CheckKind.MODIFIED_Z: Importance.NOTE}
        )


def _questions(
    collaborative: Collaborative,
    teams: Sequence[Team],
    people: Mapping[int, Mapping[str, User]],
    advisor: User,
    last_month: dt.date,
    now: dt.datetime,
) -> None:
    measures = {measure.code: measure for measure in collaborative.measures.all()}
    at = now - dt.timedelta(days=6)
    for place, before, code, question, answer, is_settled in ASKED:
        month = months.add(last_month, -before)
        if place >= len(teams) or not teams[place].submissions.filter(month=month).exists():
            continue
        query = raise_query(
            by=advisor,
            team=teams[place],
            month=month,
            measure=measures[code],
            key=CellKey(code),
            text=question,
            now=at,
        )
        if answer:
            answer_query(by=people[place]["data"], query=query, text=answer, now=at + dt.timedelta(days=1, hours=3))
        if is_settled:
            close_query(by=advisor, query=query, now=at + dt.timedelta(days=2))
    for place, before, code, text in COMMENTS:
        if place < len(teams):
            raise_query(
                by=advisor,
                team=teams[place],
                month=months.add(last_month, -before),
                measure=measures[code],
                key=CellKey(code),
                text=text,
                wants_answer=False,
                now=at,
            )


def _minutes(teams: Sequence[Team], people: Mapping[int, Mapping[str, User]], last_month: dt.date) -> None:
    """About half of the teams say how long their months took."""
    for place, team in enumerate(teams):
        random_ = random.Random(place)  # noqa: S311 - a story, not a secret
        if place % 2:
            continue
        for before in range(1, 7):
            minutes = 5 * round(random_.gauss(34 + 6 * (place % 5), 8) / 5)
            month = months.add(last_month, -before)
            give_minutes(by=people[place]["data"], team=team, month=month, minutes=max(10, minutes))


def _sites(team: Team, people: Mapping[str, User], last_month: dt.date, now: dt.datetime) -> None:
    """Two sites; the newest month that was sent is told again by site."""
    for code, name in SITES:
        add_site(by=people["leader"], team=team, code=code, name=name)
    live = team.submissions.live().filter(month__lt=last_month).order_by("-month").first()
    if live is None:
        return
    values = list(values_by_submission([live])[live.pk].values())
    sites = [one for value in values if value.key.is_total and value.key.measure in SUMMED for one in _by_site(value)]
    submit_month(
        by=people["data"],
        team=team,
        month=live.month,
        values=[*values, *sites],
        source=Source.GRID,
        note="Now with the numbers of both sites.",
        now=now - dt.timedelta(days=3),
    )


def _by_site(value: Value) -> list[Value]:
    """About three fifths and the rest; people are whole."""
    if value.numerator is None:
        return []
    above = float(round(value.numerator * 0.6))
    below = None if value.denominator is None else float(round(value.denominator * 0.6))
    if below is not None and value.denominator is not None and value.numerator <= value.denominator:
        # People among people: neither site may have more of them than it has people.
        above = min(above, below)
        above = max(above, value.numerator - (value.denominator - below))
    rest = None if value.denominator is None or below is None else value.denominator - below
    pairs = ((above, below), (value.numerator - above, rest))
    return [
        Value(CellKey(value.key.measure, SITE, code), *pair) for (code, _name), pair in zip(SITES, pairs, strict=True)
    ]


def _sample(team: Team, by: User, last_month: dt.date, now: dt.datetime) -> None:
    """A large team reads a random sample of charts for its safety plans."""
    live = team.submissions.live().filter(month__lt=last_month).order_by("-month").first()
    if live is None:
        return
    values = [
        replace(value, population=value.denominator * 4)
        if value.key == CellKey("safety_plan") and value.numerator is not None and value.denominator
        else value
        for value in values_by_submission([live])[live.pk].values()
    ]
    submit_month(
        by=by,
        team=team,
        month=live.month,
        values=values,
        source=Source.GRID,
        note="We forgot to say that the safety plans are from a random sample of charts.",
        now=now - dt.timedelta(days=2),
    )
