"""The colours of charts on white paper. In the browser the tokens of the stylesheet stand in for them by name."""

from __future__ import annotations

from collab.common import drawing
from metrics.charts.figure import Mark

INK = drawing.INK
SOFT = drawing.SOFT
AXIS = drawing.AXIS
GRID = drawing.GRID
DATA = drawing.DATA
PAPER = drawing.PAPER
CENTRE = drawing.SOFT
BAND = "#e3e8ea"
BAND_WIDE = "#f0f3f4"
GOAL = drawing.GOOD
CONCERN = "#b04a00"
IMPROVEMENT = "#1d6f8a"

# What the browser looks up instead: our colour → token.
TOKENS = {
    INK: "--color-ink",
    SOFT: "--color-ink-soft",
    AXIS: "--chart-axis",
    GRID: "--chart-grid",
    DATA: "--chart-data",
    BAND: "--chart-band",
    BAND_WIDE: "--chart-band-wide",
    GOAL: "--chart-goal",
    CONCERN: "--chart-signal",
    IMPROVEMENT: "--chart-improvement",
    PAPER: "--color-surface",
}

OF_MARK = {Mark.PLAIN: DATA, Mark.CHANGE: DATA, Mark.CONCERN: CONCERN, Mark.IMPROVEMENT: IMPROVEMENT}
