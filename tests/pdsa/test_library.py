"""The library: who finds what, what others read of a test, taking it over with credit, and who took it from whom."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from collab.common.sections import links_for, search_results_for, sections_for
from collab.enums import CollaborativeStatus, DataSharing
from collab.models import Collaborative, User
from pdsa.actions.search import index
from pdsa.actions.workflow import start, take_change
from pdsa.actions.worksheet import save, set_sharing
from pdsa.enums import Decision, Match, Population, Setting, Sharing, Stage
from pdsa.models import Cycle
from pdsa.policies import Move, NotReadyError, missing
from pdsa.queries.library import adoption_of_idea
from pdsa.queries.lineage import family_of
from pdsa.stats.lineage import Adoption
from teams.models import Team
from tests.factories.collab import (
    ChangeIdeaFactory,
    ChangePackageFactory,
    CollaborativeAppointmentFactory,
    CollaborativeFactory,
    DriverFactory,
)
from tests.factories.pdsa import CycleFactory, DataPointFactory, QuestionFactory, TaskFactory
from tests.factories.teams import AgencyFactory, TeamFactory, TeamMembershipFactory
from tests.pages import Page

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

NOW = dt.datetime(2025, 6, 30, 16, tzinfo=dt.UTC)
ClientFor = Callable[[User], Client]
LIST = 24
# What identifies the team of ``theirs``: none of it may reach another team where data are coded.
SECRETS = ("Zephyr", "zephyr", "Quillfeather", "Umbrella Clinic")


@pytest.fixture(autouse=True)
def _at_noon() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def place() -> Collaborative:
    made: Collaborative = CollaborativeFactory(
        start=dt.date(2025, 1, 1), months=12, status=CollaborativeStatus.RUNNING, data_sharing=DataSharing.CODED
    )
    return made


@pytest.fixture
def theirs(place: Collaborative) -> Cycle:
    """A shared, closed test of the team behind "Team 07", with everything that must not be read beside it."""
    team = TeamFactory(
        collaborative=place,
        name="Zephyr team",
        slug="zephyr-team",
        code_name="Team 07",
        agency=AgencyFactory(center=place.center, name="Umbrella Clinic", code="UMBRELLA"),
    )
    member = TeamMembershipFactory(team=team, user__name="Olga Quillfeather").user
    made: Cycle = CycleFactory(
        team=team,
        title="Calls the day before",
        stage=Stage.CLOSED,
        owner=member,
        data_who="Olga Quillfeather",
        who_agrees="Olga Quillfeather",
        help_wanted="",
        setting=Setting.OUTPATIENT,
        population=Population.ADULTS,
        ramp__title="Reminders",
    )
    TaskFactory(cycle=made, who="Olga Quillfeather", where="Umbrella Clinic")
    DataPointFactory(cycle=made, value=4711, out_of=4712, label="Umbrella Clinic")
    index(made)
    return made


@pytest.fixture
def us(place: Collaborative) -> Team:
    made: Team = TeamFactory(collaborative=place, name="Our team", code_name="Team 01")
    return made


@pytest.fixture
def me(us: Team) -> User:
    made: User = TeamMembershipFactory(team=us).user
    return made


@pytest.fixture
def coach(place: Collaborative) -> User:
    made: User = CollaborativeAppointmentFactory(collaborative=place).user
    return made


def look(client: Client, place: Collaborative, query: str = "") -> list[str]:
    """The titles in the library."""
    return Page(client.get(reverse("library", args=[place.slug]) + query)).texts(".library-title a")


class TestLooking:
    def test_every_filter_is_in_the_address(
        self, place: Collaborative, theirs: Cycle, me: User, us: Team, client_for: ClientFor
    ) -> None:
        package = ChangePackageFactory(collaborative=place, published=True)
        driver, other = DriverFactory.create_batch(2, package=package)
        below = DriverFactory(package=package, parent=driver)
        idea, other_idea = ChangeIdeaFactory.create_batch(2, package=package)
        theirs.drivers.add(below)
        Cycle.objects.filter(pk=theirs.pk).update(idea=idea)
        ours = CycleFactory(team=us, title="Open slots", stage=Stage.DO, change="", asked=False, ramp__title="Slots")
        index(ours)
        client = client_for(me)
        hit, miss = ["Calls the day before"], ["Open slots"]
        found = {query: look(client, place, query) for query in (
            "", "?q=calls", "?q=slots", "?q=nowhere", f"?driver={driver.pk}", f"?driver={other.pk}",
            f"?idea={idea.pk}", f"?idea={other_idea.pk}", "?setting=outpatient", "?setting=crisis",
            "?population=adults", "?population=youth", "?decision=adopt", "?decision=abandon", "?decision=open",
            "?result=yes", "?result=partly", "?result=no", "?whose=ours", "?whose=others",
            "?setting=nonsense&driver=x&idea=999999&result=%27", "?q=calls&decision=adopt&whose=others",
        )}  # fmt: skip
        assert found == {
            "": [*miss, *hit], "?q=calls": hit, "?q=slots": miss, "?q=nowhere": [],
            f"?driver={driver.pk}": hit, f"?driver={other.pk}": [],
            f"?idea={idea.pk}": hit, f"?idea={other_idea.pk}": [],
            "?setting=outpatient": hit, "?setting=crisis": [],
            "?population=adults": hit, "?population=youth": [],
            "?decision=adopt": hit, "?decision=abandon": [], "?decision=open": miss,
            "?result=yes": hit, "?result=partly": [], "?result=no": [],
            "?whose=ours": miss, "?whose=others": hit,
            "?setting=nonsense&driver=x&idea=999999&result=%27": [*miss, *hit],
            "?q=calls&decision=adopt&whose=others": hit,
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("matches", "result"),
        [
            ([Match.YES, Match.YES], "yes"),
            ([Match.YES, ""], "yes"),
            ([Match.NO], "no"),
            ([Match.YES, Match.NO], "partly"),
            ([Match.PARTLY, Match.YES], "partly"),
            ([""], None),
        ],
    )
    def test_every_result_is_one_of_three(
        self, place: Collaborative, us: Team, me: User, client_for: ClientFor, matches: list[str], result: str | None
    ) -> None:
        cycle = CycleFactory(team=us, stage=Stage.STUDY, asked=False)
        for match in matches:
            QuestionFactory(cycle=cycle, match=match)
        client = client_for(me)
        found = [value for value in Match.values if look(client, place, f"?result={value}")]
        assert found == ([result] if result else [])

    @pytest.mark.parametrize("count", [1, 3])
    def test_one_number_of_queries(
        self, place: Collaborative, me: User, client_for: ClientFor, django_assert_num_queries: Any, count: int
    ) -> None:
        for _number in range(count):
            cycle = CycleFactory(team__collaborative=place, stage=Stage.CLOSED)
            CycleFactory(team__collaborative=place, taken_from=cycle)
        client = client_for(me)
        look(client, place)
        with django_assert_num_queries(LIST):
            assert len(look(client, place)) == count

    def test_empty_states(self, place: Collaborative, me: User, client_for: ClientFor) -> None:
        client, address = client_for(me), reverse("library", args=[place.slug])
        assert Page(client.get(address)).texts(".empty-title") == ["Nothing shared yet"]
        assert Page(client.get(f"{address}?q=bus")).texts(".empty-title") == ["Nothing fits"]

    def test_by_place_and_sharing(
        self, place: Collaborative, us: Team, me: User, coach: User, client_for: ClientFor
    ) -> None:
        sister = CollaborativeFactory(center=place.center, name="Sister collaborative")
        for number, (home, sharing, stage) in enumerate(
            [
                (place, Sharing.COLLABORATIVE, Stage.DO),
                (place, Sharing.TEAM, Stage.DO),
                (place, Sharing.COLLABORATIVE, Stage.PLAN),
                (sister, Sharing.COLLABORATIVE, Stage.DO),
                (sister, Sharing.CENTER, Stage.DO),
                (CollaborativeFactory(), Sharing.CENTER, Stage.DO),
                (CollaborativeFactory(center=place.center, data_sharing=DataSharing.POOLED), Sharing.CENTER, Stage.DO),
            ]
        ):
            CycleFactory(team__collaborative=home, sharing=sharing, stage=stage, title=f"Test {number}")
        mine, hers = client_for(me), client_for(coach)
        assert [look(mine, place), look(mine, place, "?scope=center")] == [["Test 0"], ["Test 4", "Test 0"]]
        assert [look(hers, place), look(hers, place, "?scope=center")] == [
            ["Test 1", "Test 0"],
            ["Test 4", "Test 1", "Test 0"],
        ]

    def test_pooled_says_so(
        self, place: Collaborative, theirs: Cycle, us: Team, me: User, coach: User, client_for: ClientFor
    ) -> None:
        Collaborative.objects.filter(pk=place.pk).update(data_sharing=DataSharing.POOLED)
        CycleFactory(team=us, stage=Stage.DO, title="Our own")
        page = Page(client_for(me).get(reverse("library", args=[place.slug])))
        assert page.texts(".library-title a") == ["Our own"]
        assert "shares pooled results only" in " ".join(page.texts(".callout"))
        assert client_for(me).get(reverse("library_cycle", args=[place.slug, theirs.pk])).status_code == 404
        assert sorted(look(client_for(coach), place)) == ["Calls the day before", "Our own"]


class TestPrivacy:
    @pytest.mark.practice("R-21")
    def test_coded_teams_stay_unknown_everywhere(
        self, place: Collaborative, theirs: Cycle, us: Team, me: User, client_for: ClientFor
    ) -> None:
        package = ChangePackageFactory(collaborative=place, published=True)
        idea = ChangeIdeaFactory(package=package)
        Cycle.objects.filter(pk=theirs.pk).update(idea=idea)
        taken = take_change(by=me, source=Cycle.objects.get(pk=theirs.pk), team=us)
        client = client_for(me)
        pages = [
            reverse("library", args=[place.slug]),
            reverse("library", args=[place.slug]) + "?q=calls",
            reverse("library_file", args=[place.slug]),
            reverse("library_cycle", args=[place.slug, theirs.pk]),
            reverse("library_lineage", args=[place.slug, theirs.pk]),
            reverse("library_idea", args=[place.slug, idea.pk]),
            reverse("library_taken", args=[place.slug]),
            reverse("search") + "?q=calls",
            taken.get_absolute_url(),
            place.get_absolute_url(),
        ]
        for address in pages:
            answer = client.get(address)
            assert answer.status_code == 200, address
            text = answer.content.decode() + str(dict(answer.headers))
            assert [secret for secret in (*SECRETS, "4711", "4712", "Print tomorrow") if secret in text] == [], address
        assert "Team 07" in client.get(pages[0]).content.decode()
        # What names nobody is not found by a name either.
        assert look(client, place, "?q=Quillfeather") == []

    def test_named_teams_are_named_without_a_link(
        self, place: Collaborative, theirs: Cycle, me: User, client_for: ClientFor
    ) -> None:
        Collaborative.objects.filter(pk=place.pk).update(data_sharing=DataSharing.NAMED)
        html = client_for(me).get(reverse("library_cycle", args=[place.slug, theirs.pk])).content.decode()
        assert ("Zephyr team" in html, "zephyr-team" in html, "Quillfeather" in html) == (True, False, False)

    def test_faculty_see_names_and_the_whole_worksheet(
        self, place: Collaborative, theirs: Cycle, coach: User, client_for: ClientFor
    ) -> None:
        page = Page(client_for(coach).get(reverse("library_cycle", args=[place.slug, theirs.pk])))
        assert "Zephyr team" in page.texts(".lead")[0]
        assert theirs.get_absolute_url() in page.values(".page-header a", "href")

    def test_the_file_holds_the_list(
        self, place: Collaborative, theirs: Cycle, me: User, client_for: ClientFor
    ) -> None:
        Cycle.objects.filter(pk=theirs.pk).update(title="=1+1")
        text = client_for(me).get(reverse("library_file", args=[place.slug])).content.decode("utf-8-sig")
        head, row = csv.reader(StringIO(text))
        assert dict(zip(head, row, strict=True)) == {
            "Test": "'=1+1",
            "Team": "Team 07",
            "When": "4 Mar 2025 to 14 Mar 2025",
            "Scale": "1 person, 1 site, 1 day",
            "Decision": "adopted",
            "Result": "As predicted",
            "What was tried": "The front desk calls everybody booked for tomorrow before 3 pm.",
            "What was learned": "A call before 3 pm reaches people.",
            "About": "Outpatient clinic · Adults",
            "Taken over": "",
        }


class TestTaking:
    def take(self, client: Client, place: Collaborative, source: Cycle, **data: Any) -> Any:
        return client.post(reverse("library_take", args=[place.slug, source.pk]), data)

    @pytest.mark.practice("R-195")
    @pytest.mark.practice("R-123")
    def test_a_copy_with_credit_asks_how_it_is_fitted(
        self, place: Collaborative, theirs: Cycle, us: Team, me: User, client_for: ClientFor
    ) -> None:
        client = client_for(me)
        answer = self.take(client, place, theirs)
        made = Cycle.objects.get(taken_from=theirs)
        assert (answer.status_code, answer["Location"]) == (302, f"{made.get_absolute_url()}#f-fitted")
        assert (made.team, made.title, made.change) == (us, theirs.title, theirs.change)
        # Words only: the prediction is the team's own to write, and nobody of the other team comes with it.
        assert [(row.question, row.prediction) for row in made.questions.all()] == [
            ("Do more people come when we call the day before?", "")
        ]
        assert (made.tasks.count(), made.points.count(), made.files.count(), made.owner) == (0, 0, 0, me)
        sheet = Page(client.get(made.get_absolute_url()))
        assert sheet.texts(".lineage-line a") == [
            "Taken from Team 07: “Calls the day before”, which they adopted.",
            "Say how it is fitted to you",
            "Who took it from whom",
        ]
        # Everything else is written; Do still waits for how it is fitted.
        question = made.questions.get()
        save(by=me, cycle=made, values={f"questions.{question.pk}.prediction": "Most", "plan_start": NOW.date()})
        ready = Cycle.objects.get(pk=made.pk)
        assert [need.key for need in missing(ready, Move.START)] == ["fitted"]
        with pytest.raises(NotReadyError, match="how the change is fitted to you"):
            start(by=me, cycle=ready)
        save(by=me, cycle=ready, values={"fitted": "Our peer calls, in Spanish too."})
        assert start(by=me, cycle=Cycle.objects.get(pk=made.pk)).stage == Stage.DO
        # The borrow count stands with the source.
        assert "taken by 1 team" in client.get(reverse("library", args=[place.slug])).content.decode()

    def test_twice_pressed_is_once_taken(
        self, place: Collaborative, theirs: Cycle, me: User, client_for: ClientFor
    ) -> None:
        client = client_for(me)
        answers = {self.take(client, place, theirs, fitted="Ours")["Location"] for _press in range(2)}
        assert (len(answers), theirs.taken_by.count(), theirs.taken_by.get().fitted) == (1, 1, "Ours")
        page = Page(client.get(reverse("library_cycle", args=[place.slug, theirs.pk])))
        assert "Our team took this over already" in " ".join(page.texts(".callout"))

    def test_one_of_several_teams_is_chosen(
        self, place: Collaborative, theirs: Cycle, me: User, us: Team, client_for: ClientFor
    ) -> None:
        second = TeamMembershipFactory(user=me, team__collaborative=place, team__name="Second").team
        client = client_for(me)
        for team in ("", theirs.team_id, "x"):
            answer = self.take(client, place, theirs, team=team, fitted="Kept text")
            assert (answer.status_code, "Kept text" in answer.content.decode()) == (200, True)
        assert self.take(client, place, theirs, team=second.pk).status_code == 302
        assert theirs.taken_by.get().team == second

    def test_across_collaboratives_only_where_it_is_shared_so(
        self, place: Collaborative, theirs: Cycle, me: User, client_for: ClientFor
    ) -> None:
        sister = CollaborativeFactory(center=place.center, status=CollaborativeStatus.RUNNING)
        there = TeamMembershipFactory(team__collaborative=sister)
        with pytest.raises(NotReadyError, match="not shared with"):
            take_change(by=there.user, source=theirs, team=there.team)
        client = client_for(there.user)
        assert self.take(client, sister, theirs).status_code == 404
        Cycle.objects.filter(pk=theirs.pk).update(sharing=Sharing.CENTER)
        assert self.take(client, sister, theirs).status_code == 302
        made = theirs.taken_by.get()
        # Ideas and measures are their collaborative's own.
        assert (made.team, made.idea, made.measures.count()) == (there.team, None, 0)
        html = client.get(made.get_absolute_url()).content.decode()
        assert (f"Team 07, {place.name}" in html, "Zephyr" in html) == (True, False)

    def test_nobody_takes_from_themselves_or_without_a_team(
        self, place: Collaborative, theirs: Cycle, coach: User, client_for: ClientFor
    ) -> None:
        owner = theirs.owner
        assert owner is not None
        statuses = [self.take(client_for(who), place, theirs).status_code for who in (owner, coach)]
        with pytest.raises(NotReadyError, match="your own test"):
            take_change(by=owner, source=theirs, team=theirs.team)
        assert (statuses, theirs.taken_by.count()) == ([403, 403], 0)

    def test_a_text_too_long_is_told_and_kept(
        self, place: Collaborative, theirs: Cycle, me: User, client_for: ClientFor
    ) -> None:
        answer = self.take(client_for(me), place, theirs, fitted="x" * 20_001)
        assert (answer.status_code, "20001" in answer.content.decode(), theirs.taken_by.count()) == (200, True, 0)

    def test_the_credit_stays_when_the_source_is_kept_again(
        self, place: Collaborative, theirs: Cycle, me: User, us: Team, client_for: ClientFor
    ) -> None:
        made = take_change(by=me, source=theirs, team=us)
        assert theirs.owner is not None
        set_sharing(by=theirs.owner, cycle=theirs, sharing=Sharing.TEAM)
        client = client_for(me)
        line = Page(client.get(made.get_absolute_url())).texts(".lineage-line p")
        assert line[0] == "Taken from a test of Team 07. Say how it is fitted to you: Do can not begin without it."
        assert client.get(reverse("library_cycle", args=[place.slug, theirs.pk])).status_code == 404
        # And where only pooled results are shared, not even the code is.
        Collaborative.objects.filter(pk=place.pk).update(data_sharing=DataSharing.POOLED)
        assert "Taken from a test of another team." in client.get(made.get_absolute_url()).content.decode()

    def test_no_circle_through_another_team(self, theirs: Cycle, us: Team, me: User) -> None:
        ours = CycleFactory(team=us, taken_from=theirs, stage=Stage.DO)
        back = CycleFactory(team=theirs.team, taken_from=ours, stage=Stage.DO)
        first = CycleFactory(team=theirs.team, stage=Stage.PLAN)
        Cycle.objects.filter(pk=theirs.pk).update(previous=first)
        saved = save(by=me, cycle=first, values={"previous": back})
        assert "can not follow" in str(saved.refused["previous"])
        assert Cycle.objects.get(pk=first.pk).previous is None


class TestLineage:
    @pytest.fixture
    def family(self, place: Collaborative, theirs: Cycle, us: Team) -> dict[str, Cycle]:
        """Theirs → ours (adopted) → a third team's, which keeps it to itself."""
        ours = CycleFactory(team=us, taken_from=theirs, stage=Stage.CLOSED, title="Ours")
        third = TeamFactory(collaborative=place, name="Secret third", code_name="Team 33")
        kept = CycleFactory(team=third, taken_from=ours, stage=Stage.DO, sharing=Sharing.TEAM, title="Kept test")
        return {"theirs": theirs, "ours": ours, "kept": kept}

    @pytest.mark.practice("R-3")
    def test_each_test_as_far_as_it_may_be_read(
        self, place: Collaborative, family: dict[str, Cycle], me: User, coach: User, client_for: ClientFor
    ) -> None:
        address = reverse("library_lineage", args=[place.slug, family["ours"].pk])
        page = Page(client_for(me).get(address))
        (sentence,) = page.texts(".chart-sentence")
        assert sentence == (
            "First tried by Team 07. 2 teams took it over, 1 of them from a team that had taken it itself; "
            "1 adopted it. The longest way goes over 3 teams in a row."
        )
        assert page.texts("tbody tr th") == ["Calls the day before", "Ours", "A test of another team"]
        assert page.texts("tbody tr td:nth-of-type(2)") == ["", "taken from Team 07", "taken from Our team"]
        links = [reverse("library_cycle", args=[place.slug, family[name].pk]) for name in ("theirs", "ours")]
        assert page.values("svg a", "href") == page.values("tbody a", "href") == links
        assert page.values(".lineage-list a", "href") == links
        assert [word for word in ("Secret third", "Team 33", "Kept test") if word in page.html] == []
        # A coach reads them all, by name.
        hers = Page(client_for(coach).get(address))
        assert hers.texts("tbody tr td:nth-of-type(1)") == ["Zephyr team", "Our team", "Secret third"]

    def test_most_taken(self, place: Collaborative, family: dict[str, Cycle], me: User, client_for: ClientFor) -> None:
        CycleFactory(team__collaborative=place, taken_from=family["theirs"])
        page = Page(client_for(me).get(reverse("library_taken", args=[place.slug])))
        assert page.texts("tbody th") == ["Calls the day before", "Ours"]
        assert page.texts("tbody td:nth-of-type(3)") == ["2", "1"]
        assert page.texts("tbody td:nth-of-type(4)") == ["1 of 2", "0 of 1"]

    def test_a_family_too_large_is_cut_and_says_so(
        self,
        place: Collaborative,
        theirs: Cycle,
        us: Team,
        me: User,
        client_for: ClientFor,
    ) -> None:
        CycleFactory.create_batch(3, team=us, taken_from=theirs, stage=Stage.DO)
        found = family_of(me, [theirs.ramp_id], most=3)
        assert (len(found.cycles), found.cycles[0], found.is_whole) == (3, theirs, False)
        assert family_of(me, [theirs.ramp_id], most=4).is_whole


class TestIdeas:
    def test_what_teams_made_of_an_idea(
        self, place: Collaborative, theirs: Cycle, us: Team, me: User, client_for: ClientFor
    ) -> None:
        idea = ChangeIdeaFactory(package__collaborative=place, package__published=True, name="Call them")
        old = ChangeIdeaFactory(
            package__collaborative=place,
            package__number=7,
            package__status="replaced",
            package__published_at=NOW,
            name="Call them",
        )
        Cycle.objects.filter(pk=theirs.pk).update(idea=old)
        CycleFactory(team=us, stage=Stage.CLOSED, decision=Decision.ABANDON, idea=idea)
        CycleFactory(team__collaborative=place, stage=Stage.DO, idea=idea, sharing=Sharing.TEAM)
        CycleFactory(team__collaborative=place, stage=Stage.PLAN, idea=idea)
        CycleFactory(team__collaborative=place, team__withdrawn=True, stage=Stage.DO, idea=idea)
        found = adoption_of_idea(idea)
        assert (found.adoption, found.teams) == (Adoption(tested=3, adopted=1, abandoned=1), 4)
        page = Page(client_for(me).get(reverse("library_idea", args=[place.slug, idea.pk])))
        assert page.texts(".lead") == ["Tested by 3 of 4 teams: 1 adopted it, 1 abandoned it, 1 is still testing."]
        assert len(page.texts(".library-title a")) == 3
        assert [link.title for link in links_for(idea, me)] == ["Plan a test of this", "Tested by 3 teams"]

    def test_ideas_of_a_draft_are_not_there(self, place: Collaborative, me: User, client_for: ClientFor) -> None:
        idea = ChangeIdeaFactory(package__collaborative=place)
        assert client_for(me).get(reverse("library_idea", args=[place.slug, idea.pk])).status_code == 404
        assert links_for(idea, me) == []


def test_the_search_finds_what_may_be_read(
    place: Collaborative, theirs: Cycle, us: Team, me: User, coach: User
) -> None:
    plan = CycleFactory(team=us, title="Calls at noon", sharing=Sharing.TEAM)
    index(plan)
    CycleFactory(team__collaborative=place, title="Calls kept", sharing=Sharing.TEAM, stage=Stage.DO)
    mine = {(hit.title, hit.url, hit.where) for hit in search_results_for(me, "calls") if hit.kind == "Tests"}
    assert mine == {
        ("Calls the day before", reverse("library_cycle", args=[place.slug, theirs.pk]), "Team 07"),
        ("Calls at noon", plan.get_absolute_url(), "Our team"),
    }
    hers = {(hit.title, hit.url) for hit in search_results_for(coach, "calls") if hit.kind == "Tests"}
    assert hers == {("Calls the day before", theirs.get_absolute_url()), ("Calls at noon", plan.get_absolute_url())}


def test_the_overview_counts(place: Collaborative, theirs: Cycle, us: Team, me: User) -> None:
    CycleFactory(team=us, taken_from=theirs, stage=Stage.DO, sharing=Sharing.TEAM)
    (section,) = [each for each in sections_for(place, place.span, me) if each.title == "What teams try and share"]
    assert section.context["sentences"] == [
        "2 of 2 teams began 2 tests.",
        "1 of them is shared with other teams.",
        "1 team took over what another had tried.",
    ]


def test_the_worksheet_says_who_reads_what_is_typed(us: Team, me: User, client_for: ClientFor) -> None:
    cycle = CycleFactory(team=us, stage=Stage.DO)
    page = Page(client_for(me).get(cycle.get_absolute_url()))
    (words,) = page.texts("#sharing > p")
    assert "leave out names of people" in words
    assert words.endswith("Other teams see you as Team 01.")
