"""Pages that answer each role's question, in a fixed number of queries, without a number that is not theirs."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from collab.common.jobs import mark_stale
from collab.common.models import JobRun, StaleMark
from collab.enums import CollaborativeRole, DataSharing
from metrics.actions.engagement import record_engagement
from metrics.enums import Source
from metrics.presenters.needs import MonthMark, Need, need_of, reporting_of
from metrics.presenters.submitting import matrix_rows
from metrics.queries.quality import reporting_of as kept_of
from teams.enums import TeamRole
from tests.factories.collab import (
    CenterAppointmentFactory,
    CollaborativeAppointmentFactory,
    CollaborativeFactory,
    MeasureFactory,
)
from tests.factories.metrics import BenchmarkRunFactory, BenchmarkValueFactory, SubmissionFactory
from tests.factories.teams import AgencyAppointmentFactory, LeaderRequestFactory, TeamFactory, TeamMembershipFactory
from tests.metrics.worlds import member_of, report, stranger

pytestmark = [pytest.mark.integration, pytest.mark.django_db]
# Of each, six ask who the person is and one fills the collaborative switcher.
TEAM_HOME, COMPARE, SUBMISSIONS = 26, 24, 19
STEADY = [(30, 100), (32, 100)] * 6
WORSE = [*[(31, 100)] * 2, (29, 100), *[(31, 100)] * 3, *[(60, 100)] * 6]


@pytest.fixture
def collaborative():
    return CollaborativeFactory(data_sharing=DataSharing.NAMED)


@pytest.fixture
def measure(collaborative):
    return MeasureFactory(collaborative=collaborative, code="no_show", version__direction="down")


def faculty_of(collaborative, role=CollaborativeRole.COACH):
    return CollaborativeAppointmentFactory(collaborative=collaborative, role=role).user


def coordinator_of(collaborative):
    return CenterAppointmentFactory(center=collaborative.center).user


def text_of(response):
    """The words of a page, as they are read."""
    page = re.sub(r"<(script|style)\b.*?</\1>", "", response.content.decode(), flags=re.S)
    return re.sub(r"[ \n]+", " ", re.sub(r"<[^>]+>", " ", page))


# --- Needs ---------------------------------------------------------------------------------------------------------


def test_a_team_is_late_with_one_month_and_silent_with_two(collaborative):
    team = TeamFactory(collaborative=collaborative)
    due = collaborative.due_months(dt.datetime(2025, 4, 11, 12, tzinfo=dt.UTC))
    assert due == [dt.date(2025, month, 1) for month in (1, 2, 3)]
    sent = {(team.pk, month): True for month in due}
    for given, need, words in (
        (sent, Need.STEADY, "Reported up to March 2025"),
        ({**sent, (team.pk, due[2]): False}, Need.STEADY, "Reported up to March 2025"),
        ({(team.pk, month): True for month in due[:2]}, Need.LATE, "Not reported: March 2025"),
        ({(team.pk, due[0]): True}, Need.SILENT, "Not reported for 2 months, last in January 2025"),
        ({}, Need.SILENT, "Nothing reported yet"),
    ):
        reporting = reporting_of(team, due, given)
        assert (need_of(team, reporting, []), reporting.words) == (need, words)


def test_a_month_is_due_until_the_end_of_its_day_on_the_collaboratives_clock(collaborative):
    before = dt.datetime(2025, 2, 11, 4, 59, tzinfo=dt.UTC)
    assert collaborative.due_months(before) == []
    assert collaborative.due_months(before + dt.timedelta(minutes=1)) == [dt.date(2025, 1, 1)]


def test_each_month_of_the_matrix_has_its_word(collaborative):
    team = TeamFactory(collaborative=collaborative, withdrawn=True)
    months = collaborative.reporting_months()
    for month, on_time in ((0, True), (1, False), (2, None)):
        source = {} if on_time is not None else {"source": Source.IMPORT}
        SubmissionFactory(team=team, month=months[month], on_time=on_time, **source)
    kept = kept_of(collaborative, [team], months[:6])
    (row,) = matrix_rows([team], months[:6], kept, months[:4])
    assert [cell.mark for cell in row.cells] == [
        MonthMark.ON_TIME,
        MonthMark.AFTER,
        MonthMark.IMPORTED,
        MonthMark.MISSING,
        MonthMark.OPEN,
        MonthMark.NOT_EXPECTED,
    ]


# --- The team's home -----------------------------------------------------------------------------------------------


def test_the_teams_home_shows_goal_sentence_picture_and_table(client_for, collaborative, measure):
    team = TeamFactory(collaborative=collaborative, leader_goal="No family waits more than a week.")
    report(team, measure, STEADY)
    page = client_for(member_of(team)).get(team.get_absolute_url())
    words = text_of(page)
    assert page.templates[0].name == "metrics/team.html"
    for expected in (
        "No family waits more than a week.",
        "No signal: the points vary around the median of 31\u202f%.",
        "December 2025: 32\u202f% (32 of 100) · Lower is better",
        "Show table",
    ):
        assert expected in words
    assert page.content.decode().count('class="chart-svg chart-wide"') == 1
    assert "style=" not in page.content.decode()


def test_a_team_without_measures_or_months_is_told_what_comes(client_for, collaborative):
    team = TeamFactory(collaborative=collaborative)
    client = client_for(member_of(team))
    assert "When the center has defined what teams count" in text_of(client.get(team.get_absolute_url()))
    MeasureFactory(collaborative=collaborative)
    assert "Nothing reported yet." in text_of(client.get(team.get_absolute_url()))


def test_another_teams_home_is_not_there(client_for, collaborative, measure):
    team, other = TeamFactory(collaborative=collaborative), TeamFactory(collaborative=collaborative)
    report(other, measure, STEADY)
    assert client_for(member_of(team)).get(other.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_teams_home_costs_the_same_for_one_month_and_measure_as_for_three(
    client_for, collaborative, count, django_assert_num_queries
):
    team = TeamFactory(collaborative=collaborative)
    for _number in range(count):
        report(team, MeasureFactory(collaborative=collaborative), [(30, 100)] * count)
    client = client_for(member_of(team))
    client.get(team.get_absolute_url())
    with django_assert_num_queries(TEAM_HOME):
        client.get(team.get_absolute_url())


# --- Comparing -----------------------------------------------------------------------------------------------------


@pytest.fixture
def teams(collaborative, measure):
    """Silent, late, worse and steady; by name the other way round. "Elm" has a small count: 4 of 87 in January."""
    made = {}
    for name, code, pairs in (
        ("Ash", "Team 04", STEADY),
        ("Birch", "Team 03", WORSE),
        ("Cedar", "Team 02", STEADY[:11]),
        ("Dogwood", "Team 01", STEADY[:10]),
        ("Elm", "Team 05", [(4, 87), *STEADY[1:]]),
    ):
        team = TeamFactory(collaborative=collaborative, name=name, slug=name.lower(), code_name=code)
        report(team, measure, pairs)
        made[name] = team
    return made


def rows_of(page):
    return [(row.peer.label, row.need) for row in page.context["page"].object_list]


@pytest.mark.practice("R-225")
def test_faculty_see_the_teams_by_need(client_for, collaborative, teams):
    page = client_for(faculty_of(collaborative)).get(reverse("compare", args=[collaborative.slug]))
    assert rows_of(page) == [
        ("Dogwood", Need.SILENT),
        ("Cedar", Need.LATE),
        ("Birch", Need.CONCERN),
        ("Ash", Need.STEADY),
        ("Elm", Need.STEADY),
    ]
    words = text_of(page)
    assert "Not reported for December 2025" in words
    assert "Not reported for 2 months, last in October 2025" in words
    assert [label for label, _need in rows_of(page)[:2]] == [one.name for one in page.context["not_reported"]]


@pytest.mark.parametrize(
    ("query", "labels"),
    [
        ({"need": "late"}, ["Cedar"]),
        ({"q": "  bIR "}, ["Birch"]),
        ({"need": "late", "q": "birch"}, []),
        ({"need": "nonsense", "measure": "nonsense"}, ["Dogwood", "Cedar", "Birch", "Ash", "Elm"]),
        ({"page": "99"}, ["Dogwood", "Cedar", "Birch", "Ash", "Elm"]),
    ],
)
def test_filters_live_in_the_address(client_for, collaborative, teams, query, labels):
    page = client_for(faculty_of(collaborative)).get(reverse("compare", args=[collaborative.slug]), query)
    assert [label for label, _need in rows_of(page)] == labels
    assert page.status_code == 200


def test_named_teams_see_each_other_without_small_numbers_or_needs(client_for, collaborative, teams):
    page = client_for(member_of(teams["Ash"])).get(reverse("compare", args=[collaborative.slug]))
    assert rows_of(page) == [(name, None) for name in ("Ash", "Birch", "Cedar", "Dogwood", "Elm")]
    source = page.content.decode()
    assert [leak for leak in ("4 of 87", "4.6", "Silent", teams["Elm"].get_absolute_url()) if leak in source] == []


def test_coded_teams_leave_no_trace_of_a_name(client_for, collaborative, teams):
    collaborative.data_sharing = DataSharing.CODED
    collaborative.save()
    page = client_for(member_of(teams["Ash"])).get(reverse("compare", args=[collaborative.slug]))
    assert [label for label, _need in rows_of(page)] == ["Team 01", "Team 02", "Team 03", "Team 04", "Team 05"]
    source = page.content.decode().lower()
    others = [team for name, team in teams.items() if name != "Ash"]
    leaks = [word for team in others for word in (team.name, team.slug, team.agency.name, team.agency.code)]
    assert [leak for leak in leaks if leak.lower() in source] == []
    assert "Your team" in text_of(page)


def test_pooled_only_shows_no_other_team(client_for, collaborative, teams, measure):
    collaborative.data_sharing = DataSharing.POOLED
    collaborative.save()
    run = BenchmarkRunFactory(collaborative=collaborative)
    BenchmarkValueFactory(run=run, measure=measure, reporting=5, compared=5, p25=0.1234, median=0.2345)
    page = client_for(member_of(teams["Ash"])).get(reverse("compare", args=[collaborative.slug]))
    source = page.content.decode()
    leaks = [*teams, *(team.code_name for team in teams.values()), "12.3", "23.5", "23.4"]
    assert [leak for leak in leaks if f">{leak}" in source or f" {leak} " in source] == []
    assert "30\u202f% (120 of 400)" in text_of(page)


def test_reviewers_and_strangers_do_not_compare(client_for, collaborative, teams):
    address = reverse("compare", args=[collaborative.slug])
    assert client_for(faculty_of(collaborative, CollaborativeRole.REVIEWER)).get(address).status_code == 403
    assert client_for(stranger()).get(address).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_comparing_costs_the_same_for_one_team_as_for_three(
    client_for, collaborative, count, django_assert_num_queries
):
    measures = [MeasureFactory(collaborative=collaborative) for _ in range(count)]
    for _number in range(count):
        team = TeamFactory(collaborative=collaborative)
        for one in measures:
            report(team, one, [(30, 100)] * count)
    client = client_for(faculty_of(collaborative))
    address = reverse("compare", args=[collaborative.slug])
    client.get(address)
    with django_assert_num_queries(COMPARE):
        client.get(address)


# --- Submissions ---------------------------------------------------------------------------------------------------


def test_the_coordinator_sees_who_is_late_and_how_to_write_to_them(client_for, collaborative, teams):
    TeamMembershipFactory(team=teams["Cedar"], role=TeamRole.LEADER, user__email="cedar@example.org")
    TeamMembershipFactory(team=teams["Cedar"], role=TeamRole.PEER, user__email="peer@example.org")
    page = client_for(coordinator_of(collaborative)).get(reverse("submissions", args=[collaborative.slug]))
    assert [(row.team.name, row.words, row.addresses) for row in page.context["late_rows"]] == [
        ("Dogwood", "Not reported for 2 months, last in October 2025", ""),
        ("Cedar", "Not reported: December 2025", "cedar@example.org"),
    ]
    assert page.context["late_rows"][1].mailto == (
        "mailto:cedar@example.org?subject=Cedar%3A%20figures%20for%20December%202025"
    )
    assert page.context["all_addresses"] == "cedar@example.org"
    newest = page.context["totals"][0]
    assert (newest.month, newest.sent, newest.expected) == (dt.date(2025, 12, 1), 3, 5)


def test_many_teams_submissions_come_in_pages_and_all_of_them_count(client_for, collaborative):
    for number in range(60):
        TeamFactory(collaborative=collaborative, name=f"Team {number:02}")
    client, address = (
        client_for(coordinator_of(collaborative)),
        reverse("submissions", args=[collaborative.slug]),
    )
    first, second = client.get(address), client.get(address, {"page": 2, "late": 2})
    names = [f"Team {number:02}" for number in range(60)]
    assert [row.team.name for row in first.context["page"]] == names[:25]
    assert [row.team.name for row in second.context["page"]] == names[25:50]
    assert [row.team.name for row in second.context["late_rows"]] == names[10:20]
    assert 'href="?page=2&amp;late=1"' in second.content.decode()
    assert {total.expected for total in first.context["totals"]} == {60}
    assert [row.team.name for row in client.get(address, {"q": "team 4"}).context["page"]] == names[40:50]


def test_late_submissions_are_told_from_missing_ones(client_for, collaborative):
    team = TeamFactory(collaborative=collaborative)
    SubmissionFactory(team=team, month=dt.date(2025, 12, 1), on_time=False)
    page = client_for(coordinator_of(collaborative)).get(reverse("submissions", args=[collaborative.slug]))
    assert [cell.mark for cell in page.context["page"][0].cells] == [MonthMark.AFTER, *[MonthMark.MISSING] * 5]


def test_a_month_without_all_its_core_numbers_says_how_many_came(client_for, collaborative, measure):
    other = MeasureFactory(collaborative=collaborative)
    MeasureFactory(collaborative=collaborative, required=False)
    team = TeamFactory(collaborative=collaborative)
    report(team, measure, [*[None] * 8, (30, 100), (30, 100), (None, None), (30, 100)])
    report(team, other, [*[None] * 8, (30, 100)])
    page = client_for(coordinator_of(collaborative)).get(reverse("submissions", args=[collaborative.slug]))
    assert [cell.came for cell in page.context["page"][0].cells][:4] == [
        "1 of 2 numbers",
        "0 of 2 numbers",
        "1 of 2 numbers",
        "",
    ]
    assert "1 of 2 numbers" in text_of(page)


def test_teams_do_not_see_who_is_late(client_for, collaborative, teams):
    response = client_for(member_of(teams["Ash"])).get(reverse("submissions", args=[collaborative.slug]))
    assert response.status_code == 403
    assert "Dogwood" not in response.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_submissions_cost_the_same_for_one_team_as_for_three(
    client_for, collaborative, measure, count, django_assert_num_queries
):
    for _number in range(count):
        report(TeamFactory(collaborative=collaborative), measure, [(30, 100)] * count)
    client = client_for(coordinator_of(collaborative))
    address = reverse("submissions", args=[collaborative.slug])
    client.get(address)
    with django_assert_num_queries(SUBMISSIONS):
        client.get(address)


# --- Results and the leader's page ---------------------------------------------------------------------------------


def test_sponsors_read_pooled_results_and_reach_and_no_team(client_for, collaborative, teams, measure):
    run = BenchmarkRunFactory(collaborative=collaborative)
    BenchmarkValueFactory(run=run, measure=measure, reporting=5, compared=5)
    other = CollaborativeFactory(name="Second topic")
    sponsor = faculty_of(collaborative, CollaborativeRole.SPONSOR)
    CollaborativeAppointmentFactory(collaborative=other, user=sponsor, role=CollaborativeRole.SPONSOR)
    page = client_for(sponsor).get(reverse("results", args=[collaborative.slug]))
    assert {(one.name, one.teams, one.active, one.months) for one in page.context["reach"]} == {
        (collaborative.name, 5, 5, 57),
        ("Second topic", 0, 0, 0),
    }
    words = text_of(page)
    assert "30\u202f% (120 of 400)" in words
    assert [name for name in teams if f" {name} " in words] == []


def test_a_leader_reads_signal_goal_and_requests_of_the_agencys_teams_only(client_for, collaborative, measure, teams):
    birch = teams["Birch"]
    birch.leader_goal = "Half as many missed visits."
    birch.save()
    LeaderRequestFactory(team=birch, text="A second phone line.")
    LeaderRequestFactory(team=teams["Ash"], text="Somebody else's request.")
    leader = AgencyAppointmentFactory(agency=birch.agency).user
    page = client_for(leader).get(reverse("agency", args=[birch.agency.pk]))
    words = text_of(page)
    for expected in ("1 measure gives concern.", "a concern.", "Half as many missed visits.", "A second phone line."):
        assert expected in words
    assert [one.team for one in page.context["pages"]] == [birch]
    assert "Somebody else's request." not in words
    assert client_for(leader).get(reverse("agency", args=[teams["Ash"].agency.pk])).status_code == 404


# --- My work -------------------------------------------------------------------------------------------------------


@pytest.mark.practice("R-178")
def test_everybodys_first_page_answers_their_question(client_for, collaborative, measure, teams):
    run = BenchmarkRunFactory(collaborative=collaborative)
    BenchmarkValueFactory(run=run, measure=measure, reporting=5, compared=5)
    for person, expected in (
        (member_of(teams["Ash"]), "Ash: are we getting better?"),
        (AgencyAppointmentFactory(agency=teams["Birch"].agency).user, "1 measure gives concern."),
        (faculty_of(collaborative), "Not reported for 2 months, last in October 2025"),
        (coordinator_of(collaborative), "December 2025: 3 of 5 teams have submitted."),
        (faculty_of(collaborative, CollaborativeRole.SPONSOR), "30\u202f% (120 of 400) in January 2025"),
    ):
        assert expected in text_of(client_for(person).get("/"))


def test_a_coordinators_first_page_says_how_the_jobs_stand(client_for, collaborative, teams):
    coordinator = coordinator_of(collaborative)
    failed = a_run(collaborative, "failed", minutes=20)
    a_run(CollaborativeFactory(), "failed", minutes=1)

    def told():
        return re.findall(r"Jobs (.*?\.) Open jobs", text_of(client_for(coordinator).get("/")))

    assert told() == ["1 job has failed."]
    mark_stale("metrics.recompute", f"{collaborative.pk}:2025-01")
    assert told() == ["1 job has failed, 1 job is waiting."]
    a_run(collaborative, "done", minutes=5, key=failed.key)
    StaleMark.objects.all().delete()
    assert told() == ["All jobs done, the last one 5\xa0minutes ago."]


def a_run(scope, status, *, minutes, key="1:2025-01"):
    at = timezone.now() - dt.timedelta(minutes=minutes)
    return JobRun.objects.create(
        task="metrics.recompute",
        key=key,
        subject="Benchmarks",
        scope_type="collab.collaborative",
        scope_id=scope.pk,
        status=status,
        started_at=at,
        finished_at=at,
    )


def test_faculty_see_engagement_beside_what_studies_found(client_for, collaborative, teams):
    record_engagement(collaborative=collaborative, day=collaborative.today())
    address = reverse("compare", args=[collaborative.slug])
    words = text_of(client_for(faculty_of(collaborative)).get(address))
    assert "Taking part" in words
    assert "Published dropout: 6 % to 30 %." in words
    assert "Taking part" not in text_of(client_for(member_of(teams["Ash"])).get(address))


def test_a_sponsors_first_page_names_no_team(client_for, collaborative, measure, teams):
    words = text_of(client_for(faculty_of(collaborative, CollaborativeRole.SPONSOR)).get("/"))
    assert [name for name in teams if f" {name} " in words] == []
