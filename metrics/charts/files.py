"""The numbers of a figure as a file that a spreadsheet reads and can not be made to run."""

from __future__ import annotations

import io

from defusedcsv import csv

from collab.common import months
from collab.models.measure import PERCENT
from metrics.charts.figure import LineKind, Mark, RunChartFigure

COLUMNS = (
    "month",
    "state",
    "numerator",
    "denominator",
    "value",
    "unit",
    "centre",
    "lower_limit",
    "upper_limit",
    "goal",
    "phase",
    "signal",
    "notes",
    "chart",
    "rules",
)


def to_csv(figure: RunChartFigure) -> str:
    """One row a month: what stands there, its two numbers, the value in the unit, the lines of the chart, and what
    happened.

    Numbers are empty unless the state is "value" or "maturing".
    """
    count = len(figure.points)
    lines: dict[LineKind, list[list[float | None]]] = {kind: [] for kind in LineKind}
    for line in figure.lines:
        column: list[float | None] = [None] * count
        column[line.first : line.first + len(line.values)] = line.values
        lines[line.kind].append(column)
    centre, lower, upper, goal = (
        _merged(lines[kind], count) for kind in (LineKind.CENTRE, LineKind.LOWER, LineKind.UPPER, LineKind.GOAL)
    )
    # A cell that starts with a percent sign would be defused with an apostrophe.
    unit = "percent" if figure.unit == PERCENT else figure.unit
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for place, point in enumerate(figure.points):
        writer.writerow(
            [
                months.iso(point.month),
                point.state.value,
                _plain(point.numerator),
                _plain(point.denominator),
                _plain(point.value),
                unit,
                _plain(centre[place]),
                _plain(lower[place]),
                _plain(upper[place]),
                _plain(goal[place]),
                str(figure.phases[place]),
                "" if point.mark is Mark.PLAIN else point.mark.value,
                "; ".join(flag.words for flag in figure.flags if flag.index == place),
                figure.chart,
                figure.rules,
            ]
        )
    return text.getvalue()


def _merged(columns: list[list[float | None]], count: int) -> list[float | None]:
    """Lines of different phases as one column; no two of them have a number in the same month."""
    return [next((column[place] for column in columns if column[place] is not None), None) for place in range(count)]


def _plain(number: float | None) -> str:
    """A number at full precision, whole ones without a point; empty where there is none."""
    if number is None:
        return ""
    return str(int(number)) if float(number).is_integer() else repr(float(number))
