"""All teams of one measure: the funnel, where one's own stands, code names that hold, and what is published."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from dataclasses import replace

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape

from collab.common.models import AuditEvent
from collab.enums import CollaborativeRole, DataSharing
from metrics.actions.publishing import publish
from metrics.actions.saved_views import MOST_VIEWS, save_view
from metrics.charts.figure import Mark
from metrics.charts.funnel import MOST_TOLD, NARROW, WIDE, Place, to_svg
from metrics.enums import MetricsEvent, Published
from metrics.models import Publication, SavedView
from metrics.policies import VIEWS_TO_SAVE, check_view_path
from metrics.presenters.funnel import funnel_page
from metrics.queries.funnel import field_of, window_of
from metrics.queries.series import Sight, benchmarks, measures_of
from teams.enums import AgencyRole
from tests.factories.collab import CollaborativeAppointmentFactory, CollaborativeFactory, MeasureFactory, UserFactory
from tests.factories.metrics import BenchmarkRunFactory, BenchmarkValueFactory, SavedViewFactory
from tests.factories.teams import AgencyAppointmentFactory, TeamFactory
from tests.metrics.worlds import member_of, report, stranger
from tests.pages import Page

pytestmark = [pytest.mark.integration, pytest.mark.django_db]
NOW = dt.datetime(2025, 4, 20, 12, tzinfo=dt.UTC)
JANUARY = dt.date(2025, 1, 1)


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def collaborative():
    return CollaborativeFactory(data_sharing=DataSharing.CODED)


@pytest.fixture
def measure(collaborative):
    return MeasureFactory(
        collaborative=collaborative, code="follow_up", version__name="Follow-up", version__goal=60, version__unit="%",
        version__multiplier=100,
    )  # fmt: skip


def teams_of(collaborative, measure, pairs):
    """A team a list of pairs, called Agency A, B, ... and Team 00, 01, ..."""
    teams = []
    for number, own in enumerate(pairs):
        team = TeamFactory(
            collaborative=collaborative,
            name=f"Hidden Valley {chr(65 + number)}",
            slug=f"hidden-valley-{number}",
            code_name=f"Code {number:02}",
        )
        report(team, measure, own)
        teams.append(team)
    return teams


def faculty_of(collaborative):
    return CollaborativeAppointmentFactory(collaborative=collaborative, role=CollaborativeRole.COACH).user


def words_of(response):
    page = re.sub(r"<(script|style)\b.*?</\1>", "", response.content.decode(), flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def address(measure, end="funnel/"):
    return f"/c/{measure.collaborative.slug}/data/{measure.code}/{end}"


def rows_of(client, measure, end="funnel.csv"):
    return list(csv.DictReader(io.StringIO(client.get(address(measure, end)).content.decode("utf-8-sig"))))


def page_for(user, collaborative):
    # With its definitions at hand, as pages find it.
    (measure,) = measures_of(collaborative)
    window = window_of(user, collaborative, measure)
    return funnel_page(field_of(user, collaborative, measure, window), collaborative, {})


TWELVE = [[(30 + 3 * number, 100)] * 3 for number in range(12)]


# --- Code names ----------------------------------------------------------------------------------------------------


@pytest.mark.practice("R-124")
@pytest.mark.parametrize(
    "end",
    [
        "funnel/",
        "funnel/?table=1",
        "funnel.svg",
        "funnel.csv",
        "teams/",
        "teams.svg",
        "teams.csv",
        "funnel/?month=2025-02",
    ],
)
def test_under_code_names_no_page_picture_or_file_names_another_team(client_for, collaborative, measure, end):
    teams = teams_of(collaborative, measure, TWELVE)
    answer = client_for(member_of(teams[3])).get(address(measure, end))
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "Code 07" in text
    assert set(re.findall(r"Hidden Valley [A-Z]", text)) <= {"Hidden Valley D"}
    assert set(re.findall(r"hidden-valley-\d+", text)) <= {"hidden-valley-3"}


def test_faculty_read_the_names(client_for, collaborative, measure):
    teams_of(collaborative, measure, TWELVE)
    rows = rows_of(client_for(faculty_of(collaborative)), measure)
    assert [row["team"] for row in rows] == [f"Hidden Valley {chr(65 + number)}" for number in range(12)]
    assert [rows[0][name] for name in ("numerator", "denominator", "value", "unit")] == ["90", "300", "30", "%"]
    made_from = ("months", "measure", "definition", "limits", "drawn_on")
    assert [rows[0][name] for name in made_from] == [
        "January 2025 to March 2025",
        "Follow-up",
        "1",
        "Limits: exact binomial, 95 and 99.8 %, 3.3 times as wide because teams differ more than chance.",
        "2025-04-20",
    ]


def test_the_small_charts_are_a_table_with_what_each_was_drawn_from(client_for, collaborative, measure):
    teams_of(collaborative, measure, [*TWELVE[:11], [(30, 100), (3, 100), None]])
    client = client_for(faculty_of(collaborative))
    rows = rows_of(client, measure, "teams.csv?q=valley+l")
    assert [tuple(row.values()) for row in rows[:4]] == [
        ("Hidden Valley L", "", "2025-01", "value", "30", "100", "30", "%", "Follow-up", "1", "2025-04-20"),
        ("Hidden Valley L", "", "2025-02", "hidden", "", "", "", "%", "Follow-up", "1", "2025-04-20"),
        ("Hidden Valley L", "", "2025-03", "missing", "", "", "", "%", "Follow-up", "1", "2025-04-20"),
    ]
    assert len(rows_of(client, measure, "teams.csv")) == 12 * 3
    drawn = client.get(address(measure, "teams.svg")).content.decode()
    assert drawn.count('class="spark"') == 12
    assert client.get(address(measure, "teams.csv?q=nobody")).status_code == 404


def test_a_peers_small_charts_are_a_table_with_the_same_counts_as_the_page(client_for, collaborative, measure):
    teams = teams_of(collaborative, measure, [*TWELVE[:11], [(30, 100), (30, 100), (3, 100)]])
    client = client_for(member_of(teams[0]))
    page = words_of(client.get(address(measure, "teams/")))
    rows = {(row["team"], row["month"]): row for row in rows_of(client, measure, "teams.csv")}
    assert "Mar 2025: 33 % (33 of 100)" in page
    shown = rows["Code 01", "2025-03"]
    assert [shown[name] for name in ("state", "numerator", "denominator", "value")] == ["value", "33", "100", "33"]
    hidden = rows["Code 11", "2025-03"]
    assert [hidden[name] for name in ("state", "numerator", "denominator", "value")] == ["hidden", "", "", ""]


# --- Small numbers and few teams -----------------------------------------------------------------------------------


def test_a_teams_small_months_are_in_no_sum_so_nothing_can_be_subtracted(client_for, collaborative, measure):
    pairs = [*TWELVE[:11], [(30, 100), (3, 100), (30, 100)]]
    teams = teams_of(collaborative, measure, pairs)
    for who, expected in ((member_of(teams[0]), ("60", "200")), (member_of(teams[11]), ("63", "300"))):
        rows = rows_of(client_for(who), measure)
        (row,) = [row for row in rows if row["team"] in ("Code 11", "Hidden Valley L")]
        # Whose own it is sees it under its code name as well.
        assert (row["numerator"], row["denominator"]) == expected


@pytest.mark.parametrize(("count", "status"), [(4, 404), (5, 200)])
def test_teams_are_compared_among_five_at_least(client_for, collaborative, measure, count, status):
    teams = teams_of(collaborative, measure, TWELVE[:count])
    assert client_for(member_of(teams[0])).get(address(measure, "funnel.csv")).status_code == status


def test_pooled_only_has_no_funnel_and_says_so(client_for, collaborative, measure):
    collaborative.data_sharing = DataSharing.POOLED
    collaborative.save()
    teams = teams_of(collaborative, measure, TWELVE)
    client = client_for(member_of(teams[0]))
    assert [client.get(address(measure, end)).status_code for end in ("funnel.csv", "teams.csv", "teams.svg")] == [
        404
    ] * 3
    for end in ("funnel/", "teams/"):
        words = words_of(client.get(address(measure, end)))
        assert "teams see only the results of all teams together" in words
        assert "Code 0" not in words


# --- Where one's own stands ----------------------------------------------------------------------------------------


def test_ones_own_place_is_told_with_its_uncertainty_and_what_the_benchmark_would_mean(collaborative, measure):
    """By hand: team D has 117 of 300 (39 %); 3 of the other 11 do worse (27 %, to the nearest 5: 25).

    Wilson's interval is 33.6 to 44.6 %: worse than 33.6 are 30, 33 (2 of 11: 18, so 20), worse than 44.6 are 30, 33,
    36, 42 (4 of 11: 36, so 35). The best teams with a tenth of 3,600 are those of 63 and 60 %: 369 of 600 is 61.5 %,
    and 61.5 % of 300 are 184.5 people, 67.5 more than 117.
    """
    teams = teams_of(collaborative, measure, TWELVE)
    user = member_of(teams[3])
    page = page_for(user, collaborative)
    assert page.reason == ""
    (own,) = page.own
    assert own.percentile == ("Better than about 25 % of the other 11 teams. With 300 counted it could be 20 to 35 %.")
    assert own.reach == ("At the achievable benchmark of 61.5\u202f% you would have reached 68 people more of 300.")


@pytest.mark.parametrize(("count", "told"), [(9, False), (10, True)])
def test_percentiles_are_told_from_ten_teams_on(collaborative, measure, count, told):
    teams = teams_of(collaborative, measure, TWELVE[:count])
    user = member_of(teams[0])
    page = page_for(user, collaborative)
    assert ("Better than about" in page.own[0].percentile) is told
    assert ("The middle half" in page.band) is told


@pytest.mark.practice("R-30")
@pytest.mark.practice("R-31")
def test_of_a_crowd_within_the_limits_only_those_that_can_be_told_apart_have_words(collaborative, measure):
    teams_of(collaborative, measure, TWELVE)
    figure = page_for(faculty_of(collaborative), collaborative).figure
    within = next(one for one in figure.points if one.place is not Place.BEYOND)
    beyond = replace(within, place=Place.BEYOND, mark=Mark.CONCERN, words="Far away: 90 %")

    def drawn(count, layout):
        svg = to_svg(replace(figure, points=(*[within] * count, beyond)), layout=layout)
        return svg.count("<circle"), svg.count(escape(within.words)), svg.count(beyond.words)

    assert drawn(MOST_TOLD, WIDE) == (MOST_TOLD, MOST_TOLD, 1)
    assert drawn(MOST_TOLD + 1, WIDE) == (MOST_TOLD + 1, 0, 1)
    assert drawn(2, NARROW) == (2, 0, 1)


def test_each_team_has_its_headroom_and_the_month_in_which_it_reached_the_goal(client_for, collaborative, measure):
    late = [(30, 100), (30, 100), (30, 100), (65, 100)]
    collaborative.start = dt.date(2024, 12, 1)
    collaborative.save()
    teams_of(collaborative, measure, [late, [(30, 100)] * 4])
    words = words_of(client_for(faculty_of(collaborative)).get(address(measure, "funnel/?table=1")))
    assert (
        "The goal of 60 % was first reached in March 2025, month 4. "
        "From the baseline of 30 % it was 30 percentage points to go."
    ) in words
    assert words.count("has not been reached yet") == 1


# --- Cost ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["funnel/?table=1", "teams/"])
def test_pages_cost_the_same_for_one_team_as_for_three(
    client_for, collaborative, measure, end, django_assert_num_queries
):
    client = client_for(faculty_of(collaborative))
    counts: list[int] = []
    for count in (1, 3):
        for _number in range(count - len(counts)):
            report(TeamFactory(collaborative=collaborative), measure, TWELVE[0])
        client.get(address(measure, end))
        with CaptureQueriesContext(connection) as context:
            assert client.get(address(measure, end)).status_code == 200
        counts.append(len(context))
    assert counts[0] == counts[1]


# --- Publication ---------------------------------------------------------------------------------------------------


def _benchmarks(measure):
    for month in (1, 2, 3):
        run = BenchmarkRunFactory(collaborative=measure.collaborative, month=dt.date(2025, month, 1))
        BenchmarkValueFactory(run=run, measure=measure, month=run.month, reporting=12, compared=12)


def _shown(measure, sight):
    months = [dt.date(2025, month, 1) for month in (1, 2, 3)]
    return (benchmarks([measure], months, sight, stranger())[measure.pk].reporting > 0).tolist()


def test_what_is_not_published_is_computed_and_seen_by_faculty_alone(collaborative, measure):
    other = MeasureFactory(collaborative=collaborative, code="other")
    _benchmarks(measure)
    coach = faculty_of(collaborative)
    february = dt.date(2025, 2, 1)

    def say(what, month=None, of=None):
        publish(by=coach, collaborative=collaborative, measure=of, what=what, from_month=month)

    assert _shown(measure, Sight.CODED) == [True] * 3
    for what, month, of, expected in (
        (Published.NONE, None, None, [False] * 3),
        (Published.FROM, february, measure, [False, True, True]),
        (Published.ALL, None, measure, [True] * 3),
        (Published.NONE, None, other, [True] * 3),
        (Published.DEFAULT, None, measure, [False] * 3),
        (Published.FROM, february, None, [False, True, True]),
        (Published.ALL, None, None, [True] * 3),
    ):
        say(what, month, of)
        for sight in (Sight.NAMED, Sight.CODED, Sight.POOLED):
            assert _shown(measure, sight) == expected
        assert _shown(measure, Sight.EVERYTHING) == _shown(measure, Sight.ALL_TEAMS) == [True] * 3
    assert AuditEvent.objects.filter(event=MetricsEvent.PUBLICATION_CHANGED).count() == 7
    say(Published.ALL)
    assert AuditEvent.objects.filter(event=MetricsEvent.PUBLICATION_CHANGED).count() == 7


@pytest.mark.parametrize(("pairs", "said"), [([(30, 100), (3, 100)], True), ([(3, 100), (3, 100)], False)])
def test_what_is_left_out_of_a_funnel_is_told_only_where_there_is_one(client_for, collaborative, measure, pairs, said):
    teams_of(collaborative, measure, [pairs])
    words = words_of(client_for(faculty_of(collaborative)).get(address(measure)))
    assert ("Months with small numbers are left out" in words) is said
    assert ("No funnel here" in words) is not said


def test_the_funnel_of_what_is_withheld_is_told_and_not_drawn(client_for, collaborative, measure):
    teams = teams_of(collaborative, measure, TWELVE)
    coach = faculty_of(collaborative)
    publish(by=coach, collaborative=collaborative, measure=measure, what=Published.NONE)
    answer = client_for(member_of(teams[0])).get(address(measure))
    assert "has not published the comparison" in words_of(answer)
    assert "Code 05" not in answer.content.decode()
    assert client_for(coach).get(address(measure, "funnel.csv")).status_code == 200


def test_what_is_withheld_is_called_so_on_the_page_and_in_its_file(client_for, collaborative, measure):
    teams = teams_of(collaborative, measure, TWELVE)
    _benchmarks(measure)
    publish(
        by=faculty_of(collaborative),
        collaborative=collaborative,
        measure=measure,
        what=Published.FROM,
        from_month=dt.date(2025, 3, 1),
    )
    client = client_for(member_of(teams[0]))
    there = reverse("pooled_figure", args=[collaborative.slug, measure.code, "csv"])
    rows = list(csv.DictReader(io.StringIO(client.get(there).content.decode("utf-8-sig"))))
    assert [row["state"] for row in rows] == ["not published yet"] * 2 + ["value"]
    assert {row["numerator"] for row in rows[:2]} == {""}
    publish(by=faculty_of(collaborative), collaborative=collaborative, measure=measure, what=Published.NONE)
    words = words_of(client.get(f"/c/{collaborative.slug}/data/"))
    assert "Not published yet." in words
    assert "Nothing reported yet." not in words
    assert "Nothing is reported yet." not in words


def test_the_switch_asks_for_the_month_it_needs(client_for, collaborative, measure):
    client = client_for(faculty_of(collaborative))
    path = f"/c/{collaborative.slug}/publication/"
    assert "What you hold back is the comparison" in words_of(client.get(path))
    fields = {"all_what": "from", "all_month": "", "follow_up_what": "default", "follow_up_month": ""}
    assert "Choose the first month that teams see." in words_of(client.post(path, fields))
    assert client.post(path, fields | {"all_month": "2025-02"}).status_code == 302
    assert Publication.objects.get().from_month == dt.date(2025, 2, 1)


def test_measures_that_go_as_all_do_are_folded_and_one_that_differs_is_not(client_for, collaborative, measure):
    client = client_for(faculty_of(collaborative))
    path = f"/c/{collaborative.slug}/publication/"
    name = measure.latest.name
    before = Page(client.get(path))
    assert (before.texts("fieldset legend"), before.texts("details.form-group summary")) == (["All measures"], [name])
    fields = {"all_what": "all", "all_month": "", "follow_up_what": "none", "follow_up_month": ""}
    client.post(path, fields)
    after = Page(client.get(path))
    assert (after.texts("fieldset legend"), after.texts("details.form-group summary")) == (["All measures", name], [])
    wrong = Page(client.post(path, fields | {"follow_up_what": "from"}))
    assert wrong.values(".error-summary a", "href") == ["#id_follow_up_month"]
    assert wrong.texts("fieldset:nth-of-type(2) .invalid-feedback") == ["Choose the first month that teams see."]


def test_a_page_that_lay_open_takes_nothing_back_without_a_word(client_for, collaborative, measure):
    first, second = client_for(faculty_of(collaborative)), client_for(faculty_of(collaborative))
    path = f"/c/{collaborative.slug}/publication/"
    assert Page(first.get(path)).values("input[name=seen]", "value") == [None]  # nothing is set yet
    fields = {"all_what": "all", "all_month": "", "follow_up_what": "default", "follow_up_month": "", "seen": ""}
    # Given somebody who takes everything back meanwhile
    second.post(path, fields | {"all_what": "none"})
    # When the first one changes one measure only
    told = Page(first.post(path, fields | {"follow_up_what": "from", "follow_up_month": "2025-02"}))
    # Then nothing is saved, what differs is said beside it, and the answers stand
    assert [(row.measure_id, row.from_month) for row in Publication.objects.all()] == [(None, None)]
    stands = "Your answer stands here; it holds when you save again."
    assert told.texts(".invalid-feedback") == [
        f"By now: “No month yet”. {stands}",
        f"By now: “As all measures”. {stands}",
    ]
    (again,) = told.values("input[name=seen]", "value")
    meant = fields | {"follow_up_what": "from", "follow_up_month": "2025-02", "seen": again}
    assert first.post(path, meant).status_code == 302
    assert [(row.measure_id, row.from_month) for row in Publication.objects.all()] == [
        (measure.pk, dt.date(2025, 2, 1))
    ]


# --- Saved views ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    ["https://evil.example/", "//evil.example/c/a/data/", "/\\evil.example", "javascript:alert(1)", "/accounts/logout/",
     "/c/a/data/\n", "", "c/a/data/", "/c/a//data/", "/c/a/data/#x", "/me/views/"],
)  # fmt: skip
def test_only_pages_of_this_site_that_can_be_kept_are(path):
    with pytest.raises(ValidationError):
        check_view_path(path)


def test_a_view_is_saved_listed_renamed_and_deleted_by_its_owner_alone(client_for, collaborative, measure):
    user = faculty_of(collaborative)
    client, other = client_for(user), client_for(UserFactory())
    path = f"/c/{collaborative.slug}/data/?need=late&q=valley"
    assert client.post("/me/views/", {"name": "Late", "path": path}).headers["Location"] == path
    view = SavedView.objects.get()
    assert (view.user, view.name, view.path) == (user, "Late", path)
    assert "need=late&amp;q=valley" in client.get("/").content.decode() + client.get("/me/views/").content.decode()
    assert "Choose another one" in words_of(client.post("/me/views/", {"name": "Late", "path": path}))
    for method, end in ((other.get, ""), (other.post, ""), (other.post, "delete/")):
        assert method(f"/me/views/{view.pk}/{end}").status_code == 404
    assert client.post(f"/me/views/{view.pk}/", {"name": "Late in Ohio"}).status_code == 302
    assert SavedView.objects.get().name == "Late in Ohio"
    client.post(f"/me/views/{view.pk}/delete/")
    assert not SavedView.objects.exists()


@pytest.mark.parametrize("name", sorted(VIEWS_TO_SAVE))
def test_each_page_that_can_be_kept_offers_it_with_its_filters(client_for, collaborative, measure, name):
    (team,) = teams_of(collaborative, measure, TWELVE[:1])
    sponsor = CollaborativeAppointmentFactory(collaborative=collaborative, role=CollaborativeRole.SPONSOR).user
    leader = AgencyAppointmentFactory(agency=team.agency, role=AgencyRole.SENIOR_LEADER).user
    places = {"chart": [collaborative.slug, team.slug, measure.code], "funnel": [collaborative.slug, measure.code],
              "multiples": [collaborative.slug, measure.code], "agency": [team.agency.pk], "portfolio": []}  # fmt: skip
    who = {"portfolio": sponsor, "agency": leader}.get(name) or faculty_of(collaborative)
    path = reverse(name, args=places.get(name, [collaborative.slug])) + "?q=hill&hide=event"
    page = client_for(who).get(path).content.decode()
    assert f'name="path" value="{escape(path)}"' in page


def test_nobody_keeps_more_views_than_a_page_lists():
    user = UserFactory()
    SavedViewFactory.create_batch(MOST_VIEWS, user=user)
    with pytest.raises(ValidationError, match="Delete one"):
        save_view(by=user, name="One more", path="/c/a/data/")
