"""Figures as files: the same numbers in each, only for those who may see them, and no small number in any."""

from __future__ import annotations

import pytest
from django.urls import reverse

from collab.enums import DataSharing
from tests.factories.collab import CollaborativeAppointmentFactory, MeasureFactory
from tests.factories.metrics import BenchmarkRunFactory, BenchmarkValueFactory
from tests.factories.teams import TeamFactory
from tests.metrics.worlds import member_of, report, stranger

pytestmark = [pytest.mark.integration, pytest.mark.django_db]
FORMS = ["json", "svg", "csv"]


@pytest.fixture
def team():
    """7 of 63 is a small count that stands in no other number: neither "7", "63", "56" nor "11.1" may be shown."""
    team = TeamFactory(collaborative__data_sharing=DataSharing.NAMED)
    measure = MeasureFactory(collaborative=team.collaborative, code="no_show")
    report(team, measure, [(20, 40), (7, 63), (30, 90), None, (0, 50)])
    return team


def address(team, form, code="no_show"):
    return reverse("team_figure", args=[team.collaborative.slug, team.slug, code, form])


def faculty_of(team):
    return CollaborativeAppointmentFactory(collaborative=team.collaborative).user


def values_in(drawn):
    return next(trace["y"] for trace in drawn["data"] if trace.get("mode") == "lines+markers")


def test_json_holds_the_teams_own_values(client_for, team):
    response = client_for(member_of(team)).get(address(team, "json"))
    drawn = response.json()
    assert values_in(drawn)[:5] == pytest.approx([50, 100 / 9, 100 / 3, None, 0])
    assert response["Cache-Control"] == "private, no-cache"
    assert "Cookie" in response["Vary"].split(", ")


@pytest.mark.parametrize("form", FORMS)
def test_no_file_tells_a_small_count_to_faculty(client_for, team, form):
    own = client_for(member_of(team)).get(address(team, form)).content.decode()
    shown = client_for(faculty_of(team)).get(address(team, form)).content.decode()
    february = {
        "json": ('"February 2025: 11.1\u202f% (7 of 63)"', '"February 2025: hidden (small number)"'),
        "svg": (
            "<title>February 2025: 11.1\u202f% (7 of 63)</title>",
            "<title>February 2025: hidden (small number)</title>",
        ),
        "csv": ("2025-02,value,7,63,", "2025-02,hidden,,,,%,"),
    }[form]
    assert [february[0] in own, february[1] in own] == [True, False]
    assert [february[0] in shown, february[1] in shown] == [False, True]
    # The centre line is that of the months that are shown: 0, 33.3 and 50, not 22.2 with the hidden month.
    assert "22.2" not in shown


@pytest.mark.parametrize("form", FORMS)
def test_what_faculty_get_is_the_same_whatever_the_hidden_number_is(client_for, team, form):
    coach = client_for(faculty_of(team))
    before = coach.get(address(team, form)).content
    team.observations.filter(numerator=7).update(numerator=3, denominator=29)
    assert coach.get(address(team, form)).content == before


@pytest.mark.parametrize("form", FORMS)
def test_other_teams_and_strangers_find_nothing(client_for, team, form):
    other = TeamFactory(collaborative=team.collaborative)
    for person in (member_of(other), stranger()):
        assert client_for(person).get(address(team, form)).status_code == 404
    assert client_for(member_of(team)).get(address(team, form, code="unknown")).status_code == 404


@pytest.fixture
def pooled(team):
    measure = team.collaborative.measures.get()
    run = BenchmarkRunFactory(collaborative=team.collaborative)
    return BenchmarkValueFactory(run=run, measure=measure, reporting=5, compared=5)


def pooled_address(team, form):
    return reverse("pooled_figure", args=[team.collaborative.slug, "no_show", form])


@pytest.mark.parametrize(("reporting", "value"), [(4, None), (5, 30)])
def test_teams_get_pooled_figures_of_five_teams(client_for, team, pooled, reporting, value):
    pooled.reporting = reporting
    pooled.save()
    drawn = client_for(member_of(team)).get(pooled_address(team, "json")).json()
    assert values_in(drawn)[0] == value
    assert values_in(client_for(faculty_of(team)).get(pooled_address(team, "json")).json())[0] == 30


@pytest.mark.parametrize("form", FORMS)
def test_pooled_figures_are_not_for_strangers(client_for, team, pooled, form):
    assert client_for(stranger()).get(pooled_address(team, form)).status_code == 404


def test_files_are_named_after_team_and_measure(client_for, team):
    response = client_for(member_of(team)).get(address(team, "csv"))
    assert response["Content-Disposition"] == f'attachment; filename="{team.slug}-no_show.csv"'
    assert response["Content-Type"] == "text/csv; charset=utf-8"
