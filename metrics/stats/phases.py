"""Freezing, phases and exclusions, and the cutting of series into phases.

Points are numbered from 1. ``part`` names the last point of every phase but the final one; each phase has its own
centre, limits and runs analysis. ``freeze`` names the last point that gives centre and limits; it is ignored when
``part`` is given. ``exclude`` names points left out of centre, limits and runs analysis; they are drawn and tested
all the same. Numbers outside the series change nothing (statistics.md section 1).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from metrics.stats.arrays import Bools, Floats, Ints
from metrics.stats.errors import BadOptionError


@dataclass(frozen=True, eq=False)
class Plan:
    """Per point and series, all of shape (series, points): ``part`` from 1, ``baseline``, ``include``.

    ``is_plain``: one phase of which every point counts. The arrays are for reading only.
    """

    part: Ints
    baseline: Bools
    include: Bools
    is_plain: bool


@dataclass(frozen=True, eq=False)
class Cut:
    """Series cut into phases: one row per phase, padded at the end.

    ``whole``: each series is one phase. Otherwise ``row`` and ``place`` say for every cell of the series where it
    went. ``present`` (rows, longest phase) tells cells from padding. ``row_of`` (series, phases) finds the row of a
    phase, -1 where a series has fewer phases.
    """

    row: Ints
    place: Ints
    present: Bools
    row_of: Ints
    whole: bool

    def gather(self, cells: Floats) -> Floats:
        """Series (series, points) as phases (rows, longest phase), NaN as padding."""
        if self.whole:
            return cells
        block = np.full(self.present.shape, np.nan)
        block[self.row, self.place] = cells
        return block

    def gather_flags(self, cells: Bools) -> Bools:
        """As ``gather``, for flags; padding is False."""
        if self.whole:
            return cells
        block = np.zeros(self.present.shape, dtype=np.bool_)
        block[self.row, self.place] = cells
        return block

    def scatter(self, block: Floats) -> Floats:
        """Phases back to series; a block of one column holds one number for each phase. For reading only."""
        if self.whole:
            return np.broadcast_to(block, self.present.shape)
        return block[self.row, 0] if block.shape[1] == 1 else block[self.row, self.place]


def plan(shape: tuple[int, int], freeze: Any, part: Any, exclude: Any) -> Plan:
    """Where phases end, which points are the baseline and which count at all, for ``shape`` (series, points).

    ``freeze``: a number, or one per series. ``part``, ``exclude``: point numbers for all series, or flags of the
    shape of the series. Raises BadOptionError for anything else.
    """
    points = shape[1]
    include = ~_flags(exclude, shape, "exclude")
    if part is None:
        last = _last_point(freeze, shape[0], points)
        baseline = np.broadcast_to(np.arange(1, points + 1) <= last, shape)
        one = np.broadcast_to(np.int64(1), shape)
        return Plan(one, baseline, include, is_plain=bool((last >= points).all() and include.all()))
    ends = _flags(part, shape, "part")
    before = np.zeros(shape, dtype=np.int64)
    before[:, 1:] = np.cumsum(ends[:, :-1], axis=1)
    everywhere = np.broadcast_to(np.True_, shape)
    return Plan(1 + before, everywhere, include, is_plain=bool(include.all()) and not before.any())


def cut(part: Ints) -> Cut:
    """Cut series into phases by their part numbers (series, points)."""
    series, points = part.shape
    most = int(part.max(initial=1))
    if most == 1:
        nowhere = np.empty((0, 0), dtype=np.int64)
        everywhere = np.broadcast_to(np.True_, part.shape)
        return Cut(nowhere, nowhere, everywhere, row_of=np.arange(series)[:, None], whole=True)
    phases = part[:, -1]
    first_row = np.cumsum(phases) - phases
    row = first_row[:, None] + part - 1
    rows = int(phases.sum())
    sizes = np.bincount(row.ravel(), minlength=rows)
    first_cell = np.cumsum(sizes) - sizes
    place = np.arange(series * points).reshape(part.shape) - first_cell[row]
    phase = np.arange(most)[None, :]
    return Cut(
        row=row,
        place=place,
        present=np.arange(int(sizes.max()))[None, :] < sizes[:, None],
        row_of=np.where(phase < phases[:, None], first_row[:, None] + phase, -1),
        whole=False,
    )


def point_numbers(value: Any, name: str) -> list[int]:
    """One point number or several as a list of whole numbers; raises BadOptionError."""
    many = value if isinstance(value, Sequence | np.ndarray | set | frozenset) else [value]
    if isinstance(value, str) or not all(_is_whole(number) for number in many):
        raise BadOptionError(f"“{name}” must be whole point numbers, counted from 1.")
    return [int(number) for number in many]


def _flags(value: Any, shape: tuple[int, int], name: str) -> Bools:
    if isinstance(value, np.ndarray) and value.dtype == np.bool_:
        if value.shape != shape:
            raise BadOptionError(f"“{name}” has the shape {value.shape}, but the series have {shape}.")
        return value
    flags = np.zeros(shape, dtype=np.bool_)
    if value is not None:
        inside = [number - 1 for number in point_numbers(value, name) if 1 <= number <= shape[1]]
        flags[:, inside] = True
    return flags


def _last_point(freeze: Any, series: int, points: int) -> Ints:
    """The last baseline point of each series, (series, 1)."""
    if freeze is None:
        return np.full((series, 1), points)
    last = [min(max(number, 0), points) for number in point_numbers(freeze, "freeze")]
    if len(last) not in {1, series}:
        raise BadOptionError(f"“freeze” names {len(last)} points, but there are {series} series.")
    return np.broadcast_to(np.array(last, dtype=np.int64)[:, None], (series, 1))


def _is_whole(number: Any) -> bool:
    try:
        return not isinstance(number, bool | np.bool_) and int(number) == number
    except (TypeError, ValueError, OverflowError):
        return False
