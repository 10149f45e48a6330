"""The aims of the demonstration's teams, and one team's parallel ramps: peers who welcome, and evening hours.

Everything here is made up. It is written through the actions that people use, on the days the story tells.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from collab.models import ChangeIdea, Measure, User
from pdsa.actions import worksheet
from pdsa.actions.aims import add_aim, close_aim
from pdsa.actions.ramps import change_ramp, end_ramp, open_ramp
from pdsa.actions.workflow import close, plan_cycle, start, study
from pdsa.enums import AimForm, CarriedOut, Decision, Match, Purpose, RampStatus
from pdsa.models import Aim, Cycle, Question, Ramp
from teams.models import Team


@dataclass(frozen=True, slots=True)
class DemoCycle:
    """A cycle of the story. Days are counted back from today; ``decision`` None: it is still running."""

    title: str
    begun: int
    length: int
    people: int
    sites: int
    days: int
    question: str
    prediction: str
    change: str
    saw: str = ""
    answer: str = ""
    match: Match = Match.YES
    learned: str = ""
    decision: Decision | None = None
    why: str = ""
    since: str = ""
    counts: tuple[tuple[int, int], ...] = ()
    purpose: Purpose = Purpose.TEST


@dataclass(frozen=True, slots=True)
class DemoRamp:
    title: str
    idea: str
    objective: str
    cycles: tuple[DemoCycle, ...]
    ends: tuple[RampStatus, str] | None = None


@dataclass(frozen=True, slots=True)
class DemoAim:
    """An aim: its fields, its measures by code, how many months from now it is due."""

    values: dict[str, Any]
    measures: tuple[str, ...]
    due_in_days: int
    ramps: tuple[DemoRamp, ...] = field(default=())
    outcome: str = ""


WELCOME = DemoRamp(
    "A peer welcomes people at their first visit",
    "",
    "That people who are met by a peer stay for their assessment, with our two peers and without new money.",
    (
        DemoCycle(
            "Rosa meets one person at the door", 171, 3, 1, 1, 1,
            "Is a welcome by a peer at the door wanted, or is it too much?",
            "The person will say that it helped, and will stay for the assessment.",
            "On Tuesday Rosa waits at the entrance for the 10 o’clock assessment, says who she is and offers tea.",
            "The person talked with Rosa for ten minutes and asked whether she would be there next time.",
            "Wanted. The person stayed.", Match.YES,
            "The welcome calms people. It takes ten minutes, and Rosa needs to know who is coming.",
            Decision.ADAPT, "Try it with more people, with the day’s list in hand.",
        ),
        DemoCycle(
            "Rosa has the day’s list", 160, 9, 5, 1, 3,
            "Do four of five people who are met by a peer stay for the whole assessment?",
            "Four of five stay.",
            "The front desk prints the list of first assessments at 8. Rosa meets everybody on it, three mornings.",
            "Five met, five stayed. Two came with a relative who joined the talk.",
            "Five of five stayed.", Match.YES,
            "The list has to be printed at 8:30, when the changes of the night are in. Relatives want a chair.",
            Decision.ADAPT, "Mornings work. What about the afternoons, when Rosa is not there?",
            "Rosa gets a printed list, and it covers every first assessment of the morning.",
            ((2, 2), (1, 1), (2, 2)),
        ),
        DemoCycle(
            "Two peers, mornings and afternoons", 139, 20, 18, 1, 10,
            "Do people stay as often when another peer does it?",
            "At least 16 of 18 stay.",
            "Rosa in the morning, Marcus in the afternoon. Whoever is on shift has the list and a phone.",
            "Eighteen met. Two left before the assessment, both after waiting more than 40 minutes.",
            "16 of 18 stayed.", Match.YES,
            "It is the welcome, not the person. Waiting longer than half an hour undoes it.",
            Decision.ADAPT, "Tell people how long it will take, and offer another time.",
            "A second peer, so that afternoons are covered.",
            ((3, 3), (4, 3), (5, 5), (6, 5)),
        ),
        DemoCycle(
            "Both sites, with waiting times told", 104, 33, 46, 2, 20,
            "Does it hold at the second site and when we say how long it takes?",
            "Nine of ten stay at both sites.",
            "The peer tells the expected time at the door. Over 30 minutes: a call back or another slot the same day.",
            "46 met at two sites; 43 stayed. Three took a later slot and came.",
            "43 of 46 stayed on the day, all 46 were assessed.", Match.YES,
            "Saying the time honestly matters as much as the tea. The second site needs a badge for the peer.",
            Decision.ADOPT, "It works with both peers and at both sites; it goes into the peers’ job description.",
            "People are told how long it takes, and the second site takes part.",
            ((9, 8), (12, 11), (13, 12), (12, 12)),
            Purpose.IMPLEMENT,
        ),
    ),
    (RampStatus.FINISHED, "Adopted at both sites; the peers’ schedule keeps it going."),
)  # fmt: skip
EVENING = DemoRamp(
    "First assessments in the evening",
    "",
    "Whether people who work in the day come when there is an evening, and whether we can staff it.",
    (
        DemoCycle(
            "One evening slot", 96, 2, 1, 1, 1,
            "Does anybody want 6 o’clock?",
            "The first person whom we offer it takes it.",
            "Dana stays until 7 on Thursday. The front desk offers 6 o’clock to the next caller who works in the day.",
            "The second caller took it and came straight from work.",
            "The second caller, not the first.", Match.PARTLY,
            "The slot is wanted; people have to hear of it before they say what they can not do.",
            Decision.ADAPT, "Offer it to everybody, first.",
        ),
        DemoCycle(
            "Evening offered first to every caller", 84, 16, 6, 1, 2,
            "If evening is offered first, are two Thursdays full?",
            "Five of six slots are taken.",
            "The front desk says: we have times in the day and on Thursday evening, which is better?",
            "All six were taken within four days; one person did not come.",
            "Six of six taken, five came.", Match.YES,
            "Evenings fill at once. The building is locked at 6: somebody has to open.",
            Decision.ADAPT, "A doorbell instead of a person at the door.",
            "The evening is offered before anything else.",
            ((3, 3), (3, 2)),
        ),
        DemoCycle(
            "Doorbell and a shared evening", 40, 0, 24, 1, 4,
            "Can two counselors share the evenings without overtime?",
            "Four Thursdays, 24 slots, no overtime, at least 20 come.",
            "Dana and Luis take turns and start at 11. A doorbell rings in the assessment room.",
            "Two Thursdays so far: eleven of twelve came. The bell works.",
            since="The door is opened by bell, and two counselors share the evenings.",
            counts=((6, 6), (6, 5)),
        ),
    ),
)  # fmt: skip
TEXTS = DemoRamp(
    "Letters with a map and a photograph",
    "",
    "Whether a friendlier letter brings more people to the first visit.",
    (
        DemoCycle(
            "A letter to three people", 66, 12, 3, 1, 5,
            "Do people read the letter?",
            "Two of three mention it.",
            "Three people get a letter with a map, a photograph of the entrance and a name to ask for.",
            "All three came; none had opened the letter.",
            "Nobody had read it.", Match.NO,
            "Nobody opens letters. What people read is a message on their phone.",
            Decision.ABANDON, "Letters are not read; a text message is tried by another team already.",
        ),
    ),
    (RampStatus.STOPPED, "Nobody opens letters."),
)  # fmt: skip

# Place of the team in the story → its aims, the newest last.
AIMS: dict[int, tuple[DemoAim, ...]] = {
    0: (
        DemoAim(
            {
                "title": "People come to their first assessment",
                "what": "People who ask us for help come to their first assessment.",
                "how_much": "From 29 % missed to 15 %",
                "for_whom": "Adults and young people who call our main clinic",
                "why": "Who misses the first assessment often does not call again, and the hour is lost for others.",
                "equity_group": "People who speak Spanish: in our figures they miss more first assessments.",
                "co_designers": "Two of our peer specialists and a mother whose son waited for seven weeks.",
                "in_scope": "First assessments at the main clinic",
                "out_of_scope": "Medication visits; the school program",
                "leader_sign": "The monthly chart at the board meeting, and one story of somebody who came.",
            },
            ("no_show", "wait_days"),
            200,
        ),
    ),
    1: (
        DemoAim(
            {
                "form": AimForm.CHARTER,
                "title": "Nobody leaves before their assessment",
                "what": "People who come to us for the first time are met, stay, and are assessed the same day.",
                "how_much": "From 71 of 100 assessed at the first visit to 90 of 100",
                "for_whom": "Adults who ask for treatment of substance use at our two sites",
                "why": "The day somebody comes is the day on which help is wanted.",
                "equity_group": "People who work in the day, and people sent by the courts",
                "co_designers": "Our two peers planned the welcome; four clients read the words we say at the door.",
                "in_scope": "First visits at both sites, Monday to Friday",
                "out_of_scope": "Detox admissions",
                "leader_sign": "Fewer empty assessment hours in the Friday report",
                "customer_needs": "“Nobody looked up.” “I did not know how long it would take.” From our walk-through.",
                "business_case": "Each assessment that is not kept costs us an hour of a counselor.",
                "root_causes": "Nobody expects people at the door; long waits; hours that suit us and not them.",
                "risks": "Two peers only: the counselors learn the welcome, too.",
                "resources": "Four peer hours a week; Thursday evening by shifted hours.",
                "milestones": "Welcome at both sites by spring; evenings decided by summer.",
                "communication": "Five minutes in each Monday huddle; the board hears it each quarter.",
                "sustaining": "The welcome stands in the peers’ job description and in the new staff’s first week.",
            },
            ("no_show", "wait_days", "self_rating"),
            150,
            (WELCOME, EVENING, TEXTS),
        ),
    ),
    3: (
        DemoAim(
            {
                "title": "Shorter waits for families",
                "what": "Families who call for a child are seen sooner.",
                "for_whom": "Families with children under 12",
            },
            ("wait_days",),
            260,
        ),
    ),
    5: (
        DemoAim(
            {
                "title": "Every discharge gets a call",
                "what": "Everybody who comes home from the hospital hears from us within two days.",
                "how_much": "From about half to everybody",
                "for_whom": "Adults from our three counties",
                "equity_group": "People without a telephone at home",
                "co_designers": "One person who was in the hospital last year",
            },
            ("follow_up_7",),
            -35,
            (),
            "Nine of ten people got the call in the last three months. The transitions nurse keeps the list.",
        ),
    ),
}  # fmt: skip


def write_aims(teams: dict[int, tuple[Team, User]], *, now: dt.datetime) -> None:
    """Write the aims of these teams. ``teams``: place in the story → team and who writes for it.

    Ramps that a team has already are put under the aim whose measures their cycles follow.
    """
    today = now.date()
    for place, aims in AIMS.items():
        if place not in teams:
            continue
        team, by = teams[place]
        measures = {measure.code: measure for measure in team.collaborative.measures.all()}
        for told in aims:
            aim = _aim(by, team, told, measures, today)
            for ramp in team.ramps.filter(aim=None, cycles__measures__in=aim.measures.all()).distinct():
                change_ramp(by=by, ramp=ramp, values={"aim": aim})
            for ramp_told in told.ramps:
                _ramp(by, team, aim, ramp_told, measures, today)
            if told.outcome:
                close_aim(by=by, aim=aim, outcome=told.outcome, on=today - dt.timedelta(days=9))


def _aim(by: User, team: Team, told: DemoAim, measures: dict[str, Measure], today: dt.date) -> Aim:
    return add_aim(
        by=by,
        team=team,
        values={
            "leader_goal": team.leader_goal,
            "by_when": today + dt.timedelta(days=told.due_in_days),
            **told.values,
        },
        measures=[measures[code] for code in told.measures if code in measures],
    )


def _ramp(by: User, team: Team, aim: Aim, told: DemoRamp, measures: dict[str, Measure], today: dt.date) -> Ramp:
    idea = ChangeIdea.objects.filter(package__collaborative=team.collaborative, name=told.idea).last()
    ramp = open_ramp(by=by, team=team, title=told.title, aim=aim, idea=idea, objective=told.objective)
    follower: Cycle | None = None
    for cycle in told.cycles:
        follower = _cycle(by, ramp, cycle, follower, measures, today)
    if told.ends:
        last = ramp.cycles.order_by("closed_on").last()
        end_ramp(by=by, ramp=ramp, status=told.ends[0], reason=told.ends[1], on=last.closed_on if last else None)
    return ramp


def _cycle(
    by: User, ramp: Ramp, told: DemoCycle, opened: Cycle | None, measures: dict[str, Measure], today: dt.date
) -> Cycle | None:
    """Write one cycle, in the worksheet that the last one ``opened``, if it did. Returns the one that it opens."""
    begun = today - dt.timedelta(days=told.begun)
    ended = begun + dt.timedelta(days=told.length)
    cycle = opened or plan_cycle(by=by, team=ramp.team, title=told.title, ramp=ramp)
    question = cycle.questions.get()
    worksheet.save(
        by=by,
        cycle=cycle,
        values={
            "title": told.title, "change": told.change, "people": told.people, "sites": told.sites, "days": told.days,
            "purpose": told.purpose, "plan_start": begun, "change_since": told.since,
            "other_measure": "People assessed, of people who came", "left_out": "People who can not come in person",
            "measures": [measures["no_show"].pk],
            f"questions.{question.pk}.question": told.question,
            f"questions.{question.pk}.prediction": told.prediction,
        },
    )  # fmt: skip
    # The story tells of predictions that were written on the day before, not today.
    eve = timezone.make_aware(dt.datetime.combine(begun - dt.timedelta(days=1), dt.time(15)))
    Question.objects.filter(pk=question.pk).update(predicted_at=eve)
    Cycle.objects.filter(pk=cycle.pk).update(created_at=eve)
    cycle = start(by=by, cycle=_fresh(cycle), on=begun)
    worksheet.save(by=by, cycle=cycle, values={"observations": told.saw, "carried_out": CarriedOut.AS_PLANNED})
    for place, (came, stayed) in enumerate(told.counts):
        worksheet.add_row(
            by=by,
            cycle=cycle,
            table="points",
            values={
                "day": begun + dt.timedelta(days=place * 4),
                "label": "People assessed", "value": stayed, "out_of": came,
            },
        )  # fmt: skip
    if told.decision is None:
        return None
    cycle = study(by=by, cycle=_fresh(cycle), ended_on=ended, on=ended)
    answers = {f"questions.{question.pk}.answer": told.answer, f"questions.{question.pk}.match": told.match}
    worksheet.save(by=by, cycle=cycle, values={**answers, "learned": told.learned})
    return close(by=by, cycle=_fresh(cycle), decision=told.decision, reason=told.why, on=ended + dt.timedelta(days=1))


def _fresh(cycle: Cycle) -> Cycle:
    return Cycle.objects.get(pk=cycle.pk)
