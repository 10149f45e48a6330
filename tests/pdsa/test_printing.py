"""Worksheets, ramps, aims and storyboards on paper: what is on them, and what is not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from collab.common.models import AuditEvent
from collab.common.sections import sections_for
from collab.models import User
from metrics.enums import ReportKind, ReportStatus
from metrics.models import Report
from pdsa.enums import AimForm, PdsaEvent, Stage
from pdsa.presenters.printing import (
    LONGEST_PRINTED,
    parts_of,
    print_aim,
    print_blank,
    print_ramp,
    print_storyboard,
    print_worksheet,
    storyboard_of,
)
from pdsa.presenters.ramps import sentence_of
from pdsa.queries.cycles import find_cycle
from pdsa.queries.ramps import cycles_of_ramp
from teams.enums import TeamRole
from teams.models import Team
from tests.factories.collab import CollaborativeAppointmentFactory, CollaborativeFactory, MeasureFactory
from tests.factories.pdsa import AimFactory, CycleFactory, DataPointFactory, RampFactory
from tests.factories.teams import TeamFactory, TeamMembershipFactory
from tests.pdf import elements, text_of

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

NOW = dt.datetime(2025, 7, 5, 12, tzinfo=dt.UTC)
ClientFor = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def team() -> Team:
    made: Team = TeamFactory(
        collaborative=CollaborativeFactory(slug="waits", faculty_see_small_counts=False), slug="north"
    )
    return made


@pytest.fixture
def member(team: Team) -> User:
    made: User = TeamMembershipFactory(team=team).user
    return made


def coach_of(team: Team) -> User:
    made: User = CollaborativeAppointmentFactory(collaborative=team.collaborative).user
    return made


class TestAWorksheet:
    def test_has_all_its_parts_tagged(self, team: Team, member: User) -> None:
        cycle = CycleFactory(team=team, stage=Stage.CLOSED, title="Call the day before")
        data = print_worksheet(find_cycle(member, "waits", "north", cycle.number), member).data

        text = text_of(data)
        for words in (
            "Call the day before",
            "Do more people come when we call the day before?",
            "Six of seven people who are called come.",
            "Five of seven people picked up; two voicemails.",
            "A call before 3 pm reaches people.",
            "Adopt, 14 Mar 2025",
        ):
            assert words in text
        headings = [kind for kind, _alt in elements(data) if kind in ("H1", "H2")]
        assert headings == ["H1", "H2", "H2", "H2", "H2"]

    def test_an_open_one_leaves_lines_and_boxes_and_a_closed_one_none(self, team: Team) -> None:
        open_one = CycleFactory(team=team, change="")
        closed = CycleFactory(team=team, stage=Stage.CLOSED, change="")

        pens = [
            [item.label for part in parts_of(each, may_see_numbers=True) for item in part.items if hasattr(item, "pen")
             and (item.pen or item.choices)]
            for each in (open_one, closed)
        ]  # fmt: skip

        assert "What will you try?" in pens[0]
        assert "Decision" in pens[0]
        assert pens[1] == []

    def test_a_very_long_text_is_cut_and_says_so(self, team: Team, member: User) -> None:
        cycle = CycleFactory(team=team, stage=Stage.DO, observations="word " * 4000)
        data = print_worksheet(find_cycle(member, "waits", "north", cycle.number), member)

        assert f"The rest, {20_000 - LONGEST_PRINTED} characters, stands on the site." in text_of(data.data)
        assert data.pages <= 6

    def test_scripts_are_text(self, team: Team, member: User) -> None:
        cycle = CycleFactory(team=team, title="<script>alert(1)</script>", change="<img src=https://elsewhere.example>")
        assert "<script>alert(1)</script>" in text_of(
            print_worksheet(find_cycle(member, "waits", "north", cycle.number), member).data
        )

    def test_numbers_are_for_those_who_see_small_counts(self, team: Team, member: User) -> None:
        cycle = CycleFactory(team=team, stage=Stage.DO)
        DataPointFactory(cycle=cycle, value=4321, out_of=4322, label="Secretly counted")
        coach = coach_of(team)

        own = text_of(print_worksheet(find_cycle(member, "waits", "north", cycle.number), member).data)
        theirs = text_of(print_worksheet(find_cycle(coach, "waits", "north", cycle.number), coach).data)

        assert "4,321" in own
        assert "4,321" not in theirs
        assert "Secretly counted" not in theirs
        assert "The numbers of a small test are shown only to the team and its leader." in theirs

    def test_a_blank_one_fits_on_two_sides(self, team: Team, member: User) -> None:
        assert print_blank(team, member).pages == 2


class TestARamp:
    def test_has_the_pages_sentence_its_drawing_and_lessons(self, team: Team, member: User) -> None:
        ramp = RampFactory(team=team, number=2, title="Reminder calls")
        CycleFactory(team=team, ramp=ramp, stage=Stage.CLOSED, learned="A call before 3 pm reaches people.")

        data = print_ramp(ramp, member).data

        sentence = sentence_of(ramp, cycles_of_ramp(ramp), today=NOW.date())
        assert sentence in text_of(data)
        assert "A call before 3 pm reaches people." in text_of(data)
        assert [alt for kind, alt in elements(data) if kind == "Figure" and alt] == [
            f"Ramp 2: Reminder calls. {sentence}"
        ]

    def test_without_cycles_says_so(self, team: Team, member: User) -> None:
        assert "Ramp 1: no cycle yet." in text_of(print_ramp(RampFactory(team=team, number=1), member).data)


class TestAnAim:
    def test_a_charter_has_its_own_questions_and_an_aim_statement_has_not(self, team: Team, member: User) -> None:
        aim = AimFactory(team=team, form=AimForm.CHARTER, business_case="Empty hours cost money.")
        assert "Empty hours cost money." in text_of(print_aim(aim, member).data)

        aim.form = AimForm.IMPROVEMENT
        assert "Empty hours cost money." not in text_of(print_aim(aim, member).data)


class TestAStoryboard:
    def test_tells_aim_team_charts_tests_and_lessons(self, team: Team, member: User) -> None:
        MeasureFactory(collaborative=team.collaborative, version__name="Missed visits")
        AimFactory(team=team, equity_group="People who speak Spanish")
        TeamMembershipFactory(team=team, role=TeamRole.LEADER, user__name="Ana Ruiz")
        CycleFactory(team=team, stage=Stage.CLOSED, learned="A call before 3 pm reaches people.")
        CycleFactory(team=team, title="Text three people")

        text = text_of(print_storyboard(team, member).data)

        for words in (
            "Fewer missed first appointments",
            "People who speak Spanish",
            "Ana Ruiz, Team leader",
            "Are we getting better?",
            "Missed visits",
            "What we tested",
            "A call before 3 pm reaches people.",
            "Text three people (Planning)",
        ):
            assert words in text

    def test_a_test_of_this_month_is_told_once_and_late_numbers_not_at_all(self, team: Team, member: User) -> None:
        CycleFactory(
            team=team, stage=Stage.CLOSED, closed_on=dt.date(2025, 7, 1), learned="A call before 3 pm reaches people."
        )
        sections = {section.anchor for section in sections_for(team, team.collaborative.span, member)}
        assert {"tests", "kept"} <= sections  # the team's home has both

        text = text_of(print_storyboard(team, member).data)

        assert text.count("A call before 3 pm reaches people.") == 1
        assert "Do our numbers come whole and on time?" not in text

    def test_people_with_lived_experience_are_told_by_number(self, team: Team, member: User) -> None:
        for role in (TeamRole.PEER, TeamRole.LIVED_EXPERIENCE, TeamRole.FAMILY):
            TeamMembershipFactory(team=team, role=role, user__name=f"Hidden {role.value}")

        text = text_of(print_storyboard(team, member).data)

        assert "Hidden" not in text
        assert "3 people of the team bring lived experience or are peers or family members." in text

    def test_an_empty_one_says_what_is_missing(self, team: Team, member: User) -> None:
        board = storyboard_of(team, member)
        assert (board.aims, board.cards, board.learned, board.next_tests) == ((), (), (), ())
        text = text_of(print_storyboard(team, member).data)
        assert "No aim is written yet." in text
        assert "No change has been tested yet." in text

    def test_is_asked_for_as_a_report_and_made_by_a_job(
        self, team: Team, member: User, client_for: ClientFor, django_capture_on_commit_callbacks: Callable[..., object]
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
            client_for(member).post(reverse("reports", args=["waits"]), {"kind": "storyboard", "subject": team.pk})

        report = Report.objects.get()
        assert (report.kind, report.team) == (ReportKind.STORYBOARD, team)
        assert report.status in (ReportStatus.READY, ReportStatus.WAITING)

    def test_a_neighbor_can_not_ask_for_it(self, team: Team, client_for: ClientFor) -> None:
        neighbor = TeamMembershipFactory(team__collaborative=team.collaborative).user
        client_for(neighbor).post(reverse("reports", args=["waits"]), {"kind": "storyboard", "subject": team.pk})
        assert Report.objects.count() == 0


def test_what_is_printed_is_written_down(team: Team, member: User, client_for: ClientFor) -> None:
    cycle = CycleFactory(team=team)
    answer = client_for(member).get(reverse("cycle_print", args=["waits", "north", cycle.number]))

    assert answer["Content-Type"] == "application/pdf"
    assert {"private", "no-store"} <= {each.strip() for each in answer["Cache-Control"].split(",")}
    assert answer["Content-Disposition"] == f'inline; filename="north-cycle-{cycle.number}.pdf"'
    assert AuditEvent.objects.about(cycle).get().event == PdsaEvent.PRINTED
