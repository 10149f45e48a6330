"""How quickly cycles turn: cases by hand and laws."""

import datetime as dt

import hypothesis.strategies as st
import pytest
from hypothesis import given

from pdsa.stats import pace
from pdsa.stats.pace import Dates
from pdsa.stats.shares import Share

pytestmark = pytest.mark.unit

DAY = dt.date(2026, 3, 1)
DATES = st.dates(dt.date(2025, 1, 1), dt.date(2026, 12, 31))
CYCLES = st.lists(st.builds(Dates, st.none() | DATES, st.none() | DATES, st.none() | DATES), max_size=12)


def after(days: int) -> dt.date:
    return DAY + dt.timedelta(days=days)


def test_a_test_of_one_morning_takes_one_day() -> None:
    assert pace.length_in_days(Dates(DAY, DAY, DAY)) == 1
    assert pace.length_in_days(Dates(DAY, None, after(13))) == 14
    assert pace.length_in_days(Dates(DAY)) is None
    assert pace.length_in_days(Dates(None, None, DAY)) is None


def test_the_median_is_in_weeks() -> None:
    assert pace.median_weeks([7, 70, 14]) == 2
    assert pace.median_weeks([7, 14]) == 1.5
    assert pace.median_weeks([]) is None


def test_a_year_of_two_teams_is_twenty_four_team_months() -> None:
    year = (dt.date(2025, 1, 1), dt.date(2025, 12, 31))
    assert pace.team_months([year, year]) == pytest.approx(24, abs=0.02)
    assert pace.team_months([(DAY, after(-3))]) == 0
    assert pace.team_months([]) == 0


def test_cycles_a_team_month() -> None:
    assert pace.per_team_month(15, 15.0) == 1
    assert pace.per_team_month(0, 0.0) is None
    assert round(pace.PUBLISHED_PER_TEAM_MONTH, 2) == 0.98


@pytest.mark.practice("R-197")
def test_share_with_study_leaves_out_cycles_that_could_not_have_got_there() -> None:
    cycles = [Dates(DAY, after(3)), Dates(DAY), Dates(DAY, None, after(5)), Dates(after(20), after(21)), Dates()]
    assert pace.share_with_study(cycles, on=after(22), stalled_after=21) == Share(1, 3)
    assert pace.share_with_study(cycles, on=after(21), stalled_after=21) == Share(0, 0)


@pytest.mark.parametrize(
    ("cycle", "stalled"),
    [
        (Dates(DAY), True),
        (Dates(after(1)), False),
        (Dates(DAY, studied_on=after(2)), False),
        (Dates(DAY, closed_on=after(2)), False),
        (Dates(), False),
    ],
)
def test_stalled_is_in_do_for_more_than_three_weeks(cycle: Dates, stalled: bool) -> None:
    assert pace.is_stalled(cycle, on=after(22), stalled_after=21) is stalled


@pytest.mark.practice("R-188")
@pytest.mark.parametrize(
    ("first", "on", "expected"),
    [
        (60, 90, True),
        (61, 90, False),
        (None, 60, None),
        (None, 61, False),
        (-5, 0, True),
    ],
)
def test_the_first_cycle_is_due_within_sixty_days(first: int | None, on: int, expected: bool | None) -> None:
    assert pace.first_in_time(DAY, None if first is None else after(first), on=after(on), within=60) is expected


@given(cycles=CYCLES, on=DATES, more=st.integers(0, 60))
def test_laws(cycles: list[Dates], on: dt.date, more: int) -> None:
    patient = pace.share_with_study(cycles, on=on, stalled_after=21 + more)
    assert patient.of <= pace.share_with_study(cycles, on=on, stalled_after=21).of
    for one in cycles:
        # What is stalled stays stalled while nothing happens.
        assert pace.is_stalled(one, on=on, stalled_after=21) <= pace.is_stalled(
            one, on=on + dt.timedelta(days=more), stalled_after=21
        )


@given(spans=st.lists(st.tuples(DATES, DATES), max_size=8))
def test_team_months_add_up(spans: list[tuple[dt.date, dt.date]]) -> None:
    assert pace.team_months(spans) == pytest.approx(sum(pace.team_months([span]) for span in spans))
