"""The jobs page: what ran, what waits, whether a worker is there; and asking for work again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from collab.common import jobs
from collab.common.enums import JobStatus, Tone
from collab.common.models import AuditEvent, Heartbeat, JobRun, StaleMark
from collab.enums import CollaborativeRole
from collab.models import Collaborative, User
from metrics.actions.benchmarks import request_recompute_all
from metrics.enums import MetricsEvent, RunStatus
from metrics.marks import RECOMPUTE, RECOMPUTE_ALL, month_key
from metrics.models import BenchmarkRun
from metrics.presenters.jobs import problem_in_words, worker_sentence
from tests.factories.collab import (
    CenterAppointmentFactory,
    CollaborativeAppointmentFactory,
    CollaborativeFactory,
    MeasureFactory,
    UserFactory,
)
from tests.factories.teams import TeamFactory, TeamMembershipFactory

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

JANUARY = dt.date(2025, 1, 1)
SignedIn = Callable[[User], Client]


@pytest.fixture
def collaborative() -> Collaborative:
    found: Collaborative = CollaborativeFactory(slug="north")
    MeasureFactory(collaborative=found)
    return found


@pytest.fixture
def coordinator(collaborative: Collaborative) -> User:
    found: User = CenterAppointmentFactory(center=collaborative.center).user
    return found


def a_run(collaborative: Collaborative, **fields: Any) -> JobRun:
    """A run of January that went well, with what the test says."""
    started = fields.pop("started_at", dt.datetime(2025, 2, 10, 15, 41, tzinfo=dt.UTC))
    return JobRun.objects.create(
        **{
            "task": RECOMPUTE,
            "key": month_key(collaborative.pk, JANUARY),
            "subject": "Benchmarks of January 2025",
            "scope_type": "collab.collaborative",
            "scope_id": collaborative.pk,
            "status": JobStatus.DONE,
            "started_at": started,
            "finished_at": started + dt.timedelta(seconds=2),
            **fields,
        }
    )


def test_before_the_first_run_the_page_says_what_belongs_here(
    collaborative: Collaborative, coordinator: User, client_for: SignedIn
) -> None:
    page = client_for(coordinator).get("/c/north/jobs/")

    assert page.status_code == 200
    assert page.context["lines"] == []
    content = page.content.decode()
    assert "Nothing has run yet" in content
    assert "No worker has reported yet" in content
    assert "Nothing waits: everything that was submitted is computed." in content


@pytest.mark.parametrize("count", [1, 3])
def test_runs_and_waiting_work_take_the_same_queries_however_many(
    count: int,
    collaborative: Collaborative,
    coordinator: User,
    client_for: SignedIn,
    django_assert_num_queries: Any,
) -> None:
    for number in range(count):
        a_run(collaborative, requested_by=coordinator)
        StaleMark.objects.create(task=RECOMPUTE, key=month_key(collaborative.pk, dt.date(2025, 2 + number, 1)))
    client = client_for(coordinator)

    with django_assert_num_queries(12):
        page = client.get("/c/north/jobs/")

    assert len(page.context["lines"]) == len(page.context["waiting"]) == count


def test_a_failed_run_and_its_waiting_mark_say_in_a_sentence_what_went_wrong(
    collaborative: Collaborative, coordinator: User, client_for: SignedIn
) -> None:
    now = timezone.now()
    asker = UserFactory(name="Ada")
    a_run(collaborative, status=JobStatus.FAILED, error="OperationalError: database is locked", requested_by=asker)
    StaleMark.objects.create(
        task=RECOMPUTE,
        key=month_key(collaborative.pk, JANUARY),
        marked_at=now - dt.timedelta(minutes=5),
        tries=2,
        tried_at=now - dt.timedelta(seconds=30),
        last_error="OperationalError: database is locked",
    )
    other = CollaborativeFactory()
    a_run(other, subject="Benchmarks of somebody else")
    StaleMark.objects.create(task=RECOMPUTE, key=month_key(other.pk, JANUARY), last_error="secret: other's problem")

    page = client_for(coordinator).get("/c/north/jobs/")

    (line,) = page.context["lines"]
    (waiting,) = page.context["waiting"]
    assert (line.when, line.tone) == ("Mon 10 Feb 2025, 10:41 · took 2 s · asked for by Ada", Tone.PROBLEM)
    assert line.problem == "It stopped: database is locked. What was shown before is still shown."
    assert line.can_run_again is True
    assert waiting.subject == "Benchmarks of January 2025"
    assert waiting.since == "5\xa0minutes ago"
    assert waiting.problem == (
        "Tried 2 times, last 30\xa0seconds ago: database is locked. It is tried again by itself."
    )
    assert "somebody else" not in page.content.decode()


def test_whose_business_it_is_not_gets_nothing(collaborative: Collaborative, client_for: SignedIn) -> None:
    run = a_run(collaborative)
    coach = CollaborativeAppointmentFactory(collaborative=collaborative, role=CollaborativeRole.COACH).user
    member = TeamMembershipFactory(team=TeamFactory(collaborative=collaborative)).user
    other_coordinator = CenterAppointmentFactory().user
    addresses = {
        "get": ["/c/north/jobs/", f"/c/north/jobs/{run.pk}/progress/"],
        "post": ["/c/north/jobs/recompute/", f"/c/north/jobs/{run.pk}/again/"],
    }

    for person, status in ((coach, 403), (member, 403), (other_coordinator, 404), (UserFactory(), 404)):
        client = client_for(person)
        for method, paths in addresses.items():
            assert [getattr(client, method)(path).status_code for path in paths] == [status, status]

    assert "Only coordinators of" in client_for(coach).get("/c/north/jobs/").content.decode()
    assert not StaleMark.objects.exists()
    assert JobRun.objects.count() == 1


def test_a_run_of_another_collaborative_cannot_be_reached_through_ones_own(
    collaborative: Collaborative, coordinator: User, client_for: SignedIn
) -> None:
    foreign = a_run(CollaborativeFactory())
    client = client_for(coordinator)

    assert client.get(f"/c/north/jobs/{foreign.pk}/progress/").status_code == 404
    assert client.post(f"/c/north/jobs/{foreign.pk}/again/").status_code == 404
    assert not StaleMark.objects.exists()


def test_run_again_marks_the_month_and_writes_who_asked(
    collaborative: Collaborative, coordinator: User, client_for: SignedIn
) -> None:
    run = a_run(collaborative, status=JobStatus.FAILED, error="ValueError: no")

    answer = client_for(coordinator).post(f"/c/north/jobs/{run.pk}/again/", follow=True)

    assert answer.redirect_chain == [("/c/north/jobs/", 302)]
    assert "“Benchmarks of January 2025” is done again." in answer.content.decode()
    assert list(StaleMark.objects.values_list("task", "key")) == [(RECOMPUTE, run.key)]
    event = AuditEvent.objects.get(event=MetricsEvent.RECOMPUTE_REQUESTED)
    assert (event.actor, event.scope_id, event.detail) == (
        coordinator,
        collaborative.pk,
        {"task": RECOMPUTE, "key": run.key},
    )


@pytest.mark.parametrize("fields", [{"key": ""}, {"task": "unknown.task"}, {"status": JobStatus.RUNNING}])
def test_a_run_that_cannot_be_repeated_offers_no_button(
    fields: dict[str, Any], collaborative: Collaborative, coordinator: User, client_for: SignedIn
) -> None:
    run = a_run(collaborative, **fields)
    client = client_for(coordinator)

    assert client.get("/c/north/jobs/").context["lines"][0].can_run_again is False
    client.post(f"/c/north/jobs/{run.pk}/again/")
    assert not StaleMark.objects.exists()


def test_all_months_are_computed_again_with_progress_until_it_is_done(
    collaborative: Collaborative, coordinator: User, client_for: SignedIn
) -> None:
    client = client_for(coordinator)
    answer = client.post("/c/north/jobs/recompute/", follow=True)
    run = JobRun.objects.get(task=RECOMPUTE_ALL)
    assert (run.status, run.done, run.total, run.requested_by) == (JobStatus.WAITING, 0, 12, coordinator)
    fragment = f"/c/north/jobs/{run.pk}/progress/"
    assert f'hx-get="{fragment}"' in answer.content.decode()

    waiting = client.get(fragment)
    assert 'hx-trigger="load delay:2s"' in waiting.content.decode()
    assert "HX-Refresh" not in waiting

    # Asking twice is one run.
    client.post("/c/north/jobs/recompute/")
    assert JobRun.objects.filter(task=RECOMPUTE_ALL).count() == 1

    assert jobs.catch_up(RECOMPUTE_ALL, run.key) is True
    run.refresh_from_db()
    assert (run.status, run.done, run.total) == (JobStatus.DONE, 12, 12)
    live = BenchmarkRun.objects.filter(collaborative=collaborative, status=RunStatus.LIVE)
    assert live.count() == 12
    done = client.get(fragment)
    assert "hx-trigger" not in done.content.decode()
    assert done["HX-Refresh"] == "true"
    assert not StaleMark.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_where_jobs_run_at_once_the_button_does_all_of_it(
    collaborative: Collaborative, coordinator: User, client_for: SignedIn
) -> None:
    client_for(coordinator).post("/c/north/jobs/recompute/")

    assert JobRun.objects.get(task=RECOMPUTE_ALL).status == JobStatus.DONE
    assert not StaleMark.objects.exists()


def test_a_run_whose_worker_was_killed_is_taken_up_from_the_start(
    collaborative: Collaborative, coordinator: User
) -> None:
    run = request_recompute_all(by=coordinator, collaborative=collaborative)
    JobRun.objects.filter(pk=run.pk).update(status=JobStatus.RUNNING, done=5)
    StaleMark.objects.update(taken_at=timezone.now() - jobs.LEASE)

    assert jobs.sweep_due(timezone.now() + jobs.GRACE) == 1

    run.refresh_from_db()
    assert (run.status, run.done, run.total) == (JobStatus.DONE, 12, 12)


@pytest.mark.parametrize(
    ("seconds", "tone", "told"),
    [
        (12, Tone.GOOD, "The worker last reported 12\xa0seconds ago."),
        (
            300,
            Tone.PROBLEM,
            (
                "The worker last reported 5\xa0minutes ago. Teams can submit; benchmarks wait until it runs again. "
                "Tell the administrator of this site."
            ),
        ),
    ],
)
def test_the_page_says_in_words_whether_a_worker_is_there(seconds: int, tone: Tone, told: str) -> None:
    now = timezone.now()

    sentence = worker_sentence(now - dt.timedelta(seconds=seconds), now)

    assert (sentence.tone, sentence.sentence) == (tone, told)


def test_the_sweep_leaves_a_heartbeat_that_the_page_reads(
    collaborative: Collaborative, coordinator: User, client_for: SignedIn
) -> None:
    jobs.note_heartbeat(timezone.now() - dt.timedelta(hours=2))
    jobs.note_heartbeat()

    assert Heartbeat.objects.count() == 1
    assert client_for(coordinator).get("/c/north/jobs/").context["worker"].tone == Tone.GOOD


def test_an_error_becomes_a_sentence() -> None:
    assert problem_in_words("") == ""
    assert problem_in_words("WorkerLost: The worker was stopped before it had finished.") == (
        "It stopped: The worker was stopped before it had finished. What was shown before is still shown."
    )
    assert problem_in_words("MemoryError: ") == "It stopped: MemoryError. What was shown before is still shown."
