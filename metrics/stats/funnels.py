"""Funnel plots with exact limits, and what to do when teams differ more than chance explains.

The limits of benchmark.funnel are three sigmas of a normal approximation, which is poor where few events are expected.
Here they are those of the binomial (p) or Poisson (u) distribution: 99.8 % (``lcl``, ``ucl``) and 95 % (``lcl_95``,
``ucl_95``), as Spiegelhalter 2005 (Statistics in Medicine 24:1185) draws them.

Teams that differ in case mix and counting all lie somewhat apart. Overdispersion is tested first; limits are widened
around the centre only if it is there (Spiegelhalter 2005, Quality & Safety in Health Care 14:347):

    multiplicative  by sqrt(phi), phi = mean of the squared z after the outer tenths are drawn in to the 10th and 90th
                    percentile, so that a few odd teams do not widen everybody's limits
    additive        by sqrt(1 + tau2 / s2) with s2 the team's own variance: teams have true rates of their own, with
                    variance tau2 (DerSimonian & Laird 1986), which weighs most where denominators are large
"""

from dataclasses import dataclass

import numpy as np

from metrics.stats.arrays import QUIETLY, Floats, Numbers, denominators, finite_or_missing, numerators
from metrics.stats.benchmark import Funnel
from metrics.stats.distributions import chi_square_tail, discrete_limits
from metrics.stats.errors import BadOptionError, NotWholeNumberError, UnknownKindError

LEVELS = {"lcl": 0.001, "ucl": 0.999, "lcl_95": 0.025, "ucl_95": 0.975}
DRAWN_IN = 0.1
"""The share of teams at either end whose z is drawn in."""

LEVEL = 0.05
FEWEST_TEAMS = 5
"""Of fewer teams nothing is said about overdispersion."""

ADJUSTMENTS = ("multiplicative", "additive")


@dataclass(frozen=True)
class TeamDispersion:
    """Do teams differ more than chance explains?

    ``teams``: that have a value. ``phi``: mean squared z after drawing in. ``tau``: standard deviation of the teams'
    true rates. ``p_value``: of the chi-square test that all teams share one rate. ``is_over``: that test is
    significant at 5 % and phi is above 1, so that it is not the doing of a few odd teams. NaN and False below 5 teams,
    where all teams are at 0 or 1, and where the numbers are impossible or too large to tell.
    """

    teams: int
    phi: float
    tau: float
    p_value: float
    is_over: bool


@dataclass(frozen=True, eq=False)
class ExactFunnel(Funnel):
    """A funnel with exact limits; ``sigma_signal`` tells teams outside 99.8 %.

    ``dispersion``: the test; ``widened``: whether limits were.
    """

    dispersion: TeamDispersion
    widened: bool


@QUIETLY
def overdispersion(kind: str, y: Numbers, n: Numbers, *, centre: float | None = None) -> TeamDispersion:
    """Test whether teams differ more than chance explains.

    ``kind``: p or u. ``y``, ``n``: one number per team; teams with a denominator of 0 or a missing number are left
    out. ``centre``: the rate to compare with, the pooled one if None. Raises UnknownKindError, BadOptionError (centre),
    LengthsDifferError, NotANumberError, InfiniteValueError, NegativeDenominatorError.
    """
    above, below = _teams(kind, y, n)
    return _dispersion(kind, above, below, _centre(kind, above, below, centre))


@QUIETLY
def funnel_exact(
    kind: str, y: Numbers, n: Numbers, *, adjust: str | None = None, centre: float | None = None
) -> ExactFunnel:
    """A funnel plot with exact limits, one number per team, in the order given.

    ``kind``: p (whole denominators) or u. ``adjust``: multiplicative or additive widens the limits where there is
    overdispersion, and only there; None never. Widened limits keep the lopsidedness of the exact ones, and p limits
    stay within 0 and 1, u limits at or above 0. Around a pooled rate that is impossible (below 0, a proportion
    above 1) or too large for a number there are no limits: NaN. Raises what ``overdispersion`` raises, and
    NotWholeNumberError.
    """
    if adjust is not None and adjust not in ADJUSTMENTS:
        raise BadOptionError(f"There is no adjustment “{adjust}”. Use one of: {', '.join(ADJUSTMENTS)}.")
    above, below = _teams(kind, y, n)
    if kind == "p" and (below % 1 > 0).any():
        raise NotWholeNumberError("Exact limits of a proportion need whole denominators: numbers of people or visits.")
    cl = _centre(kind, above, below, centre)
    dispersion = _dispersion(kind, above, below, cl)
    widened = adjust is not None and dispersion.is_over
    factor = _factor(kind, below, cl, dispersion, adjust) if widened else np.ones(below.shape)
    ceiling = 1.0 if kind == "p" else np.inf
    widened_limits = np.clip(cl + factor * (_limits(kind, below, cl) - cl), 0.0, ceiling)
    limits = dict(zip(LEVELS, finite_or_missing(widened_limits), strict=True))
    rate = above / below
    return ExactFunnel(
        cl=cl,
        sigma_signal=(rate > limits["ucl"]) | (rate < limits["lcl"]),
        dispersion=dispersion,
        widened=widened,
        **limits,
    )


def _teams(kind: str, y: Numbers, n: Numbers) -> tuple[Floats, Floats]:
    """Numerators and denominators, both NaN for teams that are left out."""
    if kind not in {"p", "u"}:
        raise UnknownKindError(f"There are no exact limits for “{kind}”. Use one of: p, u.")
    above = numerators(y, "numerators")
    below = denominators(n, above)
    live = (below > 0) & ~np.isnan(above)
    return np.where(live, above, np.nan), np.where(live, below, np.nan)


def _centre(kind: str, above: Floats, below: Floats, centre: float | None) -> float:
    if centre is not None:
        if not 0 <= centre <= (1 if kind == "p" else np.inf) or centre == np.inf:
            raise BadOptionError("The centre must be a rate that is possible: from 0, and up to 1 for a proportion.")
        return float(centre)
    total = float(np.nansum(below))
    return float(np.nansum(above)) / total if total else float("nan")


def _variance(kind: str, below: Floats, cl: float) -> Floats:
    return (cl * (1 - cl) if kind == "p" else cl) / below


def _dispersion(kind: str, above: Floats, below: Floats, cl: float) -> TeamDispersion:
    live = ~np.isnan(below)
    teams = int(np.count_nonzero(live))
    variance = _variance(kind, below[live], cl)
    if teams < FEWEST_TEAMS or not (variance > 0).all():
        return TeamDispersion(teams, float("nan"), float("nan"), float("nan"), is_over=False)
    z = (above[live] / below[live] - cl) / np.sqrt(variance)
    low, high = np.quantile(z, (DRAWN_IN, 1 - DRAWN_IN))
    phi = float(np.mean(np.clip(z, low, high) ** 2))
    weight = 1 / variance
    spare = float(weight.sum() - (weight**2).sum() / weight.sum())
    tau2 = max(teams * phi - (teams - 1), 0.0) / spare
    if not np.isfinite([*z, phi, tau2]).all():
        return TeamDispersion(teams, float("nan"), float("nan"), float("nan"), is_over=False)
    p_value = chi_square_tail(float((z * z).sum()), teams - 1)
    return TeamDispersion(teams, phi, tau2**0.5, p_value, is_over=p_value < LEVEL and phi > 1)


def _factor(kind: str, below: Floats, cl: float, dispersion: TeamDispersion, adjust: str | None) -> Floats:
    if adjust == "additive":
        return np.sqrt(1 + dispersion.tau**2 / _variance(kind, below, cl))
    return np.full(below.shape, dispersion.phi**0.5)


def _limits(kind: str, below: Floats, cl: float) -> Floats:
    """One row for each of LEVELS; none around a rate that is not possible."""
    if not 0 <= cl <= (1 if kind == "p" else np.finfo(np.float64).max):
        return np.full((len(LEVELS), below.size), np.nan)
    if cl == 0 or (kind == "p" and cl == 1):
        level = np.where(np.isnan(below), np.nan, cl)  # nothing can vary around 0 or 1
        return np.stack([level] * len(LEVELS))
    return discrete_limits(below, cl, list(LEVELS.values()), binomial=kind == "p") / below
