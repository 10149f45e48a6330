"""Reports as PDF: who may have them, what is in them, how they are made, and that no small count leaks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client

from collab.common import jobs
from collab.common.enums import JobStatus
from collab.common.models import AuditEvent, JobRun, StaleMark
from collab.enums import CollaborativeRole, DataSharing
from collab.models import Collaborative, Measure, User
from metrics.actions.benchmarks import catch_up_with
from metrics.actions.reports import MOST_ATTEMPTS, Printed, delete_old_reports, make_report, request_report
from metrics.enums import MetricsEvent, ReportKind, ReportStatus
from metrics.forms.reports import MOST_OFFERED
from metrics.marks import REPORT
from metrics.models import Report
from metrics.presenters.reports import (
    print_board,
    print_collaborative,
    print_leader,
    print_plan,
    print_team,
    the_center,
)
from teams.models import Team
from tests.factories.collab import (
    CenterAppointmentFactory,
    CollaborativeAppointmentFactory,
    CollaborativeFactory,
    MeasureFactory,
    UserFactory,
)
from tests.factories.metrics import ReportFactory
from tests.factories.teams import (
    AgencyAppointmentFactory,
    AgencyFactory,
    LeaderRequestFactory,
    TeamFactory,
    TeamMembershipFactory,
)
from tests.metrics.worlds import report as submit
from tests.pages import Page
from tests.pdf import elements, image_count, page_texts, text_of

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

NOW = dt.datetime(2026, 11, 22, 15, tzinfo=dt.UTC)
SMALL, LARGE = (7, 4321), (52, 67)
SignedIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def collaborative() -> Collaborative:
    found: Collaborative = CollaborativeFactory(
        slug="access", name="First appointments", center__name="Valley Center", data_sharing=DataSharing.CODED
    )
    return found


@pytest.fixture
def measure(collaborative: Collaborative) -> Measure:
    found: Measure = MeasureFactory(collaborative=collaborative, code="no_show", version__direction="down")
    return found


@pytest.fixture
def team(collaborative: Collaborative, measure: Measure) -> Team:
    """Twelve months, of which May has a small count."""
    found: Team = TeamFactory(
        collaborative=collaborative, slug="north", name="Northside team", code_name="Team Heron", agency__code="NORTH"
    )
    submit(found, measure, [(40 - month, 80) if month != 4 else SMALL for month in range(12)])
    return found


@pytest.fixture
def neighbor(collaborative: Collaborative, measure: Measure) -> Team:
    found: Team = TeamFactory(collaborative=collaborative, slug="south", name="Southside team", code_name="Team Otter")
    submit(found, measure, [LARGE] * 12)
    return found


@pytest.fixture
def coordinator(collaborative: Collaborative) -> User:
    found: User = CenterAppointmentFactory(center=collaborative.center, user__name="Ada Marsh").user
    return found


@pytest.fixture
def member(team: Team) -> User:
    found: User = TeamMembershipFactory(team=team).user
    return found


def quietly(_done: int, _total: int) -> None:
    """For prints whose progress nobody watches."""


def fresh(user: User) -> User:
    """As a new request would load the person: roles are remembered on the instance."""
    return User.objects.get(pk=user.pk)


def squeezed(data: bytes) -> str:
    """All text without spaces: charts draw their words letter by letter. Alternative texts too."""
    spoken = " ".join(alt for _kind, alt in elements(data))
    return "".join((text_of(data) + spoken.replace("\u202f", " ")).split())


def ask(by: User, subject: Any, kind: ReportKind = ReportKind.TEAM) -> Report:
    where = subject if isinstance(subject, Collaborative) else subject.collaborative
    return request_report(by=by, kind=kind, subject=subject, collaborative=where)


# --- What is in them ------------------------------------------------------------------------------------------------


def test_a_team_summary_is_tagged_drawn_in_vectors_and_numbered(team: Team, coordinator: User) -> None:
    data = print_team(team, coordinator, quietly).pdf

    pages = page_texts(data)
    for number, text in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in text
        assert "Data as of 22 Nov 2026" in text
    assert "Team summary: Northside team" not in pages[0].replace("Team summary\nNorthside team", "")
    assert all("Team summary: Northside team" in text for text in pages[1:])
    figures = [alt for kind, alt in elements(data) if kind == "Figure"]
    assert len(figures) == 1
    assert figures[0].startswith("No show, Northside team: 11 months with a value, from January 2025 to December 2025")
    assert image_count(data) == 0
    kinds = [kind for kind, _alt in elements(data)]
    assert [kind for kind in kinds if kind in ("H1", "H2", "H3")] == ["H1", "H2", "H3", "H2", "H2"]


def test_a_team_summary_says_what_it_is(team: Team, coordinator: User) -> None:
    team.leader_goal = "Nobody waits longer than a week."
    data = print_team(team, coordinator, quietly).pdf

    text = text_of(data)
    for words in (
        "Halve missed first appointments at every agency by December 2025.",
        "January 2025 to December 2025 (12 months)",
        "Made by Ada Marsh",
        "Valley Center",
        "Nobody waits longer than a week.",
        "How to read a run chart.",
        "January 2025 50 % (40 of 80)",
        "May 2025 hidden (small number)",
    ):
        assert words in text


def test_the_section_of_the_page_is_the_section_of_the_pdf(team: Team, coordinator: User, client_for: SignedIn) -> None:
    page = Page(client_for(coordinator).get(team.get_absolute_url()))

    text = text_of(print_team(team, fresh(coordinator), quietly).pdf)

    (sentence,) = page.texts(".chart-sentence")
    assert sentence.replace("\u202f", " ") in text


@pytest.mark.parametrize("kind", ReportKind)
def test_a_small_count_is_in_no_report_of_a_coordinator(kind: ReportKind, team: Team, coordinator: User) -> None:
    LeaderRequestFactory(team=team)
    catch_up_with(collaborative=team.collaborative)
    prints: dict[ReportKind, tuple[Callable[[], Printed], str]] = {
        ReportKind.TEAM: (lambda: print_team(team, coordinator, quietly), "Some figures are hidden"),
        ReportKind.COLLABORATIVE: (
            lambda: print_collaborative(team.collaborative, coordinator, quietly),
            "Some figures are hidden",
        ),
        ReportKind.LEADER: (
            lambda: print_leader(team.agency, team.collaborative, coordinator, quietly),
            "Some figures are hidden",
        ),
        # A plan tells what is counted and shows no count.
        ReportKind.PLAN: (lambda: print_plan(team, coordinator, quietly), "Measurement plan"),
        ReportKind.STORYBOARD: (
            lambda: print_board(team, coordinator, quietly),
            "Counts of 1 to 10 people are shown only to those who counted them",
        ),
    }
    make, said = prints[kind]

    text = squeezed(make().pdf)
    assert "4,321" not in text
    assert "4321" not in text
    assert "(7of" not in text
    assert "".join(said.split()) in text


def test_the_team_itself_sees_its_small_count(team: Team, member: User) -> None:
    text = text_of(print_team(team, member, quietly).pdf)

    assert "May 2025 0.2 % (7 of 4,321)" in text
    assert "Some figures are hidden" not in text


def test_a_collaborative_summary_has_its_parts_in_order(
    team: Team, neighbor: Team, coordinator: User, collaborative: Collaborative
) -> None:
    catch_up_with(collaborative=collaborative)

    data = print_collaborative(collaborative, coordinator, quietly).pdf

    text = text_of(data)
    heads = ["Taking part", "Results of all teams together", "Who reports", "All teams"]
    places = [text.index(head) for head in heads]
    assert places == sorted(places)
    for words in (
        "Published dropout: 6 % to 30 %",
        "December 2025: 55.1 % (81 of 147), all teams pooled. Median of the teams: 56.9 %. 2 of 2 teams reported.",
        "December 2025 2 of 2",
        "Every team that takes part has reported.",
        "Dec 2025: 77.6 % (52 of 67)",
    ):
        assert words in text
    figures = [alt for kind, alt in elements(data) if kind == "Figure"]
    assert len(figures) == 3
    assert all(figures)


def test_teams_stand_under_code_names_for_other_teams(
    team: Team, neighbor: Team, member: User, coordinator: User, collaborative: Collaborative
) -> None:
    catch_up_with(collaborative=collaborative)

    theirs = squeezed(print_collaborative(collaborative, member, quietly).pdf)
    centers = squeezed(print_collaborative(collaborative, coordinator, quietly).pdf)

    assert ("TeamOtter" in theirs, "Southsideteam" in theirs) == (True, False)
    assert ("TeamOtter" in centers, "Southsideteam" in centers) == (False, True)


def test_pooled_only_shows_no_team(team: Team, neighbor: Team, member: User, collaborative: Collaborative) -> None:
    Collaborative.objects.filter(pk=collaborative.pk).update(data_sharing=DataSharing.POOLED)
    collaborative.refresh_from_db()

    text = squeezed(print_collaborative(collaborative, member, quietly).pdf)

    assert ("Otter" in text, "Southside" in text, "52of67" in text) == (False, False, False)
    assert "onlytheresultsofallteamstogetherareshown" in text


def test_the_leaders_page_needs_one_page_a_team_however_much_is_said(collaborative: Collaborative) -> None:
    agency = AgencyFactory(center=collaborative.center, name="Harbor Agency with a rather long name of its own")
    leader = AgencyAppointmentFactory(agency=agency).user
    measures = [
        MeasureFactory(
            collaborative=collaborative,
            version__name=f"Measure {n} with a name that takes its time to come to an end",
            version__direction="up",
        )
        for n in range(9)
    ]
    for pair in (None, AgencyFactory(center=collaborative.center)):
        busy = TeamFactory(
            collaborative=collaborative, agency=agency, partner_agency=pair, leader_goal="We want much. " * 60
        )
        for measure in measures:
            submit(busy, measure, [(30 if month < 6 else 90, 100) for month in range(12)])
        for number in range(7):
            LeaderRequestFactory(team=busy, text=f"Request {number}. " + "Please take this barrier away. " * 20)

    pages = page_texts(print_leader(agency, collaborative, leader, quietly).pdf)

    assert len(pages) == 2
    for text in pages:
        assert "9 measures have improved." in text
        assert "and 3 more on the site" in " ".join(text.split())
        assert text.count("Request ") == 4


def test_a_leader_without_teams_gets_a_sentence(collaborative: Collaborative) -> None:
    agency = AgencyFactory(center=collaborative.center)

    pages = page_texts(print_leader(agency, collaborative, the_center(collaborative), quietly).pdf)

    assert "No team of this agency takes part in this collaborative today." in pages[0]
    assert len(pages) == 1


def test_an_empty_collaborative_prints(coordinator: User, collaborative: Collaborative) -> None:
    text = text_of(print_collaborative(collaborative, coordinator, quietly).pdf)

    assert "No teams yet." in text


# --- Asking and making ----------------------------------------------------------------------------------------------


def test_asking_makes_a_report_a_run_and_a_mark(
    team: Team, coordinator: User, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks():
        report = ask(coordinator, team)

    assert (report.kind, report.team, report.status) == (ReportKind.TEAM, team, ReportStatus.WAITING)
    run = JobRun.objects.get(task=REPORT)
    assert (run.key, run.subject, run.status) == (str(report.pk), "Team summary: Northside team", JobStatus.WAITING)
    assert StaleMark.objects.get(task=REPORT).key == str(report.pk)
    event = AuditEvent.objects.about(report).get()
    assert (event.event, event.actor) == (MetricsEvent.REPORT_REQUESTED, coordinator)


def test_the_job_that_follows_makes_it(team: Team, coordinator: User, django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        report = ask(coordinator, team)

    report.refresh_from_db()
    assert (report.status, report.data_date, report.finished_at) == (ReportStatus.READY, dt.date(2026, 11, 22), NOW)
    assert (report.done, report.total) == (3, 3)
    assert Path(report.file.path).read_bytes().startswith(b"%PDF-1.7")
    run = JobRun.objects.get(task=REPORT)
    assert (run.status, run.done, run.total) == (JobStatus.DONE, 3, 3)
    assert not StaleMark.objects.filter(task=REPORT).exists()


def test_a_double_click_makes_one(team: Team, coordinator: User) -> None:
    first = ask(coordinator, team)
    assert ask(coordinator, team) == first
    make_report(report_id=first.pk)
    assert ask(coordinator, team) == first

    with time_machine.travel(NOW + dt.timedelta(seconds=6)):
        assert ask(coordinator, team) != first


def test_other_people_and_other_reports_are_not_the_same_report(team: Team, coordinator: User, member: User) -> None:
    asked = {
        ask(coordinator, team).pk,
        ask(member, team).pk,
        ask(coordinator, team.collaborative, ReportKind.COLLABORATIVE).pk,
    }

    assert len(asked) == 3


def test_making_it_again_changes_nothing(team: Team, coordinator: User) -> None:
    report = ask(coordinator, team)
    make_report(report_id=report.pk)
    made = Report.objects.values().get()

    make_report(report_id=report.pk)

    assert Report.objects.values().get() == made
    assert JobRun.objects.filter(task=REPORT).count() == 1


def test_the_sweep_takes_up_what_a_killed_worker_left(team: Team, coordinator: User) -> None:
    report = ask(coordinator, team)
    StaleMark.objects.filter(task=REPORT).update(taken_at=NOW, marked_at=NOW)
    Report.objects.update(status=ReportStatus.MAKING, done=1, total=3, attempts=1)
    JobRun.objects.filter(task=REPORT).update(status=JobStatus.RUNNING)

    assert jobs.sweep_due(NOW + dt.timedelta(seconds=20)) == 0
    with time_machine.travel(NOW + jobs.LEASE + dt.timedelta(seconds=1), tick=False):
        assert jobs.sweep_due() == 1

    report.refresh_from_db()
    assert (report.status, report.attempts) == (ReportStatus.READY, 2)
    assert JobRun.objects.get(task=REPORT).status == JobStatus.DONE
    assert not StaleMark.objects.filter(task=REPORT).exists()


def test_a_report_that_kills_its_worker_each_time_is_given_up(team: Team, coordinator: User) -> None:
    report = ask(coordinator, team)
    Report.objects.update(status=ReportStatus.MAKING, attempts=MOST_ATTEMPTS)

    make_report(report_id=report.pk)

    report.refresh_from_db()
    assert (report.status, report.error) == (
        ReportStatus.FAILED,
        "It was begun 3 times and never finished. Tell the coordinator.",
    )


def test_a_report_does_not_outlive_the_rights_it_was_made_with(
    team: Team, collaborative: Collaborative, client_for: SignedIn
) -> None:
    Collaborative.objects.update(faculty_see_small_counts=True)
    coach = CollaborativeAppointmentFactory(collaborative=collaborative, role="coach").user
    report = ask(coach, team)
    make_report(report_id=report.pk)
    address = f"/c/access/reports/{report.pk}/download/"
    made = client_for(coach).get(address)
    assert (made.status_code, made.getvalue()[:5]) == (200, b"%PDF-")

    Collaborative.objects.update(faculty_see_small_counts=False)

    assert client_for(coach).get(address).status_code == 404
    assert Page(client_for(coach).get("/c/access/reports/")).all(".due-item a") == []


def test_a_report_is_refused_to_somebody_who_has_lost_access(team: Team, member: User) -> None:
    report = ask(member, team)
    member.team_memberships.update(ended_on=dt.date(2026, 11, 1))

    make_report(report_id=report.pk)

    report.refresh_from_db()
    assert (report.status, report.file.name, report.error) == (
        ReportStatus.FAILED,
        "",
        "You no longer have access to what this report is about.",
    )
    assert JobRun.objects.get(task=REPORT).status == JobStatus.FAILED


def test_an_error_is_told_and_can_be_asked_again(team: Team, coordinator: User, settings: Any, tmp_path: Path) -> None:
    report = ask(coordinator, team)
    full = tmp_path / "full"
    full.touch()
    settings.MEDIA_ROOT = full
    make_report(report_id=report.pk)
    report.refresh_from_db()
    assert (report.status, report.error) == (
        ReportStatus.FAILED,
        "Something went wrong while it was made. If it happens again, tell the coordinator.",
    )
    assert JobRun.objects.get(task=REPORT).error.startswith("NotADirectoryError: ")

    settings.MEDIA_ROOT = tmp_path / "media"
    again = ask(coordinator, team)
    make_report(report_id=again.pk)

    assert list(Report.objects.values_list("pk", "status")) == [(again.pk, ReportStatus.READY)]


def test_old_reports_go_with_their_files(team: Team, coordinator: User) -> None:
    old, kept = ask(coordinator, team), ask(coordinator, team.collaborative, ReportKind.COLLABORATIVE)
    for report in (old, kept):
        make_report(report_id=report.pk)
        report.refresh_from_db()
    Report.objects.filter(pk=old.pk).update(requested_at=NOW - dt.timedelta(days=91))
    Report.objects.filter(pk=kept.pk).update(requested_at=NOW - dt.timedelta(days=89))

    assert delete_old_reports() == 1

    assert list(Report.objects.all()) == [kept]
    assert (Path(old.file.path).exists(), Path(kept.file.path).exists()) == (False, True)


# --- The page -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_however_long(
    count: int, coordinator: User, collaborative: Collaborative, client_for: SignedIn, django_assert_num_queries: Any
) -> None:
    TeamFactory.create_batch(3, collaborative=collaborative)
    for _each in range(count):
        ReportFactory(collaborative=collaborative, requested_by=coordinator, status=ReportStatus.FAILED, error="No.")
    client = client_for(coordinator)

    with django_assert_num_queries(QUERIES_OF_LIST):
        page = Page(client.get("/c/access/reports/"))

    assert len(page.all(".due-item")) == count


QUERIES_OF_LIST = 13


def test_asking_on_the_page_and_taking_it_away(
    team: Team, coordinator: User, client_for: SignedIn, django_capture_on_commit_callbacks: Any
) -> None:
    client = client_for(coordinator)
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post("/c/access/reports/", {"kind": "team", "subject": team.pk})
    assert (response.status_code, response["Location"]) == (302, "/c/access/reports/")

    report = Report.objects.get()
    page = Page(client.get("/c/access/reports/"))
    assert page.texts(".due-title") == ["Team summary: Northside team"]
    assert page.texts(".due-item .tone-badge") == ["Ready"]
    address = f"/c/access/reports/{report.pk}/download/"
    assert page.values(".due-item a", "href") == [address]

    taken = client.get(address)
    assert b"".join(taken.streaming_content).startswith(b"%PDF-")
    assert taken["Content-Disposition"] == 'attachment; filename="team-summary-northside-team-2026-11-22.pdf"'
    assert (taken["Content-Type"], taken["X-Content-Type-Options"]) == ("application/pdf", "nosniff")
    assert taken["Cache-Control"] == "private, no-store"
    assert AuditEvent.objects.about(report).filter(event=MetricsEvent.REPORT_DOWNLOADED).get().actor == coordinator


def test_the_line_asks_for_itself_until_it_is_over(
    coordinator: User, collaborative: Collaborative, client_for: SignedIn
) -> None:
    report = ReportFactory(
        collaborative=collaborative, requested_by=coordinator, status=ReportStatus.MAKING, done=1, total=3
    )
    address = f"/c/access/reports/{report.pk}/"
    client = client_for(coordinator)

    making = Page(client.get(address))
    assert making.values(".due-item", "hx-get") == [address]
    assert making.values("progress", "value") == ["1"]

    Report.objects.update(status=ReportStatus.FAILED, error="You no longer have access.")
    failed = Page(client.get(address))
    assert failed.values(".due-item", "hx-get") == [None]
    assert "You no longer have access." in failed.texts(".due-words")[0]
    assert failed.texts("button") == ["Ask again: Collaborative summary: First appointments"]


def test_a_deleted_file_is_not_offered(coordinator: User, collaborative: Collaborative, client_for: SignedIn) -> None:
    report = ReportFactory(
        collaborative=collaborative,
        requested_by=coordinator,
        status=ReportStatus.READY,
        file="reports/gone.pdf",
        data_date=NOW.date(),
    )
    client = client_for(coordinator)

    assert Page(client.get("/c/access/reports/")).all(".due-item a") == []
    assert client.get(f"/c/access/reports/{report.pk}/download/").status_code == 404


def test_only_its_requester_opens_a_report(team: Team, member: User, coordinator: User, client_for: SignedIn) -> None:
    report = ask(member, team)
    make_report(report_id=report.pk)
    address = f"/c/access/reports/{report.pk}/"
    colleague = TeamMembershipFactory(team=team).user

    for other in (colleague, coordinator):
        client = client_for(other)
        assert [client.get(address + tail).status_code for tail in ("", "download/")] == [404, 404]
        assert Page(client.get("/c/access/reports/")).all(".due-item") == []
    taken = client_for(member).get(address + "download/")
    assert b"".join(taken.streaming_content).startswith(b"%PDF-")


def test_who_has_left_the_team_loses_the_report(team: Team, member: User, client_for: SignedIn) -> None:
    report = ask(member, team)
    make_report(report_id=report.pk)
    elsewhere = TeamFactory(collaborative=team.collaborative)
    TeamMembershipFactory(team=elsewhere, user=member)
    member.team_memberships.filter(team=team).update(ended_on=dt.date(2026, 11, 1))

    assert client_for(member).get(f"/c/access/reports/{report.pk}/download/").status_code == 404
    assert not AuditEvent.objects.filter(event=MetricsEvent.REPORT_DOWNLOADED).exists()


def test_each_role_is_offered_what_it_may_have(team: Team, neighbor: Team, client_for: SignedIn) -> None:
    collaborative = team.collaborative
    sponsor = CollaborativeAppointmentFactory(collaborative=collaborative, role=CollaborativeRole.SPONSOR).user
    coach = CollaborativeAppointmentFactory(collaborative=collaborative, role=CollaborativeRole.COACH).user
    reviewer = CollaborativeAppointmentFactory(collaborative=collaborative, role=CollaborativeRole.REVIEWER).user
    leader = AgencyAppointmentFactory(agency=team.agency).user
    member = TeamMembershipFactory(team=team).user
    manager = CenterAppointmentFactory(center=collaborative.center).user

    def offered(user: User) -> tuple[list[str | None], int]:
        page = Page(client_for(user).get("/c/access/reports/"))
        return page.values("input[name=kind]", "value"), len(page.all("option[value]:not([value=''])"))

    assert offered(manager) == (["team", "collaborative", "leader", "plan", "storyboard"], 8)
    assert offered(coach) == (["team", "collaborative", "plan", "storyboard"], 6)
    assert offered(member) == (["team", "collaborative", "plan", "storyboard"], 3)
    assert offered(leader) == (["team", "collaborative", "leader", "plan", "storyboard"], 4)
    assert offered(sponsor) == (["collaborative"], 0)
    assert client_for(reviewer).get("/c/access/reports/").status_code == 403


@pytest.mark.parametrize(
    ("kind", "status"), [("team", 200), ("leader", 404), ("collaborative", 302), ("other", 404), ("", 404)]
)
def test_nobody_gets_a_report_that_is_not_offered(
    kind: str, status: int, team: Team, neighbor: Team, member: User, client_for: SignedIn
) -> None:
    response = client_for(member).post("/c/access/reports/", {"kind": kind, "subject": neighbor.pk})

    assert response.status_code == status
    assert Report.objects.filter(team=neighbor).count() == 0


def test_a_missing_choice_is_said_at_the_field(
    team: Team, neighbor: Team, coordinator: User, client_for: SignedIn
) -> None:
    page = Page(client_for(coordinator).post("/c/access/reports/", {"kind": "team", "subject": ""}))

    assert page.texts(".error-summary a") == ["Team: Choose one from the list."]
    assert page.values(".error-summary a", "href") == ["#team_subject"]


def test_of_many_teams_the_first_are_offered_and_the_others_are_found_by_name(
    collaborative: Collaborative, coordinator: User, client_for: SignedIn
) -> None:
    agency = AgencyFactory(center=collaborative.center, code="ONE", name="Agency of all")
    for number in range(MOST_OFFERED + 2):
        other = AgencyFactory(center=collaborative.center, code=f"P{number:02}")
        TeamFactory(collaborative=collaborative, agency=agency, partner_agency=other, name=f"Team {number:02}")
    client = client_for(coordinator)

    def offered(page: Page) -> tuple[list[str], str]:
        return page.texts("#team_subject option")[1:], page.texts("#team_subject_helptext")[0]

    first = Page(client.get("/c/access/reports/"))
    assert offered(first) == (
        [f"Team {number:02}" for number in range(MOST_OFFERED)],
        "The first 50 of 52. Look for a name above to find the others.",
    )
    found = Page(client.get("/c/access/reports/", {"q": "team 5"}))
    assert (found.texts("#team_subject option"), found.values("#q", "value")) == (
        ["Choose…", "Team 50", "Team 51"],
        ["team 5"],
    )
    nobody = Page(client.get("/c/access/reports/", {"q": "zebra"}))
    assert offered(nobody) == ([], "No name fits “zebra”. Look for another one above.")
    assert nobody.values("input[name=kind]", "value") == first.values("input[name=kind]", "value")

    last = Team.objects.get(name="Team 51")
    assert client.post("/c/access/reports/?q=zebra", {"kind": "plan", "subject": last.pk}).status_code == 302
    assert Report.objects.get().team == last


def test_the_only_team_that_fits_is_chosen(team: Team, coordinator: User, client_for: SignedIn) -> None:
    TeamFactory(collaborative=team.collaborative, name="Somebody else")
    page = Page(client_for(coordinator).get("/c/access/reports/", {"q": team.name}))
    assert page.texts("#team_subject option[selected]") == [team.name]


# --- The command ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "title"),
    [
        (["collaborative", "access"], "Collaborative summary First appointments"),
        (["team", "access/north"], "Team summary Northside team"),
        (["team", "north"], "Team summary Northside team"),
        (["team", "access", "--team", "north"], "Team summary Northside team"),
        (["leader", "NORTH"], "Senior leader's page"),
        (["leader", "access/north"], "Senior leader's page"),
        (["leader", "access", "--agency", "NORTH"], "Senior leader's page"),
    ],
)
def test_the_command_finds_what_is_meant(arguments: list[str], title: str, team: Team, tmp_path: Path) -> None:
    out = tmp_path / "report.pdf"

    call_command("report", *arguments, "--out", str(out))

    text = text_of(out.read_bytes())
    assert text.startswith(title)
    assert "Made by Valley Center" in text
    assert "4,321" not in text


def test_the_command_prints_as_a_person(team: Team, member: User, tmp_path: Path) -> None:
    out = tmp_path / "report.pdf"

    call_command("report", "team", "north", "--as", member.email.upper(), "--out", str(out))

    assert "7 of 4,321" in text_of(out.read_bytes())


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["team", "west"], "There is no team “west”. There are: access/north."),
        (["team", "access/west"], "There is no team “west”. There are: access/north."),
        (["team", "nowhere/north"], "There is no collaborative “nowhere”. There are: access."),
        (["collaborative", "nowhere"], "There is no collaborative “nowhere”. There are: access."),
        (["leader", "WEST"], "There is no agency “WEST” with a team. There are: access/NORTH."),
        (["collaborative", "access", "--team", "north"], "--team belongs to “report team”."),
        (["team", "north", "--agency", "NORTH"], "--agency belongs to “report leader”."),
        (["team", "north", "--as", "who@example.org"], "Nobody here has the e-mail address who@example.org."),
    ],
)
def test_the_command_says_what_there_is(arguments: list[str], sentence: str, team: Team, tmp_path: Path) -> None:
    with pytest.raises(CommandError) as caught:
        call_command("report", *arguments, "--out", str(tmp_path / "report.pdf"))

    assert str(caught.value) == sentence


def test_the_command_asks_which_of_several(team: Team, tmp_path: Path) -> None:
    TeamFactory(collaborative__slug="other", slug="north", agency__code="north")

    for kind, candidates in (("team", "access/north, other/north"), ("leader", "access/NORTH, other/north")):
        with pytest.raises(CommandError) as caught:
            call_command("report", kind, "north", "--out", str(tmp_path / "report.pdf"))
        assert str(caught.value).endswith(f"Say which: {candidates}.")


def test_the_command_shows_nobody_more_than_the_site(team: Team, tmp_path: Path) -> None:
    outsider = UserFactory(email="out@example.org")

    with pytest.raises(CommandError, match=r"out@example\.org may not see “Northside team”"):
        call_command("report", "team", "north", "--as", outsider.email, "--out", str(tmp_path / "report.pdf"))

    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_said(team: Team, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="can not be written: No such file or directory"):
        call_command("report", "team", "north", "--out", str(tmp_path / "missing" / "report.pdf"))


def test_the_site_viewer_is_never_stored(collaborative: Collaborative) -> None:
    before = list(User.objects.values_list("pk", flat=True))

    print_collaborative(collaborative, the_center(collaborative), quietly)

    assert list(User.objects.values_list("pk", flat=True)) == before
