"""Enrolling, changing, withdrawing, completing and returning teams; agencies; roles; requests and goals."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from collab.common.models import StaleMark
from teams.actions.agencies import add_agencies, add_agency, change_agency
from teams.actions.leadership import answer_request, make_request, set_leader_goal
from teams.actions.profile import change_profile
from teams.actions.roles import change_membership, end_role
from teams.actions.teams import (
    ROSTER,
    NewTeam,
    change_team,
    complete_team,
    draw_code_names,
    enroll_teams,
    free_slug,
    return_team,
    withdraw_team,
)
from teams.enums import Answer, TeamRole, TeamStatus, WithdrawalReason, WithdrawalStage
from teams.models import Agency, LeaderRequest, Team
from teams.policies import suggested_stage
from tests.factories.collab import CenterFactory, CollaborativeAppointmentFactory, CollaborativeFactory, UserFactory
from tests.factories.teams import (
    AgencyAppointmentFactory,
    AgencyFactory,
    LeaderRequestFactory,
    TeamFactory,
    TeamMembershipFactory,
)

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

Events = Callable[[], list[dict[str, Any]]]
LATER = dt.datetime(2025, 9, 10, 12, tzinfo=dt.UTC)


def marks() -> list[tuple[str, str]]:
    return list(StaleMark.objects.values_list("task", "key"))


def test_enrolling_fills_what_was_left_empty(events: Events) -> None:
    by = UserFactory()
    collaborative = CollaborativeFactory()
    north, south = (AgencyFactory(center=collaborative.center, name=name) for name in ("North Side", "South"))
    [alone, pair] = enroll_teams(
        by=by,
        collaborative=collaborative,
        new_teams=[NewTeam(north), NewTeam(north, south, "Bridge team", dt.date(2025, 3, 5))],
        chance=random.Random(1),
    )
    assert (alone.name, alone.slug, alone.enrolled_on) == ("North Side", "north-side", collaborative.start)
    assert (pair.name, pair.slug, pair.enrolled_on) == ("Bridge team", "bridge-team", dt.date(2025, 3, 5))
    assert events() == [
        {
            "by": by.pk,
            "event": "team_enrolled",
            "target": ("teams.team", team.pk),
            "scope": ("collab.collaborative", collaborative.pk),
            "detail": {
                "name": team.name,
                "agency": north.pk,
                "partner_agency": team.partner_agency_id,
                "enrolled_on": team.enrolled_on.isoformat(),
            },
        }
        for team in (alone, pair)
    ]
    assert marks() == [(ROSTER, str(collaborative.pk))]


def test_an_agency_enrolls_one_team_of_its_own() -> None:
    team = TeamFactory()
    with pytest.raises(ValidationError, match="already has a team"):
        enroll_teams(by=None, collaborative=team.collaborative, new_teams=[NewTeam(team.agency)])
    with pytest.raises(IntegrityError), transaction.atomic():
        TeamFactory(collaborative=team.collaborative, agency=team.agency)
    partner = AgencyFactory(center=team.collaborative.center)
    enroll_teams(by=None, collaborative=team.collaborative, new_teams=[NewTeam(team.agency, partner)])
    assert Team.objects.count() == 2


def test_what_is_enrolled_at_once_is_held_to_the_same_rules(events: Events) -> None:
    collaborative = CollaborativeFactory()
    north, south = AgencyFactory.create_batch(2, center=collaborative.center)
    for new_teams, sentence in (
        ([NewTeam(north), NewTeam(north)], "This agency already has a team in this collaborative."),
        ([NewTeam(south), NewTeam(north, north)], "The partner must be another agency."),
        ([NewTeam(south), NewTeam(north, name="x" * 201)], "at most 200 characters"),
    ):
        with pytest.raises(ValidationError, match=sentence):
            enroll_teams(by=None, collaborative=collaborative, new_teams=new_teams)
    for codes in (["NEW", "NEW"], ["NEW", north.code]):
        with pytest.raises(ValidationError, match="This center already has an agency with this code"):
            add_agencies(by=None, agencies=[Agency(center=collaborative.center, code=code, name="x") for code in codes])
    assert (Team.objects.count(), Agency.objects.count(), marks(), events()) == (0, 2, [], [])


@pytest.mark.parametrize("count", [1, 3])
def test_many_are_enrolled_in_as_few_statements_as_one(
    count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    collaborative = CollaborativeFactory()
    agencies = [Agency(center=collaborative.center, code=f"A{n}", name=f"Agency {n}") for n in range(count)]
    with django_assert_num_queries(16):
        stored = add_agencies(by=None, agencies=agencies)
        enroll_teams(by=None, collaborative=collaborative, new_teams=[NewTeam(agency) for agency in stored])
    assert Team.objects.count() == count


def test_code_names_are_drawn_by_chance_and_never_twice() -> None:
    codes = draw_code_names({"Team 01", "Team 07"}, 8, random.Random(3))
    assert len(set(codes)) == 8
    assert set(codes) <= {f"Team {number:02}" for number in range(1, 21)} - {"Team 01", "Team 07"}
    assert codes != sorted(codes)
    assert codes == draw_code_names({"Team 01", "Team 07"}, 8, random.Random(3))
    assert len(set(draw_code_names(set(), 600, random.Random(3)))) == 600
    assert {len(code) for code in draw_code_names(set(), 600, random.Random(3))} == {len("Team 0001")}


@pytest.mark.parametrize(
    ("name", "taken", "slug"),
    [
        ("North Side", set(), "north-side"),
        ("North Side", {"north-side"}, "north-side-2"),
        ("North Side", {"north-side", "north-side-2"}, "north-side-3"),
        ("日本", set(), "team"),
        ("x" * 200, set(), "x" * 50),
    ],
)
def test_an_address_for_every_name(name: str, taken: set[str], slug: str) -> None:
    assert free_slug(name, taken) == slug


def test_changing_a_team_tells_what_differs(events: Events) -> None:
    by, team = UserFactory(), TeamFactory(name="Old")
    change_team(by=by, team=team, name="New", code_name=team.code_name, enrolled_on=team.enrolled_on)
    change_team(by=by, team=team, name="New", code_name=team.code_name, enrolled_on=team.enrolled_on)
    assert marks() == []
    change_team(by=by, team=team, name="New", code_name=team.code_name, enrolled_on=dt.date(2025, 2, 1))
    assert [event["detail"] for event in events()] == [
        {"changes": [{"field": "name", "old": "Old", "new": "New"}]},
        {"changes": [{"field": "enrolled_on", "old": "2025-01-01", "new": "2025-02-01"}]},
    ]
    assert marks() == [(ROSTER, str(team.collaborative_id))]


@time_machine.travel(LATER, tick=False)
def test_a_team_withdraws_and_takes_part_again(events: Events) -> None:
    by, team = UserFactory(), TeamFactory()
    withdraw_team(by=by, team=team, on=dt.date(2025, 7, 1), reason=WithdrawalReason.FUNDING, note="Grant ended.")
    team.refresh_from_db()
    assert (team.status, team.withdrawn_on, team.withdrawal_stage) == ("withdrawn", dt.date(2025, 7, 1), "after_middle")
    assert (team.withdrawal_reason, team.withdrawal_note) == ("funding", "Grant ended.")
    for refused in (
        lambda: withdraw_team(by=by, team=team, on=dt.date(2025, 8, 1), reason=WithdrawalReason.FIT),
        lambda: complete_team(by=by, team=team, on=dt.date(2025, 8, 1)),
    ):
        with pytest.raises(ValidationError, match="does not take part"):
            refused()
    return_team(by=by, team=team)
    with pytest.raises(ValidationError, match="takes part already"):
        return_team(by=by, team=team)
    team.refresh_from_db()
    assert (team.status, team.withdrawn_on, team.withdrawal_stage, team.withdrawal_reason) == ("active", None, "", "")
    assert [(event["event"], event["detail"]) for event in events()] == [
        (
            "team_withdrawn",
            {"on": "2025-07-01", "stage": "after_middle", "reason": "funding", "note": "Grant ended."},
        ),
        (
            "team_returned",
            {
                "before": {
                    "status": "withdrawn",
                    "withdrawn_on": "2025-07-01",
                    "stage": "after_middle",
                    "reason": "funding",
                    "note": "Grant ended.",
                    "completed_on": None,
                }
            },
        ),
    ]
    assert marks() == [(ROSTER, str(team.collaborative_id))]


@time_machine.travel(LATER, tick=False)
def test_what_is_recorded_has_happened() -> None:
    team = TeamFactory()
    with pytest.raises(ValidationError, match="still to come"):
        withdraw_team(by=UserFactory(), team=team, on=dt.date(2025, 9, 11), reason=WithdrawalReason.FIT)
    with pytest.raises(ValidationError, match="still to come"):
        complete_team(by=UserFactory(), team=team, on=dt.date(2025, 9, 11))
    complete_team(by=UserFactory(), team=team, on=dt.date(2025, 9, 10))
    team.refresh_from_db()
    assert (team.status, team.completed_on) == (TeamStatus.COMPLETED, dt.date(2025, 9, 10))


@pytest.mark.parametrize(
    ("day", "stage"),
    [
        (dt.date(2024, 12, 31), WithdrawalStage.BEFORE_START),
        (dt.date(2025, 1, 1), WithdrawalStage.BEFORE_MIDDLE),
        (dt.date(2025, 6, 30), WithdrawalStage.BEFORE_MIDDLE),
        (dt.date(2025, 7, 1), WithdrawalStage.AFTER_MIDDLE),
    ],
)
def test_the_calendar_tells_the_stage_of_dropout(day: dt.date, stage: WithdrawalStage) -> None:
    assert suggested_stage(CollaborativeFactory.build(start=dt.date(2025, 1, 1), months=12), day) is stage


def test_agencies_are_added_and_changed(events: Events) -> None:
    by, center = UserFactory(), CenterFactory()
    agency = add_agency(by=by, center=center, code="NORTH", name="North")
    change_agency(by=by, agency=agency, code="NORTH", name="Northside", setting="clinic")
    scope = ("collab.center", center.pk)
    target = ("teams.agency", agency.pk)
    assert events() == [
        {
            "by": by.pk,
            "event": "agency_created",
            "target": target,
            "scope": scope,
            "detail": {"code": "NORTH", "name": "North"},
        },
        {
            "by": by.pk,
            "event": "agency_changed",
            "target": target,
            "scope": scope,
            "detail": {
                "changes": [
                    {"field": "name", "old": "North", "new": "Northside"},
                    {"field": "setting", "old": "", "new": "clinic"},
                ]
            },
        },
    ]
    with pytest.raises(ValidationError, match="already has an agency with this code"):
        add_agency(by=by, center=center, code="NORTH", name="Other")
    assert Agency.objects.count() == 1


@time_machine.travel(LATER, tick=False)
@pytest.mark.parametrize(
    ("factory", "event"),
    [
        (TeamMembershipFactory, "member_left"),
        (AgencyAppointmentFactory, "leader_left"),
        (CollaborativeAppointmentFactory, "role_ended"),
    ],
)
def test_ending_a_role_keeps_the_row(factory: Any, event: str, events: Events) -> None:
    by, held = UserFactory(), factory()
    for day, sentence in ((dt.date(2025, 9, 11), "still to come"), (dt.date(2023, 12, 31), "began on")):
        with pytest.raises(ValidationError, match=sentence):
            end_role(by=by, held=held, on=day)
    end_role(by=by, held=held, on=dt.date(2025, 9, 1))
    held.refresh_from_db()
    assert (held.ended_on, held.is_current) == (dt.date(2025, 9, 1), False)
    with pytest.raises(ValidationError, match="ended already"):
        end_role(by=by, held=held, on=dt.date(2025, 9, 2))
    assert [(e["event"], e["detail"]) for e in events()] == [
        (event, {"name": str(held.user), "role": held.role, "on": "2025-09-01"})
    ]


def test_changing_a_persons_role_in_a_team(events: Events) -> None:
    by, member = UserFactory(), TeamMembershipFactory()
    for _twice in range(2):
        change_membership(by=by, membership=member, role=TeamRole.DATA_LEAD, discipline="nursing")
    assert [(event["event"], event["detail"]) for event in events()] == [
        (
            "member_changed",
            {
                "name": str(member.user),
                "changes": [
                    {"field": "role", "old": "member", "new": "data_lead"},
                    {"field": "discipline", "old": "", "new": "nursing"},
                ],
            },
        )
    ]


def test_a_leader_answers_and_may_think_again(events: Events) -> None:
    team, member, leader = TeamFactory(), UserFactory(), UserFactory()
    request = make_request(by=member, team=team, text="Two hours a week.", needed_by=dt.date(2025, 3, 1))
    answer_request(by=leader, request=request, answer=Answer.LATER, note="After the audit.")
    assert list(LeaderRequest.objects.unanswered()) == [request]
    for _twice in range(2):
        answer_request(by=leader, request=request, answer=Answer.YES, note="From Monday.")
    assert list(LeaderRequest.objects.unanswered()) == []
    scope = ("collab.collaborative", team.collaborative_id)
    assert [(e["by"], e["event"], e["scope"], e["detail"]) for e in events()] == [
        (member.pk, "request_made", scope, {"text": "Two hours a week.", "needed_by": "2025-03-01"}),
        (leader.pk, "request_answered", scope, {"before": "", "answer": "later", "note": "After the audit."}),
        (leader.pk, "request_answered", scope, {"before": "later", "answer": "yes", "note": "From Monday."}),
    ]


def test_requests_wait_for_the_leader_of_either_agency() -> None:
    leader = AgencyAppointmentFactory()
    own = LeaderRequestFactory(team__agency=leader.agency, team__collaborative__center=leader.agency.center)
    as_partner = LeaderRequestFactory(team__partner_agency=leader.agency)
    LeaderRequestFactory(team=own.team, answer=Answer.LATER, answered_by=leader.user, answered_at=LATER)
    LeaderRequestFactory()
    assert set(LeaderRequest.objects.waiting_for(leader.user)) == {own, as_partner}
    assert set(LeaderRequest.objects.visible_to(leader.user).filter(answer="")) == {own, as_partner}


def test_the_leaders_goal_is_written_once(events: Events) -> None:
    team, leader = TeamFactory(), UserFactory()
    for _twice in range(2):
        set_leader_goal(by=leader, team=team, goal="Nobody waits.")
    assert [(event["event"], event["detail"]) for event in events()] == [
        ("leader_goal_set", {"changes": [{"field": "leader_goal", "old": "", "new": "Nobody waits."}]})
    ]


def test_changing_ones_profile(events: Events) -> None:
    person = UserFactory(name="Ana", pronouns="")
    for _twice in range(2):
        change_profile(by=person, name="Ana Rivera", pronouns="she/her")
    assert [(event["by"], event["event"], event["detail"]) for event in events()] == [
        (
            person.pk,
            "profile_changed",
            {
                "changes": [
                    {"field": "name", "old": "Ana", "new": "Ana Rivera"},
                    {"field": "pronouns", "old": "", "new": "she/her"},
                ]
            },
        )
    ]


def test_words_of_the_team_queryset() -> None:
    collaborative = CollaborativeFactory()
    withdrawn = TeamFactory(collaborative=collaborative, name="A", withdrawn=True)
    active = TeamFactory(collaborative=collaborative, name="C")
    also_active = TeamFactory(collaborative=collaborative, name="B")
    completed = TeamFactory(collaborative=collaborative, name="D", completed=True)
    assert list(Team.objects.by_status()) == [also_active, active, completed, withdrawn]
    TeamMembershipFactory.create_batch(2, team=active)
    TeamMembershipFactory(team=active, ended_on=dt.date(2025, 1, 1))
    assert {team.name: team.people for team in Team.objects.with_people()} == {"A": 0, "B": 0, "C": 2, "D": 0}


def test_words_of_the_agency_queryset() -> None:
    agency = AgencyFactory()
    TeamFactory(agency=agency)
    TeamFactory(partner_agency=agency)
    AgencyAppointmentFactory.create_batch(3, agency=agency)
    AgencyAppointmentFactory(agency=agency, ended_on=dt.date(2025, 1, 1))
    counted = Agency.objects.with_counts().get(pk=agency.pk)
    assert (counted.team_count, counted.leader_count) == (2, 3)
