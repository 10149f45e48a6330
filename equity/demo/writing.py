"""Writes the demonstration through the same actions that people use, each submission at the instant it was made."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from allauth.account.models import EmailAddress
from django.db import transaction

from collab.actions.centers import create_center
from collab.actions.change_packages import (
    change_aim,
    draft_change_package,
    publish_change_package,
    save_driver,
    save_idea,
)
from collab.actions.collaboratives import create_collaborative, start_collaborative
from collab.actions.measures import define_measure
from collab.common import months
from collab.enums import CollaborativeType, DataSharing
from collab.models import Center, Collaborative, User
from equity.demo import story
from equity.demo.aims import write_aims
from equity.demo.charting import decide_about_charts, draw_as_chosen, write_on_charts
from equity.demo.coaching import talk_about_tests
from equity.demo.comparing import keep_and_publish
from equity.demo.earlier import write_earlier_tests
from equity.demo.fidelity import read_tests
from equity.demo.figures import Figure, month_figures, team_story
from equity.demo.pdsa import write_tests
from equity.demo.plans import copy_definitions, write_plans
from equity.demo.quality import write_quality
from equity.demo.sharing import write_takings
from equity.demo.story import DemoTeam
from equity.models import Stratifier, Stratum
from metrics.actions.benchmarks import catch_up_with
from metrics.actions.submissions import submit_month
from metrics.cells import CellKey, Value
from metrics.enums import Source
from metrics.models import DraftCell
from metrics.queries.months import values_by_submission
from teams.actions.agencies import add_agency
from teams.actions.invitations import invite
from teams.actions.leadership import answer_request, make_request, set_leader_goal
from teams.actions.roles import end_role, give_role
from teams.actions.teams import NewTeam, enroll_teams, withdraw_team
from teams.addresses import Addressee
from teams.demo import DOMAIN
from teams.enums import Answer, InvitedRole, WithdrawalReason
from teams.models import Agency, Team, TeamMembership

# The collaborative goes on for half a year after the last month that has figures.
MONTHS_AHEAD = 6
# Who tries the site finds a month that is due in a few days, whatever day it is.
DAYS_TO_THE_NEXT_DEADLINE = 5
LAST_DUE_DAY = 28
TEAM_ROLES = (
    (InvitedRole.TEAM_LEADER, "leader"),
    (InvitedRole.TEAM_DATA_LEAD, "data"),
    (InvitedRole.TEAM_CLINICIAN, "counselor"),
    (InvitedRole.TEAM_PEER, "peer"),
)
FACULTY = (
    (InvitedRole.CHAIR, "chair"),
    (InvitedRole.IMPROVEMENT_ADVISOR, "advisor"),
    (InvitedRole.COACH, "coach"),
    (InvitedRole.EXPERT, "expert"),
    (InvitedRole.LIVED_EXPERIENCE_FACULTY, "faculty"),
    (InvitedRole.SPONSOR, "sponsor"),
    (InvitedRole.REVIEWER, "reviewer"),
)
# Teams whose people stand on the sign-in page: one that improves, a small rural one, and one that fell silent.
SHOWN_TEAMS = {0: ("leader", "data", "counselor", "peer"), 5: ("data",), 8: ("leader",)}
WITH_LEADER = (0, 1, 5, 8, 10)

Progress = Callable[[str], None]


@dataclass
class Demonstration:
    """What has been written so far, and what the next steps need."""

    random_: random.Random
    now: dt.datetime
    collaborative: Collaborative
    coordinator: User
    names: list[str]
    teams: list[tuple[DemoTeam, Team]] = field(default_factory=list)
    people: dict[int, dict[str, User]] = field(default_factory=dict)

    def new_person(self, address: str) -> User:
        """Somebody with a verified address and no password."""
        return _person(address, self.names.pop())


def _person(address: str, name: str, *, administrator: bool = False) -> User:
    make = User.objects.create_superuser if administrator else User.objects.create_user
    user = make(address, None, name=name)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def _names(random_: random.Random, count: int) -> list[str]:
    """Different names, in the order of a seed; after all pairs are used up they carry numbers."""
    pairs = [f"{given} {family}" for given in story.GIVEN_NAMES for family in story.FAMILY_NAMES]
    random_.shuffle(pairs)
    rounds = count // len(pairs) + 1
    return [pair if round_ == 0 else f"{pair} {round_ + 1}" for round_ in reversed(range(rounds)) for pair in pairs]


@transaction.atomic
def write_demonstration(
    *, teams: int, months_of_data: int, seed: int, now: dt.datetime, say: Progress = lambda _line: None
) -> Collaborative:
    """Make the center, the collaborative, its teams, people and figures, and compute what jobs would compute.

    The same ``seed``, sizes and day give the same rows. All or nothing.
    """
    random_ = random.Random(seed)  # noqa: S311 - a story, not a secret
    demo = _set_up(random_, teams, months_of_data, now)
    say("Enrolling teams and people …")
    _enroll(demo, teams)
    say("Submitting months …")
    _submit_everything(demo, seed, months_of_data)
    _leave_and_ask(demo, months_of_data)
    write_plans({place: (team, demo.people[place]["data"]) for place, (_told, team) in enumerate(demo.teams)})
    _write_on_charts(demo, months_of_data)
    say("Testing changes …")
    places = {place: (team, demo.people[place]) for place, (_told, team) in enumerate(demo.teams)}
    write_earlier_tests(places, now=now)
    write_tests(demo.collaborative, places, now=now)
    leaders = {place: (team, demo.people[place]["leader"]) for place, (_told, team) in enumerate(demo.teams)}
    write_aims(leaders, now=now)
    write_takings(leaders, now=now)
    write_quality(
        demo.collaborative,
        teams=[team for _told, team in demo.teams],
        people=demo.people,
        advisor=User.objects.get(email=f"advisor@{DOMAIN}"),
        last_month=months.add(demo.collaborative.start, months_of_data - 1),
        now=now,
    )
    talk_about_tests(demo.collaborative, coach=User.objects.get(email=f"coach@{DOMAIN}"), now=now)
    read_tests(
        demo.collaborative,
        first=User.objects.get(email=f"coach@{DOMAIN}"),
        second=User.objects.get(email=f"advisor@{DOMAIN}"),
        now=now,
    )
    keep_and_publish(
        coach=User.objects.get(email=f"coach@{DOMAIN}"),
        collaborative=demo.collaborative,
        reported=demo.collaborative.ended_months(now),
    )
    say("Computing benchmarks …")
    catch_up_with(collaborative=demo.collaborative)
    return demo.collaborative


def _set_up(random_: random.Random, teams: int, months_of_data: int, now: dt.datetime) -> Demonstration:
    _person(f"admin@{DOMAIN}", "Site Administrator", administrator=True)
    center = create_center(by=None, slug=story.CENTER[0], name=story.CENTER[1])
    names = _names(random_, teams * (len(TEAM_ROLES) + 2) + 20)
    coordinator = _person(f"coordinator@{DOMAIN}", names.pop())
    give_role(by=None, user=coordinator, role=InvitedRole.COORDINATOR, subject=center)
    collaborative = _collaborative(center, coordinator, months_of_data, now)
    demo = Demonstration(random_, now, collaborative, coordinator, names)
    for role, address in FACULTY:
        person = demo.new_person(f"{address}@{DOMAIN}")
        _since(give_role(by=coordinator, user=person, role=role, subject=collaborative), collaborative.start)
    _strata(collaborative)
    _change_package(collaborative, coordinator)
    return demo


def _collaborative(center: Center, coordinator: User, months_of_data: int, now: dt.datetime) -> Collaborative:
    last_over = months.add(months.first_day(now.date()), -1)
    collaborative = create_collaborative(
        by=coordinator,
        center=center,
        slug=story.SLUG,
        name=story.NAME,
        type=CollaborativeType.LEARNING_COLLABORATIVE,
        topic=story.TOPIC,
        aim=story.AIM,
        start=months.add(last_over, 1 - months_of_data),
        months=months_of_data + MONTHS_AHEAD,
        time_zone="America/Chicago",
        due_day=min(LAST_DUE_DAY, now.day + DAYS_TO_THE_NEXT_DEADLINE),
        data_sharing=DataSharing.CODED,
        faculty_see_small_counts=True,
    )
    for measure in story.MEASURES:
        define_measure(
            by=coordinator,
            collaborative=collaborative,
            code=measure.code,
            required=measure.required,
            **measure.fields,
        )
    copy_definitions(collaborative, coordinator)
    return collaborative


def _strata(collaborative: Collaborative) -> None:
    code, name = story.STRATIFIER
    stratifier = Stratifier.objects.create(collaborative=collaborative, code=code, name=name)
    stratifier.measures.set(collaborative.measures.filter(code__in=[m.code for m in story.MEASURES if m.strata]))
    Stratum.objects.bulk_create(
        Stratum(stratifier=stratifier, code=stratum_code, name=stratum_name, position=position)
        for position, (stratum_code, stratum_name, _share, _gap) in enumerate(story.STRATA)
    )


def _change_package(collaborative: Collaborative, coordinator: User) -> None:
    package = draft_change_package(by=coordinator, collaborative=collaborative)
    change_aim(by=coordinator, package=package, aim=story.AIM)
    for told in story.DRIVERS:
        driver = save_driver(by=coordinator, package=package, name=told.name, description=told.description)
        for name, description, first_test, evidence in told.ideas:
            save_idea(
                by=coordinator,
                package=package,
                drivers=[driver],
                name=name,
                description=description,
                first_test=first_test,
                evidence=evidence,
            )
    publish_change_package(by=coordinator, package=package)


def _enroll(demo: Demonstration, count: int) -> None:
    stories = [team_story(index) for index in range(count)]
    agencies = [_agency(demo, told.code, told.agency, told.setting) for told in stories]
    enrolled = enroll_teams(
        by=demo.coordinator,
        collaborative=demo.collaborative,
        new_teams=[
            NewTeam(
                agency=agency,
                partner_agency=_agency(demo, told.partner[1], told.partner[0], "") if told.partner else None,
                enrolled_on=_day_in(demo, told.joins),
            )
            for told, agency in zip(stories, agencies, strict=True)
        ],
        chance=demo.random_,
    )
    demo.teams = list(zip(stories, enrolled, strict=True))
    for index, (told, team) in enumerate(demo.teams):
        team.collaborative = demo.collaborative
        demo.people[index] = _team_people(demo, index, told, team)
        if index in WITH_LEADER:
            address = f"leader@{DOMAIN}" if index == 0 else f"director@{told.code.lower()}.example"
            leader = demo.new_person(address)
            held = give_role(by=demo.coordinator, user=leader, role=InvitedRole.SENIOR_LEADER, subject=team.agency)
            _since(held, team.enrolled_on)
            demo.people[index]["senior_leader"] = leader
    start_collaborative(by=demo.coordinator, collaborative=demo.collaborative)
    demo.collaborative.refresh_from_db()


def _agency(demo: Demonstration, code: str, name: str, setting: str) -> Agency:
    return add_agency(by=demo.coordinator, center=demo.collaborative.center, code=code, name=name, setting=setting)


def _team_people(demo: Demonstration, index: int, told: DemoTeam, team: Team) -> dict[str, User]:
    people: dict[str, User] = {}
    for role, address in TEAM_ROLES:
        # Those of the shown teams can be entered from the sign-in page; the others only fill the roster.
        shown = address in SHOWN_TEAMS.get(index, ())
        place = f"{told.code.lower()}.{DOMAIN}" if not shown else DOMAIN
        people[address] = demo.new_person(f"{address}.{told.code.lower()}@{place}" if shown else f"{address}@{place}")
        _since(give_role(by=demo.coordinator, user=people[address], role=role, subject=team), team.enrolled_on)
    return people


def _since(held: object, day: dt.date) -> None:
    """The role has been held since then, not since the demonstration was made."""
    type(held)._default_manager.filter(pk=held.pk).update(started_on=day)  # type: ignore[attr-defined]


def _day_in(demo: Demonstration, share: float) -> dt.date:
    """The first day of the month after this share of the time with figures."""
    over = months.count_between(demo.collaborative.start, months.first_day(demo.now.date())) - 1
    return months.add(demo.collaborative.start, round(share * over))


def _submit_everything(demo: Demonstration, seed: int, months_of_data: int) -> None:
    reported = list(months.iterate(demo.collaborative.start, months.add(demo.collaborative.start, months_of_data - 1)))
    for index, (told, team) in enumerate(demo.teams):
        # A chance of its own for each team: one team more leaves the others' figures as they are.
        random_ = random.Random(f"{seed}:{index}")  # noqa: S311
        last = len(reported) - told.silent_last if told.drops_out is None else round(told.drops_out * len(reported))
        for place, month in enumerate(reported):
            figures = month_figures(told, place / max(1, len(reported) - 1), random_)
            at = _submitted_at(demo, told, month, random_)
            if team.is_expected_in(month) and place < last and at < demo.now:
                by = demo.people[index]["data"]
                submit_month(
                    by=by, team=team, month=month, values=_values(figures), source=Source.GRID, base_revision=0, now=at
                )
        _correct_one(demo, index, team, reported, random_)


def _submitted_at(demo: Demonstration, told: DemoTeam, month: dt.date, random_: random.Random) -> dt.datetime:
    """Mostly in the twelve days before the deadline and never before the month is over; late as often as told."""
    due = demo.collaborative.due_at(month)
    over = months.due_at(month, due_day=1, time_zone=demo.collaborative.time_zone)
    early, lateness = random_.uniform(0.3, 12), random_.uniform(0.5, 19)
    if random_.random() < told.late:
        return due + dt.timedelta(days=lateness)
    return max(due - dt.timedelta(days=early), over + dt.timedelta(hours=early))


def _values(figures: list[Figure]) -> list[Value]:
    stratifier = story.STRATIFIER[0]
    return [
        Value(
            CellKey(figure.measure, stratifier, figure.stratum) if figure.stratum else CellKey(figure.measure),
            figure.numerator,
            figure.denominator,
            figure.missing_reason,
        )
        for figure in figures
    ]


def _correct_one(demo: Demonstration, index: int, team: Team, reported: list[dt.date], random_: random.Random) -> None:
    """Some teams found a counting mistake later: a second revision with the reason."""
    if index % 4 != 1 or len(reported) < 6:
        return
    month = reported[-4]
    live = team.submissions.live().filter(month=month).first()
    if live is None:
        return
    fixed = [
        dataclasses.replace(value, numerator=value.numerator + 2)
        if value.key.measure == "admissions" and value.numerator is not None
        else value
        for value in values_by_submission([live])[live.pk].values()
    ]
    submit_month(
        by=demo.people[index]["leader"],
        team=team,
        month=month,
        values=fixed,
        source=Source.GRID,
        note="Two admissions were booked under the wrong program.",
        base_revision=live.revision,
        now=live.submitted_at + dt.timedelta(days=random_.uniform(20, 30)),
    )


def _write_on_charts(demo: Demonstration, months_of_data: int) -> None:
    """Every team writes on its charts; the first one decides about them, too."""
    draw_as_chosen(by=demo.coordinator, measures=list(demo.collaborative.measures.with_versions()))
    start = demo.collaborative.start
    reported = list(months.iterate(start, months.add(start, months_of_data - 1)))
    for index, (_told, team) in enumerate(demo.teams):
        by = demo.people[index]["data"]
        share = 1.0 if index == 0 else 0.5
        write_on_charts(by=by, team=team, reported=reported, random_=demo.random_, share=share)
        if index == 0:
            decide_about_charts(by=by, team=team, reported=reported)


def _leave_and_ask(demo: Demonstration, months_of_data: int) -> None:
    """What happens beside the figures: a team withdraws, people leave, teams ask their leaders."""
    for index, (told, team) in enumerate(demo.teams):
        if told.drops_out is not None:
            withdraw_team(
                by=demo.coordinator,
                team=team,
                on=_day_in(demo, told.drops_out) + dt.timedelta(days=17),
                reason=WithdrawalReason.TURNOVER,
                note="The program director and the data lead left within a month.",
            )
        _turnover(demo, index, told, team)
        if "senior_leader" in demo.people[index]:
            _leadership(demo, index, team)
    _draft(demo, months_of_data)
    if demo.teams:
        invite(
            by=demo.coordinator,
            subject=demo.teams[0][1],
            role=InvitedRole.TEAM_FAMILY,
            people=[Addressee(email="parent@northside.example", name="Noor Haddad")],
            message="You know how our waiting room feels. Please join us.",
        )


def _turnover(demo: Demonstration, index: int, told: DemoTeam, team: Team) -> None:
    roles = (TEAM_ROLES[2], TEAM_ROLES[1])[: told.turnover]
    for place, (role, address) in enumerate(roles):
        leaver = TeamMembership.objects.get(team=team, user=demo.people[index][address], ended_on=None)
        left = _day_in(demo, 0.45 + 0.2 * place)
        end_role(by=demo.coordinator, held=leaver, on=left)
        successor = demo.new_person(f"{address}2@{told.code.lower()}.{DOMAIN}")
        _since(
            give_role(by=demo.coordinator, user=successor, role=role, subject=team),
            left + dt.timedelta(days=50),
        )


def _leadership(demo: Demonstration, index: int, team: Team) -> None:
    leader, team_leader = demo.people[index]["senior_leader"], demo.people[index]["leader"]
    place = WITH_LEADER.index(index)
    set_leader_goal(by=leader, team=team, goal=story.LEADER_GOALS[place % len(story.LEADER_GOALS)])
    for number, (text, why) in enumerate(story.REQUESTS[: 2 + (place == 0)]):
        needed_by = demo.now.date() + dt.timedelta(days=12 + 9 * number)
        asked = make_request(by=team_leader, team=team, text=text, why=why, needed_by=needed_by)
        if number == 1:
            answer_request(by=leader, request=asked, answer=Answer.YES, note="Done with IT on Monday.")


def _draft(demo: Demonstration, months_of_data: int) -> None:
    """The first team has begun the month that is due now, if it has not submitted it."""
    if not demo.teams:
        return
    team = demo.teams[0][1]
    month = months.add(demo.collaborative.start, months_of_data - 1)
    if team.submissions.filter(month=month).exists():
        return
    DraftCell.objects.create(
        team=team,
        month=month,
        measure=demo.collaborative.measures.get(code="no_show"),
        numerator="17",
        denominator="104",
        updated_by=demo.people[0]["data"],
    )
