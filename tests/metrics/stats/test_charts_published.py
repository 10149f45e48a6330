"""Charts against worked examples printed in books, articles and vignettes (statistics.md section 9)."""

import numpy as np
import pytest

from metrics.stats import rules, runs, spc
from tests.metrics.stats.checks import assert_close

pytestmark = pytest.mark.unit

# Montgomery, Introduction to Statistical Quality Control, table 7.1: cans that leak, 30 samples of 50.
CANS = [12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22, 8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12, 7, 13, 9, 6]
# Table 7.7: nonconformities on 26 successive samples of 100 circuit boards.
BOARDS = [21, 24, 16, 12, 15, 5, 28, 20, 31, 25, 20, 24, 16, 19, 10, 17, 13, 22, 18, 39, 30, 24, 16, 19, 17, 15]
# Table 6.6: cost of processing loan applications, 20 weeks.
LOANS = [310, 288, 297, 298, 307, 303, 294, 297, 308, 306, 294, 299, 297, 299, 314, 295, 293, 306, 301, 304]
# Did-not-attends in a mental health service, January 2011 to January 2013 (talk of NHS Scotland QuEST).
DNA = [9, 8, 9, 6, 7, 5, 6, 8, 9, 6, 7, 6, 6, 7, 9, 9, 8, 6, 7, 8, 6, 8, 7, 5, 4]
# Vignette "deviations" of NHSRplotthedots: one outlier among ones and twos.
ONE_OUTLIER = [1, 2, 1, 2, 10, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1]
# Anhøj & Mohammed, SPC for healthcare (spc4hc), chapter 41.
SPC4HC = [18, 16, 8, 9, 10, 11, 26, 14, 15, 14, 18, 19, 18, 11, 28, 20, 16, 17, 12, 13, 24, 16, 15, 11]


def rounded(*values: float, digits: int = 4) -> tuple[float, ...]:
    return tuple(round(float(value), digits) for value in values)


def test_p_chart_of_leaking_cans() -> None:
    chart = spc.chart("p", CANS, 50)
    assert rounded(chart.cl[0], chart.lcl[0], chart.ucl[0]) == (0.2313, 0.0524, 0.4102)
    assert (np.flatnonzero(chart.sigma_signal) + 1).tolist() == [15, 23]


def test_p_chart_of_leaking_cans_without_the_two_explained_samples() -> None:
    chart = spc.chart("p", CANS, 50, exclude=[15, 23])
    assert rounded(chart.cl[0], chart.lcl[0], chart.ucl[0]) == (0.2150, 0.0407, 0.3893)
    # The excluded samples are still drawn and tested; sample 21 (0.40) now lies just outside as well.
    assert (np.flatnonzero(chart.sigma_signal) + 1).tolist() == [15, 21, 23]
    assert chart.parts[0].n_obs == 28


def test_c_chart_of_circuit_boards() -> None:
    chart = spc.chart("c", BOARDS)
    assert rounded(chart.cl[0], chart.lcl[0], chart.ucl[0], digits=2) == (19.85, 6.48, 33.21)
    without = spc.chart("c", BOARDS, exclude=[6, 20])
    assert rounded(without.cl[0], without.lcl[0], without.ucl[0], digits=2) == (19.67, 6.36, 32.97)


def test_individuals_and_moving_ranges_of_loan_costs() -> None:
    chart = spc.chart("i", LOANS, screen_mr=False)
    assert rounded(chart.cl[0], chart.lcl[0], chart.ucl[0], digits=1) == (300.5, 279.8, 321.2)
    ranges = spc.chart("mr", LOANS)
    assert rounded(ranges.cl[0], ranges.ucl[0], digits=2) == (7.79, 25.45)
    assert np.isnan(ranges.y[0])
    assert ranges.y[1] == 22


def test_run_chart_of_missed_appointments() -> None:
    chart = rules.run_chart(DNA)
    assert (chart.median, chart.useful, chart.runs, chart.shift_points) == (7, 20, 10, [])
    assert rules.runs_table(20) == (6, 16)
    part = spc.chart("run", DNA).parts[0]
    assert (part.n_useful, part.n_crossings, part.runs_signal) == (20, 9, False)


@pytest.mark.parametrize(("screen", "upl", "lpl"), [(True, 4.60, -0.72), (False, 6.95, -3.06)])
def test_one_outlier_with_and_without_screening(screen: bool, upl: float, lpl: float) -> None:
    marks = rules.making_data_count(ONE_OUTLIER, improvement_direction="increase", screen_outliers=screen)
    assert rounded(marks.mean[0], marks.upl[0], marks.lpl[0], digits=2) == (1.94, upl, lpl)


def test_a_moving_range_that_widens_its_own_limits() -> None:
    screened = spc.chart("i", SPC4HC)
    plain = spc.chart("i", SPC4HC, screen_mr=False)
    assert rounded(screened.cl[0], digits=2) == (15.79,)
    assert_close((plain.ucl[0] - plain.cl[0]) / 3 * 1.128, 5.0, "AMR")
    assert rounded((screened.ucl[0] - screened.cl[0]) / 3 * 1.128, digits=2) == (4.45,)
    assert (screened.sigma_signal.sum(), plain.sigma_signal.sum()) == (1, 0)


@pytest.mark.parametrize(
    ("useful", "longest", "crossings"),
    [(10, 6, 2), (12, 7, 3), (20, 7, 6), (24, 8, 8), (25, 8, 8), (30, 8, 10), (36, 8, 13), (48, 9, 18), (60, 9, 23)],
)
def test_limits_of_the_runs_analysis(useful: int, longest: int, crossings: int) -> None:
    assert (runs.longest_run_max(useful), runs.crossings_min(useful)) == (longest, crossings)


def test_thirteen_points_signal_from_a_run_of_eight() -> None:
    """An article says "at least seven" for 13 points; the formula says more than 7."""
    assert runs.longest_run_max(13) == 7
    assert runs.crossings_min(13) == 3
