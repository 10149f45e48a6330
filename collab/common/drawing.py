"""What every drawing of ours is made of: the colours of white paper, coordinates, and places that do not collide.

Colours are presentation attributes, for the content security policy lets no style attribute through and a PDF has no
stylesheet of ours; classes let the site's stylesheet put its tokens in their place, as in dark mode.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from textwrap import wrap

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', Arial, sans-serif"
INK = "#1c2528"
SOFT = "#526065"
AXIS = "#9aa6aa"
GRID = "#e6ebec"
DATA = "#12343f"
PAPER = "#ffffff"
# What is aimed at, and what was reached.
GOOD = "#1d5c3a"


def coordinate(number: float) -> str:
    """At most one decimal, a tenth of a pixel, and no idle zeros: a page of many charts is made of these."""
    written = f"{number:.1f}"
    return written.removesuffix(".0") if written != "-0.0" else "0"


def line(points: Iterable[tuple[float, float]]) -> str:
    """Path data through ``points``, at least one: each step from the one before, a level stretch by its two ends.

    Steps are between places in whole tenths, so that they add up to where the line ends.
    """
    kept: list[tuple[int, int]] = []
    for x, y in points:
        at = (round(x * 10), round(y * 10))
        if len(kept) > 1 and kept[-2][1] == kept[-1][1] == at[1]:
            kept[-1] = at
        else:
            kept.append(at)
    steps = "".join(f"{_step(x - before_x)}{_step(y - before_y)}" for (before_x, before_y), (x, y) in pairwise(kept))
    first_x, first_y = kept[0]
    return f"M{_step(first_x).strip()}{_step(first_y)}{'l' if steps else ''}{steps.strip()}"


def _step(tenths: int) -> str:
    """A number of tenths as short as path data allow, with a space where no minus parts it from the one before."""
    whole, rest = divmod(abs(tenths), 10)
    digits = f"{whole or ''}.{rest}" if rest else str(whole)
    return f"-{digits}" if tenths < 0 else f" {digits}"


def text(x: float, y: float, words: str, *, anchor: str = "start", colour: str = SOFT, name: str = "") -> str:
    """A ``<text>`` element; ``words`` are escaped here."""
    return (
        f'<text x="{coordinate(x)}" y="{coordinate(y)}" text-anchor="{anchor}" fill="{colour}" class="{name}">'
        f"{escape(words)}</text>"
    )


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Places as near as possible to where they are ``wanted``, ``gap`` apart, within ``low`` and ``high``.

    Order is kept. Where there is not room for all, they stand evenly over the whole stretch.
    """
    order = sorted(range(len(wanted)), key=lambda number: wanted[number])
    if (len(wanted) - 1) * gap > high - low:
        gap = (high - low) / max(1, len(wanted) - 1)
    placed: list[float] = []
    for number in order:
        floor = placed[-1] + gap if placed else low
        placed.append(max(wanted[number], floor))
    ceiling = high
    for place in range(len(placed) - 1, -1, -1):
        placed[place] = min(placed[place], ceiling)
        ceiling = placed[place] - gap
    found = [0.0] * len(wanted)
    for number, at in zip(order, placed, strict=True):
        found[number] = at
    return found


SHEET_EDGE, SHEET_LINE, NARROWEST_SHEET = 16, 16, 480
LETTER = 6.4
"""How wide a letter of the usual size is on average, for breaking lines."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What is drawn, and how much room it takes."""

    drawn: str
    width: float
    height: float


def sheet(picture: Picture, *, title: str, lead: str = "", foot: Sequence[str] = (), alt: str = "") -> SafeString:
    """A picture as a file for slides, on white: below its title and what it says, above what it was drawn from.

    ``title`` and ``alt`` are also for those who do not see it. All texts but the picture are escaped here.
    """
    width = max(picture.width, NARROWEST_SHEET) + 2 * SHEET_EDGE
    letters = int((width - 2 * SHEET_EDGE) / LETTER)
    head = wrap(lead, letters)
    below = [line for one in foot for line in wrap(one, letters)]
    top = SHEET_LINE * (len(head) + 2) + 8
    height = top + picture.height + SHEET_LINE * (len(below) + 1)
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {coordinate(width)} {coordinate(height)}" '
            f'width="{coordinate(width)}" height="{coordinate(height)}" role="img" font-family="{FONT}" '
            f'font-size="12"><title>{escape(title)}</title><desc>{escape(alt or lead)}</desc>'
        ),
        f'<rect width="{coordinate(width)}" height="{coordinate(height)}" fill="{PAPER}"/>',
        f'<text x="{SHEET_EDGE}" y="24" font-size="17" font-weight="600" fill="{INK}">{escape(title)}</text>',
        *(text(SHEET_EDGE, 24 + SHEET_LINE * row, line, colour=INK) for row, line in enumerate(head, start=1)),
        f'<g transform="translate({SHEET_EDGE} {top})">{picture.drawn}</g>',
        *(text(SHEET_EDGE, top + picture.height + SHEET_LINE * row, line) for row, line in enumerate(below, start=1)),
        "</svg>",
    ]
    return mark_safe("".join(parts))  # noqa: S308 - drawings of ours, and texts that are escaped
