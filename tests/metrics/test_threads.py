"""Questions about a number: who asks, answers and closes, whom it waits for, who is told, and what never leaks."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse

from collab.common.models import AuditEvent, Letter
from collab.common.sections import due_items_for
from collab.common.tasks import sweep
from collab.enums import CollaborativeRole
from collab.models import User
from metrics.actions.threads import answer_query, close_query, raise_query
from metrics.cells import CellKey, Value
from metrics.enums import QueryStatus
from metrics.models import Query
from metrics.presenters.threads import threads_seen
from metrics.queries.months import sheet_for
from metrics.queries.threads import waiting_for
from teams.enums import TeamRole
from tests.factories.collab import CenterAppointmentFactory, CollaborativeAppointmentFactory
from tests.factories.metrics import QueryFactory
from tests.factories.teams import AgencyAppointmentFactory, TeamFactory, TeamMembershipFactory
from tests.metrics.months import BEFORE_DUE, JANUARY, World, make_world
from tests.pages import Page

pytestmark = [pytest.mark.integration, pytest.mark.django_db]
ClientFor = Callable[[User], Client]
NO_SHOW = CellKey("no_show")


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture(autouse=True)
def _clock() -> object:
    with time_machine.travel(BEFORE_DUE, tick=False):
        yield


@pytest.fixture
def advisor(world: World) -> User:
    user: User = CollaborativeAppointmentFactory(
        collaborative=world.team.collaborative, role=CollaborativeRole.IMPROVEMENT_ADVISOR
    ).user
    return user


def ask(world: World, by: User, text: str = "Are walk-ins in it?", **options: object) -> Query:
    return raise_query(
        by=by,
        team=world.team,
        month=JANUARY,
        measure=world.no_show,
        key=NO_SHOW,
        text=text,
        **options,  # type: ignore[arg-type]  # options of one action
    )


def fresh(user: User) -> User:
    """As a new request would load the person: roles are remembered on the instance."""
    return User.objects.get(pk=user.pk)


def seen_on(client: Client, address: str) -> str:
    """How far the thread has come on the page that ``client`` has open."""
    found = Page(client.get(address)).values("[name=seen]", "value")
    assert len(set(found)) == 1
    return str(found[0])


def waits(user: User) -> list[str]:
    now = dt.datetime.now(dt.UTC)
    return [item.title for item in due_items_for(fresh(user), now) if "/queries/" in item.url]


# --- The way of a question -----------------------------------------------------------------------------------------
def test_a_question_goes_to_the_team_comes_back_and_is_closed(world: World, advisor: User) -> None:
    query = ask(world, advisor)
    title = "Question: No-show, January 2025"
    assert (query.status, waits(world.ana), waits(advisor)) == (QueryStatus.TEAM, [title], [])
    answer_query(by=world.ana, query=query, text="No, they are not.")
    query.refresh_from_db()
    assert (query.status, waits(world.ana), waits(advisor)) == (QueryStatus.CENTER, [], [title])
    close_query(by=advisor, query=query)
    query.refresh_from_db()
    assert (query.status, query.closed_by, waits(world.ana), waits(advisor)) == (QueryStatus.CLOSED, advisor, [], [])
    # Closing twice keeps who closed it first; a word more opens it again.
    assert close_query(by=world.ana, query=query).closed_by == advisor
    answer_query(by=advisor, query=query, text="One more thing.")
    query.refresh_from_db()
    assert (query.status, query.closed_by, query.closed_at) == (QueryStatus.TEAM, None, None)
    events = AuditEvent.objects.filter(event__startswith="query_").order_by("pk")
    assert [event.event for event in events] == [
        "query_raised", "query_answered", "query_closed", "query_answered",
    ]  # fmt: skip
    # What was said is in the thread alone.
    assert "walk-ins" not in str([event.detail for event in events])


def test_a_question_of_the_team_waits_for_those_who_look_after_it(world: World, advisor: User) -> None:
    coordinator = CenterAppointmentFactory(center=world.team.collaborative.center).user
    neighbor = CollaborativeAppointmentFactory().user
    query = ask(world, world.ana)
    assert query.status == QueryStatus.CENTER
    asked = [user for user in (world.ana, world.ben, advisor, coordinator, neighbor) if waits(user)]
    assert asked == [advisor, coordinator]
    answer_query(by=coordinator, query=query, text="Yes.")
    assert [bool(waits(user)) for user in (world.ana, advisor)] == [True, False]


def test_a_comment_waits_for_nobody_and_a_double_click_says_it_once(world: World, advisor: User) -> None:
    comment = ask(world, advisor, "Well done.", wants_answer=False)
    assert ask(world, advisor, "Well done.", wants_answer=False) == comment
    assert (comment.status, waits(world.ana), Letter.objects.count()) == (QueryStatus.REMARK, [], 0)
    answer_query(by=world.ana, query=comment, text="Thank you!")
    answer_query(by=world.ana, query=comment, text="Thank you!")
    comment.refresh_from_db()
    assert (comment.status, comment.messages.count(), waits(advisor)) == (QueryStatus.REMARK, 2, [])
    assert close_query(by=advisor, query=comment).status == QueryStatus.REMARK


# --- Two at once ---------------------------------------------------------------------------------------------------
def test_an_answer_from_a_page_that_is_behind_is_kept_and_shown_what_came_meanwhile(
    world: World, advisor: User, client_for: ClientFor
) -> None:
    world.submit("12/40")
    query = ask(world, advisor)
    address = query.get_absolute_url()
    ana, ben = client_for(world.ana), client_for(world.ben)
    seen = seen_on(ana, address)
    ben.post(address, {"text": "Yes, they are.", "seen": seen_on(ben, address)})
    page = Page(ana.post(address, {"text": "No, they are not.", "seen": seen}))
    assert page.texts(".error-summary li") == [
        "Ben Okoro wrote meanwhile. Read it, and send yours again if it still holds."
    ]
    assert (page.texts("textarea"), page.texts(".said > p:last-child")) == (
        ["No, they are not."],
        ["Are walk-ins in it?", "Yes, they are."],
    )
    assert query.messages.count() == 2
    # Sent once more it stands there, and a second click of it says it once.
    again = {"text": "No, they are not.", "seen": page.values("form:has(textarea) [name=seen]", "value")[0]}
    for _click in range(2):
        assert ana.post(address, again).status_code == 302
    assert query.messages.count() == 3


def test_nobody_closes_over_words_they_have_not_read_and_the_second_to_close_is_told_who_was_first(
    world: World, advisor: User, client_for: ClientFor
) -> None:
    query = ask(world, advisor)
    address, closing = query.get_absolute_url(), place("query_close", query.pk)
    chief = CenterAppointmentFactory(center=world.team.collaborative.center, user__name="Gloria Jensen").user
    faculty, coordinator = client_for(advisor), client_for(chief)
    behind = seen_on(faculty, address)
    answer_query(by=world.ana, query=query, text="No, they are not.")
    page = Page(faculty.post(closing, {"seen": behind}, follow=True))
    assert page.texts("#messages .callout") == [
        "Ana Ruiz wrote meanwhile, so the question stays open. Read it, and close it if it is settled."
    ]
    query.refresh_from_db()
    assert query.status == QueryStatus.CENTER
    read = seen_on(faculty, address)
    coordinator.post(closing, {"seen": seen_on(coordinator, address)})
    page = Page(faculty.post(closing, {"seen": read}, follow=True))
    assert page.texts("#messages .callout") == ["Gloria Jensen had closed it already."]
    query.refresh_from_db()
    assert (query.status, query.closed_by) == (QueryStatus.CLOSED, chief)
    assert AuditEvent.objects.filter(event="query_closed").count() == 1
    # What a team typed on a page from before it was closed opens it only when it is sent again.
    late = Page(client_for(world.ana).post(address, {"text": "One thing more.", "seen": read}))
    assert late.texts(".error-summary li") == [
        "Gloria Jensen closed the question meanwhile. Send your words again if it should be open."
    ]
    query.refresh_from_db()
    assert query.status == QueryStatus.CLOSED


@pytest.mark.django_db(transaction=True)
def test_two_who_close_at_the_same_instant_close_it_once(world: World, advisor: User) -> None:
    query = ask(world, advisor)
    others = [CenterAppointmentFactory(center=world.team.collaborative.center).user for _each in range(3)]
    gate, closed_by = threading.Barrier(3, timeout=10), []

    def close(user: User) -> None:
        try:
            gate.wait()
            closed_by.append(close_query(by=user, query=query, seen=query.stamp).closed_by_id)
        finally:
            connection.close()

    threads = [threading.Thread(target=close, args=(user,)) for user in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    query.refresh_from_db()
    # Everybody is told of the same first one, and one letter goes to who asked.
    assert closed_by == [query.closed_by_id] * 3
    assert AuditEvent.objects.filter(event="query_closed").count() == 1
    assert Letter.objects.filter(to=advisor).count() == 1


# --- Letters -------------------------------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_whose_word_is_next_gets_a_mail_with_a_link_and_nothing_of_what_was_said(world: World, advisor: User) -> None:
    leader = TeamMembershipFactory(team=world.team, role=TeamRole.LEADER).user
    query = ask(world, advisor, "Only 3 of 40?")
    sweep()
    assert sorted(one.to[0] for one in mail.outbox) == sorted([world.ana.email, leader.email])
    body = mail.outbox[0].body
    assert query.get_absolute_url() in body
    assert "Only 3" not in body
    mail.outbox.clear()
    answer_query(by=world.ben, query=query, text="3 is right.")
    sweep()
    assert [one.to for one in mail.outbox] == [[advisor.email]]
    assert "3 is right" not in mail.outbox[0].body


@pytest.mark.django_db(transaction=True)
def test_who_asked_hears_that_somebody_else_has_closed_it(world: World, advisor: User) -> None:
    query = ask(world, world.ana)
    sweep()
    mail.outbox.clear()
    close_query(by=advisor, query=query)
    sweep()
    assert [(one.to, one.subject) for one in mail.outbox] == [
        ([world.ana.email], "Your question about No-show, January 2025, was closed")
    ]
    assert f"{advisor} closed your question about the number of Northside" in mail.outbox[0].body
    # Opened and closed again it is told again; who closes their own question is told nothing.
    answer_query(by=world.ana, query=query, text="One more thing.")
    sweep()
    mail.outbox.clear()
    close_query(by=advisor, query=query)
    own = ask(world, world.ana, "Another one?")
    close_query(by=world.ana, query=own)
    sweep()
    assert [one.to for one in mail.outbox if "was closed" in one.subject] == [[world.ana.email]]


def test_who_asked_and_has_left_gets_no_mail(world: World, advisor: User) -> None:
    query = ask(world, advisor)
    advisor.collaborative_roles.update(ended_on=dt.date(2025, 1, 31), started_on=dt.date(2024, 1, 1))
    query = Query.objects.get(pk=query.pk)
    answer_query(by=world.ana, query=query, text="No.")
    close_query(by=CenterAppointmentFactory(center=world.team.collaborative.center).user, query=query)
    assert not Letter.objects.filter(to=advisor).exists()


# --- Pages ---------------------------------------------------------------------------------------------------------
def place(name: str, *more: object) -> str:
    return reverse(name, args=["access", "northside", *more])


def test_asking_answering_and_closing_in_the_browser(world: World, advisor: User, client_for: ClientFor) -> None:
    world.submit("12/40")
    faculty, team = client_for(advisor), client_for(world.ana)
    month = faculty.get(place("month", JANUARY)).content.decode()
    assert "?cell=no_show" in month
    asking = place("query_new", JANUARY) + "?cell=no_show"
    assert "Write a few words first." in faculty.post(asking, {"text": "", "wants": "question"}).content.decode()
    done = faculty.post(asking, {"text": "Are walk-ins in it?", "wants": "question"})
    query = Query.objects.get()
    assert done.url == query.get_absolute_url()
    for page in ("month", "month_history"):
        assert "Are walk-ins in it?" in team.get(place(page, JANUARY)).content.decode()
    team.post(query.get_absolute_url(), {"text": "No, only booked ones."})
    assert team.post(place("query_close", query.pk)).status_code == 403
    assert faculty.post(place("query_close", query.pk)).status_code == 302
    shown = faculty.get(query.get_absolute_url()).content.decode()
    assert ("No, only booked ones." in shown, "Closed by" in shown, "Close the question" in shown) == (
        True,
        True,
        False,
    )


@pytest.mark.parametrize("cell", ["", "unknown", "no_show.language", "no_show.language.xx", "..", "waiting_days.a.b"])
def test_a_cell_that_the_month_does_not_have_is_not_found(
    world: World, advisor: User, client_for: ClientFor, cell: str
) -> None:
    assert client_for(advisor).get(place("query_new", JANUARY), {"cell": cell}).status_code == 404


def test_a_senior_leader_reads_and_a_stranger_finds_nothing(world: World, advisor: User, client_for: ClientFor) -> None:
    query = ask(world, advisor)
    leader = client_for(AgencyAppointmentFactory(agency=world.team.agency).user)
    assert "Are walk-ins in it?" in leader.get(query.get_absolute_url()).content.decode()
    assert leader.post(query.get_absolute_url(), {"text": "Let me see."}).status_code == 403
    stranger = client_for(TeamMembershipFactory(team=TeamFactory(collaborative=world.team.collaborative)).user)
    assert stranger.get(query.get_absolute_url()).status_code == 404


# --- Small counts --------------------------------------------------------------------------------------------------
def test_what_was_said_about_a_small_number_is_hidden_with_it(
    world: World, advisor: User, client_for: ClientFor
) -> None:
    world.submit(values=[Value(NO_SHOW, 3, 40), Value(CellKey("waiting_days"), 90, 30)])
    query = ask(world, advisor, "Is this right?")
    answer_query(by=world.ana, query=query, text="Yes, only three people.")
    other = CollaborativeAppointmentFactory(collaborative=world.team.collaborative).user
    pages = [query.get_absolute_url(), place("month", JANUARY), place("month_history", JANUARY)]
    for reader, sees in ((world.ana, True), (advisor, False), (other, False)):
        client = client_for(reader)
        assert [page for page in pages if ("only three people" in client.get(page).content.decode()) != sees] == []
    # One's own words are no secret to oneself, but to others who may not see the number they are.
    assert "Is this right?" in client_for(advisor).get(pages[0]).content.decode()
    assert "Is this right?" not in client_for(other).get(pages[0]).content.decode()
    # A correction does not uncover what was said about the number before it.
    world.submit("20/40")
    assert "only three people" not in client_for(advisor).get(pages[0]).content.decode()
    # Where the agreement lets faculty see small counts, they read it.
    type(world.team.collaborative).objects.update(faculty_see_small_counts=True)
    assert "only three people" in client_for(fresh(advisor)).get(pages[0]).content.decode()


def test_a_thread_on_a_group_is_hidden_when_any_group_beside_it_is(world: World, advisor: User) -> None:
    values = world.values("30/100", en="28/60", es="2/40")
    world.submit(values=values)
    query = raise_query(
        by=world.ana,
        team=world.team,
        month=JANUARY,
        measure=world.no_show,
        key=CellKey("no_show", "language", "en"),
        text="Spanish has two.",
    )
    sheet = sheet_for(world.team, JANUARY)
    assert [said.text for said in threads_seen(fresh(advisor), sheet, [query])[0].said] == [None]
    assert [said.text for said in threads_seen(fresh(world.ben), sheet, [query])[0].said] == ["Spanish has two."]


# --- The list ------------------------------------------------------------------------------------------------------
def test_the_list_is_narrowed_by_its_address(world: World, advisor: User, client_for: ClientFor) -> None:
    other = TeamFactory(collaborative=world.team.collaborative, name="Southside", slug="southside")
    ask(world, advisor)
    QueryFactory(team=other, measure=world.waiting, status=QueryStatus.CENTER, raised_by=advisor)
    client = client_for(advisor)

    def lines(**narrowed: str) -> list[tuple[bool, bool]]:
        html = client.get(reverse("queries", args=["access"]), narrowed).content.decode()
        body = html[html.index("<tbody>") :] if "<tbody>" in html else ""
        return ["Northside" in body, "Southside" in body]  # type: ignore[return-value]

    assert lines() == [True, True]
    assert lines(status="center") == [False, True]
    assert lines(team="northside") == [True, False]
    assert lines(measure="waiting_days") == [False, True]
    assert lines(status="closed") == [False, False]
    assert lines(status="nonsense") == [True, True]
    quiet = TeamFactory(collaborative=world.team.collaborative, name="Nobody asked", slug="quiet")
    assert quiet.name not in client.get(reverse("queries", args=["access"])).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_question_and_three(
    world: World,
    advisor: User,
    client_for: ClientFor,
    django_assert_num_queries: Callable[[int], object],
    count: int,
) -> None:
    for _number in range(count):
        QueryFactory(team=TeamFactory(collaborative=world.team.collaborative), measure=world.no_show)
    client, address = client_for(advisor), reverse("queries", args=["access"])
    client.get(address)
    with django_assert_num_queries(LIST_QUERIES):  # type: ignore[attr-defined]  # a context manager
        client.get(address)


LIST_QUERIES = 16


@pytest.mark.parametrize("count", [1, 3])
def test_what_waits_costs_the_same_for_one_question_and_three(
    world: World, advisor: User, django_assert_num_queries: Callable[[int], object], count: int
) -> None:
    for _number in range(count):
        QueryFactory(team=world.team, measure=world.no_show, raised_by=advisor)
    member = fresh(world.ana)
    with django_assert_num_queries(WAITING_QUERIES):  # type: ignore[attr-defined]  # a context manager
        assert len(list(waiting_for(member))) == count


WAITING_QUERIES = 6
