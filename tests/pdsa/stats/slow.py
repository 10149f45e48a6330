"""The criteria a second time, written from the papers' tables with plain loops and dictionaries.

Nothing here is shared with pdsa.stats but the facts that go in. A cycle is a dict of the facts' fields.
"""

import datetime as dt
from dataclasses import asdict
from fractions import Fraction
from typing import Any

from pdsa.stats.facts import CycleFacts

Row = dict[str, Any]


def rows_of(cycles: list[CycleFacts]) -> list[Row]:
    return [asdict(cycle) for cycle in cycles]


def series_of(rows: list[Row]) -> list[list[Row]]:
    """Spread out from each cycle along links in both directions until nothing is added."""
    left = {row["key"] for row in rows}
    found = []
    while left:
        group = {min(left)}
        grown = True
        while grown:
            grown = False
            for row in rows:
                touches = row["key"] in group or row["previous"] in group
                if touches:
                    for key in (row["key"], row["previous"]):
                        if key in left and key not in group:
                            group.add(key)
                            grown = True
        left -= group
        members = [row for row in rows if row["key"] in group]
        begun = [row for row in members if row["started_on"]]
        planned = [row for row in members if not row["started_on"]]
        begun.sort(key=lambda row: (row["started_on"], row["number"], row["key"]))
        planned.sort(key=lambda row: (row["number"], row["key"]))
        found.append(begun + planned)
    return found


def due(row: Row, on: dt.date, patience: int) -> bool:
    if row["closed_on"]:
        return True
    if row["started_on"]:
        return on > row["started_on"] + dt.timedelta(days=patience)
    if row["plan_start"]:
        return on > row["plan_start"] + dt.timedelta(days=patience)
    return False


def larger(after: Row, before: Row) -> bool:
    more = fewer = 0
    for name in ("people", "sites", "days"):
        step = after["scale"][name] - before["scale"][name]
        more += step > 0
        fewer += step < 0
    return more > 0 and fewer == 0


def ever_larger(rows: list[Row]) -> bool:
    return any(larger(rows[place], rows[place - 1]) for place in range(1, len(rows)))


def three_in_a_row(rows: list[Row]) -> bool:
    """Try every three points of one measure."""
    points = {(point["measure"], point["day"]) for row in rows for point in row["points"]}
    for measure, second in points:
        before = [d for m, d in points if m == measure and d < second and second - d <= dt.timedelta(days=31)]
        after = [d for m, d in points if m == measure and d > second and d - second <= dt.timedelta(days=31)]
        if before and after:
            return True
    return False


def out_of_order(row: Row) -> bool:
    steps = ["started_on", "ended_on", "studied_on", "closed_on"]
    for early in range(4):
        for late in range(early + 1, 4):
            first, second = row[steps[early]], row[steps[late]]
            if first and second and second < first:
                return True
    return False


def outcomes(rows: list[Row], on: dt.date, patience: int) -> dict[int, dict[str, str]]:
    """Key of a cycle → criterion → "met", "missed" or "not_yet"; ``rows`` is one series in order."""
    return {
        row["key"]: {
            "prediction": predicts(row),
            "theory": explains(row),
            "small_first": begins_small(row, rows),
            "documentation": documents(row, on, patience),
            "cycle_length": is_short(row, on),
            "series": is_linked(row, rows),
            "growing_scale": grows(row, rows),
            "data_over_time": measures(row, rows, on, patience),
        }
        for row in rows
    }


def begun(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row["started_on"]]


def predicts(row: Row) -> str:
    if row["predicted_on"] and (not row["started_on"] or row["predicted_on"] <= row["started_on"]):
        only_said = row["started_on"] and row["vouched_on"] and row["vouched_on"] > row["started_on"]
        return "unproven" if only_said else "met"
    return "missed" if row["started_on"] else "not_yet"


def explains(row: Row) -> str:
    return "met" if row["has_theory"] else "missed" if row["started_on"] else "not_yet"


def begins_small(row: Row, rows: list[Row]) -> str:
    if not row["started_on"]:
        return "not_yet"
    return "missed" if begun(rows)[0]["full_scale"] else "met"


def documents(row: Row, on: dt.date, patience: int) -> str:
    if out_of_order(row):
        return "missed"
    if row["closed_on"]:
        if all(row[f"{part}_filled"] for part in ("plan", "do", "study", "act")):
            return "met"
        return "missed" if row["started_on"] else "not_yet"
    return "missed" if due(row, on, patience) else "not_yet"


def is_short(row: Row, on: dt.date) -> str:
    if not row["started_on"]:
        return "not_yet"
    last = row["started_on"] + dt.timedelta(days=29)
    if row["closed_on"]:
        return "met" if row["closed_on"] <= last else "missed"
    return "missed" if on > last else "not_yet"


def is_linked(row: Row, rows: list[Row]) -> str:
    if len(rows) > 1:
        return "met"
    return "missed" if row["closed_on"] and not row["abandoned"] else "not_yet"


def grows(row: Row, rows: list[Row]) -> str:
    if not row["started_on"] or len(begun(rows)) < 2:
        return "not_yet"
    if ever_larger(begun(rows)):
        return "met"
    return "not_yet" if ever_larger(rows) else "missed"


def measures(row: Row, rows: list[Row], on: dt.date, patience: int) -> str:
    if not row["started_on"]:
        return "not_yet"
    if three_in_a_row(rows):
        return "met"
    return "missed" if len([one for one in begun(rows) if due(one, on, patience)]) > 1 else "not_yet"


def published(rows: list[Row], on: dt.date, patience: int, reads: Any) -> dict[str, tuple[int, int]]:
    """(adhering, sample) of the seven checks over one series, by the paper's own denominators."""
    answers = outcomes(rows, on, patience)
    initiated = [row for row in rows if row["plan_filled"] and due(row, on, patience)]
    full = [row for row in rows if answers[row["key"]]["documentation"] == "met"]

    def said(row: Row, name: str) -> list[bool]:
        return list(getattr(reads[row["key"]], name)) if row["key"] in reads else []

    tense = [False not in said(row, "past_tense") for row in full if said(row, "past_tense")]
    learning = [False not in said(row, "learning") for row in full if said(row, "learning")]
    known = [row for row in full if answers[row["key"]]["prediction"] != "unproven"]
    asked = [row for row in known if False not in said(row, "learning")]
    predicted = [row for row in asked if answers[row["key"]]["prediction"] == "met"]
    is_series = len(full) > 1
    return {
        "documented": (len([row for row in initiated if row in full]), len(initiated)),
        "past_tense": (sum(tense), len(tense)),
        "learning": (sum(learning), len(learning)),
        "prediction": (len(predicted), len(asked)),
        "series": (len(full) if len(rows) > 1 else 0, len(full)),
        "growing": (int(is_series and answers[full[1]["key"]]["growing_scale"] == "met"), int(is_series)),
        "data": (int(is_series and answers[full[1]["key"]]["data_over_time"] == "met"), int(is_series)),
    }


def kappa(pairs: list[tuple[bool, bool]]) -> Fraction | None:
    """Draw two cycles at random, with replacement: how often would one coach's and the other's answer agree?"""
    if not pairs:
        return None
    n = len(pairs)
    chance = Fraction(sum(a == b for a, _ in pairs for _, b in pairs), n * n)
    seen = Fraction(sum(a == b for a, b in pairs), n)
    return None if chance == 1 else (seen - chance) / (1 - chance)


def ac1(pairs: list[tuple[bool, bool]]) -> Fraction | None:
    if not pairs:
        return None
    answers = [answer for pair in pairs for answer in pair]
    yes = Fraction(sum(answers), len(answers))
    chance = yes * (1 - yes) + (1 - yes) * yes
    seen = Fraction(sum(a == b for a, b in pairs), len(pairs))
    return (seen - chance) / (1 - chance)


def wilson_by_search(met: int, of: int, z: float) -> tuple[float, float]:
    """The two proportions whose own standard error puts met/of exactly z away, by halving."""

    def away(p: float) -> float:
        return float(abs(met / of - p) - z * (p * (1 - p) / of) ** 0.5)

    def root(outside: float, inside: float) -> float:
        if away(outside) <= 0:
            return outside
        for _ in range(200):
            middle = (outside + inside) / 2
            outside, inside = (middle, inside) if away(middle) > 0 else (outside, middle)
        return inside

    return root(0.0, met / of), root(1.0, met / of)
