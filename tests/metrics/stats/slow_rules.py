"""The rule sets a second time, window by window. Nothing here is shared with metrics.stats; None is missing."""

import itertools
from collections.abc import Callable, Sequence

from tests.metrics.stats.slow import Value, average_moving_range, known, mean, median


def shift_points(y: Sequence[Value], centre: Value, least: int = 6) -> list[int]:
    """Walk along; remember the run and the skipped points since it began; keep both when it was long enough."""
    kept: set[int] = set()
    run: list[int] = []
    skipped: list[int] = []
    way = 0
    for place, value in [*enumerate(y, start=1), (len(y) + 1, None)]:
        ended = place > len(y)
        if value is None and not ended:
            continue
        here = 0 if value is None or centre is None else (value > centre) - (value < centre)
        if not ended and here == 0:
            skipped += [place] if run else []
            continue
        if ended or here != way:
            if len(run) >= least:
                kept.update(run, skipped)
            run, skipped, way = [], [], here
        run.append(place)
    return sorted(kept)


def trend_points(y: Sequence[Value], least: int = 5) -> list[int]:
    """The same walk over steps: the turning point and what equals it opens the next trend."""
    kept: set[int] = set()
    rising: list[int] = []
    equal: list[int] = []
    way = 0
    last = 0.0
    for place, value in enumerate(y, start=1):
        if value is None:
            continue
        if not rising:
            rising, last = [place], value
        elif value == last:
            equal.append(place)
            if way == 0:  # before the first step the last of equal points is the start
                rising, equal = [place], []
        else:
            step = 1 if value > last else -1
            if way not in (0, step):
                if len(rising) >= least:
                    kept.update(rising, equal)
                turning = rising[-1]
                rising, equal = [turning], [one for one in equal if one > turning]
            rising.append(place)
            way, last = step, value
    if len(rising) >= least:
        kept.update(rising, equal)
    return sorted(kept)


def run_chart(y: Sequence[Value]) -> dict[str, object]:
    centre = median(known(y))
    sides = [value > centre for value in known(y) if value != centre]  # type: ignore[operator]
    return {
        "median": centre,
        "useful": len(sides),
        "runs": bool(sides) + sum(before != after for before, after in itertools.pairwise(sides)),
        "shift_points": shift_points(y, centre),
        "trend_points": trend_points(y),
    }


def shewhart(y: Sequence[Value], center: float, sigma: float) -> dict[str, list[int]]:
    def complete(window: int, pattern: Callable[[list[float]], bool]) -> list[int]:
        found = []
        for end in range(window, len(y) + 1):
            values = list(y[end - window : end])
            if None not in values and pattern(known(values)):
                found.append(end)
        return found

    def beyond(value: float, width: float) -> int:
        return (value > center + width * sigma) - (value < center - width * sigma)

    def most(least: int, width: float) -> Callable[[list[float]], bool]:
        return lambda values: any(
            beyond(values[-1], width) == way and sum(beyond(value, width) == way for value in values) >= least
            for way in (1, -1)
        )

    def one_side(values: list[float]) -> bool:
        return all(value > center for value in values) or all(value < center for value in values)

    def steps(values: list[float]) -> list[float]:
        return [after - before for before, after in itertools.pairwise(values)]

    def steady(values: list[float]) -> bool:
        return all(step > 0 for step in steps(values)) or all(step < 0 for step in steps(values))

    def alternating(values: list[float]) -> bool:
        moves = steps(values)
        return all(before * after < 0 for before, after in itertools.pairwise(moves))

    we1 = complete(1, lambda values: beyond(values[0], 3) != 0)
    we2, we3 = complete(3, most(2, 2)), complete(5, most(4, 1))
    return {
        "we1": we1, "we2": we2, "we3": we3, "we4": complete(8, one_side),
        "nelson1": we1, "nelson2": complete(9, one_side), "nelson3": complete(6, steady),
        "nelson4": complete(14, alternating), "nelson5": we2, "nelson6": we3,
        "nelson7": complete(15, lambda values: all(beyond(value, 1) == 0 for value in values)),
        "nelson8": complete(8, lambda values: {beyond(value, 1) for value in values} == {1, -1}),
    }  # fmt: skip


def making_data_count(
    y: Sequence[Value], direction: str, target: Value, fix_after: int | None, starts: Sequence[int], screen: bool
) -> dict[str, object]:
    """``starts``: places, from 0, at which a new group begins."""
    bounds = sorted({0, *starts, len(y)})
    found: dict[str, list[object]] = {name: [] for name in ("mean", "lpl", "upl", "special_cause_type", "point_type")}
    for start, end in itertools.pairwise(bounds):
        group = Group(list(y[start:end]), fix_after, screen)
        for place in range(end - start):
            kind = group.kind(place)
            for name, value in (
                ("mean", group.centre),
                ("lpl", group.low),
                ("upl", group.high),
                ("special_cause_type", kind),
                ("point_type", point_type(kind, direction)),
            ):
                found[name].append(value)
    last = [kind for kind, value in zip(found["point_type"], y, strict=True) if value is not None][-1:]
    low, high = (found["lpl"][-1], found["upl"][-1]) if y else (None, None)
    assurance = assurance_type(target, low, high, direction)
    icon = {
        "special_cause_improvement": "improvement_high" if direction == "increase" else "improvement_low",
        "special_cause_concern": "concern_low" if direction == "increase" else "concern_high",
        "special_cause_neutral_high": "neutral_high",
        "special_cause_neutral_low": "neutral_low",
    }.get(str(last[0]) if last else "", "common_cause")
    return {**found, "variation_icon": icon, "assurance_type": assurance}


class Group:
    """One group of points with its own limits."""

    def __init__(self, y: list[Value], fix_after: int | None, screen: bool) -> None:
        fixed = y if fix_after is None else y[:fix_after]
        self.y, self.centre, self.amr = y, mean(known(fixed)), average_moving_range(fixed, screen)
        self.low = self.high = None
        if self.centre is not None and self.amr is not None:
            self.low, self.high = self.centre - 2.66 * self.amr, self.centre + 2.66 * self.amr
        self.trend = [self.in_window(place, 7, self.steady) for place in range(len(y))]

    def side(self, place: int) -> int:
        value = self.y[place]
        return 0 if value is None or self.centre is None else (value > self.centre) - (value < self.centre)

    def outside(self, place: int) -> bool:
        value = self.y[place]
        return (
            value is not None and self.low is not None and self.high is not None and not self.low <= value <= self.high
        )

    def close(self, place: int) -> bool:
        value = self.y[place]
        if value is None or self.amr is None or self.centre is None or self.outside(place):
            return False
        return abs(value - self.centre) > 2 * 2.66 / 3 * self.amr

    def in_window(self, place: int, length: int, test: Callable[[range], bool]) -> bool:
        starts = range(max(place - length + 1, 0), min(place, len(self.y) - length) + 1)
        return any(test(range(start, start + length)) for start in starts)

    def one_side(self, window: range) -> bool:
        return abs(sum(self.side(place) for place in window)) == len(window)

    def steady(self, window: range) -> bool:
        values = [self.y[place] for place in window]
        if None in values:
            return False
        steps = [after - before for before, after in itertools.pairwise(known(values))]
        return all(step > 0 for step in steps) or all(step < 0 for step in steps)

    def two_close(self, window: range) -> bool:
        return self.one_side(window) and sum(self.close(place) for place in window) >= 2

    def kind(self, place: int) -> str:
        above = "Above" if self.side(place) > 0 else "Below"
        if self.outside(place):
            return "Above UCL" if self.side(place) > 0 else "Below LCL"
        if self.trend[place]:
            right = place + 1 < len(self.y) and self.trend[place + 1]
            before, after = (place, place + 1) if right else (place - 1, place)
            rising = self.y[after] > self.y[before]  # type: ignore[operator]
            return f"7 Point Trend ({'In' if rising else 'De'}creasing)"
        if self.close(place) and self.in_window(place, 3, self.two_close):
            return f"2 in 3 {above} CL"
        return f"7 Points {above} CL" if self.in_window(place, 7, self.one_side) else "Common Cause"


def point_type(kind: str, direction: str) -> str:
    way = 1 if "Above" in kind or "Increasing" in kind else -1
    if kind == "Common Cause":
        return "common_cause"
    if direction == "neutral":
        return "special_cause_neutral_high" if way == 1 else "special_cause_neutral_low"
    better = way == (1 if direction == "increase" else -1)
    return "special_cause_improvement" if better else "special_cause_concern"


def assurance_type(target: Value, low: object, high: object, direction: str) -> str | None:
    if target is None or direction == "neutral":
        return None
    if low is None or high is None or low <= target <= high:  # type: ignore[operator]
        return "inconsistent"
    passes = (target < low) == (direction == "increase")  # type: ignore[operator]
    return "consistent_pass" if passes else "consistent_fail"
