"""Threads, reviews, private notes, and the queue of what waits for a coach."""

from __future__ import annotations

import datetime as dt
import html
import uuid

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from collab.common.models import Letter
from collab.enums import CollaborativeRole, CollaborativeStatus
from collab.models import Collaborative
from pdsa.actions import coaching
from pdsa.actions.coaching import AnsweredMeanwhileError
from pdsa.actions.workflow import plan_cycle, start
from pdsa.actions.worksheet import save
from pdsa.enums import CommentKind, Part, PdsaLetters, Stage
from pdsa.models import CoachNote, Comment
from pdsa.policies import NotReadyError
from pdsa.presenters.coaching import Need, feedback_sentence, lately_sentence, threads_of, waiting_line
from pdsa.queries.coaching import Wait, awaiting_feedback, waits_for_feedback
from teams.enums import TeamStatus, WithdrawalReason, WithdrawalStage
from teams.models import Team
from tests.factories.collab import CollaborativeAppointmentFactory, CollaborativeFactory, UserFactory
from tests.factories.pdsa import CommentFactory, CycleFactory, ReviewFactory
from tests.factories.teams import TeamFactory, TeamMembershipFactory
from tests.pages import Page

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

NOW = dt.datetime(2025, 4, 10, 12, tzinfo=dt.UTC)
TODAY = NOW.date()


@pytest.fixture
def collaborative():
    return CollaborativeFactory()


@pytest.fixture
def coach(collaborative):
    return CollaborativeAppointmentFactory(collaborative=collaborative, role=CollaborativeRole.COACH).user


@pytest.fixture
def team(collaborative):
    return TeamFactory(collaborative=collaborative)


@pytest.fixture
def member(team):
    return TeamMembershipFactory(team=team).user


def say(by, cycle, text="Try it with one person first.", **options):
    return coaching.comment(by=by, cycle=cycle, text=text, key=options.pop("key", uuid.uuid4()), **options)


def reverse_of(name, cycle, *more):
    return reverse(name, args=[cycle.team.collaborative.slug, cycle.team.slug, cycle.number, *more])


class TestThreads:
    def test_a_double_submit_writes_one_comment(self, coach, team):
        cycle, key = CycleFactory(team=team), uuid.uuid4()
        first = say(coach, cycle, key=key)
        assert say(coach, cycle, key=key) == first
        assert list(Comment.objects.values_list("text", "from_faculty")) == [("Try it with one person first.", True)]

    def test_two_coaches_at_once_the_second_reads_the_first_before_sending(self, collaborative, coach, team):
        other = CollaborativeAppointmentFactory(collaborative=collaborative, role=CollaborativeRole.COACH).user
        cycle = CycleFactory(team=team)
        first = say(coach, cycle, part=Part.PLAN, seen=0)
        with pytest.raises(AnsweredMeanwhileError) as raised:
            say(other, cycle, "Smaller!", part=Part.PLAN, seen=0)
        assert raised.value.newer == [first]
        assert Comment.objects.get() == first
        say(other, cycle, "Smaller!", part=Part.PLAN, seen=None)
        assert [row.text for row in cycle.comments.all()] == ["Try it with one person first.", "Smaller!"]

    def test_what_was_said_about_another_part_is_no_hindrance(self, coach, member, team):
        cycle = CycleFactory(team=team)
        say(member, cycle, part=Part.DO)
        assert say(coach, cycle, part=Part.PLAN, seen=0).part == Part.PLAN

    def test_an_answer_to_an_answer_stays_in_its_thread(self, coach, member, team):
        cycle = CycleFactory(team=team)
        question = say(member, cycle, "How many?", part=Part.PLAN, kind=CommentKind.QUESTION)
        answer = say(coach, cycle, "One.", parent=question)
        again = say(member, cycle, "Just one?", parent=answer)
        assert (again.parent, again.part) == (question, Part.PLAN)

    def test_nobody_writes_for_a_team_that_left(self, coach, collaborative):
        cycle = CycleFactory(team=TeamFactory(collaborative=collaborative, withdrawn=True))
        with pytest.raises(NotReadyError):
            say(coach, cycle)
        assert not Comment.objects.exists()

    def test_only_the_writer_changes_a_comment(self, coach, member, team):
        written = say(member, CycleFactory(team=team), "One a day?")
        with pytest.raises(NotReadyError):
            coaching.change_comment(by=coach, comment=written, text="Two a day?")
        coaching.change_comment(by=member, comment=written, text="Two a day?")
        written.refresh_from_db()
        assert (written.text, written.edited_at is not None) == ("Two a day?", True)


class TestLetters:
    def test_owner_hears_of_feedback_and_mail_holds_no_words_of_it(self, coach, team):
        owner = TeamMembershipFactory(team=team).user
        cycle = CycleFactory(team=team, owner=owner)
        say(coach, cycle, "Mrs. Smith might not like it.", part=Part.PLAN)
        letter = Letter.objects.get()
        assert (letter.to, letter.kind) == (owner, PdsaLetters.FEEDBACK)
        assert "Smith" not in letter.subject + letter.text
        assert letter.path == f"{cycle.get_absolute_url()}#thread-plan"

    def test_who_left_the_team_hears_nothing_more(self, coach, team):
        owner = TeamMembershipFactory(team=team, ended_on=dt.date(2025, 1, 1)).user
        say(coach, CycleFactory(team=team, owner=owner))
        assert not Letter.objects.exists()

    def test_coaches_hear_of_questions_and_reviews(self, coach, member, team):
        cycle = CycleFactory(team=team, owner=member)
        say(member, cycle, "How many?", kind=CommentKind.QUESTION)
        coaching.ask_review(by=member, cycle=cycle, question="Small enough?")
        assert list(Letter.objects.order_by("pk").values_list("to", "kind")) == [(coach.pk, PdsaLetters.WAITING)] * 2


class TestReviews:
    def test_asked_once_given_once(self, collaborative, coach, member, team):
        other = CollaborativeAppointmentFactory(collaborative=collaborative, role=CollaborativeRole.COACH).user
        cycle = CycleFactory(team=team)
        review = coaching.ask_review(by=member, cycle=cycle)
        assert coaching.ask_review(by=member, cycle=cycle) == review
        given = coaching.give_review(by=coach, review=review, text="Go.", key=uuid.uuid4(), seen=0)
        late = coaching.give_review(by=other, review=review, text="Go small.", key=uuid.uuid4(), seen=None)
        review.refresh_from_db()
        assert (review.given_by, review.comment) == (coach, given)
        assert late.kind == CommentKind.FEEDBACK
        assert coaching.ask_review(by=member, cycle=cycle) != review


class TestNotes:
    def test_the_team_never_sees_them(self, coach, member, team):
        cycle = CycleFactory(team=team)
        note = coaching.add_note(by=coach, cycle=cycle, text="Gently.", key=uuid.uuid4())
        assert threads_of(cycle, coach).notes == [note]
        assert threads_of(cycle, member).notes is None
        assert list(CoachNote.objects.visible_to(coach)) == [note]
        assert list(CoachNote.objects.visible_to(member)) == []


class TestQueue:
    def queue(self, coach, collaborative):
        waiting = awaiting_feedback(coach, collaborative, TODAY)
        return [(cycle.title, Need(cycle.need)) for cycle in waiting]

    @pytest.mark.practice("R-187")
    def test_by_need_then_by_waiting(self, coach, collaborative):
        def begun(title, **options):
            return CycleFactory(
                team=options.pop("team", None) or TeamFactory(collaborative=collaborative),
                title=title,
                stage=options.pop("stage", Stage.DO),
                started_on=options.pop("started_on", dt.date(2025, 4, 1)),
                **options,
            )

        first = begun("first of its team")
        begun("later", team=first.team)
        begun("stalled", started_on=dt.date(2025, 3, 1))
        begun("without prediction", asked={"prediction": ""})
        begun("asked for help", help_wanted="Data?", help_asked_at=NOW)
        review = begun("asked for a review")
        ReviewFactory(cycle=review, asked_at=NOW - dt.timedelta(days=3))
        question = begun("asked a question")
        CommentFactory(cycle=question, kind=CommentKind.QUESTION, at=NOW - dt.timedelta(days=5))
        with time_machine.travel(NOW, tick=False):
            assert self.queue(coach, collaborative) == [
                ("asked a question", Need.ASKED),
                ("asked for a review", Need.ASKED),
                ("asked for help", Need.ASKED),
                ("without prediction", Need.NO_PREDICTION),
                ("stalled", Need.STALLED),
                ("first of its team", Need.FIRST),
                ("later", Need.FEEDBACK),
            ]

    def test_feedback_takes_a_cycle_off_until_it_moves_on(self, coach, collaborative, team, member):
        cycle = plan_cycle(by=member, team=team, title="Call the day before")
        question = cycle.questions.get()
        with time_machine.travel(timezone.now() + dt.timedelta(hours=1), tick=False) as later:
            answers = {
                f"questions.{question.pk}.question": "Do more come?",
                f"questions.{question.pk}.prediction": "6 of 7",
            }
            save(by=member, cycle=cycle, values={**answers, "plan_start": TODAY, "other_measure": "People who come"})
            assert self.queue(coach, collaborative) == []
            start(by=member, cycle=cycle)
            later.shift(60)
            today = collaborative.today()
            assert [row.pk for row in awaiting_feedback(coach, collaborative, today)] == [cycle.pk]
            say(coach, cycle)
            assert list(awaiting_feedback(coach, collaborative, today)) == []

    def test_an_answered_question_no_longer_asks(self, coach, collaborative, team, member):
        cycle = CycleFactory(team=team, stage=Stage.PLAN)
        question = say(member, cycle, "How many?", kind=CommentKind.QUESTION)
        assert [cycle.need for cycle in awaiting_feedback(coach, collaborative, TODAY)] == [Need.ASKED]
        say(coach, cycle, "One.", parent=question)
        assert list(awaiting_feedback(coach, collaborative, TODAY)) == []

    def test_says_why_and_since_when(self, coach, collaborative, team):
        CycleFactory(
            team=team, stage=Stage.DO, help_wanted="Who counts?", help_asked_at=NOW - dt.timedelta(days=2, hours=1)
        )
        line = waiting_line(awaiting_feedback(coach, collaborative, TODAY).get(), NOW)
        assert line.why == "Asked for help 2 days ago: “Who counts?”"
        assert line.needs == [Need.ASKED, Need.FIRST]

    def test_leads_to_where_it_was_asked(self, coach, member, collaborative, team):
        started = CycleFactory(team=team, stage=Stage.DO)
        for part in (None, Part.DO):
            Comment.objects.all().delete()
            say(member, started, "How many?", part=part, kind=CommentKind.QUESTION)
            line = waiting_line(awaiting_feedback(coach, collaborative, TODAY).get(), NOW)
            assert line.thread == ("do" if part else "whole")
        coaching.ask_review(by=member, cycle=started, part=Part.STUDY)
        assert waiting_line(awaiting_feedback(coach, collaborative, TODAY).get(), NOW).thread == "study"

    def test_another_collaboratives_cycles_stay_out(self, coach, collaborative):
        CycleFactory(stage=Stage.DO)
        assert self.queue(coach, collaborative) == []


class TestWaits:
    def test_from_asking_to_the_first_word_of_faculty(self, coach, collaborative, team, member):
        cycle = CycleFactory(team=team)
        ReviewFactory(cycle=cycle, asked_at=NOW)
        CommentFactory(cycle=cycle, by=member, at=NOW + dt.timedelta(days=1))
        CommentFactory(cycle=cycle, by=coach, from_faculty=True, at=NOW + dt.timedelta(days=2))
        CommentFactory(cycle=cycle, by=coach, from_faculty=True, at=NOW + dt.timedelta(days=9))
        ReviewFactory(cycle=CycleFactory(team=team), asked_at=NOW)
        assert [wait.days for wait in waits_for_feedback(collaborative)] == [2.0]

    @pytest.mark.parametrize(
        ("days", "sentence"),
        [
            ((), "No cycle has had feedback yet."),
            ((1.0, 2.0, 6.0), "Median wait for feedback: 2.0 days (3 cycles answered)."),
            ((1.0, 2.0), "Median wait for feedback: 1.5 days (2 cycles answered)."),
            ((4.0,), "Median wait for feedback: 4.0 days (1 cycle answered)."),
        ],
    )
    def test_in_words(self, days, sentence):
        assert feedback_sentence([Wait(each, NOW) for each in days]) == sentence

    def test_lately_says_only_what_differs(self):
        day = dt.timedelta(days=1)
        old, new = Wait(6.0, NOW - 100 * day), Wait(2.0, NOW - day)
        assert [lately_sentence(waits, NOW - 90 * day) for waits in ([], [new], [old], [old, new])] == [
            "",
            "",
            "In the last 90 days no cycle had its first feedback.",
            "In the last 90 days: 2.0 days (1 cycle).",
        ]


class TestPages:
    def test_queue_for_faculty(self, client_for, coach, collaborative, team):
        CycleFactory(team=team, stage=Stage.DO, title="Warm hand-off")
        page = client_for(coach).get(f"/c/{collaborative.slug}/pdsa/coaching/")
        assert page.status_code == 200
        assert "Warm hand-off" in page.content.decode()

    def test_queue_is_not_for_teams(self, client_for, collaborative, member):
        page = client_for(member).get(f"/c/{collaborative.slug}/pdsa/coaching/")
        assert page.status_code == 403

    @pytest.mark.parametrize("count", [1, 3])
    def test_queue_costs_the_same_for_one_and_three(
        self, client_for, coach, collaborative, count, django_assert_num_queries
    ):
        for _each in range(count):
            CycleFactory(team=TeamFactory(collaborative=collaborative), stage=Stage.DO)
        client = client_for(coach)
        client.get(f"/c/{collaborative.slug}/pdsa/coaching/")
        with django_assert_num_queries(QUEUE_QUERIES):
            client.get(f"/c/{collaborative.slug}/pdsa/coaching/")

    def test_what_could_not_be_sent_comes_back(self, client_for, coach, member, team, collaborative):
        cycle = CycleFactory(team=team)
        say(member, cycle, "A word", part=Part.PLAN)
        page = client_for(coach).post(
            f"{cycle.get_absolute_url()}comments/",
            {"text": "My long <b>thought</b>", "key": str(uuid.uuid4()), "part": "plan", "seen": "0"},
        )
        words = page.content.decode()
        assert page.status_code == 409
        assert "My long &lt;b&gt;thought&lt;/b&gt;" in words
        assert "A word" in words

    @pytest.mark.parametrize("ended", [False, True], ids=["team left", "collaborative ended"])
    def test_nothing_changes_after_the_end_and_what_was_typed_comes_back(
        self, client_for, coach, member, team, collaborative, ended
    ):
        # Given a page with a question and a note, open since before the end
        cycle = CycleFactory(team=team)
        asked = say(member, cycle, "One a day?", part=Part.PLAN, kind=CommentKind.QUESTION)
        here, words = cycle.get_absolute_url(), {"key": str(uuid.uuid4()), "text": "Typed meanwhile"}
        if ended:
            Collaborative.objects.update(status=CollaborativeStatus.ENDED)
            who = client_for(member)
            sentence = "The collaborative has ended, so worksheets can be read but not changed."
        else:
            # A team that left does not write; its coaches would be the ones to go on.
            Team.objects.filter(pk=team.pk).update(
                status=TeamStatus.WITHDRAWN,
                withdrawn_on=TODAY,
                withdrawal_stage=WithdrawalStage.BEFORE_MIDDLE,
                withdrawal_reason=WithdrawalReason.TURNOVER,
            )
            Comment.objects.update(by=coach)
            who = client_for(coach)
            sentence = f"{team.name} left the collaborative, so its worksheets can be read but not changed."
        # When its words are sent now
        change = who.post(reverse_of("cycle_comment_edit", cycle, asked.pk), words)
        settle = who.post(reverse_of("cycle_comment_settle", cycle, asked.pk), {"settled": "1"}, follow=True)
        more = who.post(f"{here}comments/", words | {"part": "plan"})
        note = client_for(coach).post(reverse_of("cycle_note", cycle), words)
        # Then nothing changed, each page says why, and what was typed stands there
        asked.refresh_from_db()
        assert (asked.text, asked.settled_at, CoachNote.objects.count(), Comment.objects.count()) == (
            "One a day?",
            None,
            0,
            1,
        )
        assert [sentence in html.unescape(page.content.decode()) for page in (change, settle, more, note)] == [True] * 4
        typed = [Page(page).texts("textarea[name=text], textarea[readonly]") for page in (change, more, note)]
        assert typed == [["Typed meanwhile"]] * 3

    def test_a_note_and_a_question_without_end_come_back(self, client_for, coach, member, team):
        cycle, endless = CycleFactory(team=team), "x" * 20_001
        note = client_for(coach).post(reverse_of("cycle_note", cycle), {"text": endless, "key": str(uuid.uuid4())})
        asked = client_for(member).post(reverse_of("cycle_review_ask", cycle), {"question": endless})
        assert [Page(page).texts("textarea[readonly]") for page in (note, asked)] == [[endless]] * 2

    def test_reader_who_may_not_write(self, client_for, team, collaborative):
        stranger = UserFactory()
        cycle = CycleFactory(team=team)
        data = {"text": "Hello", "key": str(uuid.uuid4())}
        assert client_for(stranger).post(f"{cycle.get_absolute_url()}comments/", data).status_code == 404
        assert not Comment.objects.exists()


QUEUE_QUERIES = 17
