"""Small charts of all teams side by side, as one picture and as one table."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Iterator, Sequence
from textwrap import shorten, wrap
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from collab.common import months
from collab.common.drawing import FONT, coordinate, text
from metrics.charts import palette
from metrics.presenters.comparing import Multiple, TeamRow
from metrics.presenters.readings import Meaning
from metrics.queries.series import Panel, Peer
from metrics.suppression import State

ACROSS = 4
EDGE, HEAD, CELL, ROW = 16, 56, 200, 112
LETTERS = 28
"""How many letters stand beside each other below a small chart."""


def to_file(title: str, scale: str, rows: Iterable[TeamRow], origin: str) -> SafeString:
    """The page's small charts as a file for slides, four beside each other, with what they were drawn from."""
    charts = [(row.peer.label, one) for row in rows for one in row.multiples]
    width = 2 * EDGE + ACROSS * CELL
    height = HEAD + ROW * math.ceil(len(charts) / ACROSS) + 2 * EDGE
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
            f'role="group" aria-label="{escape(title)}" font-family="{FONT}" font-size="12">'
        ),
        f'<rect width="{width}" height="{height}" fill="{palette.PAPER}"/>',
        f'<text x="{EDGE}" y="26" font-size="17" font-weight="600" fill="{palette.INK}">{escape(title)}</text>',
        text(EDGE, 44, scale),
        *(drawn for place, (label, one) in enumerate(charts) for drawn in _cell(label, one, place)),
        text(EDGE, height - 10, origin),
        "</svg>",
    ]
    return mark_safe("".join(parts))  # noqa: S308 - every text in it is escaped where it is put in


def _cell(label: str, chart: Multiple, place: int) -> Iterator[str]:
    """A team's name, its small chart, and below it the last month and what the signal means."""
    meaning = "" if chart.meaning is Meaning.NONE else str(chart.meaning.label)
    words = f"{chart.latest} {meaning}" if chart.latest else chart.sentence
    x, y = EDGE + CELL * (place % ACROSS), HEAD + ROW * (place // ACROSS)
    yield f'<g transform="translate({coordinate(x)} {coordinate(y)})">'
    yield text(0, 14, shorten(label, LETTERS, placeholder="…"), colour=palette.INK)
    yield f'<g transform="translate(0 20)">{chart.spark}</g>'
    yield from (text(0, 80 + 15 * row, line) for row, line in enumerate(wrap(words, LETTERS)[:2]))
    yield "</g>"


COLUMNS = (
    "team",
    "own",
    "month",
    "state",
    "numerator",
    "denominator",
    "value",
    "unit",
    "measure",
    "definition",
    "drawn_on",
)


def to_rows(panel: Panel, peers: Sequence[Peer], today: dt.date) -> Iterator[tuple[Any, ...]]:
    """The heading, then a row a team and month; there is a value only where the state is "value".

    ``peers`` follow the rows of the panel.
    """
    yield COLUMNS
    values = panel.values
    for row, peer in enumerate(peers):
        for column, (month, version) in enumerate(zip(panel.months, panel.versions, strict=True)):
            numbers = (line[row, column] for line in (panel.numerator, panel.denominator, values))
            yield (
                peer.label,
                "yes" if peer.own else "",
                months.iso(month),
                State(int(panel.state[row, column])).name.lower(),
                *(None if math.isnan(number) else float(number) for number in numbers),
                version.unit,
                version.name,
                version.number,
                today.isoformat(),
            )
