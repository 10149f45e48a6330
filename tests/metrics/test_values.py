"""A value in words: one formatter for grid, chart, table and print."""

from __future__ import annotations

import pytest

from collab.enums import Statistic
from metrics.presenters.month import result_text
from metrics.presenters.values import value_words
from tests.factories.collab import MeasureFactory

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


@pytest.mark.parametrize(
    ("statistic", "unit", "multiplier", "numerator", "denominator", "words"),
    [
        (Statistic.PROPORTION, "%", 100, 31, 50, "62\u202f% (31 of 50)"),
        (Statistic.RATE, "per 1,000", 1000, 3, 200, "15\u202fper 1,000 (3 of 200)"),
        (Statistic.MEAN, "days", 1, 290, 20, "14.5\u202fdays (20 cases)"),
        (Statistic.MEAN, "days", 1, 3, 1, "3\u202fdays (1 case)"),
        (Statistic.MEDIAN, "days", 1, 9, 88, "9\u202fdays (88 cases)"),
        (Statistic.SCORE, "of 5", 1, 4, 6, "4\u202fof 5 (6 cases)"),
        (Statistic.COUNT, "", 1, 7, None, "7"),
        (Statistic.DAYS_BETWEEN, "days", 1, 41, None, "41\u202fdays"),
    ],
)
def test_only_parts_of_a_whole_read_as_so_many_of_so_many(
    statistic: Statistic, unit: str, multiplier: float, numerator: float, denominator: float | None, words: str
) -> None:
    version = MeasureFactory(version__stat=statistic, version__unit=unit, version__multiplier=multiplier).latest

    value = version.value(numerator, denominator)

    assert value_words(version, value, numerator, denominator) == words
    assert result_text(version, numerator, denominator) == words
