"""The statistics a second time, written from the definitions with plain loops, one number at a time.

Nothing here is shared with metrics.stats; None is a missing value.
"""

import itertools
import math
from collections.abc import Sequence
from fractions import Fraction

Value = float | None
Row = tuple[float | None, ...]


def mean(values: Sequence[float]) -> Value:
    if not values:
        return None
    first = math.fsum(values) / len(values)
    return first + math.fsum(value - first for value in values) / len(values)


def median(values: Sequence[float]) -> Value:
    ordered = sorted(values)
    half = len(ordered) // 2
    if not ordered:
        return None
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def deviation(values: Sequence[float]) -> Value:
    centre = mean(values)
    if centre is None or len(values) < 2:
        return None
    return math.sqrt(math.fsum((value - centre) ** 2 for value in values) / (len(values) - 1))


def known(values: Sequence[Value]) -> list[float]:
    return [value for value in values if value is not None]


def average_moving_range(values: Sequence[Value], screen: bool, factor: float = 3.267) -> Value:
    """Over neighbours both known; ``values`` are the base points only."""
    ranges = [
        abs(after - before) for before, after in itertools.pairwise(values) if before is not None and after is not None
    ]
    average = mean(ranges)
    if screen and average is not None:
        average = mean([one for one in ranges if one < factor * average])
    return average


def smallest_crossings(n: int) -> int:
    total = Fraction(0)
    for k in range(n):
        total += Fraction(math.comb(n - 1, k), 2 ** (n - 1))
        if total >= Fraction(5, 100):
            return k
    raise AssertionError("a distribution sums to 1")


def runs(values: Sequence[Value], centres: Sequence[Value], include: Sequence[bool]) -> dict[str, object]:
    """Anhøj's runs analysis of one phase."""
    sides: list[int] = []
    observed = 0
    for value, centre, counts in zip(values, centres, include, strict=True):
        if not counts:
            continue
        observed += 1
        if value is None or centre is None or value == centre:
            continue
        sides.append(1 if value > centre else -1)
    if not sides:
        return {
            "n_obs": observed, "n_useful": 0, "longest_run": None, "longest_run_max": None,
            "n_crossings": None, "n_crossings_min": None, "runs_signal": False,
        }  # fmt: skip
    longest = current = 1
    crossings = 0
    for before, after in itertools.pairwise(sides):
        current = current + 1 if before == after else 1
        crossings += before != after
        longest = max(longest, current)
    longest_max = round(math.log2(len(sides))) + 3
    crossings_min = smallest_crossings(len(sides))
    return {
        "n_obs": observed,
        "n_useful": len(sides),
        "longest_run": longest,
        "longest_run_max": longest_max,
        "n_crossings": crossings,
        "n_crossings_min": crossings_min,
        "runs_signal": longest > longest_max or crossings < crossings_min,
    }


def points(
    y: Sequence[Value], n: Sequence[Value] | None, x: Sequence[object], agg_fun: str = "mean"
) -> list[dict[str, Value]]:
    """One dictionary per point: value, total, n, size, mean, sd."""
    found = []
    for label in sorted(set(x)):  # type: ignore[type-var]
        rows = [place for place, one in enumerate(x) if one == label]
        if n is None:
            values = known([y[place] for place in rows])
            below: Value = None
        else:
            pairs = [(y[place], n[place]) for place in rows if y[place] is not None and n[place] is not None]
            values = [above for above, _below in pairs]
            below = math.fsum(one for _above, one in pairs)
        total = math.fsum(values) if values else None
        reduced = {"mean": mean(values), "median": median(values), "sum": total, "sd": deviation(values)}[agg_fun]
        value = reduced if n is None else (total / below if values and below else None)
        found.append(
            {"value": value, "total": total, "n": below, "size": len(values), "mean": mean(values),
             "sd": deviation(values)}
        )  # fmt: skip
    return found


class Phase:
    """Centre and limits of one phase, point by point."""

    def __init__(self, kind: str, members: list[dict[str, Value]], base: list[bool], cl: Value, screen: bool) -> None:
        self.members, self.base, self.given, self.screen = members, base, cl, screen
        self.y: list[Value] = [member["value"] for member in members]
        self.cl: list[Value] = [cl] * len(members)
        self.low: dict[int, list[Value]] = {2: [], 3: []}
        self.high: dict[int, list[Value]] = {2: [], 3: []}
        getattr(self, f"_{kind}")()

    def _based(self, values: Sequence[Value]) -> list[Value]:
        return [value for value, counts in zip(values, self.base, strict=True) if counts]

    def _centre(self, computed: Value) -> Value:
        centre = computed if self.given is None else self.given
        self.cl = [centre] * len(self.members)
        return centre

    def _band(self, centre: Value, sigmas: Sequence[Value], floor: Value = None, ceiling: Value = None) -> None:
        for width in (2, 3):
            self.low[width], self.high[width] = [], []
            for sigma in sigmas:
                if centre is None or sigma is None:
                    self.low[width].append(None)
                    self.high[width].append(None)
                    continue
                low, high = centre - width * sigma, centre + width * sigma
                self.low[width].append(low if floor is None else max(low, floor))
                self.high[width].append(high if ceiling is None else min(high, ceiling))

    def _none(self) -> None:
        for width in (2, 3):
            self.low[width] = self.high[width] = [None] * len(self.members)

    def _run(self) -> None:
        self._centre(median(known(self._based(self.y))))
        self._none()

    def _i(self) -> None:
        centre = self._centre(mean(known(self._based(self.y))))
        average = average_moving_range(self._based(self.y), self.screen)
        self._band(centre, [None if average is None else average / 1.128] * len(self.y))

    def _mr(self) -> None:
        values = self.y
        self.y = [None] * len(values)
        for place in range(1, len(values)):
            before, after = values[place - 1], values[place]
            if before is not None and after is not None:
                self.y[place] = abs(after - before)
        centre = self._centre(mean(known(self._based(self.y))))
        for width in (2, 3):
            self.low[width] = [0.0] * len(values)
            self.high[width] = [None if centre is None else 3.267 / 3 * width * centre] * len(values)

    def _t(self) -> None:
        z = [None if value is None else value ** (1 / 3.6) for value in self.y]
        self.y, original = z, self.y
        self._i()
        for width in (2, 3):
            self.low[width] = [None if one is None or one < 0 else one**3.6 for one in self.low[width]]
            self.high[width] = [None if one is None else one**3.6 for one in self.high[width]]
        self.low[3] = [one or 0.0 for one in self.low[3]]
        self.cl = [None if one is None else one**3.6 for one in self.cl]
        self.y = original

    def _pooled(self) -> Value:
        above = math.fsum(known(self._based([member["total"] for member in self.members])))
        below = math.fsum(known(self._based([member["n"] for member in self.members])))
        return self._centre(above / below if below else None)

    def _attribute(self, variance: Value, *, prime: bool, ceiling: Value) -> None:
        centre = self.cl[0] if self.cl else None
        sigmas: list[Value] = [
            math.sqrt(variance / member["n"]) if member["n"] and variance is not None and variance >= 0 else None
            for member in self.members
        ]
        if prime:
            z = [
                (value - centre) / sigma if value is not None and centre is not None and sigma else None
                for value, sigma in zip(self.y, sigmas, strict=True)
            ]
            average = average_moving_range(self._based(z), self.screen)
            sigmas = [None if sigma is None or average is None else sigma * average / 1.128 for sigma in sigmas]
        self._band(centre, sigmas, 0.0, ceiling)

    def _p(self, prime: bool = False) -> None:
        centre = self._pooled()
        self._attribute(None if centre is None else centre * (1 - centre), prime=prime, ceiling=1.0)

    def _pp(self) -> None:
        self._p(prime=True)

    def _u(self, prime: bool = False) -> None:
        self._attribute(self._pooled(), prime=prime, ceiling=None)

    def _up(self) -> None:
        self._u(prime=True)

    def _c(self) -> None:
        self.y = [member["total"] for member in self.members]
        centre = self._centre(mean(known(self._based(self.y))))
        self._band(centre, [None if centre is None else math.sqrt(centre)] * len(self.y), 0.0)

    def _g(self) -> None:
        centre = self._centre(mean(known(self._based(self.y))))
        sigma = None if centre is None else math.sqrt(centre * (centre + 1))
        self._band(centre, [sigma] * len(self.y), 0.0)
        drawn = median(known(self._based(self.y))) if self.given is None else 0.693 * self.given
        self.cl = [drawn] * len(self.y)

    def _within(self) -> Value:
        sizes = {member["size"] for member in self.members}
        base = [member for member, counts in zip(self.members, self.base, strict=True) if counts]
        if len(sizes) == 1:
            return mean(known([member["sd"] for member in base]))
        squares = math.fsum(
            ((member["size"] or 0) - 1) * member["sd"] ** 2 for member in base if member["sd"] is not None
        )
        freedom = math.fsum((member["size"] or 0) - 1 for member in base)
        return math.sqrt(squares / freedom) if freedom > 0 else None

    @staticmethod
    def _c4(n: float) -> float:
        return math.sqrt(2 / (n - 1)) * math.gamma(n / 2) / math.gamma((n - 1) / 2)

    def _xbar(self) -> None:
        self.y = [member["mean"] for member in self.members]
        base = [member for member, counts in zip(self.members, self.base, strict=True) if counts]
        count = math.fsum(member["size"] or 0 for member in base)
        total = math.fsum(member["total"] for member in base if member["total"] is not None)
        centre, within = self._centre(total / count if count else None), self._within()
        self._band(
            centre,
            [
                within / (self._c4(size) * math.sqrt(size)) if within is not None and size > 1 else None
                for size in (member["size"] or 0 for member in self.members)
            ],
        )

    def _s(self) -> None:
        self.y = [member["sd"] for member in self.members]
        centre = self._centre(self._within())
        sigmas: list[Value] = []
        for member in self.members:
            size = member["size"] or 0
            constant = self._c4(size) if size > 1 else None
            sigmas.append(
                None if centre is None or constant is None else centre * math.sqrt(1 - constant**2) / constant
            )
        self._band(centre, sigmas, 0.0)

    def _ip(self) -> None:
        n = [member["size"] if member["n"] is None else member["n"] for member in self.members]
        pairs = [
            (value * below, below)
            for value, below, counts in zip(self.y, n, self.base, strict=True)
            if counts and value is not None and below
        ]
        below_all = math.fsum(below for _product, below in pairs)
        centre = self._centre(math.fsum(product for product, _ in pairs) / below_all if below_all else None)
        steps: list[float] = []
        for place in range(1, len(self.y)):
            before, after = self.y[place - 1], self.y[place]
            if before is not None and after is not None:
                spread = math.sqrt(1 / n[place] + 1 / n[place - 1])  # type: ignore[operator]
                steps.append(math.sqrt(math.pi / 2) * abs(after - before) / spread)
        average = mean(steps)
        if self.screen and average is not None:
            average = mean([step for step in steps if step < 3.2665 * average])
        self._band(centre, [average / math.sqrt(one) if average is not None and one else None for one in n])


def chart(
    kind: str,
    y: Sequence[Value],
    n: Sequence[Value] | None = None,
    x: Sequence[object] | None = None,
    *,
    freeze: int | None = None,
    part: Sequence[int] | None = None,
    exclude: Sequence[int] | None = None,
    cl: Value = None,
    multiply: float = 1,
    screen_mr: bool = True,
    y_neg: bool = True,
    agg_fun: str = "mean",
) -> dict[str, list[object]]:
    """The fields of a chart as lists."""
    members = points(y, n, list(range(len(y))) if x is None else x, agg_fun)
    many = len(members)
    ends = sorted({end for end in part or [] if 0 < end < many})
    bounds = [0, *ends, many]
    found: dict[str, list[object]] = {
        name: []
        for name in (
            "y",
            "cl",
            "lcl",
            "ucl",
            "lcl_95",
            "ucl_95",
            "sigma_signal",
            "part",
            "baseline",
            "include",
            "parts",
        )
    }
    for number, (start, end) in enumerate(itertools.pairwise(bounds), start=1):
        baseline = [part is not None or freeze is None or place + 1 <= freeze for place in range(start, end)]
        include = [place + 1 not in (exclude or []) for place in range(start, end)]
        base = [early and counts for early, counts in zip(baseline, include, strict=True)]
        phase = Phase(kind, members[start:end], base, cl, screen_mr)
        analysis = runs(phase.y, phase.cl, include)
        if kind == "mr":
            analysis["runs_signal"] = False
        found["parts"].append({"part": number, **analysis})
        found["part"] += [number] * (end - start)
        found["baseline"] += baseline
        found["include"] += include
        for name, line in (
            ("y", phase.y), ("cl", phase.cl), ("lcl", phase.low[3]), ("ucl", phase.high[3]),
            ("lcl_95", phase.low[2]), ("ucl_95", phase.high[2]),
        ):  # fmt: skip
            found[name] += [None if value is None else value * multiply for value in line]
    if not y_neg and all(value >= 0 for value in known(found["y"])):  # type: ignore[arg-type, operator]
        for name in ("lcl", "lcl_95"):
            found[name] = [None if low is None else max(low, 0.0) for low in found[name]]  # type: ignore[type-var]
    for value, low, high in zip(found["y"], found["lcl"], found["ucl"], strict=True):
        found["sigma_signal"].append(
            value is not None and ((low is not None and value < low) or (high is not None and value > high))  # type: ignore[operator]
        )
    return found


def percentile(values: Sequence[float], share: float) -> Value:
    """Hyndman & Fan type 7."""
    ordered = sorted(values)
    if not ordered:
        return None
    place = (len(ordered) - 1) * share
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def benchmark(
    numerator: Sequence[Value], denominator: Sequence[Value], direction: str, minimum: Value
) -> dict[str, Value]:
    """One measure, one month, straight from the definitions."""
    teams = [
        (above, below)
        for above, below in zip(numerator, denominator, strict=True)
        if above is not None and below is not None and below > 0
    ]
    rates = [above / below for above, below in teams if below >= (minimum or 0)]
    found: dict[str, Value] = {
        "reporting": len(teams),
        "pooled": math.fsum(a for a, _ in teams) / math.fsum(b for _, b in teams) if teams else None,
        "mean": mean(rates),
        "median": median(rates),
        **{f"p{share}": percentile(rates, share / 100) for share in (10, 25, 75, 90)},
        "abc": None,
    }
    if teams and direction != "none":
        ranked = sorted(
            teams, key=lambda team: Fraction(team[0] + 1) / Fraction(team[1] + 2), reverse=direction == "up"
        )
        needed = Fraction(sum(Fraction(below) for _above, below in teams), 10)
        above_sum = below_sum = Fraction(0)
        for above, below in ranked:
            if below_sum >= needed:
                break
            above_sum += Fraction(above)
            below_sum += Fraction(below)
        found["abc"] = float(above_sum / below_sum)
    return found
