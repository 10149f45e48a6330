"""One question, two answers: what a person may do with one object, and in which rows of its table they may do it.

The two are written side by side (``Access.check`` and ``Access.rows``) and used in different places, a page and its
list. Here both are asked about every object: by everybody of the small world, and in worlds that are made up at
random: dated and ended roles, pairs of agencies, several roles at once, people who are switched off.
"""

from __future__ import annotations

import datetime as dt
import importlib
import importlib.util
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pytest
import rules
from django.apps import apps
from django.db import models, transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from collab.common.access import Access
from collab.enums import CenterRole, CollaborativeRole
from collab.models import Center, CenterAppointment, Collaborative, CollaborativeAppointment, User
from collab.rules import CollabPermission
from equity.models import StratifiedObservation
from metrics.models import Annotation, ChartDecision, Observation, PlanAnswer, Query, Report, Site, Submission
from metrics.rules import MetricsPermission
from pdsa.enums import Sharing, Stage
from pdsa.models import Aim, CoachNote, CoachScore, Comment, Cycle, Ramp
from pdsa.rules import PdsaPermission
from teams.enums import AgencyRole, TeamRole
from teams.models import Agency, AgencyAppointment, LeaderRequest, Team, TeamMembership
from teams.rules import TeamsPermission
from tests.factories.collab import CenterFactory, CollaborativeFactory, UserFactory
from tests.factories.equity import StratifiedObservationFactory
from tests.factories.metrics import (
    AnnotationFactory,
    ChartDecisionFactory,
    ObservationFactory,
    PlanAnswerFactory,
    QueryFactory,
    ReportFactory,
    SiteFactory,
    SubmissionFactory,
)
from tests.factories.pdsa import AimFactory, CoachNoteFactory, CoachScoreFactory, CommentFactory, CycleFactory
from tests.factories.teams import AgencyFactory, LeaderRequestFactory, TeamFactory
from tests.worlds import make_world

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

# About what each permission is asked.
ASKED_ABOUT: dict[StrEnum, type[models.Model]] = {
    CollabPermission.VIEW_CENTER: Center,
    CollabPermission.MANAGE_CENTER: Center,
    CollabPermission.VIEW_COLLABORATIVE: Collaborative,
    CollabPermission.MANAGE_COLLABORATIVE: Collaborative,
    CollabPermission.TEACH_COLLABORATIVE: Collaborative,
    CollabPermission.SPONSOR_COLLABORATIVE: Collaborative,
    TeamsPermission.VIEW_AGENCY: Agency,
    TeamsPermission.MANAGE_AGENCY: Agency,
    TeamsPermission.VIEW_TEAM: Team,
    TeamsPermission.MANAGE_TEAM: Team,
    TeamsPermission.MANAGE_TEAM_PEOPLE: Team,
    TeamsPermission.BELONG_TO_TEAM: Team,
    TeamsPermission.ANSWER_REQUESTS: Team,
    TeamsPermission.APPOINT_COORDINATORS: Center,
    PdsaPermission.VIEW_CYCLE: Cycle,
    PdsaPermission.READ_CYCLE: Cycle,
    PdsaPermission.COACH_CYCLE: Cycle,
    PdsaPermission.SEE_CYCLE_NUMBERS: Cycle,
    PdsaPermission.SEE_SCORE: CoachScore,
    PdsaPermission.WRITE_CYCLES: Team,
    PdsaPermission.DISCUSS_CYCLES: Team,
    PdsaPermission.COACH_TEAMS: Collaborative,
    PdsaPermission.WATCH_TEAMS: Collaborative,
    PdsaPermission.READ_LIBRARY: Collaborative,
    MetricsPermission.VIEW_FIGURES: Team,
    MetricsPermission.ENTER_FIGURES: Team,
    MetricsPermission.REOPEN_MONTH: Team,
    MetricsPermission.SEE_SMALL_COUNTS: Team,
    MetricsPermission.MANAGE_SITES: Team,
    MetricsPermission.DISCUSS_FIGURES: Team,
    MetricsPermission.CLOSE_QUERY: Query,
    MetricsPermission.SET_CHECKS: Collaborative,
    MetricsPermission.ANNOTATE_CHART: Team,
    MetricsPermission.SHAPE_CHART: Team,
    MetricsPermission.CHOOSE_CHART: Collaborative,
    MetricsPermission.COMPARE_TEAMS: Collaborative,
    MetricsPermission.PUBLISH_RESULTS: Collaborative,
    MetricsPermission.VIEW_JOBS: Collaborative,
    MetricsPermission.VIEW_REPORT: Report,
}
# Which permission over which object lets a row be seen.
SEEN_WITH: dict[type[models.Model], tuple[StrEnum, Callable[[Any], Any]]] = {
    Center: (CollabPermission.VIEW_CENTER, lambda center: center),
    Collaborative: (CollabPermission.VIEW_COLLABORATIVE, lambda collaborative: collaborative),
    Agency: (TeamsPermission.VIEW_AGENCY, lambda agency: agency),
    Team: (TeamsPermission.VIEW_TEAM, lambda team: team),
    LeaderRequest: (TeamsPermission.VIEW_TEAM, lambda request: request.team),
    Aim: (TeamsPermission.VIEW_TEAM, lambda aim: aim.team),
    Ramp: (TeamsPermission.VIEW_TEAM, lambda ramp: ramp.team),
    Cycle: (PdsaPermission.VIEW_CYCLE, lambda cycle: cycle),
    Comment: (PdsaPermission.VIEW_CYCLE, lambda comment: comment.cycle),
    CoachNote: (PdsaPermission.COACH_CYCLE, lambda note: note.cycle),
    CoachScore: (PdsaPermission.SEE_SCORE, lambda score: score),
    Submission: (MetricsPermission.VIEW_FIGURES, lambda submission: submission.team),
    Observation: (MetricsPermission.VIEW_FIGURES, lambda observation: observation.team),
    StratifiedObservation: (MetricsPermission.VIEW_FIGURES, lambda observation: observation.team),
    PlanAnswer: (MetricsPermission.VIEW_FIGURES, lambda answer: answer.team),
    Report: (MetricsPermission.VIEW_REPORT, lambda report: report),
    ChartDecision: (MetricsPermission.VIEW_FIGURES, lambda decision: decision.team),
    Annotation: (MetricsPermission.VIEW_FIGURES, lambda annotation: annotation.team),
    Query: (MetricsPermission.VIEW_FIGURES, lambda query: query.team),
    Site: (MetricsPermission.VIEW_FIGURES, lambda site: site.team),
}


def rule_modules() -> Iterator[Any]:
    """The ``rules`` module of every room that has one."""
    for room in ("collab", "teams", "pdsa", "metrics", "equity"):
        if importlib.util.find_spec(f"{room}.rules"):
            yield importlib.import_module(f"{room}.rules")


def all_permissions() -> set[StrEnum]:
    return {
        permission
        for module in rule_modules()
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, StrEnum) and kind.__module__ == module.__name__
        for permission in kind
    }


def all_accesses() -> dict[StrEnum, Access]:
    return {
        access.permission: access
        for module in rule_modules()
        for access in vars(module).values()
        if isinstance(access, Access)
    }


def test_every_permission_is_registered_has_its_pair_and_is_asked_here() -> None:
    permissions = all_permissions()
    assert {permission for permission in permissions if not rules.perm_exists(permission.value)} == set()
    assert set(all_accesses()) == permissions
    assert set(ASKED_ABOUT) == permissions


def test_every_table_that_knows_who_sees_it_is_asked_here() -> None:
    assert {model for model in apps.get_models() if hasattr(model._default_manager, "visible_to")} == set(SEEN_WITH)


def disagreements(person: Any) -> list[tuple[str, object]]:
    """Every object about which the two answers differ for this person, with the question."""
    found: list[tuple[str, object]] = []
    for permission, access in all_accesses().items():
        model = ASKED_ABOUT[permission]
        in_table = set(model._default_manager.filter(access.rows(person)))
        for row in model._default_manager.all():
            answers = {row in in_table, access.check(person, row), person.has_perm(permission.value, row)}
            if len(answers) > 1:
                found.append((permission.value, row))
    for model, (permission, about) in SEEN_WITH.items():
        seen = set(model._default_manager.visible_to(person))  # type: ignore[attr-defined]
        found += [
            (f"{model.__name__}.visible_to", row)
            for row in model._default_manager.all()
            if (row in seen) != person.has_perm(permission.value, about(row))
        ]
    return found


def holds_nothing(person: Any) -> bool:
    return all(
        not ASKED_ABOUT[permission]._default_manager.filter(access.rows(person)).exists()
        for permission, access in all_accesses().items()
        # One's own reports stay one's own; whether they may still be opened is asked again (metrics.queries.reports).
        if permission is not MetricsPermission.VIEW_REPORT or not person.is_active
    )


def make_figures(team: Team, requested_by: User) -> None:
    """One row of everything that hangs on a team."""
    submission = SubmissionFactory(team=team)
    ObservationFactory(submission=submission)
    StratifiedObservationFactory(submission=submission)
    LeaderRequestFactory(team=team)
    SiteFactory(team=team)
    QueryFactory(team=team)
    QueryFactory(team=team, raised_by=requested_by, raised_by_team=True)
    PlanAnswerFactory(team=team)
    ReportFactory(collaborative=team.collaborative, requested_by=requested_by)
    ChartDecisionFactory(team=team)
    AnnotationFactory(team=team)
    make_tests(team, read_by=requested_by)


def make_tests(team: Team, read_by: User) -> None:
    """A cycle for each way to share one, begun and not begun, with what is written beside it."""
    AimFactory(team=team)
    CycleFactory(team=team, sharing=Sharing.CENTER)
    for sharing in Sharing:
        cycle = CycleFactory(team=team, stage=Stage.CLOSED, sharing=sharing)
        CommentFactory(cycle=cycle)
        CoachNoteFactory(cycle=cycle)
        CoachScoreFactory(cycle=cycle)
    CoachScoreFactory(cycle=cycle, coach=read_by)


def test_everybody_of_the_small_world_gets_one_answer() -> None:
    world = make_world()
    for team, person in zip(world.teams, world.users.values(), strict=False):
        make_figures(team, requested_by=person)
    assert {who: disagreements(person) for who, person in world.people.items()} == {who: [] for who in world.people}


# --- Worlds at random ----------------------------------------------------------------------------------------------

# Days from today on which a role begins, and how many later it ends.
DAYS = st.tuples(st.sampled_from([-400, -1, 0, 1]), st.sampled_from([None, 0, 1, 399, 400, 401]))


@dataclass(frozen=True)
class Held:
    """A role that a person of a made-up world holds: in which place of its kind, from when until when."""

    role: StrEnum
    place: int
    days: tuple[int, int | None]

    @property
    def dates(self) -> dict[str, dt.date | None]:
        began, lasted = self.days
        start = timezone.now().date() + dt.timedelta(days=began)
        return {"started_on": start, "ended_on": None if lasted is None else start + dt.timedelta(days=lasted)}

    @property
    def is_current(self) -> bool:
        """Written out once more, and not taken from the models."""
        began, lasted = self.days
        return began <= 0 and (lasted is None or began + lasted > 0)


@dataclass(frozen=True)
class Made:
    """A made-up person."""

    is_active: bool
    is_superuser: bool
    held: tuple[Held, ...]


ROLES = st.sampled_from([*CenterRole, *CollaborativeRole, *AgencyRole, *TeamRole])
PEOPLE = st.builds(
    Made,
    is_active=st.sampled_from([True, True, True, False]),
    is_superuser=st.sampled_from([False, False, False, False, True]),
    held=st.lists(st.builds(Held, ROLES, st.integers(0, 5), DAYS), max_size=5).map(tuple),
)
# Teams: in which collaborative, of which agency, with which partner (none where it is the same).
TEAMS = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 3), st.integers(0, 3)),
    min_size=1,
    max_size=5,
    unique_by=lambda team: (team[0], team[1], team[1] == team[2]),
)
PLACES: dict[type[StrEnum], tuple[str, type[models.Model], str]] = {
    CenterRole: ("centers", CenterAppointment, "center"),
    CollaborativeRole: ("collaboratives", CollaborativeAppointment, "collaborative"),
    AgencyRole: ("agencies", AgencyAppointment, "agency"),
    TeamRole: ("teams", TeamMembership, "team"),
}


def build(teams: list[tuple[int, int, int]], made: Made, *, sees_small: bool) -> User:
    """Two centers, three collaboratives, four agencies, these teams, and the person."""
    centers = CenterFactory.create_batch(2)
    author = UserFactory()
    collaboratives = [
        CollaborativeFactory(center=centers[number % 2], faculty_see_small_counts=sees_small, created_by=author)
        for number in range(3)
    ]
    agencies = [AgencyFactory(center=centers[number % 2]) for number in range(4)]
    places: dict[str, list[Any]] = {
        "centers": centers,
        "collaboratives": collaboratives,
        "agencies": agencies,
        "teams": [
            TeamFactory(
                collaborative=collaboratives[collaborative],
                agency=agencies[agency],
                partner_agency=None if partner == agency else agencies[partner],
            )
            for collaborative, agency, partner in teams
        ],
    }
    person: User = UserFactory(is_active=made.is_active, is_superuser=made.is_superuser)
    taken = set()
    for held in made.held:
        kind, model, name = PLACES[type(held.role)]
        place = places[kind][held.place % len(places[kind])]
        # A role is held once at a time, and a person is in a team once.
        key = (place, None if model is TeamMembership else held.role)
        if key not in taken:
            taken.add(key)
            model._default_manager.create(**{name: place}, user=person, role=held.role, **held.dates)
    ReportFactory(collaborative=collaboratives[0], requested_by=person)
    ReportFactory(collaborative=collaboratives[0], requested_by=author)
    make_figures(places["teams"][0], requested_by=author)
    # What the person read when they were, or were not, a coach here.
    CoachScoreFactory(cycle=Cycle.objects.filter(stage=Stage.CLOSED).earliest("pk"), coach=person)
    return User.objects.get(pk=person.pk)


@given(teams=TEAMS, made=PEOPLE, sees_small=st.booleans())
@settings(max_examples=100, deadline=None)
def test_anybody_anywhere_gets_one_answer(teams: list[tuple[int, int, int]], made: Made, sees_small: bool) -> None:
    with transaction.atomic():
        person = build(teams, made, sees_small=sees_small)
        assert disagreements(person) == []
        # Whoever is switched off, or holds no role today, may do nothing.
        if not made.is_active or not (made.is_superuser or any(held.is_current for held in made.held)):
            assert holds_nothing(person)
        transaction.set_rollback(True)
