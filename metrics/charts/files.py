"""The numbers of a figure as a table for a spreadsheet, with what the figure was drawn from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from collab.common import months
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
    "whose",
    "measure",
    "definition",
    "chart",
    "rules",
    "lines_made_from",
    "drawn_on",
)


def to_rows(figure: RunChartFigure) -> Iterator[tuple[Any, ...]]:
    """The heading, then a row a month: what stands there, its two numbers, the value in the unit, the lines of the
    chart, what happened, and what it was drawn from. The unit is that of the month's own definition.

    Numbers are None unless the state is "value" or "maturing". Every row repeats what holds for the whole figure, so
    that rows of several figures can be put below each other.
    """
    yield COLUMNS
    count = len(figure.points)
    lines: dict[LineKind, list[list[float | None]]] = {kind: [] for kind in LineKind}
    for line in figure.lines:
        column: list[float | None] = [None] * count
        column[line.first : line.first + len(line.values)] = line.values
        lines[line.kind].append(column)
    centre, lower, upper, goal = (
        _merged(lines[kind], count) for kind in (LineKind.CENTRE, LineKind.LOWER, LineKind.UPPER, LineKind.GOAL)
    )
    for place, point in enumerate(figure.points):
        yield (
            months.iso(point.month),
            point.state.value,
            point.numerator,
            point.denominator,
            point.value,
            figure.units[place],
            centre[place],
            lower[place],
            upper[place],
            goal[place],
            figure.phases[place],
            "" if point.mark is Mark.PLAIN else point.mark.value,
            "; ".join(flag.words for flag in figure.flags if flag.index == place),
            figure.subject,
            figure.title,
            figure.definitions[place],
            figure.chart,
            figure.rules,
            figure.bases[place],
            figure.drawn_on.isoformat(),
        )


def _merged(columns: list[list[float | None]], count: int) -> list[float | None]:
    """Lines of different phases as one column; no two of them have a number in the same month."""
    return [next((column[place] for column in columns if column[place] is not None), None) for place in range(count)]
