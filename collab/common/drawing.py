"""What every drawing of ours is made of: the colours of white paper, coordinates, and places that do not collide.

Colours are presentation attributes, for the content security policy lets no style attribute through and a PDF has no
stylesheet of ours; classes let the site's stylesheet put its tokens in their place, as in dark mode.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.utils.html import escape

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', Arial, sans-serif"
INK = "#1c2528"
SOFT = "#526065"
AXIS = "#9aa6aa"
GRID = "#e6ebec"
DATA = "#12343f"
PAPER = "#ffffff"


def coordinate(number: float) -> str:
    """At most one decimal, a tenth of a pixel, and no idle zeros: a page of many charts is made of these."""
    written = f"{number:.1f}"
    return written.removesuffix(".0") if written != "-0.0" else "0"


def line(points: Iterable[tuple[float, float]]) -> str:
    """Path data through ``points``, at least one; a level stretch is drawn by its two ends."""
    kept: list[tuple[str, str]] = []
    for x, y in points:
        at = (coordinate(x), coordinate(y))
        if len(kept) > 1 and kept[-2][1] == kept[-1][1] == at[1]:
            kept[-1] = at
        else:
            kept.append(at)
    return "M" + " ".join(f"{x} {y}" for x, y in kept)


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
