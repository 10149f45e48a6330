"""Shares with their uncertainty.

Both intervals treat cycles as independent. Cycles of one team resemble each other, so over several teams the true
uncertainty is somewhat wider than the interval says.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Self

LEAST_FOR_A_VERDICT = 5
"""Of fewer than so many, one cycle more or less turns the answer: no difference is called clear."""
Z_95 = 1.959963984540054
"""The 97.5th percentile of the standard normal distribution: 95 % lie between -Z and +Z."""


@dataclass(frozen=True, slots=True)
class Interval:
    """From ``low`` to ``high``."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Share:
    """``met`` of ``of``; adding two pools them. Raises ValueError where ``met`` is not between 0 and ``of``."""

    met: int = 0
    of: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.met <= self.of:
            raise ValueError(f"{self.met} of {self.of} is not a share.")

    def __add__(self, other: Self) -> Share:
        return Share(self.met + other.met, self.of + other.of)

    @property
    def value(self) -> float | None:
        """Between 0 and 1; None where nothing was counted."""
        return self.met / self.of if self.of else None

    @property
    def interval(self) -> Interval | None:
        """Wilson's 95 % score interval; None where nothing was counted."""
        return wilson(self.met, self.of) if self.of else None


def wilson(met: int, of: int, *, z: float = Z_95) -> Interval:
    """Wilson's score interval of a proportion.

    (p + z²/2n ± z·√(p(1-p)/n + z²/4n²)) / (1 + z²/n), p = met/of, n = of. It stays inside 0..1 and has a width even
    where none or all are met. E. B. Wilson 1927, J Am Stat Assoc 22:209; Newcombe 1998, Stat Med 17:857 (method 3).

    Raises ValueError where ``of`` is 0.
    """
    if of <= 0:
        raise ValueError("A share of nothing has no interval.")
    p = met / of
    centre = p + z * z / (2 * of)
    spread = z * math.sqrt(p * (1 - p) / of + z * z / (4 * of * of))
    scale = 1 + z * z / of
    # Exact at the ends, where rounding would leave a sliver below 0 or above 1.
    low = 0.0 if met == 0 else (centre - spread) / scale
    high = 1.0 if met == of else (centre + spread) / scale
    return Interval(low, high)


def difference(first: Share, second: Share) -> Interval | None:
    """Newcombe's 95 % interval of ``second - first`` for independent samples; None where one counted nothing.

    With p and Wilson limits (l, u) of each: d - √((p₂-l₂)² + (u₁-p₁)²) to d + √((u₂-p₂)² + (p₁-l₁)²), d = p₂ - p₁.
    Newcombe 1998, Stat Med 17:873 (method 10).
    """
    if not first.of or not second.of:
        return None
    before, after = first.met / first.of, second.met / second.of
    inner, outer = wilson(first.met, first.of), wilson(second.met, second.of)
    change = after - before
    return Interval(
        change - math.hypot(after - outer.low, inner.high - before),
        change + math.hypot(outer.high - after, before - inner.low),
    )


def differs(first: Share, second: Share) -> int:
    """1 where the second share is clearly higher than the first, -1 where clearly lower, 0 where it may be chance.

    Clearly: Newcombe's interval of the difference leaves out 0, and each share is of five or more.
    """
    change = difference(first, second)
    if change is None or min(first.of, second.of) < LEAST_FOR_A_VERDICT:
        return 0
    return 1 if change.low > 0 else -1 if change.high < 0 else 0
