"""How well two coaches agree who judged the same cycles, yes or no, without seeing each other's answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Agreement:
    """The four-fold table of two coaches' answers, and what follows from it.

    ``both_yes``, ``first_only``, ``second_only``, ``both_no`` are counts of cycles. ``kappa`` and ``ac1`` are None
    where they are not defined.
    """

    both_yes: int = 0
    first_only: int = 0
    second_only: int = 0
    both_no: int = 0

    @property
    def of(self) -> int:
        """Cycles that both judged."""
        return self.both_yes + self.first_only + self.second_only + self.both_no

    @property
    def agreed(self) -> int:
        return self.both_yes + self.both_no

    @property
    def observed(self) -> float | None:
        """Share of cycles with the same answer; None where no cycle was judged twice."""
        return self.agreed / self.of if self.of else None

    @property
    def kappa(self) -> float | None:
        """Cohen's kappa, (pₒ - pₑ) / (1 - pₑ) with pₑ = a₁b₁ + a₀b₀ from each coach's own share of yes and no.

        Not defined, None: no cycle was judged twice, or both coaches gave every cycle the same one answer (then chance
        alone agrees always, 1 - pₑ = 0, and nothing can be said about agreement beyond chance). Where nearly all
        answers are yes, kappa can be near 0 although the coaches nearly always agree (the paradox of kappa: Feinstein &
        Cicchetti 1990, J Clin Epidemiol 43:543); read ``ac1`` then. Cohen 1960, Educ Psychol Meas 20:37.
        """
        n = self.of
        if not n:
            return None
        first_yes, second_yes = self.both_yes + self.first_only, self.both_yes + self.second_only
        # In whole numbers (pₑ·n²), so that "always the same answer" is recognised exactly.
        chance = first_yes * second_yes + (n - first_yes) * (n - second_yes)
        if chance == n * n:
            return None
        return (n * self.agreed - chance) / (n * n - chance)

    @property
    def ac1(self) -> float | None:
        """Gwet's AC1, (pₒ - pₑ) / (1 - pₑ) with pₑ = 2π(1 - π), π the mean share of yes of the two coaches.

        pₑ is at most 1/2, so it is defined wherever a cycle was judged twice, and it does not collapse where nearly all
        answers are the same, as they are here: 98.3 % and 84.6 % yes in McNicholas 2019. Gwet 2008, Br J Math Stat
        Psychol 61:29.
        """
        n = self.of
        if not n:
            return None
        yes = (2 * self.both_yes + self.first_only + self.second_only) / (2 * n)
        chance = 2 * yes * (1 - yes)
        return (self.agreed / n - chance) / (1 - chance)


def agreement(pairs: Iterable[tuple[bool, bool]]) -> Agreement:
    """Count pairs of answers (first coach, second coach) to one question, one pair for each cycle both judged.

    Which coach stands first matters to no result: kappa, AC1 and percent agreement are symmetric.
    """
    counts = {(True, True): 0, (True, False): 0, (False, True): 0, (False, False): 0}
    for pair in pairs:
        counts[pair] += 1
    return Agreement(counts[True, True], counts[True, False], counts[False, True], counts[False, False])
