"""Series of cycles: their words, their drawing, and what can be done with them."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from collab.common.models import AuditEvent
from collab.models import User
from pdsa.actions.ramps import add_ramp, change_ramp, end_ramp, resume_ramp
from pdsa.actions.workflow import plan_cycle, plan_next, reopen
from pdsa.actions.worksheet import save
from pdsa.charts import to_list_svg, to_strip_svg, to_svg
from pdsa.charts.build import height_of, scale_ticks
from pdsa.enums import Decision, Match, PdsaEvent, RampStatus, Stage
from pdsa.models import Cycle, Ramp
from pdsa.policies import NotReadyError
from pdsa.presenters.ramps import (
    card_of,
    decisions_in_words,
    growth_in_words,
    learned_from,
    next_base,
    parallel_card,
    result_of,
    rows_of,
    sentence_of,
    strip_of,
)
from pdsa.queries.ramps import cycles_of_ramp, ramps_with_cycles
from teams.models import Team
from tests.factories.collab import (
    ChangeIdeaFactory,
    ChangePackageFactory,
    CollaborativeAppointmentFactory,
    CollaborativeFactory,
)
from tests.factories.pdsa import AimFactory, CycleFactory, QuestionFactory, RampFactory
from tests.factories.teams import TeamFactory, TeamMembershipFactory
from tests.pages import Page

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

NOW = dt.datetime(2025, 7, 5, 12, tzinfo=dt.UTC)
TODAY = NOW.date()
MONDAY = dt.date(2025, 3, 3)


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def team() -> Team:
    made: Team = TeamFactory(collaborative=CollaborativeFactory(slug="waits"), slug="north")
    return made


@pytest.fixture
def member(team: Team) -> User:
    made: User = TeamMembershipFactory(team=team).user
    return made


def closed(ramp: Ramp, begun: dt.date, days: int, decision: Decision = Decision.ADAPT, **more: Any) -> Cycle:
    """A closed cycle of ``ramp`` that went from ``begun`` for so many days."""
    end = begun + dt.timedelta(days=days)
    made: Cycle = CycleFactory(
        team=ramp.team,
        ramp=ramp,
        stage=Stage.CLOSED,
        decision=decision,
        plan_start=begun,
        started_on=begun,
        ended_on=end,
        studied_on=end,
        closed_on=end,
        **more,
    )
    return made


@pytest.fixture
def four(team: Team) -> Ramp:
    """Four cycles in seven weeks, from 1 to 20 people."""
    ramp = RampFactory(team=team, number=2, title="Reminder calls")
    previous = None
    for week, people, decision in (
        (0, 1, Decision.ADAPT),
        (2, 5, Decision.ADAPT),
        (4, 10, Decision.ADOPT),
        (6, 20, Decision.ADOPT),
    ):
        begun = MONDAY + dt.timedelta(weeks=week)
        previous = closed(ramp, begun, 5, decision, people=people, previous=previous)
    return ramp


class TestTheSentence:
    def test_tells_count_span_growth_and_decisions(self, four: Ramp) -> None:
        assert sentence_of(four, cycles_of_ramp(four), today=TODAY) == (
            "Ramp 2: 4 cycles in 7 weeks, grew from 1 to 20 people, adapted twice, adopted twice."
        )

    def test_of_none(self, team: Team) -> None:
        assert sentence_of(RampFactory(team=team, number=1), [], today=TODAY) == "Ramp 1: no cycle yet."

    def test_of_one_that_is_planned(self, team: Team) -> None:
        ramp = RampFactory(team=team, number=1)
        cycle = CycleFactory(team=team, ramp=ramp)

        assert sentence_of(ramp, [cycle], today=TODAY) == "Ramp 1: 1 cycle, 1 planned."

    def test_of_one_that_is_open_counts_until_today(self, team: Team) -> None:
        ramp = RampFactory(team=team, number=1)
        cycle = CycleFactory(team=team, ramp=ramp, stage=Stage.DO, started_on=TODAY - dt.timedelta(days=3))

        assert sentence_of(ramp, [cycle], today=TODAY) == "Ramp 1: 1 cycle in 4 days, 1 still open."

    @pytest.mark.parametrize(
        ("scales", "words"),
        [
            ([(1, 1, 1)], ""),
            ([(5, 1, 1), (5, 1, 1)], "stayed at 5 people"),
            ([(5, 1, 1), (2, 1, 1)], "stayed at 5 people"),
            ([(1, 1, 1), (1, 3, 1)], "grew from 1 to 3 sites"),
            ([(1, 1, 1), (12, 2, 10)], "grew from 1 to 12 people, from 1 to 2 sites and from 1 to 10 days"),
            # The largest counts, also when the last one is smaller again.
            ([(1, 1, 1), (30, 1, 1), (10, 1, 1)], "grew from 1 to 30 people"),
        ],
    )
    def test_of_growth(self, team: Team, scales: list[tuple[int, int, int]], words: str) -> None:
        cycles = [
            CycleFactory.build(team=team, ramp=None, started_on=MONDAY, people=people, sites=sites, days=days)
            for people, sites, days in scales
        ]

        assert growth_in_words(cycles) == words

    def test_a_plan_is_no_growth(self, team: Team) -> None:
        cycles = [
            CycleFactory.build(team=team, ramp=None, started_on=MONDAY, people=1),
            CycleFactory.build(team=team, ramp=None, started_on=None, people=50),
        ]

        assert growth_in_words(cycles) == ""

    @pytest.mark.parametrize(
        ("decisions", "words"),
        [
            ([], []),
            (["", "adopt"], ["adopted"]),
            (["adapt"] * 3 + ["abandon"], ["adapted 3 times", "abandoned"]),
        ],
    )
    def test_of_decisions(self, decisions: list[str], words: list[str]) -> None:
        assert decisions_in_words([Cycle(decision=decision) for decision in decisions]) == words


class TestTheOrderAndTheLinks:
    def test_cycles_stand_by_their_first_day_and_plans_last(self, team: Team) -> None:
        ramp = RampFactory(team=team)
        plan = CycleFactory(team=team, ramp=ramp, number=1)
        second = closed(ramp, MONDAY + dt.timedelta(days=9), 2, number=2)
        first = closed(ramp, MONDAY, 2, number=3)

        assert cycles_of_ramp(ramp) == [first, second, plan]

    def test_a_branch_says_which_cycle_it_follows(self, team: Team) -> None:
        ramp = RampFactory(team=team)
        first = closed(ramp, MONDAY, 2, number=1)
        closed(ramp, MONDAY + dt.timedelta(days=7), 2, number=2, previous=first)
        closed(ramp, MONDAY + dt.timedelta(days=9), 2, number=3, previous=first)
        closed(ramp, MONDAY + dt.timedelta(days=12), 2, number=4)

        assert [row.follows for row in rows_of(cycles_of_ramp(ramp))] == [
            "", "", "follows cycle 1", "follows no cycle",
        ]  # fmt: skip
        figure = card_of(ramp, cycles_of_ramp(ramp)).figure
        assert [step.follows for step in figure.lanes[0].steps] == [None, 0, 0, None]
        # Straight to the neighbor, in a bow over the one between.
        assert to_svg(figure).count("Q") == 1

    def test_a_cycle_that_follows_one_of_another_ramp_is_joined_with_none(self, team: Team) -> None:
        elsewhere = closed(RampFactory(team=team), MONDAY, 2, number=1)
        ramp = RampFactory(team=team)
        closed(ramp, MONDAY, 2, number=2, previous=elsewhere)

        (row,) = rows_of(cycles_of_ramp(ramp))
        (step,) = card_of(ramp, cycles_of_ramp(ramp)).figure.lanes[0].steps
        assert (row.follows, step.follows) == ("follows cycle 1", None)

    @pytest.mark.parametrize(
        ("matches", "words"),
        [
            ([], ""),
            ([""], ""),
            ([Match.NO], "Different"),
            ([Match.YES, Match.PARTLY, Match.YES], "2 of 3 as predicted"),
        ],
    )
    def test_the_result_counts_predictions(self, team: Team, matches: list[str], words: str) -> None:
        cycle = CycleFactory(team=team, asked=False)
        for match in matches:
            QuestionFactory(cycle=cycle, match=match)

        assert result_of(cycle) == words


class TestTheDrawing:
    def test_each_cycle_is_a_link_with_its_whole_text(self, four: Ramp) -> None:
        svg = to_svg(card_of(four, cycles_of_ramp(four)).figure)

        assert re.findall(r'<a href="([^"]+)"', svg) == [
            reverse("cycle", args=["waits", "north", number]) for number in (1, 2, 3, 4)
        ]
        assert re.findall(r'aria-label="([^"]+)"', svg)[0].endswith(
            ": 1 person, 1 site, 1 day; 3 Mar 2025 to 8 Mar 2025; adapted"
        )
        assert re.findall(r'class="ramp-became">([a-z]+)<', svg) == ["adapted", "adapted", "adopted", "adopted"]

    def test_on_paper_it_is_one_picture_with_its_sentence(self, four: Ramp) -> None:
        card = card_of(four, cycles_of_ramp(four))

        assert "<a " not in card.paper
        assert f'<title id="ramp-{four.pk}-paper-title">Ramp 2: Reminder calls. {card.sentence}</title>' in card.paper

    def test_titles_are_escaped(self, team: Team) -> None:
        ramp = RampFactory(team=team, title="<script>alert(1)</script>")
        closed(ramp, MONDAY, 2, title='"><img src=x onerror=alert(2)>')
        card = card_of(ramp, cycles_of_ramp(ramp))

        for svg in (card.wide, card.narrow, card.paper, to_strip_svg(card.figure)):
            assert "<script" not in svg
            assert "<img" not in svg

    @pytest.mark.parametrize("count", [1, 2, 15, 40])
    def test_cycles_never_lie_on_each_other(self, team: Team, count: int) -> None:
        ramp = RampFactory(team=team)
        for number in range(count):
            closed(ramp, MONDAY + dt.timedelta(days=number), 1, people=number + 1)
        cycles = cycles_of_ramp(ramp)
        figure = card_of(ramp, cycles).figure

        xs = [float(x) for x in re.findall(r'<circle cx="([\d.]+)" cy="[\d.]+" r="12"', to_svg(figure))]
        assert len(xs) == count
        assert all(right - left >= 26 for left, right in itertools.pairwise(xs))
        assert to_list_svg(figure).count("<a ") == count

    def test_parallel_ramps_stand_on_one_calendar(self, team: Team) -> None:
        aim = AimFactory(team=team)
        early, late = RampFactory(team=team, aim=aim, title="Calls"), RampFactory(team=team, aim=aim, title="Texts")
        closed(early, MONDAY, 2, people=1)
        closed(late, MONDAY + dt.timedelta(days=50), 2, people=100)
        closed(early, MONDAY + dt.timedelta(days=100), 2, people=10)

        card = parallel_card(aim, ramps_with_cycles(team, aim=aim), today=TODAY)

        assert [[step.along for step in lane.steps] for lane in card.figure.lanes] == [[0.0, 1.0], [0.5]]
        assert [[round(step.height, 3) for step in lane.steps] for lane in card.figure.lanes] == [[0.0, 0.5], [1.0]]
        assert [tick.text for tick in card.figure.days] == ["Apr 2025", "May 2025", "Jun 2025"]
        assert card.sentence == "2 ramps lead to this aim, side by side."
        assert [row.cycle.ramp_id for row in card.rows] == [early.pk, early.pk, late.pk]

    def test_a_ramp_without_cycles_is_empty(self, team: Team) -> None:
        card = card_of(RampFactory(team=team), [])

        assert card.figure.is_empty
        assert "</svg>" in card.wide

    def test_the_strip_marks_its_cycle_and_leads_on(self, four: Ramp) -> None:
        first, second, third, _fourth = cycles_of_ramp(four)

        strip = strip_of(Cycle.objects.select_related("ramp", "team__collaborative").get(pk=second.pk))

        assert (strip.before, strip.after) == (first, (third,))
        assert strip.picture.count("ramp-here") == 1
        assert "<a " not in strip.picture

    @pytest.mark.parametrize(("place", "shown"), [(0, range(1, 11)), (19, range(15, 25)), (29, range(21, 31))])
    def test_a_long_strip_shows_the_part_around_its_cycle(self, team: Team, place: int, shown: range) -> None:
        ramp = RampFactory(team=team)
        cycles = [closed(ramp, MONDAY + dt.timedelta(days=number), 1) for number in range(30)]
        figure = card_of(ramp, cycles_of_ramp(ramp), current=cycles[place]).figure

        numbers = [int(number) for number in re.findall(r">(\d+)</text>", to_strip_svg(figure))]
        assert numbers == list(shown)

    @pytest.mark.unit
    @given(st.integers(1, 10**15), st.integers(1, 10**15))
    def test_a_larger_test_never_stands_lower(self, one: int, other: int) -> None:
        small, large = sorted((one, other))
        top = max(large, 2)
        assert 0 <= height_of(small, top) <= height_of(large, top) <= 1 + 1e-9

    @pytest.mark.unit
    @pytest.mark.parametrize(
        ("top", "labels"),
        [
            (1, ["1"]),
            (7, ["1", "2", "5"]),
            (46, ["1", "5", "20"]),
            (1840, ["1", "10", "100", "1,000"]),
            (10**15, ["1", "10", "200", "100,000", "1,000,000,000,000,000"]),
        ],
    )
    def test_ticks_are_few_and_round(self, top: int, labels: list[str]) -> None:
        ticks = scale_ticks(top)
        assert [tick.text for tick in ticks] == labels
        assert all(0 <= tick.at <= 1 for tick in ticks)


class TestWhatIsLearned:
    def test_lessons_stand_in_order_and_an_abandoned_plan_says_why(self, team: Team) -> None:
        ramp = RampFactory(team=team)
        closed(ramp, MONDAY, 2, learned="Calls reach people.")
        closed(ramp, MONDAY + dt.timedelta(days=7), 2, Decision.ABANDON, learned="", decision_reason="Too costly.")
        CycleFactory(team=team, ramp=ramp)

        assert [(each.words, each.became) for each in learned_from(cycles_of_ramp(ramp))] == [
            ("Calls reach people.", "adapted"),
            ("Too costly.", "abandoned"),
        ]

    def test_the_next_cycle_follows_the_newest_closed_one(self, four: Ramp) -> None:
        cycles = cycles_of_ramp(four)
        assert next_base(cycles) == cycles[-1]

        CycleFactory(team=four.team, ramp=four)
        assert next_base(cycles_of_ramp(four)) is None
        assert next_base([]) is None


class TestBeginningAndEnding:
    def test_a_double_press_begins_one(self, team: Team, member: User) -> None:
        made = [add_ramp(by=member, team=team, title="Evening hours") for _press in range(2)]

        assert made[0] == made[1]
        assert team.ramps.count() == 1

    def test_an_idea_brings_its_drivers(self, team: Team, member: User) -> None:
        idea = ChangeIdeaFactory(package__collaborative=team.collaborative)
        ramp = add_ramp(by=member, team=team, title="Own")
        assert list(ramp.drivers.all()) == []

        changed = change_ramp(by=member, ramp=ramp, values={"idea": idea})

        assert changed == ["idea"]
        assert list(ramp.drivers.all()) == list(idea.drivers.all())

    def test_the_aim_of_another_team_is_refused(self, team: Team, member: User) -> None:
        with pytest.raises(ValidationError, match="aim of its own team"):
            add_ramp(by=member, team=team, title="Own", aim=AimFactory())

    def test_it_ends_only_when_nothing_is_open(self, team: Team, member: User) -> None:
        ramp = RampFactory(team=team)
        CycleFactory(team=team, ramp=ramp, number=7)

        with pytest.raises(NotReadyError) as refused:
            end_ramp(by=member, ramp=ramp, status=RampStatus.FINISHED)

        assert refused.value.sentence == "Cycle 7 is still open. Close it first, or abandon it with what you learned."

    def test_stopping_needs_a_reason_and_finishing_none(self, team: Team, member: User) -> None:
        ramp = RampFactory(team=team)
        with pytest.raises(NotReadyError, match="Say why the series stops"):
            end_ramp(by=member, ramp=ramp, status=RampStatus.STOPPED, reason="  ")

        end_ramp(by=member, ramp=ramp, status=RampStatus.FINISHED)

        ramp.refresh_from_db()
        assert (ramp.status, ramp.ended_on) == ("finished", TODAY)

    def test_it_can_not_end_tomorrow_or_twice(self, team: Team, member: User) -> None:
        ramp = RampFactory(team=team)
        with pytest.raises(NotReadyError, match="is in the future"):
            end_ramp(by=member, ramp=ramp, status=RampStatus.FINISHED, on=TODAY + dt.timedelta(days=1))
        end_ramp(by=member, ramp=ramp, status=RampStatus.STOPPED, reason="Nobody opens letters.")
        with pytest.raises(NotReadyError, match="ended already"):
            end_ramp(by=member, ramp=ramp, status=RampStatus.FINISHED)

    def test_taken_up_again_its_reason_stays_in_the_history(self, team: Team, member: User) -> None:
        ramp = RampFactory(team=team, status=RampStatus.STOPPED, status_reason="No staff.")

        resume_ramp(by=member, ramp=ramp)

        ramp.refresh_from_db()
        assert (ramp.status, ramp.status_reason, ramp.ended_on) == ("active", "", None)
        event = AuditEvent.objects.about(ramp).get()
        assert (event.event, event.detail["reason"]) == (PdsaEvent.RAMP_RESUMED, "No staff.")
        with pytest.raises(NotReadyError, match="goes on already"):
            resume_ramp(by=member, ramp=ramp)

    @pytest.mark.parametrize(
        "open_again",
        [
            lambda by, closed_one: plan_next(by=by, cycle=closed_one),
            lambda by, closed_one: plan_cycle(by=by, team=closed_one.team, title="New", ramp=closed_one.ramp),
            lambda by, closed_one: reopen(by=by, cycle=closed_one, reason="A number was wrong."),
            lambda by, closed_one: save(
                by=by,
                cycle=CycleFactory(team=closed_one.team, ramp=RampFactory(team=closed_one.team, number=3)),
                values={"ramp": closed_one.ramp},
            ),
        ],
        ids=["next", "planned", "reopened", "moved into it"],
    )
    def test_an_ended_one_goes_on_with_a_cycle_that_opens_in_it(
        self, four: Ramp, member: User, open_again: Callable[[User, Cycle], object]
    ) -> None:
        last = four.cycles.latest("pk")
        end_ramp(by=member, ramp=four, status=RampStatus.STOPPED, reason="Nobody opens letters.")

        open_again(member, last)
        plan_cycle(by=member, team=four.team, title="One more", ramp=four)

        four.refresh_from_db()
        assert (four.status, four.status_reason, four.ended_on) == ("active", "", None)
        # Once, and with the reason that it had.
        told = AuditEvent.objects.about(four).filter(event=PdsaEvent.RAMP_RESUMED)
        assert [event.detail["reason"] for event in told] == ["Nobody opens letters."]

    def test_a_refused_reopening_leaves_it_ended(self, four: Ramp, member: User) -> None:
        end_ramp(by=member, ramp=four, status=RampStatus.FINISHED)

        with pytest.raises(NotReadyError, match="Say in a sentence why"):
            reopen(by=member, cycle=four.cycles.latest("pk"), reason=" ")

        four.refresh_from_db()
        assert four.status == RampStatus.FINISHED


class TestPages:
    def test_a_member_sees_what_comes_next(
        self, four: Ramp, member: User, client_for: Callable[[User], Client]
    ) -> None:
        page = Page(client_for(member).get(four.get_absolute_url()))

        assert page.texts("h1") == ["Reminder calls"]
        assert page.texts(".chart-sentence") == [sentence_of(four, cycles_of_ramp(four), today=TODAY)]
        assert "Plan the next cycle" in page.texts("button")
        assert page.texts("table tbody tr td:last-child") == ["adapted", "adapted", "adopted", "adopted"]

    def test_faculty_reads_it_without_a_button_to_write(self, four: Ramp, client_for: Callable[[User], Client]) -> None:
        coach = CollaborativeAppointmentFactory(collaborative=four.team.collaborative).user
        page = Page(client_for(coach).get(four.get_absolute_url()))

        assert page.texts("main .btn") == ["Print as PDF"]
        assert client_for(coach).post(reverse("ramp_next", args=["waits", "north", 2])).status_code == 403

    def test_the_next_cycle_opens_prefilled_once(
        self, four: Ramp, member: User, client_for: Callable[[User], Client]
    ) -> None:
        client = client_for(member)
        last = cycles_of_ramp(four)[-1]

        places = [client.post(reverse("ramp_next", args=["waits", "north", 2]))["Location"] for _press in range(2)]

        follower = four.cycles.get(stage=Stage.PLAN)
        assert places == [follower.get_absolute_url()] * 2
        assert (follower.previous, follower.people, follower.change) == (last, 20, last.change)

    def test_the_first_cycle_is_planned_from_an_empty_ramp(
        self, team: Team, member: User, client_for: Callable[[User], Client]
    ) -> None:
        ramp = RampFactory(team=team)
        client = client_for(member)

        page = Page(client.get(ramp.get_absolute_url()))
        answer = client.post(reverse("ramp_next", args=["waits", "north", ramp.number]))

        new = f"{reverse('cycle_new', args=['waits', 'north'])}?ramp={ramp.pk}"
        assert page.texts(".empty-title") == ["No cycle yet"]
        assert page.values(".empty a", "href") == [new]
        assert answer["Location"] == new

    def test_a_ramp_of_an_idea_takes_its_name(
        self, team: Team, member: User, client_for: Callable[[User], Client]
    ) -> None:
        package = ChangePackageFactory(collaborative=team.collaborative, published=True)
        idea = ChangeIdeaFactory(package=package, name="Call the day before")
        aim = AimFactory(team=team)
        client = client_for(member)
        address = reverse("ramp_new", args=["waits", "north"])

        asked = Page(client.get(f"{address}?aim={aim.number}&idea={idea.pk}"))
        client.post(address, {"idea": idea.pk, "aim": aim.pk})

        assert asked.values("option[selected]", "value") == [str(idea.pk), str(aim.pk)]
        made = team.ramps.get()
        assert (made.title, made.aim, made.idea) == ("Call the day before", aim, idea)

    def test_a_ramp_says_which_change_it_tests(
        self, team: Team, member: User, client_for: Callable[[User], Client]
    ) -> None:
        page = Page(
            client_for(member).post(reverse("ramp_new", args=["waits", "north"]), {"objective": "We will know"})
        )

        assert page.texts(".error-summary li") == [
            "Title: Choose a change idea, or say in a few words which change you test."
        ]
        assert page.texts("textarea") == ["We will know"]

    def test_two_people_change_it_and_nothing_is_lost_without_a_word(
        self, team: Team, member: User, client_for: Callable[[User], Client]
    ) -> None:
        # Given a ramp that two people have open
        ramp = RampFactory(team=team, title="Calls", objective="Old")
        other, own = AimFactory(team=team, title="Fewer waits"), AimFactory(team=team, title="More visits")
        edit, client = reverse("ramp_edit", args=["waits", "north", ramp.number]), client_for(member)
        page = Page(client.get(edit))
        opened = {
            "title": "Calls", "objective": "Old", "idea": "", "aim": "",
            "seen": page.one("input[name=seen]").get("value") or "",
        }  # fmt: skip
        by = TeamMembershipFactory(team=team).user
        change_ramp(by=by, ramp=ramp, values={"objective": "New", "aim": other})

        # When the second changes something else
        client.post(edit, opened | {"title": "Reminder calls"})

        # Then both hold
        ramp.refresh_from_db()
        assert (ramp.title, ramp.objective, ramp.aim) == ("Reminder calls", "New", other)
        # And where both changed the same, the second is told, and decides
        told = Page(client.post(edit, opened | {"title": "Reminder calls", "objective": "Mine", "aim": str(own.pk)}))
        assert [line.partition(": ")[2] for line in told.texts(".error-summary li")] == [
            f"Somebody changed this while you were writing. It now says: “{theirs}”. Send once more to keep your words "
            "instead."
            for theirs in ("Fewer waits", "New")
        ]
        ramp.refresh_from_db()
        assert (ramp.objective, ramp.aim) == ("New", other)
        again = opened | {
            "title": "Reminder calls",
            "objective": told.texts("textarea[name=objective]")[0],
            "aim": told.one("select[name=aim] option[selected]").get("value") or "",
            "seen": told.one("input[name=seen]").get("value") or "",
        }
        client.post(edit, again)
        ramp.refresh_from_db()
        assert (ramp.title, ramp.objective, ramp.aim) == ("Reminder calls", "Mine", own)

    def test_ending_with_an_open_cycle_is_told_before_anything_is_typed(
        self, team: Team, member: User, client_for: Callable[[User], Client]
    ) -> None:
        ramp = RampFactory(team=team)
        CycleFactory(team=team, ramp=ramp, number=3)
        address = reverse("ramp_end", args=["waits", "north", ramp.number])
        client = client_for(member)

        page = Page(client.get(address))
        sent = Page(client.post(address, {"status": "stopped", "reason": "No time"}))

        sentence = "Cycle 3 is still open. Close it first, or abandon it with what you learned."
        assert page.texts(".callout-body p") == [sentence]
        assert sent.texts(".error-summary li") == [sentence]
        assert sent.texts("textarea") == ["No time"]

    @pytest.mark.parametrize("count", [1, 3])
    def test_a_ramp_costs_the_same_for_one_cycle_and_three(
        self,
        team: Team,
        member: User,
        count: int,
        client_for: Callable[[User], Client],
        django_assert_num_queries: Any,
    ) -> None:
        ramp = RampFactory(team=team, aim=AimFactory(team=team))
        previous = None
        for number in range(count):
            previous = closed(ramp, MONDAY + dt.timedelta(days=number), 2, previous=previous)
        client = client_for(member)
        with django_assert_num_queries(RAMP_PAGE):
            client.get(ramp.get_absolute_url())


RAMP_PAGE = 16
