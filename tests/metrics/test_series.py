"""Series leave the query layer as one viewer may see them, and in a fixed number of queries."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from collab.enums import CollaborativeRole, DataSharing, Statistic
from collab.models import User
from metrics.actions.benchmarks import compute_benchmarks
from metrics.queries.series import (
    Sight,
    benchmarks,
    comparison,
    measures_of,
    panels_of_teams,
    pooled_panel,
    sight_of,
    submitted_months,
    team_panels,
)
from metrics.suppression import State
from tests.factories.collab import (
    CenterAppointmentFactory,
    CollaborativeAppointmentFactory,
    CollaborativeFactory,
    MeasureFactory,
    MeasureVersionFactory,
)
from tests.factories.metrics import BenchmarkRunFactory, BenchmarkValueFactory
from tests.factories.teams import AgencyAppointmentFactory, TeamFactory
from tests.metrics.worlds import member_of, report, stranger

pytestmark = [pytest.mark.integration, pytest.mark.django_db]
VALUE, MISSING, HIDDEN = int(State.VALUE), int(State.MISSING), int(State.HIDDEN)
NAN = float("nan")


def again(user):
    """The same person in a new request."""
    return User.objects.get(pk=user.pk)


def faculty_of(collaborative):
    return CollaborativeAppointmentFactory(collaborative=collaborative).user


@pytest.fixture
def team():
    return TeamFactory()


@pytest.fixture
def measure(team):
    return MeasureFactory(collaborative=team.collaborative)


PAIRS = [(30, 60), (5, 60), None, (None, 60), (0, 60), (55, 60), (0, 0)]


def test_its_own_people_see_every_number(team, measure):
    report(team, measure, PAIRS)
    panel = team_panels(team, member_of(team))[0]
    assert panel.months == tuple(team.collaborative.reporting_months())
    np.testing.assert_array_equal(panel.numerator[0, :7], [30, 5, NAN, NAN, 0, 55, NAN])
    np.testing.assert_array_equal(panel.denominator[0, :7], [60, 60, NAN, NAN, 60, 60, 0])
    np.testing.assert_array_equal(panel.values[0, :7], [50, 5 / 60 * 100, NAN, NAN, 0, 55 / 60 * 100, NAN])
    assert panel.state[0, :7].tolist() == [VALUE, VALUE, MISSING, MISSING, VALUE, VALUE, MISSING]
    assert panel.reasons == {(0, 3): "not_collected"}


def test_faculty_get_no_small_number_unless_the_agreement_says_so(team, measure):
    report(team, measure, PAIRS)
    coach = faculty_of(team.collaborative)
    panel = team_panels(team, coach)[0]
    np.testing.assert_array_equal(panel.numerator[0, :7], [30, NAN, NAN, NAN, 0, NAN, NAN])
    np.testing.assert_array_equal(panel.denominator[0, :7], [60, NAN, NAN, NAN, 60, NAN, 0])
    assert panel.state[0, :7].tolist() == [VALUE, HIDDEN, MISSING, MISSING, VALUE, HIDDEN, MISSING]
    team.collaborative.faculty_see_small_counts = True
    team.collaborative.save()
    assert team_panels(team, again(coach))[0].numerator[0, 1] == 5


def test_the_agencys_leader_sees_what_the_team_sees(team, measure):
    report(team, measure, PAIRS)
    leader = AgencyAppointmentFactory(agency=team.agency).user
    assert team_panels(team, leader)[0].numerator[0, 1] == 5


def test_replaced_revisions_and_other_teams_are_not_in_it(team, measure):
    report(team, measure, [(30, 60)])
    other = TeamFactory(collaborative=team.collaborative)
    report(other, measure, [(77, 99), (77, 99)])
    team.observations.update(live=False)
    assert np.isnan(team_panels(team, member_of(team))[0].numerator).all()


def test_each_month_is_read_by_the_definition_of_its_time(team):
    measure = MeasureFactory(collaborative=team.collaborative, version__stat="count", version__multiplier=1)
    MeasureVersionFactory(measure=measure, number=2, effective_month=dt.date(2025, 3, 1))
    report(team, measure, [(30, None), (4, None), (30, 60)])
    coach = faculty_of(team.collaborative)
    panel = team_panels(team, coach)[0]
    assert panel.breaks == (2,)
    np.testing.assert_array_equal(panel.values[0, :3], [30, NAN, 50])
    assert panel.state[0, :3].tolist() == [VALUE, HIDDEN, VALUE]


def test_who_sees_how_much(team):
    collaborative = team.collaborative
    mine = member_of(team)
    sponsor = CollaborativeAppointmentFactory(collaborative=collaborative, role=CollaborativeRole.SPONSOR).user
    reviewer = CollaborativeAppointmentFactory(collaborative=collaborative, role=CollaborativeRole.REVIEWER).user
    coordinator = CenterAppointmentFactory(center=collaborative.center).user
    for policy, sight in ((DataSharing.NAMED, Sight.NAMED), (DataSharing.CODED, Sight.CODED), ("pooled", Sight.POOLED)):
        collaborative.data_sharing = policy
        assert sight_of(again(mine), collaborative) is sight
    assert sight_of(sponsor, collaborative) is Sight.POOLED
    assert sight_of(reviewer, collaborative) is Sight.NOTHING
    assert sight_of(coordinator, collaborative) is Sight.ALL_TEAMS
    assert sight_of(faculty_of(collaborative), collaborative) is Sight.ALL_TEAMS
    collaborative.faculty_see_small_counts = True
    assert sight_of(faculty_of(collaborative), collaborative) is Sight.EVERYTHING
    assert sight_of(again(coordinator), collaborative) is Sight.ALL_TEAMS
    assert sight_of(member_of(TeamFactory()), collaborative) is Sight.NOTHING
    assert sight_of(stranger(), collaborative) is Sight.NOTHING


@pytest.fixture
def three_teams():
    """Three teams whose names, code names and order of joining are in three different orders."""
    collaborative = CollaborativeFactory(data_sharing=DataSharing.CODED)
    measure = MeasureFactory(collaborative=collaborative)
    teams = [
        TeamFactory(collaborative=collaborative, name=name, slug=name.lower(), code_name=code)
        for name, code in (("Birch", "Team 03"), ("Aspen", "Team 02"), ("Cedar", "Team 01"))
    ]
    for team, pairs in zip(teams, ([(30, 60)], [(41, 61), (4, 61)], [(52, 62)]), strict=True):
        report(team, measure, pairs)
    return collaborative, measure, teams


def test_coded_teams_have_code_names_and_no_other_trace(three_teams):
    collaborative, _measure, (birch, _aspen, _cedar) = three_teams
    found = comparison(member_of(birch), collaborative)
    assert [(peer.label, peer.own, peer.team) for peer in found.peers] == [
        ("Team 01", False, None),
        ("Team 02", False, None),
        ("Team 03", True, birch),
    ]
    np.testing.assert_array_equal(found.panels[0].numerator[:, 0], [NAN, 41, 30])
    assert found.panels[0].state[:, 0].tolist() == [HIDDEN, VALUE, VALUE]
    assert found.panels[0].state[:, 1].tolist() == [MISSING, HIDDEN, MISSING]


def test_named_teams_have_names_but_not_their_small_numbers(three_teams):
    collaborative, _measure, (birch, aspen, cedar) = three_teams
    collaborative.data_sharing = DataSharing.NAMED
    found = comparison(member_of(birch), collaborative)
    assert [(peer.label, peer.own, peer.team) for peer in found.peers] == [
        ("Aspen", False, aspen),
        ("Birch", True, birch),
        ("Cedar", False, cedar),
    ]
    assert found.panels[0].state[:, 1].tolist() == [HIDDEN, MISSING, MISSING]


def test_pooled_only_shows_no_team_at_all(three_teams):
    collaborative, _measure, (birch, _aspen, _cedar) = three_teams
    collaborative.data_sharing = DataSharing.POOLED
    found = comparison(member_of(birch), collaborative)
    assert found.peers == ()
    assert found.panels[0].numerator.shape == (0, 12)


def test_a_team_that_left_is_compared_only_by_those_who_see_everything(three_teams):
    collaborative, _measure, (birch, _aspen, _cedar) = three_teams
    TeamFactory(collaborative=collaborative, withdrawn=True, name="Zelkova", code_name="Team 00")
    assert len(comparison(member_of(birch), collaborative).peers) == 3
    assert [peer.label for peer in comparison(faculty_of(collaborative), collaborative).peers] == [
        "Aspen",
        "Birch",
        "Cedar",
        "Zelkova",
    ]


def _benchmark(measure, **fields):
    run = BenchmarkRunFactory(collaborative=measure.collaborative)
    return BenchmarkValueFactory(run=run, measure=measure, **fields)


def _shown(measure, sight):
    found = benchmarks([measure], [dt.date(2025, 1, 1)], sight, stranger())[measure.pk]
    return [float(line[0]) for line in (found.pooled, found.median, found.p25, found.numerator)], int(found.state[0])


def test_teams_see_results_of_five_teams_and_faculty_of_one(measure):
    value = _benchmark(measure, reporting=4, compared=4)
    np.testing.assert_array_equal(_shown(measure, Sight.EVERYTHING)[0], [0.3, 0.25, NAN, 120])
    for sight in (Sight.NAMED, Sight.CODED, Sight.POOLED):
        numbers, state = _shown(measure, sight)
        assert (np.isnan(numbers).all(), state) == (True, HIDDEN)
    value.reporting = value.compared = 5
    value.save()
    np.testing.assert_array_equal(_shown(measure, Sight.CODED)[0], [0.3, 0.25, NAN, 120])


@pytest.mark.parametrize("sight", [Sight.EVERYTHING, Sight.CODED])
def test_percentiles_and_the_achievable_benchmark_are_there_from_ten_teams_on(measure, sight):
    value = _benchmark(measure, reporting=9, compared=9, p10=0.1, p75=0.5, p90=0.6, abc=0.7)
    names = ("p10", "p25", "p75", "p90", "abc")
    for teams, expected in ((9, [NAN] * 5), (10, [0.1, 0.175, 0.5, 0.6, 0.7])):
        value.reporting = value.compared = teams
        value.save()
        found = benchmarks([measure], [dt.date(2025, 1, 1)], sight, stranger())[measure.pk]
        np.testing.assert_array_equal([getattr(found, name)[0] for name in names], expected)


@pytest.mark.parametrize(("pair", "hides"), [((30, 60), False), ((5, 60), True), ((55, 60), True), ((0, 9), True)])
def test_results_over_few_teams_tell_no_small_count_to_who_sees_all_teams(team, measure, pair, hides):
    """With one team reporting, the median is that team's rate."""
    report(team, measure, [pair])
    compute_benchmarks(collaborative=measure.collaborative, month=dt.date(2025, 1, 1))
    numbers, state = _shown(measure, Sight.ALL_TEAMS)
    assert (np.isnan(numbers).all(), state) == (hides, HIDDEN if hides else VALUE)


@pytest.mark.practice("R-124")
def test_a_small_count_is_not_what_all_teams_have_more_than_the_ones_that_are_seen(measure):
    """Six teams of 30 of 100, one of 3 of 50: 183 of 650, less what everybody sees, would be 3 of 50."""
    for pair in [(30, 100)] * 6 + [(3, 50)]:
        report(TeamFactory(collaborative=measure.collaborative), measure, [pair])
    january = dt.date(2025, 1, 1)
    compute_benchmarks(collaborative=measure.collaborative, month=january)
    for sight, above, below, teams, partial in (
        (Sight.EVERYTHING, 183, 650, 7, False),
        (Sight.POOLED, 183, 650, 7, False),
        (Sight.ALL_TEAMS, 180, 600, 6, True),
        (Sight.NAMED, 180, 600, 6, True),
        (Sight.CODED, 180, 600, 6, True),
    ):
        found = benchmarks([measure], [january], sight, stranger())[measure.pk]
        shown = (found.numerator[0], found.denominator[0], found.reporting[0], bool(found.partial[0]))
        assert shown == (above, below, teams, partial)
        assert found.pooled[0] == above / below


def _reported(team, measure, own, rest):
    """January of one team and of each other one; whoever takes part sees only what all did together."""
    collaborative = measure.collaborative
    collaborative.data_sharing = DataSharing.POOLED
    collaborative.save()
    report(team, measure, [own])
    for pair in rest:
        report(TeamFactory(collaborative=collaborative), measure, [pair])
    compute_benchmarks(collaborative=collaborative, month=dt.date(2025, 1, 1))


def _pooled_for(measure, user):
    """Numerator, denominator and state of January as the person sees it, by the sight that is theirs."""
    january = dt.date(2025, 1, 1)
    found = benchmarks([measure], [january], sight_of(user, measure.collaborative), user)[measure.pk]
    return found.numerator[0], found.denominator[0], int(found.state[0])


@pytest.mark.practice("R-124")
@pytest.mark.parametrize(
    ("rest", "hides"),
    [
        ([(0, 31)] * 8 + [(2, 32)] * 2, True),  # 4 of 312: few cases among the others
        ([(31, 31)] * 9 + [(25, 33)], True),  # all others but 8 people
        ([(2, 31)] * 10, False),  # 20 of 310
        ([(0, 31)] * 10, False),  # none at all, which may be said
    ],
)
def test_a_team_can_not_subtract_itself_to_a_small_count(team, measure, rest, hides):
    _reported(team, measure, (30, 42), rest)
    above, below = 30 + sum(pair[0] for pair in rest), 42 + sum(pair[1] for pair in rest)
    leader = AgencyAppointmentFactory(agency=team.agency).user
    sponsor = CollaborativeAppointmentFactory(
        collaborative=measure.collaborative, role=CollaborativeRole.SPONSOR.value
    ).user
    for user in (member_of(team), leader):
        assert sight_of(user, measure.collaborative) is Sight.POOLED
        assert _pooled_for(measure, user)[2] == (HIDDEN if hides else VALUE)
        assert np.isnan(_pooled_for(measure, user)[0]) == hides
    # Who has no figures of their own has nothing to subtract.
    assert sight_of(sponsor, measure.collaborative) is Sight.POOLED
    assert _pooled_for(measure, sponsor) == (above, below, VALUE)


def test_who_leads_several_teams_can_subtract_them_all(team, measure):
    """Each of two teams alone leaves 21 cases or more; both together leave 5."""
    other = TeamFactory(collaborative=measure.collaborative, partner_agency=team.agency)
    report(other, measure, [(40, 80)])
    _reported(team, measure, (30, 60), [(1, 40)] * 5)
    assert _pooled_for(measure, member_of(team))[2] == VALUE
    assert _pooled_for(measure, member_of(other))[2] == VALUE
    assert _pooled_for(measure, AgencyAppointmentFactory(agency=team.agency).user)[2] == HIDDEN


@pytest.mark.practice("R-124")
def test_a_month_is_judged_by_the_definition_that_held_in_it(team, measure):
    """5 of 170 stays a small count of people after the measure has become a mean; the means after it are shown."""
    MeasureVersionFactory(measure=measure, number=2, effective_month=dt.date(2025, 2, 1), stat=Statistic.MEAN)
    for each in (team, *(TeamFactory(collaborative=measure.collaborative) for _ in range(4))):
        report(each, measure, [(1, 34), (1, 34)])
    months = [dt.date(2025, 1, 1), dt.date(2025, 2, 1)]
    for month in months:
        compute_benchmarks(collaborative=measure.collaborative, month=month)
    measure = measures_of(measure.collaborative)[0]
    for sight in (Sight.EVERYTHING, Sight.POOLED):
        found = benchmarks([measure], months, sight, stranger())[measure.pk]
        assert found.state.tolist() == [HIDDEN, VALUE]
        np.testing.assert_array_equal(found.numerator, [NAN, 5])
        assert np.isnan(found.pooled[0])


def test_pooled_only_has_no_percentiles_for_they_are_single_teams(measure):
    _benchmark(measure, reporting=9, compared=9)
    np.testing.assert_array_equal(_shown(measure, Sight.POOLED)[0], [0.3, NAN, NAN, 120])
    assert np.isnan(_shown(measure, Sight.NOTHING)[0]).all()


def test_a_small_pooled_count_is_hidden_from_everybody(measure):
    _benchmark(measure, reporting=9, compared=9, numerator=6, denominator=400, pooled=0.015)
    for sight in (Sight.EVERYTHING, Sight.NAMED, Sight.POOLED):
        numbers, state = _shown(measure, sight)
        assert (np.isnan(numbers[0]), np.isnan(numbers[3]), state) == (True, True, HIDDEN)


def test_replaced_benchmark_runs_are_not_shown(measure):
    value = _benchmark(measure, reporting=9, compared=9)
    value.run.status = "replaced"
    value.run.save()
    assert _shown(measure, Sight.EVERYTHING)[1] == MISSING


def test_the_pooled_panel_has_the_benchmarks_counts(measure):
    _benchmark(measure, reporting=9, compared=9)
    panel = pooled_panel(benchmarks([measure], [dt.date(2025, 1, 1)], Sight.POOLED, stranger())[measure.pk])
    assert (panel.values.tolist(), panel.state.tolist()) == ([[30.0]], [[VALUE]])


@pytest.mark.parametrize("count", [1, 3])
def test_queries_do_not_grow_with_teams_measures_and_months(count, django_assert_num_queries):
    collaborative = CollaborativeFactory()
    measures = [MeasureFactory(collaborative=collaborative) for _ in range(count)]
    teams = [TeamFactory(collaborative=collaborative) for _ in range(count)]
    for team in teams:
        for measure in measures:
            report(team, measure, [(30, 60)] * count)
    coach = faculty_of(collaborative)
    assert sight_of(coach, collaborative) is Sight.ALL_TEAMS
    # Measures, definitions, teams, decisions, figures; and once for a person: their teams, the agencies they lead.
    with django_assert_num_queries(7):
        comparison(coach, collaborative)
    # Measures, definitions, decisions, figures; the rest of the person's roles.
    own = member_of(teams[0])
    team_panels(teams[0], own)
    with django_assert_num_queries(4):
        team_panels(teams[0], own)
    with django_assert_num_queries(4):
        panels_of_teams([team for team in teams if team == teams[0]], own)
    chosen = measures_of(collaborative)
    for sight in (Sight.EVERYTHING, Sight.ALL_TEAMS):
        with django_assert_num_queries(1):
            benchmarks(chosen, collaborative.reporting_months(), sight, coach)
    # And the viewer's own figures, which could be subtracted.
    sight_of(own, collaborative)
    with django_assert_num_queries(2):
        benchmarks(chosen, collaborative.reporting_months(), Sight.POOLED, own)
    with django_assert_num_queries(1):
        submitted_months(teams, collaborative.reporting_months())
