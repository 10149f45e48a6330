"""The small pictures of fidelity and of the status board as files: bars, and shares beside the published ones."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from collab.common.drawing import AXIS, DATA, GOOD, INK, PAPER, Picture, coordinate, sheet, text
from pdsa.presenters.fidelity import EDGE, WIDE, CheckLine, TrendTable
from pdsa.presenters.status import Bars

NAMES, HERE, ROW, HEAD = 230, 130, 28, 18


def bars_file(bars: Bars, *, foot: str) -> SafeString:
    """The bars with their numbers, and the published mean as a dashed line."""
    return sheet(
        Picture("".join(_bars(bars)), bars.width, bars.height),
        title=bars.title,
        lead=bars.sentence,
        foot=(_("Dashed: %(words)s.") % {"words": bars.line_words}, foot) if bars.line_words else (foot,),
    )


def _bars(bars: Bars) -> Iterator[str]:
    yield f'<path d="M0 {coordinate(bars.foot)}H{bars.width}" stroke="{AXIS}"/>'
    for mark in bars.marks:
        yield (
            f'<rect x="{coordinate(mark.x)}" y="{coordinate(mark.y)}" width="{coordinate(mark.width)}" '
            f'height="{coordinate(mark.height)}" fill="{DATA}"/>'
        )
        yield text(mark.center, mark.y - 4, mark.words, anchor="middle", colour=INK)
        yield text(mark.center, bars.foot + 13, mark.name, anchor="middle", colour=INK)
    if bars.line is not None:
        yield (
            f'<path d="M0 {coordinate(bars.line)}H{bars.width}" fill="none" stroke="{GOOD}" stroke-dasharray="4 3"/>'
        )


def trend_file(trend: TrendTable, *, title: str, foot: str) -> SafeString:
    """Each check: its share with its interval, the published one, and how they compare in words."""
    width = NAMES + 2 * EDGE + WIDE + 2 * HERE
    drawn = "".join(part for place, line in enumerate(trend.lines) for part in _check(line, HEAD + ROW * place))
    axis = "".join(
        text(NAMES + EDGE + WIDE * share, 8, words, anchor="middle")
        for share, words in ((0.0, "0"), (0.5, "50"), (1.0, "100 %"))
    )
    return sheet(
        Picture(axis + drawn, width, HEAD + ROW * len(trend.lines)),
        title=title,
        lead=_("The dot is the share here, the line around it its 95 % interval, the diamond the published share."),
        foot=(foot,),
    )


def _check(line: CheckLine, y: float) -> Iterator[str]:
    forest, middle = line.forest, y + 10
    yield text(0, middle + 4, str(line.label), colour=INK)
    yield f'<g transform="translate({NAMES} {coordinate(middle)})">'
    yield f'<path d="M{EDGE} 10h{WIDE}" stroke="{AXIS}"/>'
    if forest.here is not None and forest.low is not None and forest.high is not None:
        yield f'<path d="M{coordinate(forest.low)} 0H{coordinate(forest.high)}" stroke="{DATA}" stroke-width="2"/>'
        yield f'<circle cx="{coordinate(forest.here)}" cy="0" r="4.5" fill="{DATA}"/>'
    yield (
        f'<path transform="translate({coordinate(forest.published)} 0)" d="M0 -6L5 0L0 6L-5 0Z" fill="{PAPER}" '
        f'stroke="{GOOD}" stroke-width="1.75"/></g>'
    )
    yield text(NAMES + 2 * EDGE + WIDE + 8, middle + 4, line.here, colour=INK)
    yield text(NAMES + 2 * EDGE + WIDE + HERE, middle + 4, line.verdict)
