"""The figure as a Plotly figure: a plain dictionary, ready for orjson.

The same picture as ``svg.py``. Nothing here needs the plotly package, which takes half a second to import and six
milliseconds a figure; the tests let it judge the dictionaries.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

from metrics.charts import palette
from metrics.charts.figure import LineKind, Mark, PointState, RunChartFigure
from metrics.charts.scale import lanes
from metrics.charts.svg import BOTTOM, FLAG, LEFT, RIGHT, TOP, band_polygons, inside, label_places, pieces_of

HEAD = TOP + 8
"""The words of a signal, and above them the name of the axis."""
# What the stylesheet gives a chart on a narrow screen, without its margins.
PLOT_HEIGHT = 256 - HEAD - BOTTOM
SYMBOLS = {Mark.PLAIN: "circle", Mark.CHANGE: "circle", Mark.CONCERN: "diamond", Mark.IMPROVEMENT: "square"}
DASHES = {
    LineKind.CENTRE: (palette.CENTRE, 1.5, "solid"),
    LineKind.GOAL: (palette.GOAL, 1.5, "6px,4px"),
    LineKind.LOWER: (palette.CENTRE, 1.25, "2px,3px"),
    LineKind.UPPER: (palette.CENTRE, 1.25, "2px,3px"),
}
EXTENDED = (palette.CENTRE, 1.5, "9px,3px")
# The plot of a narrow screen, by which the numbered marks are set in rows: they never lie on each other.
NARROW_PLOT = 320 - 48 - LEFT - RIGHT


def to_plotly(figure: RunChartFigure) -> dict[str, Any]:
    """``{"data": [...], "layout": {...}}`` for ``Plotly.newPlot``; positions along x are indices of months."""
    return {"data": list(_traces(figure)), "layout": _layout(figure)}


def _traces(figure: RunChartFigure) -> list[dict[str, Any]]:
    traces = [
        _band(band_polygons(band, figure.breaks), colour, band.name)
        for band, colour in zip(figure.bands, (palette.BAND_WIDE, palette.BAND), strict=False)
    ]
    if figure.pooled:
        traces.append(_line(pieces_of(0, figure.pooled, air=0.5, breaks=figure.breaks), (palette.SOFT, 1.5, "solid")))
    hidden = [index for index, point in enumerate(figure.points) if point.state is PointState.HIDDEN]
    if hidden:
        traces.append(_hidden(figure, hidden))
    traces += [
        _line(
            pieces_of(line.first, inside(figure, line), air=0.5),
            EXTENDED if line.extended else DASHES[line.kind],
        )
        for line in figure.lines
    ]
    edges = (0, *figure.breaks, len(figure.points))
    return traces + [_data(figure, first, end) for first, end in pairwise(edges)]


def _apart(pieces: Iterable[Sequence[tuple[float, float]]]) -> tuple[list[float | None], list[float | None]]:
    """Places along both axes, with a gap between two pieces."""
    x: list[float | None] = []
    y: list[float | None] = []
    for points in pieces:
        if x:
            x.append(None)
            y.append(None)
        x += [point[0] for point in points]
        y += [point[1] for point in points]
    return x, y


def _band(polygons: Iterable[Sequence[tuple[float, float]]], colour: str, name: str) -> dict[str, Any]:
    x, y = _apart(polygons)
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": x,
        "y": y,
        "fill": "toself",
        "fillcolor": colour,
        "line": {"width": 0, "color": colour},
        "hoverinfo": "skip",
    }


def _line(pieces: Iterable[Sequence[tuple[float, float]]], drawn: tuple[str, float, str]) -> dict[str, Any]:
    colour, width, dash = drawn
    x, y = _apart(pieces)
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "line": {"color": colour, "width": width, "dash": dash},
        "hoverinfo": "skip",
    }


def _hidden(figure: RunChartFigure, places: list[int]) -> dict[str, Any]:
    return {
        "type": "bar",
        "x": places,
        "y": [figure.y_max - figure.y_min] * len(places),
        "base": figure.y_min,
        "width": 0.8,
        "marker": {
            "color": "rgba(0,0,0,0)",
            "line": {"width": 0},
            "pattern": {"shape": "/", "fgcolor": palette.AXIS, "size": 6, "solidity": 0.2},
        },
        "hovertext": [f"{figure.points[place].label}: {figure.points[place].text}" for place in places],
        "hoverinfo": "text",
    }


def _data(figure: RunChartFigure, first: int, end: int) -> dict[str, Any]:
    """The points of one definition, which no line joins to those of another."""
    points = figure.points[first:end]
    colours = [palette.OF_MARK[point.mark] for point in points]
    size = 8 if len(figure.points) <= 40 else 5
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": list(range(first, end)),
        "y": [point.value for point in points],
        "connectgaps": False,
        "line": {"color": palette.DATA, "width": 1.75},
        "marker": {
            "size": size,
            "symbol": [SYMBOLS[point.mark] for point in points],
            "color": [
                palette.PAPER if point.state is PointState.MATURING else colour
                for point, colour in zip(points, colours, strict=True)
            ],
            "line": {"width": 1.5, "color": colours},
        },
        "hovertext": [f"{point.label}: {point.text}" for point in points],
        "hoverinfo": "text",
    }


def _layout(figure: RunChartFigure) -> dict[str, Any]:
    return {
        "autosize": True,
        # Read by static/js/charts/theme.js, which puts the stylesheet's colours in.
        "meta": {"tokens": palette.TOKENS},
        "showlegend": False,
        "dragmode": False,
        "hovermode": "closest",
        "hoverdistance": 30,
        "barmode": "overlay",
        "font": {"size": 12, "color": palette.SOFT},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": LEFT, "r": RIGHT, "t": HEAD, "b": BOTTOM + FLAG * (max(_rows(figure), default=-1) + 1)},
        "hoverlabel": {"bgcolor": palette.PAPER, "bordercolor": palette.AXIS, "font": {"color": palette.INK}},
        "xaxis": {
            "range": [-0.5, len(figure.points) - 0.5],
            "tickvals": [tick.at for tick in figure.x_ticks],
            "ticktext": [tick.text for tick in figure.x_ticks],
            "tickangle": 0,
            "showgrid": False,
            "zeroline": False,
            "linecolor": palette.AXIS,
            "showline": True,
            "fixedrange": True,
        },
        "yaxis": {
            "range": [figure.y_min, figure.y_max],
            "tickvals": [tick.at for tick in figure.y_ticks],
            "ticktext": [tick.text for tick in figure.y_ticks],
            "gridcolor": palette.GRID,
            "zeroline": False,
            "fixedrange": True,
        },
        "shapes": [*_flag_shapes(figure), *_bracket_shape(figure)],
        "annotations": [
            *_axis_name(figure),
            *_end_labels(figure),
            *_flag_numbers(figure),
            *_bracket_words(figure),
        ],
    }


def _axis_name(figure: RunChartFigure) -> list[dict[str, Any]]:
    if not figure.axis_name:
        return []
    short = len(figure.axis_name) < 6
    return [
        {
            "xref": "paper",
            "yref": "paper",
            "x": 0,
            "y": 1,
            "xanchor": "right" if short else "left",
            "yanchor": "bottom",
            "xshift": -8 if short else -LEFT + 8,
            # Above the words of a signal, which may stand over it in a narrow chart.
            "yshift": 17,
            "text": _plain(figure.axis_name),
            "showarrow": False,
        }
    ]


def _end_labels(figure: RunChartFigure) -> list[dict[str, Any]]:
    return [
        {
            "xref": "paper",
            "x": 1,
            "y": at,
            "xanchor": "left",
            "yanchor": "middle",
            "xshift": 8,
            "align": "left",
            "text": f"{_plain(label.name)}<br>{_plain(label.value)}",
            "font": {"color": palette.GOAL if label.kind == LineKind.GOAL.value else palette.SOFT},
            "showarrow": False,
        }
        for label, at in zip(figure.end_labels, label_places(figure, PLOT_HEIGHT), strict=True)
    ]


def _rows(figure: RunChartFigure) -> list[int]:
    """The row below the months of each numbered mark, with room for it on a narrow screen."""
    return lanes([flag.at for flag in figure.flags], FLAG * len(figure.points) / NARROW_PLOT)


def _flag_shapes(figure: RunChartFigure) -> list[dict[str, Any]]:
    return [
        {
            "type": "line",
            "x0": flag.at,
            "x1": flag.at,
            "yref": "paper",
            "y0": 0,
            "y1": 1,
            "layer": "below",
            "line": {"color": palette.AXIS, "width": 1, "dash": "2px,3px" if flag.kind.is_break else "1px,4px"},
        }
        for flag in figure.flags
    ]


def _flag_numbers(figure: RunChartFigure) -> list[dict[str, Any]]:
    """Below the month labels; what begins a phase stands in a box that is drawn."""
    return [
        {
            "x": flag.at,
            "yref": "paper",
            "y": 0,
            "yanchor": "middle",
            "yshift": -BOTTOM - FLAG * row - 6,
            "text": str(flag.number),
            "font": {"size": 11, "color": palette.INK},
            "bordercolor": palette.SOFT,
            "borderwidth": 1 if flag.kind.is_break else 0,
            "borderpad": 1,
            "hovertext": _plain(flag.words),
            "hoverlabel": {"bgcolor": palette.PAPER, "bordercolor": palette.AXIS, "font": {"color": palette.INK}},
            "captureevents": True,
            "showarrow": False,
        }
        for flag, row in zip(figure.flags, _rows(figure), strict=True)
    ]


def _bracket_shape(figure: RunChartFigure) -> list[dict[str, Any]]:
    bracket = figure.bracket
    if bracket is None:
        return []
    return [
        {
            "type": "line",
            "x0": bracket.first - 0.3,
            "x1": bracket.last + 0.3,
            "yref": "paper",
            "y0": 1.01,
            "y1": 1.01,
            "line": {"color": palette.OF_MARK[bracket.mark], "width": 1.5},
        }
    ]


def _bracket_words(figure: RunChartFigure) -> list[dict[str, Any]]:
    bracket = figure.bracket
    if bracket is None:
        return []
    at_end = bracket.last == len(figure.points) - 1
    return [
        {
            # At the end of the chart the words end with the bracket, so that they stay inside.
            "x": bracket.last if at_end else (bracket.first + bracket.last) / 2,
            "xanchor": "right" if at_end else "center",
            "yref": "paper",
            "y": 1,
            "yanchor": "bottom",
            "yshift": 5,
            "text": _plain(bracket.words),
            "font": {"color": palette.OF_MARK[bracket.mark]},
            "showarrow": False,
        }
    ]


def _plain(text: str) -> str:
    """Text for Plotly, which reads a little HTML in annotations."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
