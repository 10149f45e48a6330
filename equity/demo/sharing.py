"""What the demonstration's teams took over from each other, and what became of it there.

Everything here is made up. It is written through the actions that people use, on the days the story tells.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils import timezone

from collab.models import User
from pdsa.actions import worksheet
from pdsa.actions.workflow import close, start, study, take_change
from pdsa.enums import CarriedOut, Decision, Match, Population, Setting
from pdsa.models import Cycle, Question
from pdsa.policies import can_take
from teams.models import Team


@dataclass(frozen=True, slots=True)
class DemoTaking:
    """Who took which test, and how it went.

    ``place`` and ``source`` are places of teams in the story, ``test`` the title of what was taken. ``ago``: days from
    its first day to today, 0 where it is still planned. Without ``decision`` it is still running.
    """

    place: int
    source: int
    test: str
    title: str
    fitted: str = ""
    setting: Setting = Setting.OUTPATIENT
    population: Population = Population.ADULTS
    ago: int = 0
    people: int = 5
    days: int = 5
    prediction: str = ""
    saw: str = ""
    answer: str = ""
    match: Match = Match.YES
    learned: str = ""
    decision: Decision | None = None
    why: str = ""


TAKINGS = (
    DemoTaking(
        4, 0, "Five calls for Wednesday", "Calls in Spanish the day before",
        "Our two Spanish-speaking front desk people call, and say which bus stops at the door.",
        Setting.OUTPATIENT, Population.FAMILIES, 96, 8, 5,
        "6 of 8 families come; now it is about half.",
        "Seven of eight picked up after 5 pm, one in three before noon. Two asked for the bus.",
        "7 of 8 came.", Match.YES,
        "The language and the hour matter. Calls after 5 pm reach parents.",
        Decision.ADOPT, "It works; the calls are in the evening shift’s list now.",
    ),
    DemoTaking(
        6, 4, "Calls in Spanish the day before", "Evening calls by the intake worker",
        "One person calls from 5 to 6 pm, in English and Somali, with the interpreter line for others.",
        Setting.COMMUNITY, Population.ADULTS, 12, 6, 4,
        "5 of 6 come to their first appointment.",
    ),
    DemoTaking(
        8, 0, "Five calls for Wednesday", "Calls to people without a fixed number",
        "We call the shelter’s desk, for half of the people whom we serve have no number of their own.",
        Setting.COMMUNITY, Population.SUBSTANCE_USE, 61, 5, 3,
        "3 of 5 get the message and come.",
        "The desk passed on one message of five.", "1 of 5 came.", Match.NO,
        "A message at the desk is not a call. A peer who goes there on the same morning may be.",
        Decision.ABANDON, "Calls do not reach people without a number. We go there instead.",
    ),
    DemoTaking(2, 1, "Both sites, with waiting times told", "A welcome at the door, with the waiting time told"),
)  # fmt: skip


def write_takings(teams: Mapping[int, tuple[Team, User]], *, now: dt.datetime) -> None:
    """Write what was taken, where both teams are there. ``teams``: place in the story → team and who writes for it."""
    today = now.date()
    for told in TAKINGS:
        if told.place not in teams or told.source not in teams:
            continue
        team, by = teams[told.place]
        source = Cycle.objects.filter(team=teams[told.source][0], title=told.test).first()
        if source is None or not can_take(source, team):
            continue
        cycle = take_change(by=by, source=source, team=team, title=told.title, fitted=told.fitted)
        if told.ago:
            _write(told, by, cycle, today - dt.timedelta(days=told.ago))


def _write(told: DemoTaking, by: User, cycle: Cycle, begun: dt.date) -> None:
    question = cycle.questions.all()[0]
    worksheet.save(
        by=by,
        cycle=cycle,
        values={
            "people": told.people, "days": told.days, "plan_start": begun, "setting": told.setting.value,
            "population": told.population.value, "left_out": "People without a telephone",
            f"questions.{question.pk}.prediction": told.prediction,
        },
    )  # fmt: skip
    # The story tells of predictions that were written on the day before, not today.
    eve = timezone.make_aware(dt.datetime.combine(begun - dt.timedelta(days=1), dt.time(15)))
    Question.objects.filter(cycle=cycle).update(predicted_at=eve)
    Cycle.objects.filter(pk=cycle.pk).update(created_at=eve)
    start(by=by, cycle=_fresh(cycle), on=begun)
    if told.decision is None:
        return
    ended = begun + dt.timedelta(days=told.days)
    worksheet.save(by=by, cycle=cycle, values={"observations": told.saw, "carried_out": CarriedOut.AS_PLANNED.value})
    study(by=by, cycle=_fresh(cycle), ended_on=ended, on=ended)
    answers = {f"questions.{question.pk}.answer": told.answer, f"questions.{question.pk}.match": told.match.value}
    worksheet.save(by=by, cycle=cycle, values={**answers, "learned": told.learned})
    close(by=by, cycle=_fresh(cycle), decision=told.decision, reason=told.why, on=ended + dt.timedelta(days=1))


def _fresh(cycle: Cycle) -> Cycle:
    return Cycle.objects.get(pk=cycle.pk)
