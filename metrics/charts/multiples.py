"""Small charts of all teams side by side, as one picture and as one table."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Iterator, Sequence
from textwrap import shorten, wrap
from typing import Any

from django.utils.safestring import SafeString

from collab.common import months
from collab.common.drawing import INK, Picture, coordinate, sheet, text
from metrics.presenters.comparing import Multiple, TeamRow
from metrics.presenters.readings import Meaning
from metrics.queries.series import Panel, Peer
from metrics.suppression import State

ACROSS = 4
CELL, ROW = 200, 112
LETTERS = 28
"""How many letters stand beside each other below a small chart."""


def to_file(title: str, scale: str, rows: Iterable[TeamRow], origin: str) -> SafeString:
    """The page's small charts as a file for slides, four beside each other, with what they were drawn from."""
    charts = [(row.peer.label, one) for row in rows for one in row.multiples]
    drawn = "".join(part for place, (label, one) in enumerate(charts) for part in _cell(label, one, place))
    height = ROW * math.ceil(len(charts) / ACROSS)
    return sheet(Picture(drawn, ACROSS * CELL, height), title=title, lead=scale, foot=(origin,))


def _cell(label: str, chart: Multiple, place: int) -> Iterator[str]:
    """A team's name, its small chart, and below it the last month and what the signal means."""
    meaning = "" if chart.meaning is Meaning.NONE else str(chart.meaning.label)
    words = f"{chart.latest} {meaning}" if chart.latest else chart.sentence
    x, y = CELL * (place % ACROSS), ROW * (place // ACROSS)
    yield f'<g transform="translate({coordinate(x)} {coordinate(y)})">'
    yield text(0, 14, shorten(label, LETTERS, placeholder="…"), colour=INK)
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
