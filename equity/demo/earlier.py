"""What the demonstration's teams tested in their first year, on paper: typed in afterwards, short, many unpredicted.

The later series of ``equity.demo.pdsa`` were written on this site, which asks for a prediction before Do. So the share
of predicted tests grows from round to round, as it did in the published review.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from collab.models import User
from pdsa.actions.history import keep_revision
from pdsa.actions.ramps import end_ramp, open_ramp
from pdsa.enums import CarriedOut, Decision, Match, PdsaEvent, RampStatus, Stage
from pdsa.models import Cycle, DataPoint, Question
from pdsa.policies import team_works
from teams.models import Team

# The later series begin about so many days ago: what would overlap with them is left out.
LATER_SERIES = 175
MIDDAY = dt.time(17, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Paper:
    """One cycle from a paper worksheet. ``begun``: days after the team's first; ``learned`` empty: it stopped after Do.

    ``counted``: numbers of the test's weeks, out of ``people`` each.
    """

    title: str
    begun: int
    lasted: int
    people: int
    question: str
    prediction: str
    saw: str
    learned: str
    decision: Decision
    sites: int = 1
    counted: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class PaperSeries:
    """A team's first series: its ``place`` in the story, who wrote, what was tried, and how it ended."""

    place: int
    by: str
    title: str
    change: str
    ended: str
    cycles: tuple[Paper, ...]


ADOPT, ADAPT, ABANDON = Decision.ADOPT, Decision.ADAPT, Decision.ABANDON
COME = "Do more people come?"

SERIES = (
    PaperSeries(
        0, "leader", "Welcome letter in plain words",
        "Everybody who books gets one page: where, who, how long, what to bring.",
        "The letter goes out with every booking.",
        (
            Paper("Letter to ten people", 31, 8, 10, COME, "", "Two said that they had read it.",
                  "The page has too many words; the map is what people used.", ADAPT),
            Paper("A shorter letter", 52, 12, 20, COME, "", "Front desk had fewer questions about parking.",
                  "Half a page and a map are enough.", ADAPT, counted=(13, 15)),
            Paper("Letter and map at both sites", 96, 20, 60, COME, "45 of 60 come.", "East site needs its own map.",
                  "41 of 60 came. It helps a little, and it costs nothing.", ADOPT, 2, (39, 41, 41)),
        ),
    ),
    PaperSeries(
        1, "leader", "Two slots kept free every morning",
        "Two assessment slots stay empty until 9 am for people who call that day.",
        "Both clinics keep the slots.",
        (
            Paper("One week, one clinician", 24, 7, 10, "Are the slots used?", "", "Nine of ten were taken by 9:30.",
                  "People call before work: the phone must be open at 8.", ADAPT, counted=(9,)),
            Paper("Phone open at 8", 47, 14, 20, "Are the slots used?", "18 of 20 are used.", "19 of 20 were used.",
                  "An early phone matters more than the number of slots.", ADAPT, counted=(9, 10)),
            Paper("Four clinicians", 80, 21, 80, "Are the slots used?", "At least 70 of 80.",
                  "On Mondays we ran out of slots by 8:20.", "Mondays need twice as many.", ADOPT, 2, (68, 71, 75)),
        ),
    ),
    PaperSeries(
        2, "leader", "Evening hours", "The clinic stays open until 8 pm on Tuesdays.",
        "Nobody could staff it.",
        (
            Paper("Open until 8 on Tuesdays", 70, 45, 30, "Do people use it?", "", "Four people came in six weeks.",
                  "", ABANDON),
        ),
    ),
    PaperSeries(
        3, "leader", "Families get a text after school",
        "A text at 4 pm, when parents are reachable, instead of a call at noon.",
        "Now the usual way to remind.",
        (
            Paper("Text to six families", 41, 10, 6, "Do families answer?", "", "Five answered the same day.",
                  "Families answer texts, and they ask questions back.", ADAPT, counted=(5,)),
            Paper("All families of two clinicians", 77, 28, 25, COME, "20 of 25 come.", "22 of 25 came.",
                  "A text that can be answered keeps appointments alive.", ADOPT, counted=(19, 21, 22)),
        ),
    ),
    PaperSeries(
        5, "leader", "Rides booked with the appointment",
        "Whoever books by phone is asked about a ride, and we book the county van at once.",
        "Goes on for people out of town.",
        (
            Paper("Ask the next five callers", 18, 6, 5, "Who needs a ride?", "2 of 5 need one.", "3 of 5 did.",
                  "More people need a ride than tell us unasked.", ADAPT, counted=(3,)),
            Paper("Book the van in the call", 39, 21, 12, COME, "10 of 12 come.", "11 of 12 came.",
                  "The van must be booked two days ahead.", ADOPT, counted=(9, 10, 11)),
        ),
    ),
    PaperSeries(
        6, "leader", "Warm handoff in primary care", "The physician walks over with the person and says the name.",
        "Stopped when the care coordinator left; taken up again later.",
        (
            Paper("One physician, one morning", 58, 1, 3, "Does it fit into the morning?", "", "It took four minutes.",
                  "It works when our room is on the same floor.", ADAPT),
            Paper("Two physicians", 90, 38, 20, "How many are handed over?", "", "Seven of twenty.", "", ABANDON),
        ),
    ),
    PaperSeries(
        7, "leader", "Call on the first evening home", "Night staff call everybody who left today.",
        "Night staff were too few.",
        (
            Paper("Three calls", 49, 3, 3, "Do people pick up?", "", "Two picked up and were glad.",
                  "People pick up after dinner.", ADAPT),
            Paper("Everybody who leaves", 63, 40, 22, "Do people pick up?", "", "Eleven calls of twenty-two were made.",
                  "Half the nights nobody had time.", ABANDON, counted=(6, 3, 2)),
        ),
    ),
    PaperSeries(
        10, "leader", "Shorter intake form", "We ask on the first day only what is needed to begin.",
        "The short form is the form.",
        (
            Paper("Cross out what nobody reads", 33, 5, 4, "How long does intake take?", "",
                  "38 minutes instead of 70.", "Billing needs two of the questions we crossed out.", ADAPT),
            Paper("Short form with billing's two questions", 60, 15, 18, "How long does intake take?", "45 minutes.",
                  "43 minutes on average.", "People tell their story instead of filling boxes.", ADOPT,
                  counted=(16, 17, 18)),
        ),
    ),
)  # fmt: skip


def write_earlier_tests(teams: Mapping[int, tuple[Team, Mapping[str, User]]], *, now: dt.datetime) -> None:
    """Type in what lies far enough back. ``teams``: place in the story → team and its people by address."""
    for series in SERIES:
        if series.place not in teams:
            continue
        team, people = teams[series.place]
        if not team_works(team):
            continue
        last_day = team.collaborative.today(now) - dt.timedelta(days=LATER_SERIES)
        first_day = max(team.enrolled_on, team.collaborative.start)
        told = [one for one in series.cycles if first_day + dt.timedelta(days=one.begun + one.lasted + 9) < last_day]
        if told:
            _type_in(series, told, people[series.by], team, first_day)


def _type_in(series: PaperSeries, told: list[Paper], by: User, team: Team, first_day: dt.date) -> None:
    ramp = open_ramp(by=by, team=team, title=series.title, objective=series.change)
    previous: Cycle | None = None
    for one in told:
        day = first_day + dt.timedelta(days=one.begun)
        ended = day + dt.timedelta(days=one.lasted - 1)
        studied = ended + dt.timedelta(days=3) if one.learned else None
        cycle = Cycle(
            team=team, ramp=ramp, previous=previous, number=team.cycles.count() + 1, title=one.title, owner=by,
            created_by=by, stage=Stage.CLOSED, change=series.change, other_measure="People, counted by hand",
            change_since="" if previous is None else "More people than last time, and what we learned is built in.",
            people=one.people, sites=one.sites, days=one.lasted, plan_start=day, started_on=day, ended_on=ended,
            carried_out=CarriedOut.AS_PLANNED, observations=one.saw, studied_on=studied, learned=one.learned,
            decision=one.decision, decision_reason=series.ended if one.decision is ABANDON else "",
            closed_on=ended + dt.timedelta(days=6), created_at=dt.datetime.combine(day, MIDDAY),
        )  # fmt: skip
        cycle.full_clean(exclude=["team", "created_by", "owner"])
        cycle.save()
        Question.objects.create(
            cycle=cycle,
            question=one.question,
            prediction=one.prediction,
            predicted_at=dt.datetime.combine(day - dt.timedelta(days=1), MIDDAY) if one.prediction else None,
            answer=one.saw if one.learned else "",
            match=Match.PARTLY if one.prediction else "",
        )
        DataPoint.objects.bulk_create(
            DataPoint(
                cycle=cycle,
                day=day + dt.timedelta(days=7 * week),
                label="People, counted by hand",
                value=count,
                out_of=one.people,
            )
            for week, count in enumerate(one.counted)
        )
        keep_revision(by=by, cycle=cycle, event=PdsaEvent.CYCLES_IMPORTED, changed=["title"])
        previous = cycle
    if previous is not None:
        status = RampStatus.STOPPED if previous.decision == ABANDON else RampStatus.FINISHED
        end_ramp(by=by, ramp=ramp, status=status, reason=series.ended, on=previous.closed_on)
