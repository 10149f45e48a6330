"""A measure's value with the counts behind it: the same words in the grid, on charts, in tables and in print."""

from __future__ import annotations

import math

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from collab.common.formatting import number, rate_with_counts, with_unit
from collab.enums import Statistic
from collab.models import MeasureVersion


def counts_cases(version: MeasureVersion) -> bool:
    """Whether the second number says of how many cases the value is made, instead of what the first is a part of."""
    statistic = version.statistic
    return statistic.takes_denominator and statistic not in (Statistic.PROPORTION, Statistic.RATE)


def number_labels(version: MeasureVersion) -> tuple[str, str]:
    """What the two numbers are called; the second is empty where there is only one."""
    first = {
        Statistic.COUNT: _("Count"),
        Statistic.MEAN: _("Total"),
        Statistic.MEDIAN: _("Median"),
        Statistic.DAYS_BETWEEN: _("Days"),
        Statistic.SCORE: _("Score"),
    }.get(version.statistic, _("Numerator"))
    if version.statistic is Statistic.SCORE:
        if version.min_value is not None and version.max_value is not None:
            first = _("Score, %(low)s to %(high)s") % {
                "low": number(version.min_value),
                "high": number(version.max_value),
            }
        return first, _("Ratings")
    if not version.statistic.takes_denominator:
        return first, ""
    return first, _("Number of cases") if counts_cases(version) else _("Denominator")


def value_words(
    version: MeasureVersion, value: float | None, numerator: float | None, denominator: float | None
) -> str:
    """ "62 % (31 of 50)" for proportions and rates; "14.5 days (20 cases)" for what is summed up over cases; a
    count alone."""
    if not counts_cases(version):
        return rate_with_counts(value, version.unit, numerator, denominator)
    text = with_unit(value, version.unit)
    if denominator is None:
        return text
    return ngettext("%(value)s (%(count)s case)", "%(value)s (%(count)s cases)", math.ceil(denominator)) % {
        "value": text,
        "count": number(denominator),
    }
