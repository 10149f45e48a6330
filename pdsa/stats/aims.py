"""What makes an aim one that can be reached and checked: pure, from its words alone.

An aim says what will be better, by how much, for whom and by when (Langley et al., *The Improvement Guide*, 2nd ed.
2009, ch. 5: aims need numerical goals, a time frame and the population; Nadeem et al. 2013 list the aim among the
elements of collaboratives). The checks are gentle: each names one thing that is missing and nothing is graded.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

NUMBER = re.compile(r"\d")
# Numbers in words up to a dozen, halves and the like: "by half", "twice as many", "none".
NUMBER_WORDS = re.compile(
    r"\b(one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|half|halve|halves|double|twice|triple|third"
    r"|quarter|none|zero|all|every)\b",
    re.IGNORECASE,
)
NUMBERS = re.compile(r"\d+(?:[.,]\d+)*")
# From where: "from 38 % to 19 %", "now 38", "38 → 19".
FROM_WHERE = re.compile(r"\b(from|now|today|currently|baseline|was|instead of|down from|up from)\b|→|->", re.IGNORECASE)
# What a team does instead of what gets better for the people it serves.
DOING = re.compile(
    r"^\W*(we (will )?)?(train|hire|implement|install|introduce|develop|create|roll out|set up|hold|write|buy|meet)\b",
    re.IGNORECASE,
)
# Further away than this a date moves nobody.
FAR_AWAY = dt.timedelta(days=2 * 366)


class Gap(StrEnum):
    """One thing that an aim does not say yet, in the order of the questions."""

    NO_WHAT = "no_what"
    DOING_NOT_RESULT = "doing_not_result"
    NO_NUMBER = "no_number"
    NO_BASELINE = "no_baseline"
    NO_GROUP = "no_group"
    NO_DATE = "no_date"
    DATE_PAST = "date_past"
    DATE_FAR = "date_far"
    NO_MEASURE = "no_measure"
    NO_CHANGE = "no_change"
    NO_EQUITY = "no_equity"
    NO_VOICE = "no_voice"


@dataclass(frozen=True, slots=True)
class AimWords:
    """What an aim says. ``measures`` and ``changes`` count its measures and its series of tests."""

    what: str = ""
    how_much: str = ""
    for_whom: str = ""
    by_when: dt.date | None = None
    equity_group: str = ""
    co_designers: str = ""
    measures: int = 0
    changes: int = 0


def gaps(aim: AimWords, *, on: dt.date) -> list[Gap]:
    """What is missing on a day, in the order of the questions. Empty: nothing a machine can see."""
    return [gap for gap, is_there in _CHECKS.items() if is_there(aim, on)]


def says_number(text: str) -> bool:
    """Whether the text holds a number, in digits or in words."""
    return bool(NUMBER.search(text) or NUMBER_WORDS.search(text))


def says_baseline(text: str) -> bool:
    """Whether the text says from where to where: two numbers, or a number after "from", "now" or an arrow."""
    return len(NUMBERS.findall(text)) >= 2 or bool(NUMBERS.search(text) and FROM_WHERE.search(text))


def says_doing(text: str) -> bool:
    """Whether the text begins with a thing to do ("Train all staff") instead of what will be better."""
    return bool(DOING.search(text))


def _lacks_baseline(aim: AimWords, _on: dt.date) -> bool:
    said = f"{aim.how_much} {aim.what}"
    return says_number(said) and not says_baseline(said)


_CHECKS: dict[Gap, Callable[[AimWords, dt.date], bool]] = {
    Gap.NO_WHAT: lambda aim, _on: not aim.what.strip(),
    Gap.DOING_NOT_RESULT: lambda aim, _on: says_doing(aim.what),
    Gap.NO_NUMBER: lambda aim, _on: not says_number(f"{aim.how_much} {aim.what}"),
    Gap.NO_BASELINE: _lacks_baseline,
    Gap.NO_GROUP: lambda aim, _on: not aim.for_whom.strip(),
    Gap.NO_DATE: lambda aim, _on: aim.by_when is None,
    Gap.DATE_PAST: lambda aim, on: aim.by_when is not None and aim.by_when < on,
    Gap.DATE_FAR: lambda aim, on: aim.by_when is not None and aim.by_when > on + FAR_AWAY,
    Gap.NO_MEASURE: lambda aim, _on: aim.measures == 0,
    Gap.NO_CHANGE: lambda aim, _on: aim.changes == 0,
    Gap.NO_EQUITY: lambda aim, _on: not aim.equity_group.strip(),
    Gap.NO_VOICE: lambda aim, _on: not aim.co_designers.strip(),
}
