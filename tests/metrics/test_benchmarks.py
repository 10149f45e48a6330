"""Benchmarks of a month: what they say, that they are switched live last, and that twice at once is once."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Sequence
from typing import Any

import pytest
from django.db import connection

from collab.actions.measures import DEFINITIONS
from collab.common.enums import JobStatus
from collab.common.jobs import catch_up, mark_stale
from collab.common.models import JobRun, StaleMark
from collab.models import Collaborative, Measure
from metrics.actions.benchmarks import compute_benchmarks, follow_the_roster, switch_live
from metrics.enums import MissingReason, RunStatus, SubmissionStatus
from metrics.marks import RECOMPUTE, month_key
from metrics.models import BenchmarkRun, BenchmarkValue, EngagementRecord
from metrics.queries.benchmarks import shown_benchmarks
from tests.factories.collab import CollaborativeFactory, MeasureFactory, MeasureVersionFactory
from tests.factories.metrics import ObservationFactory, SubmissionFactory
from tests.factories.teams import AgencyFactory, TeamFactory
from tests.metrics.slow_benchmarks import Reported, benchmark

pytestmark = pytest.mark.integration

JANUARY = dt.date(2025, 1, 1)
FIGURES = ("expected", "reporting", "pooled", "mean", "median", "p10", "p25", "p75", "p90", "abc")
NOTHING = dict.fromkeys(FIGURES[2:])


def report(
    measure: Measure,
    pairs: Sequence[tuple[float | None, float | None]],
    *,
    month: dt.date = JANUARY,
    live: bool = True,
) -> None:
    """One new team for each pair of numbers, with a submission of ``month``."""
    for number, (numerator, denominator) in enumerate(pairs):
        agency = AgencyFactory(center=measure.collaborative.center, code=code_of(number, month, is_live=live))
        ObservationFactory(
            submission=SubmissionFactory(
                team=TeamFactory(collaborative=measure.collaborative, agency=agency),
                month=month,
                status=SubmissionStatus.LIVE if live else SubmissionStatus.SUPERSEDED,
            ),
            measure=measure,
            numerator=numerator,
            denominator=denominator,
            missing_reason="" if numerator is not None else MissingReason.SYSTEM,
        )


def code_of(number: int, month: dt.date = JANUARY, *, is_live: bool = True) -> str:
    """Codes in the reverse of the order in which the teams are made."""
    return f"{month:%m}-{is_live}-{999 - number}"


def shown(measure: Measure, month: dt.date = JANUARY) -> dict[str, Any]:
    value = BenchmarkValue.objects.live().get(measure=measure, month=month)
    return {name: getattr(value, name) for name in FIGURES}


def slowly(
    pairs: Sequence[tuple[float | None, float | None]], *, expected: int, direction: str, minimum: int
) -> dict[str, object]:
    reports = [
        Reported(code_of(place), *("" if number is None else str(number) for number in pair))
        for place, pair in enumerate(pairs)
    ]
    found = benchmark(reports, expected=expected, direction=direction, minimum=minimum)
    return {name: value if value is None else pytest.approx(value, rel=1e-12) for name, value in found.items()}


CASES: dict[str, list[tuple[float | None, float | None]]] = {
    "no team": [],
    "one team": [(7, 20)],
    "only missing": [(None, None), (None, 40)],
    "zero denominators": [(0, 0), (0, 0), (5, 25)],
    "only zero denominators": [(0, 0), (0, 0)],
    "below the minimum": [(3, 5), (1, 10), (2, 4)],
    "at the minimum": [(3, 11), (1, 10), (9, 12)],
    "nobody missed": [(0, 12), (0, 30), (0, 11)],
    "everybody missed": [(12, 12), (30, 30), (11, 11)],
    "equal adjusted performance, unequal size": [(0, 2), (1, 6), (3, 14), (50, 60), (41, 48)],
    "the best reach exactly a tenth": [(1, 10), (30, 40), (40, 50)],
    "the best fall just short of a tenth": [(1, 10), (30, 40), (40, 51)],
    "many": [(n % 13, 13 + n % 29) for n in range(60)],
}


@pytest.mark.django_db
@pytest.mark.parametrize("direction", ["up", "down", "none"])
@pytest.mark.parametrize("case", CASES)
def test_every_figure_is_that_of_the_slow_implementation(case: str, direction: str) -> None:
    measure = MeasureFactory(version__direction=direction, version__min_denominator=11)
    pairs = CASES[case]
    report(measure, pairs)

    compute_benchmarks(collaborative=measure.collaborative, month=JANUARY)

    assert shown(measure) == slowly(pairs, expected=len(pairs), direction=direction, minimum=11)


@pytest.mark.django_db
def test_superseded_values_and_other_months_do_not_count() -> None:
    measure = MeasureFactory(version__direction="up")
    report(measure, [(10, 40)])
    report(measure, [(40, 40)], live=False)
    report(measure, [(39, 40)], month=dt.date(2025, 2, 1))

    compute_benchmarks(collaborative=measure.collaborative, month=JANUARY)

    assert shown(measure) == slowly([(10, 40)], expected=3, direction="up", minimum=11)


@pytest.mark.django_db
def test_another_collaboratives_values_do_not_count() -> None:
    measure, other = MeasureFactory(code="no_show"), MeasureFactory(code="no_show")
    report(measure, [(10, 40)])
    report(other, [(40, 40), (39, 40)])

    compute_benchmarks(collaborative=measure.collaborative, month=JANUARY)

    assert shown(measure) == slowly([(10, 40)], expected=1, direction="up", minimum=11)
    assert not BenchmarkValue.objects.filter(measure=other).exists()


@pytest.mark.django_db
def test_expected_are_teams_enrolled_by_the_months_end_and_neither_gone_by_then_nor_done_before() -> None:
    measure = MeasureFactory(collaborative__start=dt.date(2025, 1, 1))
    collaborative = measure.collaborative
    TeamFactory(collaborative=collaborative, enrolled_on=dt.date(2025, 1, 31))
    TeamFactory(collaborative=collaborative, enrolled_on=dt.date(2025, 2, 1))
    TeamFactory(collaborative=collaborative, withdrawn=True, withdrawn_on=dt.date(2025, 2, 28))
    TeamFactory(collaborative=collaborative, withdrawn=True, withdrawn_on=dt.date(2025, 3, 1))
    TeamFactory(collaborative=collaborative, completed=True, completed_on=dt.date(2025, 2, 1))
    months = [dt.date(2025, number, 1) for number in (1, 2, 3)]

    for month in months:
        compute_benchmarks(collaborative=collaborative, month=month)

    assert [shown(measure, month)["expected"] for month in months] == [4, 4, 2]
    teams = list(collaborative.teams.all())
    assert [sum(team.is_expected_in(month) for team in teams) for month in months] == [4, 4, 2]


@pytest.mark.django_db
def test_a_quarters_teams_are_expected_until_its_last_day() -> None:
    measure = MeasureFactory(collaborative__cadence="quarter")
    collaborative = measure.collaborative
    TeamFactory(collaborative=collaborative, enrolled_on=dt.date(2025, 3, 31))
    TeamFactory(collaborative=collaborative, enrolled_on=dt.date(2025, 4, 1))
    TeamFactory(collaborative=collaborative, withdrawn=True, withdrawn_on=dt.date(2025, 3, 31))
    report(measure, [(20, 50)])

    compute_benchmarks(collaborative=collaborative, month=JANUARY)

    assert shown(measure) == slowly([(20, 50)], expected=2, direction="up", minimum=11)


@pytest.mark.django_db
def test_a_team_that_has_left_keeps_its_value_in_the_months_it_reported() -> None:
    measure = MeasureFactory()
    gone = TeamFactory(collaborative=measure.collaborative, withdrawn=True, withdrawn_on=dt.date(2025, 1, 20))
    ObservationFactory(submission=SubmissionFactory(team=gone), measure=measure, numerator=20, denominator=40)
    report(measure, [(10, 40)])

    compute_benchmarks(collaborative=measure.collaborative, month=JANUARY)

    assert shown(measure) == slowly([(20, 40), (10, 40)], expected=1, direction="up", minimum=11)


@pytest.mark.django_db
def test_direction_and_minimum_are_those_of_the_version_that_holds_in_the_month() -> None:
    measure = MeasureFactory(version__direction="up", version__min_denominator=1)
    february = dt.date(2025, 2, 1)
    MeasureVersionFactory(measure=measure, number=2, effective_month=february, direction="down", min_denominator=30)
    pairs = [(1, 12), (15, 30), (30, 40)]
    report(measure, pairs)
    report(measure, pairs, month=february)

    for month in (JANUARY, february):
        compute_benchmarks(collaborative=measure.collaborative, month=month)

    assert shown(measure) == slowly(pairs, expected=6, direction="up", minimum=1)
    assert shown(measure, february) == slowly(pairs, expected=6, direction="down", minimum=30)


@pytest.mark.django_db
@pytest.mark.parametrize(("minimum", "compared", "median"), [(0, 3, 4), (11, 1, 2)])
def test_a_rating_of_which_nobody_says_how_many_gave_it_is_compared_where_no_number_is_asked_for(
    minimum: int, compared: int, median: float
) -> None:
    measure = MeasureFactory(version__stat="score", version__direction="up", version__min_denominator=minimum)
    report(measure, [(4, None), (5, None), (2, 20), (3, 0), (None, None)])

    compute_benchmarks(collaborative=measure.collaborative, month=JANUARY)

    value = BenchmarkValue.objects.live().get(measure=measure, with_small_counts=True)
    assert (value.reporting, value.compared, value.median) == (3, compared, median)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("stat", "pairs", "expected"),
    [
        (
            "count",
            [(2, None), (4, None), (9, None), (None, None)],
            {"reporting": 3, "compared": 3, "numerator": 15, "denominator": None, "mean": 5, "median": 4, "p25": 3},
        ),
        (
            "days_between",
            [(10, None), (30, None)],
            {
                "reporting": 2,
                "compared": 2,
                "numerator": None,
                "denominator": None,
                "mean": 20,
                "median": 20,
                "p25": 15,
            },
        ),
        (
            "median",
            [(10, 20), (30, 40), (99, 3), (50, 0)],
            {"reporting": 3, "compared": 2, "numerator": None, "denominator": 63, "mean": 20, "median": 20, "p25": 15},
        ),
        (
            "score",
            [(4, 11), (5, 10)],
            {"reporting": 2, "compared": 1, "numerator": None, "denominator": 21, "mean": 4, "median": 4, "p25": 4},
        ),
    ],
)
def test_values_that_are_no_quotients_have_no_pooled_rate_and_no_achievable_benchmark(
    stat: str, pairs: list[tuple[float | None, float | None]], expected: dict[str, float | None]
) -> None:
    measure = MeasureFactory(version__stat=stat, version__direction="down", version__min_denominator=11)
    report(measure, pairs)

    compute_benchmarks(collaborative=measure.collaborative, month=JANUARY)

    value = BenchmarkValue.objects.live().get(measure=measure)
    assert {name: getattr(value, name) for name in expected} == expected
    assert (value.pooled, value.abc) == (None, None)


@pytest.mark.django_db
def test_rates_and_means_are_pooled_like_proportions() -> None:
    measure = MeasureFactory(version__stat="mean", version__direction="down", version__min_denominator=11)
    pairs = [(300, 20), (900, 30), (10, 5)]
    report(measure, pairs)

    compute_benchmarks(collaborative=measure.collaborative, month=JANUARY)

    assert shown(measure) == slowly(pairs, expected=3, direction="down", minimum=11)


@pytest.mark.django_db
def test_only_measures_in_use_or_with_a_value_have_a_benchmark() -> None:
    collaborative = CollaborativeFactory()
    codes = {}
    for code, retired_on, effective in (
        ("in_use", None, JANUARY),
        ("retired_later", dt.date(2025, 2, 1), JANUARY),
        ("retired_then", dt.date(2025, 1, 31), JANUARY),
        ("retired_with_value", dt.date(2025, 1, 31), JANUARY),
        ("not_yet", None, dt.date(2025, 2, 1)),
    ):
        codes[code] = MeasureFactory(
            collaborative=collaborative, code=code, retired_on=retired_on, version__effective_month=effective
        )
    report(codes["retired_with_value"], [(20, 40)])

    compute_benchmarks(collaborative=collaborative, month=JANUARY)

    found = BenchmarkValue.objects.live().values_list("measure__code", "reporting").order_by("measure__position")
    assert list(found) == [("in_use", 0), ("retired_later", 0), ("retired_with_value", 1)]
    assert shown(codes["in_use"]) == {"expected": 1, "reporting": 0, **NOTHING}


@pytest.mark.django_db
@pytest.mark.parametrize("teams", [1, 30])
def test_a_month_takes_the_same_queries_whatever_the_number_of_teams(
    teams: int, django_assert_num_queries: Any
) -> None:
    measure = MeasureFactory()
    MeasureFactory(collaborative=measure.collaborative)
    report(measure, [(10, 40)] * teams)

    # Run, measures, versions, observations, expected; values in bulk; switching: begin, lock, shown, old off, on,
    # replaced, end.
    with django_assert_num_queries(13):
        compute_benchmarks(collaborative=measure.collaborative, month=JANUARY)


@pytest.mark.django_db
def test_computing_again_shows_the_new_run_and_the_same_numbers() -> None:
    measure = MeasureFactory()
    report(measure, CASES["many"])

    first = compute_benchmarks(collaborative=measure.collaborative, month=JANUARY)
    before = shown(measure)
    second = compute_benchmarks(collaborative=measure.collaborative, month=JANUARY)

    assert shown(measure) == before
    assert dict(BenchmarkRun.objects.values_list("pk", "status")) == {
        first.pk: RunStatus.REPLACED,
        second.pk: RunStatus.LIVE,
    }


@pytest.mark.django_db
def test_of_the_replaced_runs_the_newest_three_are_kept() -> None:
    measure = MeasureFactory()
    february = dt.date(2025, 2, 1)
    other = compute_benchmarks(collaborative=measure.collaborative, month=february)

    runs = [compute_benchmarks(collaborative=measure.collaborative, month=JANUARY).pk for _ in range(6)]

    assert list(BenchmarkRun.objects.filter(month=JANUARY).order_by("pk").values_list("pk", flat=True)) == runs[2:]
    assert BenchmarkValue.objects.filter(month=JANUARY).count() == 4
    assert BenchmarkRun.objects.get(month=february) == other


@pytest.mark.django_db
def test_a_run_that_died_stays_computing_and_the_one_before_it_stays_shown() -> None:
    measure = MeasureFactory()
    report(measure, [(10, 40)])
    good = compute_benchmarks(collaborative=measure.collaborative, month=JANUARY)
    # What a kill between the values and the switch leaves behind.
    dead = BenchmarkRun.objects.create(collaborative=measure.collaborative, month=JANUARY)
    BenchmarkValue.objects.create(
        run=dead, measure=measure, month=JANUARY, expected=9, reporting=9, compared=9, pooled=0.99
    )

    assert shown(measure)["pooled"] == 0.25
    assert BenchmarkRun.objects.get(status=RunStatus.LIVE) == good
    newer = compute_benchmarks(collaborative=measure.collaborative, month=JANUARY)
    assert dict(BenchmarkRun.objects.values_list("pk", "status")) == {
        good.pk: RunStatus.REPLACED,
        dead.pk: RunStatus.COMPUTING,
        newer.pk: RunStatus.LIVE,
    }


@pytest.mark.django_db
def test_a_run_that_began_earlier_never_replaces_a_newer_one() -> None:
    measure = MeasureFactory()
    slow = BenchmarkRun.objects.create(collaborative=measure.collaborative, month=JANUARY)
    report(measure, [(10, 40)])
    quick = compute_benchmarks(collaborative=measure.collaborative, month=JANUARY)

    switch_live(run=slow)

    assert dict(BenchmarkRun.objects.values_list("pk", "status")) == {
        slow.pk: RunStatus.REPLACED,
        quick.pk: RunStatus.LIVE,
    }


@pytest.mark.django_db(transaction=True)
def test_workers_that_compute_one_month_at_once_leave_one_shown_run() -> None:
    measure = MeasureFactory()
    report(measure, [(10, 40), (20, 40)])
    failures: list[BaseException] = []
    start = threading.Barrier(4)

    def work() -> None:
        try:
            start.wait()
            for _ in range(5):
                compute_benchmarks(collaborative=measure.collaborative, month=JANUARY)
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert failures == []
    assert BenchmarkRun.objects.filter(status=RunStatus.LIVE).count() == 1
    assert BenchmarkRun.objects.filter(status=RunStatus.COMPUTING).count() == 0
    assert BenchmarkRun.objects.filter(status=RunStatus.REPLACED).count() == 3
    assert shown(measure) == slowly([(10, 40), (20, 40)], expected=2, direction="up", minimum=11)


@pytest.mark.django_db
def test_the_job_of_a_mark_computes_counts_engagement_and_shows_its_run() -> None:
    measure = MeasureFactory()
    report(measure, [(10, 40)])
    key = month_key(measure.collaborative.pk, JANUARY)
    mark_stale(RECOMPUTE, key)

    assert catch_up(RECOMPUTE, key) is True

    run = JobRun.objects.get()
    assert (run.task, run.key, run.subject, run.status) == (
        RECOMPUTE,
        key,
        "Benchmarks of January 2025",
        JobStatus.DONE,
    )
    assert shown(measure)["pooled"] == 0.25
    assert EngagementRecord.objects.filter(collaborative=measure.collaborative).count() == 6
    assert not StaleMark.objects.exists()
    assert catch_up(RECOMPUTE, key) is False


@pytest.mark.django_db
def test_changed_definitions_recompute_every_month_that_is_over_or_has_figures() -> None:
    measure = MeasureFactory(version__min_denominator=100)
    report(measure, [(10, 40)])
    compute_benchmarks(collaborative=measure.collaborative, month=JANUARY)
    assert shown(measure)["median"] is None

    measure.versions.update(min_denominator=40)
    key = str(measure.collaborative.pk)
    mark_stale(DEFINITIONS, key)
    catch_up(DEFINITIONS, key)

    assert shown(measure)["median"] == 0.25
    assert shown_benchmarks(measure.collaborative).count() == 12


@pytest.mark.django_db
def test_after_teams_left_only_the_months_that_they_owe_no_more_are_computed_again() -> None:
    measure = MeasureFactory()
    collaborative = measure.collaborative
    report(measure, [(10, 40), (20, 40)])
    follow_the_roster(collaborative=collaborative)
    before = runs_by_month(collaborative)
    assert set(before) == set(collaborative.reporting_months())

    leaver = collaborative.teams.first()
    leaver.status, leaver.withdrawn_on = "withdrawn", dt.date(2025, 10, 5)
    leaver.withdrawal_stage, leaver.withdrawal_reason = "after_middle", "funding"
    leaver.save()
    follow_the_roster(collaborative=collaborative)

    after = runs_by_month(collaborative)
    changed = [month for month in after if after[month] != before[month]]
    assert changed == [dt.date(2025, 10, 1), dt.date(2025, 11, 1), dt.date(2025, 12, 1)]
    assert shown(measure, dt.date(2025, 10, 1))["expected"] == 1


def runs_by_month(collaborative: Collaborative) -> dict[dt.date, int]:
    shown_runs = BenchmarkRun.objects.filter(collaborative=collaborative, status=RunStatus.LIVE)
    return dict(shown_runs.order_by("month").values_list("month", "pk"))
