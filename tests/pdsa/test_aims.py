"""Aims and charters: the three questions, gentle hints, writing together, closing."""

from __future__ import annotations

import dataclasses
import datetime as dt
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
from pdsa.actions.aims import add_aim, change_aim, close_aim, reopen_aim
from pdsa.actions.workflow import plan_next
from pdsa.enums import AimForm, Decision, PdsaEvent, Stage
from pdsa.models import Aim
from pdsa.policies import NotReadyError
from pdsa.presenters.aims import leader_goal_of, statement_of
from pdsa.queries.marks import cycle_marks
from pdsa.stats.aims import AimWords, Gap, gaps, says_baseline, says_doing, says_number
from teams.enums import TeamRole
from teams.models import Team
from tests.factories.collab import ChangeIdeaFactory, ChangePackageFactory, CollaborativeFactory, MeasureFactory
from tests.factories.pdsa import AimFactory, CycleFactory, RampFactory
from tests.factories.teams import AgencyAppointmentFactory, TeamFactory, TeamMembershipFactory
from tests.pages import Page

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

NOW = dt.datetime(2025, 7, 5, 12, tzinfo=dt.UTC)
TODAY = NOW.date()
ClientFor = Callable[[User], Client]
WHOLE = AimWords(
    what="People who call come to their first appointment",
    how_much="from 38 % missed to 19 %",
    for_whom="adults who call our clinic",
    by_when=dt.date(2025, 12, 31),
    equity_group="people who speak Spanish",
    co_designers="two peers",
    measures=1,
    changes=1,
)


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def team() -> Team:
    made: Team = TeamFactory(
        collaborative=CollaborativeFactory(slug="waits"), slug="north", leader_goal="No empty chairs."
    )
    return made


@pytest.fixture
def member(team: Team) -> User:
    made: User = TeamMembershipFactory(team=team).user
    return made


def new_form(client: Client) -> dict[str, Any]:
    """What the browser would send of an aim's form as it stands."""
    return form_of(Page(client.get(reverse("aim_new", args=["waits", "north"]))))


def form_of(page: Page) -> dict[str, Any]:
    sent: dict[str, Any] = {}
    for field in page.all("main form input[name], main form textarea[name]"):
        name, kind = field.get("name") or "", field.get("type")
        if kind in ("checkbox", "radio"):
            if field.get("checked") is not None:
                sent.setdefault(name, []).append(field.get("value"))
        elif field.tag.endswith("textarea"):
            sent[name] = (field.text or "").removeprefix("\n")
        else:
            sent[name] = field.get("value") or ""
    sent.pop("csrfmiddlewaretoken", None)
    return sent


@pytest.mark.unit
class TestHints:
    def test_a_whole_aim_has_none(self) -> None:
        assert gaps(WHOLE, on=TODAY) == []

    def test_an_empty_one_is_asked_in_the_order_of_the_questions(self) -> None:
        assert gaps(AimWords(), on=TODAY) == [
            Gap.NO_WHAT, Gap.NO_NUMBER, Gap.NO_GROUP, Gap.NO_DATE, Gap.NO_MEASURE, Gap.NO_CHANGE, Gap.NO_EQUITY,
            Gap.NO_VOICE,
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("text", "number", "baseline"),
        [
            ("", False, False),
            ("fewer", False, False),
            ("15 %", True, False),
            ("from 29 % to 15 %", True, True),
            ("29 → 15", True, True),
            ("now 29, soon less", True, True),
            ("by half", True, False),
            ("1,200 visits", True, False),
            ("someone", False, False),
        ],
    )
    def test_numbers_and_baselines(self, text: str, number: bool, baseline: bool) -> None:
        assert (says_number(text), says_baseline(text)) == (number, baseline)

    @pytest.mark.parametrize(
        ("text", "doing"),
        [
            ("Train all staff in engagement", True),
            ("We will implement text reminders", True),
            ("People trained by us feel welcome", False),
            ("Meeting people on time", False),
        ],
    )
    def test_doing_is_not_a_result(self, text: str, doing: bool) -> None:
        assert says_doing(text) is doing

    @pytest.mark.parametrize(
        ("day", "gap"),
        [
            (TODAY, None),
            (TODAY - dt.timedelta(days=1), Gap.DATE_PAST),
            (TODAY + dt.timedelta(days=733), Gap.DATE_FAR),
        ],
    )
    def test_dates(self, day: dt.date, gap: Gap | None) -> None:
        assert gaps(dataclasses.replace(WHOLE, by_when=day), on=TODAY) == ([gap] if gap else [])

    @given(st.text(max_size=80), st.text(max_size=80), st.integers(0, 3), st.integers(0, 3))
    def test_saying_more_never_opens_a_gap_of_silence(self, what: str, group: str, measures: int, changes: int) -> None:
        silent = {Gap.NO_WHAT, Gap.NO_GROUP, Gap.NO_MEASURE, Gap.NO_CHANGE, Gap.NO_NUMBER, Gap.NO_DATE}
        less = AimWords(what=what, for_whom=group, measures=measures, changes=changes)
        more = AimWords(
            what=what + " x", for_whom=group + " x", measures=measures + 1, changes=changes + 1,
            how_much="from 2 to 1", by_when=TODAY,
        )  # fmt: skip
        assert (set(gaps(more, on=TODAY)) & silent) == set()
        assert (set(gaps(more, on=TODAY)) & silent) <= (set(gaps(less, on=TODAY)) & silent)


class TestWords:
    def test_the_statement_answers_what_how_much_for_whom_by_when(self, team: Team) -> None:
        assert statement_of(AimFactory(team=team)) == (
            "People who call for help come to their first appointment: From 38 missed of 100 booked to 19; "
            "for whom: Adults who call our clinic for the first time; by 31 Dec 2025."
        )

    def test_of_an_aim_with_a_title_only(self, team: Team) -> None:
        aim = AimFactory(team=team, what="", how_much="", for_whom="", by_when=None)
        assert statement_of(aim) == "Fewer missed first appointments."

    @pytest.mark.parametrize(
        ("said", "wrote", "text", "source", "own"),
        [
            ("", "", "", "", ""),
            ("", "No empty chairs.", "No empty chairs.", "In the leader’s own words.", ""),
            ("No empty chairs.", "No empty chairs.", "No empty chairs.", "In the leader’s own words.", ""),
            ("Fewer gaps.", "No empty chairs.", "Fewer gaps.", "As the team wrote it.", "No empty chairs."),
            ("Fewer gaps.", "", "Fewer gaps.", "As the team wrote it; the leader has not written a goal yet.", ""),
        ],
    )
    def test_the_leaders_goal_is_told_apart(
        self, team: Team, said: str, wrote: str, text: str, source: str, own: str
    ) -> None:
        team.leader_goal = wrote
        goal = leader_goal_of(AimFactory(team=team, leader_goal=said))
        assert (goal.text, goal.source, goal.own_words) == (text, source, own)


class TestActions:
    def test_a_double_press_writes_one(self, team: Team, member: User) -> None:
        made = [add_aim(by=member, team=team, values={"title": "Fewer gaps"}) for _press in range(2)]
        assert made[0] == made[1]
        assert team.aims.count() == 1

    def test_a_measure_of_another_collaborative_is_refused_and_nothing_is_written(
        self, team: Team, member: User
    ) -> None:
        with pytest.raises(ValidationError, match="its own collaborative"):
            add_aim(by=member, team=team, values={"title": "Fewer gaps"}, measures=[MeasureFactory()])
        assert team.aims.count() == 0

    def test_a_change_keeps_what_was_said_before(self, team: Team, member: User) -> None:
        aim = AimFactory(team=team)
        assert change_aim(by=member, aim=aim, values={"how_much": "to 10", "title": aim.title}) == ["how_much"]
        event = AuditEvent.objects.about(aim).get()
        assert event.detail["changes"] == [
            {"field": "how_much", "old": "From 38 missed of 100 booked to 19", "new": "to 10"}
        ]

    def test_switching_the_form_loses_nothing(self, team: Team, member: User) -> None:
        aim = AimFactory(team=team, form=AimForm.CHARTER, sponsor="Wanda", root_causes="Nobody calls back.")
        change_aim(by=member, aim=aim, values={"form": AimForm.IMPROVEMENT})
        change_aim(by=member, aim=aim, values={"form": AimForm.CHARTER})
        aim.refresh_from_db()
        assert (aim.sponsor, aim.root_causes) == ("Wanda", "Nobody calls back.")

    def test_closing_asks_what_was_reached_and_shuts_the_words(self, team: Team, member: User) -> None:
        aim = AimFactory(team=team)
        with pytest.raises(NotReadyError, match="what was reached"):
            close_aim(by=member, aim=aim, outcome=" ")
        with pytest.raises(NotReadyError, match="in the future"):
            close_aim(by=member, aim=aim, outcome="Half.", on=TODAY + dt.timedelta(days=1))

        close_aim(by=member, aim=aim, outcome="Half of it.")

        with pytest.raises(NotReadyError, match="is closed"):
            change_aim(by=member, aim=aim, values={"title": "Other"})
        reopen_aim(by=member, aim=aim)
        aim.refresh_from_db()
        assert (aim.closed_on, aim.outcome) == (None, "Half of it.")
        events = AuditEvent.objects.about(aim).order_by("pk").values_list("event", flat=True)
        assert list(events) == [PdsaEvent.AIM_CLOSED, PdsaEvent.AIM_REOPENED]


class TestWriting:
    @pytest.mark.practice("R-181")
    def test_an_aim_asks_what_how_much_for_whom_and_by_when(
        self, team: Team, member: User, client_for: ClientFor
    ) -> None:
        client = client_for(member)
        sent = new_form(client) | {
            "title": "Come once",
            "what": "People come.",
            "how_much": "from 29 % to 15 %",
            "for_whom": "Adults",
            "by_when": "2025-12-31",
        }
        answer = client.post(reverse("aim_new", args=["waits", "north"]), sent)

        aim = team.aims.get()
        assert answer["Location"] == aim.get_absolute_url()
        page = Page(client.get(aim.get_absolute_url()))
        assert page.texts(".lead") == ["People come: from 29 % to 15 %; for whom: Adults; by 31 Dec 2025."]
        # What is missing is said gently, with the way to add it.
        change_aim(by=member, aim=aim, values={"how_much": "", "by_when": None, "for_whom": "", "what": "People come."})
        hints = Page(client.get(aim.get_absolute_url())).values(".aim-hints a", "href")
        edit = reverse("aim_edit", args=["waits", "north", aim.number])
        assert hints[:3] == [f"{edit}#id_how_much", f"{edit}#id_for_whom", f"{edit}#id_by_when"]

    @pytest.mark.practice("R-182")
    def test_an_aim_is_followed_with_measures_that_have_goal_and_direction(
        self, team: Team, member: User, client_for: ClientFor
    ) -> None:
        measure = MeasureFactory(
            collaborative=team.collaborative, version__name="Missed visits", version__goal=15, version__direction="down"
        )
        client = client_for(member)
        client.post(reverse("aim_new", args=["waits", "north"]), new_form(client) | {"title": "Come"})

        aim = team.aims.get()
        assert list(aim.measures.all()) == [measure]
        page = Page(client.get(aim.get_absolute_url()))
        (line,) = page.texts(".aim-measures li")
        assert line.replace("\u202f", " ").startswith("Missed visits")
        assert line.replace("\u202f", " ").endswith("Lower is better. Goal: 15 %.")

    @pytest.mark.practice("R-183")
    def test_changes_come_from_the_package_or_are_the_teams_own(
        self, team: Team, member: User, client_for: ClientFor
    ) -> None:
        package = ChangePackageFactory(collaborative=team.collaborative, published=True)
        tested = ChangeIdeaFactory(package=package, name="Call the day before")
        ChangeIdeaFactory(package=package, name="Walk-in hours")
        aim = AimFactory(team=team)
        client, ramp_new = client_for(member), reverse("ramp_new", args=["waits", "north"])

        client.post(ramp_new, {"aim": aim.pk, "idea": tested.pk})
        client.post(ramp_new, {"aim": aim.pk, "title": "Tea at the door"})

        page = Page(client.get(aim.get_absolute_url()))
        assert page.texts(".aim-ramps a") == ["Call the day before", "Tea at the door"]
        assert [ramp.idea for ramp in aim.ramps.order_by("number")] == [tested, None]
        assert "Test it: Walk-in hours" in page.texts("details a")

    def test_a_new_aim_begins_with_what_is_known(self, team: Team, member: User, client_for: ClientFor) -> None:
        TeamMembershipFactory(team=team, role=TeamRole.LEADER, user__name="Ana Ruiz")
        TeamMembershipFactory(team=team, role=TeamRole.PEER, user__name="Hana Kim")
        AgencyAppointmentFactory(agency=team.agency, user__name="Wanda Garcia")

        sent = new_form(client_for(member))

        assert (sent["leader_goal"], sent["sponsor"], sent["change_leader"]) == (
            "No empty chairs.", "Wanda Garcia", "Ana Ruiz",
        )  # fmt: skip
        assert sent["co_designers"] == "1 peer specialist of our team"
        assert "Hana Kim: Peer specialist" in sent["members"].splitlines()

    @pytest.mark.practice("R-19")
    @pytest.mark.practice("R-54")
    def test_cycles_lead_from_an_idea_through_a_ramp_to_the_aim_and_to_its_measures(
        self, team: Team, member: User, client_for: ClientFor
    ) -> None:
        aim = AimFactory(team=team)
        measure = MeasureFactory(collaborative=team.collaborative)
        aim.measures.set([measure])
        package = ChangePackageFactory(collaborative=team.collaborative, published=True)
        ramp = RampFactory(team=team, aim=aim, idea=ChangeIdeaFactory(package=package, name="Reminder calls"))
        first = CycleFactory(team=team, ramp=ramp, idea=ramp.idea, stage=Stage.CLOSED, decision=Decision.ADAPT)
        first.measures.set([measure])
        second = plan_next(by=member, cycle=first)
        client = client_for(member)

        page = Page(client.get(aim.get_absolute_url()))
        assert measure.latest.name in page.texts(".aim-measures li")[0]
        assert page.values(".aim-ramps a", "href") == [
            reverse("ramp", args=[team.collaborative.slug, team.slug, ramp.number])
        ]
        # The aim says how much and by when; the chain goes on with its idea and its measure.
        assert {"By how much", "By when"} <= set(page.texts("main dt"))
        assert (second.ramp, second.previous, second.idea) == (ramp, first, ramp.idea)
        assert list(second.measures.all()) == [measure]
        series = Page(client.get(page.values(".aim-ramps a", "href")[0]))
        addresses = {cycle.get_absolute_url() for cycle in (first, second)}
        assert addresses <= set(series.values("main a[href]", "href"))
        assert [(mark.measure_ids, mark.url) for mark in cycle_marks(member, [team.pk])] == [
            (frozenset({measure.pk}), first.get_absolute_url())
        ]

    def test_too_long_a_text_is_told_and_kept(self, team: Team, member: User, client_for: ClientFor) -> None:
        client = client_for(member)
        page = Page(
            client.post(
                reverse("aim_new", args=["waits", "north"]), new_form(client) | {"title": "A", "what": "x" * 20_001}
            )
        )
        (error,) = page.texts(".error-summary li")
        assert error.startswith("What will be better:")
        assert "20" in error
        assert len(form_of(page)["what"]) == 20_001

    def test_two_people_change_different_fields_and_both_hold(
        self, team: Team, member: User, client_for: ClientFor
    ) -> None:
        aim = AimFactory(team=team)
        edit, client = reverse("aim_edit", args=["waits", "north", aim.number]), client_for(member)
        mine = form_of(Page(client.get(edit)))
        change_aim(by=TeamMembershipFactory(team=team).user, aim=aim, values={"for_whom": "Everybody"})

        client.post(edit, mine | {"how_much": "to 10"})

        aim.refresh_from_db()
        assert (aim.for_whom, aim.how_much) == ("Everybody", "to 10")

    def test_two_people_change_the_same_field_and_are_told(
        self, team: Team, member: User, client_for: ClientFor
    ) -> None:
        aim = AimFactory(team=team)
        edit, client = reverse("aim_edit", args=["waits", "north", aim.number]), client_for(member)
        mine = form_of(Page(client.get(edit))) | {"how_much": "to 10"}
        change_aim(by=TeamMembershipFactory(team=team).user, aim=aim, values={"how_much": "to 12"})

        told = Page(client.post(edit, mine))

        (error,) = told.texts(".error-summary li")
        assert "“to 12”" in error
        aim.refresh_from_db()
        assert aim.how_much == "to 12"
        again = form_of(told)
        assert again["how_much"] == "to 10"
        client.post(edit, again)
        aim.refresh_from_db()
        assert aim.how_much == "to 10"

    def test_an_error_elsewhere_makes_nobody_write_over_what_they_left_alone(
        self, team: Team, member: User, client_for: ClientFor
    ) -> None:
        aim = AimFactory(team=team)
        edit, client = reverse("aim_edit", args=["waits", "north", aim.number]), client_for(member)
        mine = form_of(Page(client.get(edit))) | {"title": ""}
        change_aim(by=TeamMembershipFactory(team=team).user, aim=aim, values={"for_whom": "Everybody"})

        again = form_of(Page(client.post(edit, mine)))
        client.post(edit, again | {"title": "Shorter"})

        aim.refresh_from_db()
        assert (aim.title, aim.for_whom) == ("Shorter", "Everybody")

    def test_scripts_are_shown_as_text(self, team: Team, member: User, client_for: ClientFor) -> None:
        aim = AimFactory(team=team, what="<script>alert(1)</script>", title="<b>Bold</b>")
        html = client_for(member).get(aim.get_absolute_url()).content.decode()
        assert "<script>alert" not in html
        assert "<b>Bold" not in html

    def test_a_withdrawn_team_reads_but_does_not_write(self, client_for: ClientFor) -> None:
        team = TeamFactory(collaborative=CollaborativeFactory(slug="waits"), slug="north", withdrawn=True)
        member = TeamMembershipFactory(team=team).user
        aim = AimFactory(team=team)
        client = client_for(member)

        assert Page(client.get(aim.get_absolute_url())).texts("main .btn") == ["Print as PDF"]
        page = Page(client.post(reverse("aim_edit", args=["waits", "north", aim.number]), {"title": "Other"}))
        assert "left the collaborative" in page.texts(".callout-body p")[0]
        assert Aim.objects.get(pk=aim.pk).title == aim.title

    @pytest.mark.parametrize("count", [1, 3])
    def test_an_aim_costs_the_same_for_one_ramp_and_three(
        self, team: Team, member: User, count: int, client_for: ClientFor, django_assert_num_queries: Any
    ) -> None:
        aim = AimFactory(team=team)
        aim.measures.set(MeasureFactory.create_batch(count, collaborative=team.collaborative))
        for _number in range(count):
            RampFactory(team=team, aim=aim)
        client = client_for(member)
        with django_assert_num_queries(AIM_PAGE):
            client.get(aim.get_absolute_url())


AIM_PAGE = 15
