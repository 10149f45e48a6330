"""What the demonstration's teams test: ramps at every stage, good ones and poor ones.

Everything here is made up. It is written through the actions that people use; what the clock would have noted (when a
prediction was written, when a version began) is put on the day of the story afterwards.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from collab.models import ChangeIdea, Collaborative, Measure, User
from pdsa.actions import worksheet
from pdsa.actions.help import ask_help, name_barrier
from pdsa.actions.ramps import open_ramp
from pdsa.actions.workflow import close, plan_cycle, start, study, take_change
from pdsa.enums import BarrierCode, CarriedOut, Decision, Match, Population, Setting
from pdsa.models import Cycle, Question, Ramp, Task
from teams.models import Team

MIDDAY = dt.time(17, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its prediction, and after the test its answer."""

    question: str
    prediction: str = ""
    reason: str = ""
    answer: str = ""
    match: Match | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """One cycle. ``ago``: days from its first day (planned, where it has not begun) to today; negative: to come.

    It stands in *Do* without ``saw``, in *Study* without ``decision``; ``begun`` False leaves it in its plan.
    """

    title: str
    ago: int
    asked: tuple[Asked, ...]
    change: str = ""
    people: int = 1
    sites: int = 1
    days: int = 1
    lasted: int = 1
    other_measure: str = ""
    measures: tuple[str, ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)
    tasks: tuple[tuple[str, str, str], ...] = ()
    counts: tuple[tuple[int, int], ...] = ()
    begun: bool = True
    saw: str = ""
    learned: str = ""
    decision: Decision | None = None
    why: str = ""
    since: str = ""
    help_wanted: str = ""
    barrier: tuple[BarrierCode, str] | None = None
    taken_from: tuple[int, str] | None = None
    nobody: bool = False


@dataclass(frozen=True, slots=True)
class Series:
    """A ramp of one team: ``place`` in the story, who writes, the change idea by name (or none) and its cycles."""

    place: int
    by: str
    title: str
    idea: str
    cycles: tuple[Told, ...]
    objective: str = ""


CALL = "Call the day before, person to person"
WALK_IN = "Keep walk-in hours"
FIRST_CALL = "Offer the first appointment in the first call"
VISIT = "A peer visits before discharge"
BOOK = "Book the visit before discharge"
PLAN = "Safety plan in the same visit"
TEXTS = "Text messages that can be answered"
LANGUAGE = "Answer in the caller's language"

SERIES: tuple[Series, ...] = (
    Series(
        0,
        "counselor",
        "Person-to-person reminder calls",
        CALL,
        objective="A call by a person halves missed first assessments, and we can afford the time.",
        cycles=(
            Told(
                "Five calls for Wednesday",
                160,
                (
                    Asked(
                        "If somebody calls the day before, do more people come to their first assessment?",
                        "Of 5 people called, 4 come. On a usual Wednesday 3 of 5 do.",
                        "Most who miss tell us afterwards that they forgot or had no ride.",
                        "4 of 5 came. The fifth had moved the date in the call itself.",
                        Match.YES,
                    ),
                ),
                change="On Tuesday after 4 pm our peer calls the five people booked for Wednesday, says who will meet "
                "them, and asks what could get in the way.",
                people=5,
                other_measure="People who came, of people called",
                measures=("no_show",),
                tasks=(("Print Wednesday's list", "Front desk", "Main clinic"), ("Call", "Peer", "Quiet room")),
                counts=((4, 5),),
                fields={
                    "who_agrees": "The front desk lead: it is her list.",
                    "left_out": "Two people without a phone.",
                },
                saw="Three picked up at once, two called back within the hour. One asked for the bus line.",
                learned="After 4 pm people answer. Two of five needed directions, which we had never sent.",
                decision=Decision.ADAPT,
                why="It works with five; we do not know who calls when the peer is off.",
            ),
            Told(
                "A week of calls, with the bus line",
                140,
                (
                    Asked(
                        "Does it hold for a whole week, with two callers?",
                        "20 of 25 people come.",
                        "The second caller is as friendly as the first.",
                        "21 of 25 came.",
                        Match.YES,
                    ),
                    Asked(
                        "How long does a call take?",
                        "4 minutes.",
                        "The first five took 3 to 6 minutes.",
                        "6 minutes, 9 with an interpreter.",
                        Match.PARTLY,
                    ),
                ),
                since="Two callers instead of one, and every person hears which bus stops at our door.",
                people=25,
                days=5,
                lasted=7,
                counts=((4, 5), (5, 5), (4, 5), (3, 5), (5, 5)),
                saw="Thursday was hard: both callers were in a meeting at 4 pm. People liked hearing a name.",
                learned="It needs a fixed hour that nobody books over. Interpreted calls take half as long again.",
                decision=Decision.ADAPT,
                why="Only Thursday failed, and we know why.",
            ),
            Told(
                "Both sites, a protected hour",
                112,
                (
                    Asked(
                        "Does it work at the east site, where people do not know our peer?",
                        "At both sites at least 8 of 10 people come.",
                        "A voice with a name matters more than knowing the person.",
                        "Main site 33 of 40, east site 29 of 40.",
                        Match.PARTLY,
                    ),
                ),
                since="4 to 5 pm is blocked in two calendars, and the east site joins.",
                people=80,
                sites=2,
                days=10,
                lasted=14,
                counts=((15, 20), (16, 20), (17, 20), (14, 20)),
                fields={"left_out": "Spanish speakers at the east site: no bilingual caller there yet."},
                saw="East site callers read from the sheet in the first days; it sounded like an office.",
                learned="Callers need one practice round. Spanish-speaking families at east were not reached.",
                decision=Decision.ADOPT,
                why="Missed assessments fell at both sites, and the hour costs less than an empty slot.",
            ),
        ),
    ),
    Series(
        0,
        "leader",
        "Walk-in hours on Thursday",
        WALK_IN,
        cycles=(
            Told(
                "One Thursday, one clinician",
                9,
                (
                    Asked(
                        "Do people come when we keep two hours free without appointments?",
                        "3 people walk in between 1 and 3 pm.",
                        "The front desk turns away about that many on Thursdays.",
                    ),
                ),
                change="Carla keeps Thursday from 1 to 3 pm free; the front desk tells callers who can not wait.",
                people=3,
                days=1,
                lasted=1,
                other_measure="People who walked in and were seen",
                measures=("wait_days",),
                tasks=(("Tell the front desk", "Carla", "Huddle"), ("Put up the sign", "Front desk", "Entrance")),
            ),
        ),
    ),
    Series(
        1,
        "peer",
        "A peer visits before discharge",
        VISIT,
        cycles=(
            Told(
                "One visit, one person",
                95,
                (
                    Asked(
                        "If our peer meets a person on the ward, do they come to us within a week?",
                        "The person comes within 5 days.",
                        "People say that they do not know anybody here.",
                        "She came after 3 days.",
                        Match.YES,
                    ),
                ),
                change="Our peer visits one person on unit 3 on Thursday and leaves a card with a time on it.",
                other_measure="People seen within 7 days, of people visited",
                measures=("follow_up_7",),
                counts=((1, 1),),
                saw="The nurse had not known that we exist. The person asked whether the peer would be there again.",
                learned="The time on the card mattered more than the card.",
                decision=Decision.ADAPT,
                why="One person is not enough to know.",
            ),
            Told(
                "Four visits in two weeks",
                70,
                (
                    Asked(
                        "Does it work for people whom we have not treated before?",
                        "3 of 4 come within 7 days.",
                        "One of four usually goes to another city.",
                        "2 of 4. Both who did not come were discharged on a Saturday.",
                        Match.PARTLY,
                    ),
                ),
                since="People who are new to us, and the peer goes on Tuesdays too.",
                people=4,
                days=10,
                lasted=14,
                counts=((1, 2), (1, 2)),
                saw="Discharge was moved to the weekend twice, and nobody told us.",
                learned="Weekend discharges are where we lose people.",
                decision=Decision.ADAPT,
                why="The visit works; the hand-off at the weekend does not.",
            ),
            Told(
                "The planner calls us on Friday",
                12,
                (
                    Asked(
                        "If the discharge planner calls on Friday, do we reach weekend discharges?",
                        "Of 2 people discharged at the weekend, both are called on Monday.",
                        "The planner promised it, and we gave her one number.",
                    ),
                ),
                since="One number for the planner, answered on Fridays until 5 pm.",
                people=2,
                days=5,
                lasted=6,
                saw="She called about one person; the other was discharged before she knew herself.",
            ),
        ),
    ),
    Series(
        2,
        "leader",
        "Better phone answering",
        FIRST_CALL,
        cycles=(
            # The usual poor one: no prediction, no measure, nobody named.
            Told(
                "Improve the phones",
                -14,
                (Asked("Can we answer the phone better?"),),
                change="Everybody answers faster and is friendlier.",
                people=300,
                sites=3,
                days=90,
                begun=False,
                nobody=True,
            ),
        ),
    ),
    Series(
        2,
        "counselor",
        "Safety plans in the first visit",
        PLAN,
        cycles=(
            # Stopped at Do, as many do.
            Told(
                "Short form with the next three people",
                47,
                (
                    Asked(
                        "Can the plan be made in the same visit?",
                        "It will go well.",
                        "",
                    ),
                ),
                change="Two clinicians use the short form with the next three people at risk.",
                people=3,
                days=14,
                other_measure="Plans made in the same visit",
                measures=("safety_plan",),
                help_wanted="We do not know how to count when nobody is at risk for two weeks.",
                barrier=(BarrierCode.TIME, "Both clinicians cover for a colleague who left."),
            ),
        ),
    ),
    Series(
        3,
        "data",
        "Reminders by text for families",
        TEXTS,
        cycles=(
            Told(
                "Ten families, one message",
                26,
                (
                    Asked(
                        "Do parents answer a text message three days ahead?",
                        "6 of 10 answer.",
                        "They answer the school's messages.",
                        "8 of 10 answered, most within the hour.",
                        Match.YES,
                    ),
                    Asked(
                        "Do they come?",
                        "8 of 10.",
                        "",
                        "7 of 10. Two asked for a later hour, and we had none.",
                        Match.PARTLY,
                    ),
                ),
                change="One message to ten families who agreed, with a number that a person reads.",
                people=10,
                days=5,
                lasted=6,
                other_measure="Families who answered, of families written to",
                measures=("no_show",),
                counts=((8, 10), (7, 10)),
                fields={"left_out": "Families who share one phone; three of our list."},
                saw="The answers came in the evening, when nobody read them until nine the next day.",
                learned="Somebody has to read the answers at 6 pm, or the promise is broken.",
            ),
        ),
    ),
    Series(
        4,
        "leader",
        "New intake process",
        FIRST_CALL,
        cycles=(
            # Large from the beginning.
            Told(
                "New intake for everybody",
                -10,
                (
                    Asked(
                        "Will the new process bring waiting below ten days?",
                        "Waiting falls to 10 days by summer.",
                        "Other clinics did it.",
                    ),
                ),
                change="All six schedulers book the assessment in the first call, with the new template.",
                people=200,
                sites=2,
                days=120,
                other_measure="Days from call to assessment",
                measures=("wait_days",),
                fields={"is_complex": True},
                begun=False,
            ),
        ),
    ),
    Series(
        5,
        "data",
        "Calling back the same day",
        "",
        cycles=(
            Told(
                "One voicemail",
                60,
                (
                    Asked(
                        "What happens when I call back within two hours?",
                        "The person books a visit.",
                        "They called because they need one.",
                        "She booked, and cried.",
                        Match.YES,
                    ),
                ),
                change="I call back the first voicemail of Monday myself.",
                other_measure="Booked or not",
                counts=((1, 1),),
                saw="She had called four places and was the first to be called back.",
                learned="Two hours is what people in crisis can wait. The mailbox is full by noon.",
                decision=Decision.ADAPT,
                why="Worth a week.",
            ),
            Told(
                "All voicemails of one week",
                -4,
                (Asked("What happens when I call back within two hours?"),),
                since="All voicemails of a week, by two people in turns.",
                people=12,
                days=5,
                begun=False,
            ),
        ),
    ),
    Series(
        6,
        "peer",
        "Booking before discharge",
        BOOK,
        cycles=(
            Told(
                "One planner, one week",
                130,
                (
                    Asked(
                        "Does the planner call our booking line before discharge?",
                        "She calls for 3 of 4 discharges.",
                        "She asked for such a line.",
                        "She called once. The line was busy the second time.",
                        Match.NO,
                    ),
                ),
                change="The planner of unit 2 gets our booking line and calls before each discharge for one week.",
                people=4,
                days=5,
                lasted=7,
                other_measure="Visits booked before discharge, of discharges",
                measures=("follow_up_7",),
                counts=((1, 4),),
                saw="She has nine minutes for each discharge. Holding the line for four of them is not possible.",
                learned="We asked the busiest person to wait for us. It has to be us who call.",
                decision=Decision.ABANDON,
                why="It puts the work on somebody who has no time. We call the unit every morning instead.",
            ),
        ),
    ),
    Series(
        6,
        "leader",
        "We call the unit every morning",
        "",
        cycles=(
            Told(
                "Five mornings",
                33,
                (
                    Asked(
                        "If we call unit 2 at 9 am, do we hear of every discharge?",
                        "We hear of 4 of 5 discharges the day before.",
                        "The board is updated at 8:30.",
                        "5 of 5.",
                        Match.YES,
                    ),
                ),
                change="Our scheduler calls the unit clerk at 9 am and books a visit for everybody on the board.",
                people=5,
                days=5,
                lasted=6,
                other_measure="Visits booked before discharge, of discharges",
                measures=("follow_up_7",),
                counts=((1, 1), (2, 2), (2, 2)),
                saw="The clerk now has the list ready when we call.",
                learned="A call at a fixed minute becomes a habit for both sides.",
                decision=Decision.ADOPT,
                why="Nobody was missed, and it takes four minutes.",
            ),
        ),
    ),
    Series(
        7,
        "counselor",
        "Warm hand-off at the door",
        "",
        cycles=(
            Told(
                "Walk over together",
                38,
                (
                    Asked(
                        "Do residents keep their first outpatient visit when we walk over with them?",
                        "2 of 2 do.",
                        "They said they would go if they knew the room.",
                    ),
                ),
                change="The evening counselor walks over with two residents on their last day.",
                people=2,
                days=7,
                other_measure="First visits kept, of people walked over",
                barrier=(BarrierCode.TURNOVER, "The evening counselor left; nobody took it over."),
            ),
        ),
    ),
    Series(
        8,
        "leader",
        "An interpreter within two minutes",
        LANGUAGE,
        cycles=(
            Told(
                "Call our own line in Spanish",
                -6,
                (Asked("What happens when somebody calls us in Spanish?", "", ""),),
                change="A friend calls our line on Monday at 10 and writes down what happens.",
                other_measure="Minutes until somebody answers in Spanish",
                begun=False,
            ),
        ),
    ),
    Series(
        10,
        "peer",
        "Five calls for Wednesday",
        CALL,
        cycles=(
            Told(
                "Five calls, in primary care",
                20,
                (
                    Asked(
                        "Does the reminder call work where people come for their blood pressure?",
                        "4 of 5 people who are called come to behavioral health the next day.",
                        "It worked at a community center.",
                        "3 of 5. Two thought we were the pharmacy.",
                        Match.PARTLY,
                    ),
                ),
                change="Our peer calls from the primary care number.",
                people=5,
                lasted=2,
                counts=((3, 5),),
                fields={"fitted": "We call from the primary care number, for people know it, and name the doctor."},
                saw="People pick up for the doctor's office. Two had not known that they were referred.",
                learned="Say first who referred them and why. The call is the first they hear of it.",
                decision=Decision.ADAPT,
                why="It works when the person knows of the referral.",
                taken_from=(0, "Five calls for Wednesday"),
            ),
            Told(
                "Doctor says it first",
                -2,
                (
                    Asked(
                        "Do more people come when the doctor tells them of the call?",
                        "4 of 5.",
                        "Then the call is expected.",
                    ),
                ),
                since="The doctor tells people in the visit that our peer will call.",
                people=5,
                begun=False,
            ),
        ),
    ),
)
SETTINGS = {
    1: Setting.OPIOID_TREATMENT,
    3: Setting.COMMUNITY,
    7: Setting.RESIDENTIAL,
    10: Setting.PRIMARY_CARE,
}
POPULATIONS = {1: Population.SUBSTANCE_USE, 3: Population.FAMILIES}


def write_tests(
    collaborative: Collaborative, teams: Mapping[int, tuple[Team, Mapping[str, User]]], *, now: dt.datetime
) -> None:
    """Write every series whose team there is. ``teams``: place in the story → team and its people by address."""
    today = now.date()
    ideas = {idea.name: idea for idea in ChangeIdea.objects.filter(package__collaborative=collaborative)}
    measures = {measure.code: measure for measure in collaborative.measures.all()}
    sources: dict[tuple[int, str], Cycle] = {}
    for series in SERIES:
        if series.place not in teams:
            continue
        team, people = teams[series.place]
        by = people[series.by]
        ramp: Ramp | None = None
        opened: Cycle | None = None
        for told in series.cycles:
            if opened is None:
                opened = _planned(series, told, by, team, ramp, ideas.get(series.idea), sources)
            ramp = opened.ramp
            follower = _write(told, by, opened, series.place, measures, today)
            sources[series.place, told.title] = opened
            _put_on_its_day(opened, today - dt.timedelta(days=told.ago))
            opened = follower


def _planned(
    series: Series,
    told: Told,
    by: User,
    team: Team,
    ramp: Ramp | None,
    idea: ChangeIdea | None,
    sources: Mapping[tuple[int, str], Cycle],
) -> Cycle:
    source = sources.get(told.taken_from) if told.taken_from else None
    if source is not None:
        return take_change(by=by, source=Cycle.objects.get(pk=source.pk), team=team, title=told.title)
    if ramp is None:
        ramp = open_ramp(by=by, team=team, title=series.title, idea=idea, objective=series.objective)
    return plan_cycle(by=by, team=team, title=told.title, ramp=ramp)


def _write(
    told: Told, by: User, cycle: Cycle, place: int, measures: Mapping[str, Measure], today: dt.date
) -> Cycle | None:
    """Fill in one worksheet as far as its story goes. Returns the next one where one opens."""
    day = today - dt.timedelta(days=told.ago)
    _write_plan(told, by, cycle, place, measures, day)
    if not told.begun:
        return None
    start(by=by, cycle=cycle, on=day)
    _write_do(told, by, cycle, day)
    return _write_study(told, by, cycle, day, today) if told.saw else None


def _write_plan(told: Told, by: User, cycle: Cycle, place: int, measures: Mapping[str, Measure], day: dt.date) -> None:
    cycle.questions.all().delete()
    for asked in told.asked:
        texts = {"question": asked.question, "prediction": asked.prediction, "reason": asked.reason}
        worksheet.add_row(by=by, cycle=cycle, table="questions", values=texts)
    for what, who, where in told.tasks if not cycle.tasks.exists() else ():
        task = {"what": what, "who": who, "where": where, "when": day}
        worksheet.add_row(by=by, cycle=cycle, table="tasks", values=task)
    values: dict[str, Any] = {
        "title": told.title,
        "owner": None if told.nobody else by,
        "change": told.change or cycle.change,
        "change_since": told.since,
        "people": told.people,
        "sites": told.sites,
        "days": told.days,
        "plan_start": None if told.nobody else day,
        "other_measure": told.other_measure or cycle.other_measure,
        "setting": SETTINGS.get(place, Setting.OUTPATIENT).value,
        "population": POPULATIONS.get(place, Population.ADULTS).value,
        **told.fields,
    }
    if told.measures:
        values["measures"] = [measures[code].pk for code in told.measures if code in measures]
    _save(by, cycle, values)


def _write_do(told: Told, by: User, cycle: Cycle, day: dt.date) -> None:
    Task.objects.filter(cycle=cycle).update(done=True)
    label = Cycle.objects.get(pk=cycle.pk).other_measure
    for number, (value, out_of) in enumerate(told.counts):
        counted = {"day": day + dt.timedelta(days=number), "label": label, "value": value, "out_of": out_of}
        worksheet.add_row(by=by, cycle=cycle, table="points", values=counted)
    if told.barrier:
        name_barrier(by=by, cycle=cycle, code=told.barrier[0], note=told.barrier[1])
    if told.help_wanted:
        ask_help(by=by, cycle=cycle, words=told.help_wanted)


def _write_study(told: Told, by: User, cycle: Cycle, day: dt.date, today: dt.date) -> Cycle | None:
    ended = day + dt.timedelta(days=told.lasted - 1)
    _save(by, cycle, {"observations": told.saw, "carried_out": CarriedOut.AS_PLANNED.value, "ended_on": ended})
    study(by=by, cycle=cycle, ended_on=ended, on=min(today, ended + dt.timedelta(days=2)))
    answers: dict[str, str] = {}
    for row, asked in zip(Question.objects.filter(cycle=cycle), told.asked, strict=True):
        if asked.match is not None:
            answers |= {f"questions.{row.pk}.answer": asked.answer, f"questions.{row.pk}.match": asked.match.value}
    _save(by, cycle, {**answers, "learned": told.learned})
    if told.decision is None:
        return None
    on = min(today, ended + dt.timedelta(days=5))
    return close(by=by, cycle=cycle, decision=told.decision, reason=told.why, on=on)


def _save(by: User, cycle: Cycle, values: Mapping[str, Any]) -> None:
    saved = worksheet.save(by=by, cycle=cycle, values=values)
    if saved.refused:
        raise ValueError(f"{cycle}: {saved.refused}")


def _put_on_its_day(cycle: Cycle, day: dt.date) -> None:
    """Predictions were written the day before, and versions on the days of the story."""
    before = dt.datetime.combine(day - dt.timedelta(days=1), MIDDAY)
    now = Cycle.objects.get(pk=cycle.pk).created_at
    if before >= now:
        return
    Question.objects.filter(cycle=cycle, predicted_at__isnull=False).update(predicted_at=before)
    Cycle.objects.filter(pk=cycle.pk).update(created_at=before - dt.timedelta(days=2))
    last = min(now, before + dt.timedelta(days=30))
    for revision in cycle.revisions.order_by("number"):
        at = min(last, before + dt.timedelta(days=2 * (revision.number - 1)))
        type(revision).objects.filter(pk=revision.pk).update(begun_at=at, at=at)
