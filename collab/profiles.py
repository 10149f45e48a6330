"""What each statistic asks for, and what follows from it: the one table behind forms, loading and defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from collab.enums import ChartKind, Direction, Statistic
from collab.models.measure import PERCENT

# What a definition says, in the order in which people read it.
FIELDS = (
    "name",
    "rationale",
    "kind",
    "stat",
    "numerator",
    "denominator",
    "exclusions",
    "guidance",
    "sampling_ok",
    "direction",
    "unit",
    "multiplier",
    "goal",
    "min_value",
    "max_value",
    "chart",
    "period",
    "maturation_days",
    "min_denominator",
    "default_strata",
    "data_source",
    "steward",
    "version_year",
    "source",
    "license_note",
)

# Asked for with every statistic; the rest is in the profiles.
COMMON_FIELDS = frozenset(
    {
        "name",
        "rationale",
        "kind",
        "stat",
        "direction",
        "unit",
        "numerator",
        "exclusions",
        "guidance",
        "data_source",
        "goal",
        "chart",
        "period",
        "maturation_days",
        "default_strata",
        "steward",
        "version_year",
        "source",
        "license_note",
    }
)


@dataclass(frozen=True, slots=True)
class StatisticProfile:
    """A statistic's own fields, its default unit and multiplier, and the charts that fit, the best one first."""

    fields: frozenset[str]
    unit: str
    multiplier: float
    charts: tuple[ChartKind, ...]
    direction: Direction
    numerator_label: Promise
    numerator_example: Promise
    denominator_label: Promise | str = ""
    denominator_example: Promise | str = ""

    def asks_for(self, field: str) -> bool:
        """Whether the field means something for this statistic."""
        return field in COMMON_FIELDS or field in self.fields


_DENOMINATOR = frozenset({"denominator", "min_denominator"})
_SAMPLE = frozenset({"sampling_ok"})
_RANGE = frozenset({"min_value", "max_value"})

PROFILES: dict[Statistic, StatisticProfile] = {
    Statistic.PROPORTION: StatisticProfile(
        fields=_DENOMINATOR | _SAMPLE,
        unit=PERCENT,
        multiplier=100,
        charts=(ChartKind.AUTO, ChartKind.P, ChartKind.PP, ChartKind.RUN, ChartKind.I, ChartKind.MR),
        direction=Direction.UP,
        numerator_label=_("Who or what is counted"),
        numerator_example=_("Example: People seen within 7 days after discharge"),
        denominator_label=_("Out of whom or what"),
        denominator_example=_("Example: People discharged from the hospital in the month"),
    ),
    Statistic.RATE: StatisticProfile(
        fields=_DENOMINATOR | _RANGE | {"multiplier"},
        unit="per 1,000",
        multiplier=1000,
        charts=(ChartKind.AUTO, ChartKind.U, ChartKind.UP, ChartKind.RUN, ChartKind.I, ChartKind.MR),
        direction=Direction.DOWN,
        numerator_label=_("Which events are counted"),
        numerator_example=_("Example: Visits with physical restraint"),
        denominator_label=_("For how many visits, days or people"),
        denominator_example=_("Example: Behavioral health visits in the month"),
    ),
    Statistic.COUNT: StatisticProfile(
        fields=_RANGE,
        unit="people",
        multiplier=1,
        charts=(ChartKind.AUTO, ChartKind.C, ChartKind.G, ChartKind.RUN, ChartKind.I, ChartKind.MR),
        direction=Direction.UP,
        numerator_label=_("Who or what is counted"),
        numerator_example=_("Example: People admitted in the month, each counted once"),
    ),
    Statistic.MEAN: StatisticProfile(
        fields=_DENOMINATOR | _SAMPLE | _RANGE,
        unit="days",
        multiplier=1,
        charts=(ChartKind.AUTO, ChartKind.I, ChartKind.IP, ChartKind.RUN, ChartKind.MR),
        direction=Direction.DOWN,
        numerator_label=_("What is added up"),
        numerator_example=_("Example: Days from first contact to first session, added up over all people"),
        denominator_label=_("Over how many people or cases"),
        denominator_example=_("Example: People with a first session in the month"),
    ),
    Statistic.MEDIAN: StatisticProfile(
        fields=_DENOMINATOR | _SAMPLE | _RANGE,
        unit="days",
        multiplier=1,
        charts=(ChartKind.AUTO, ChartKind.I, ChartKind.RUN, ChartKind.MR),
        direction=Direction.DOWN,
        numerator_label=_("What the middle value is of"),
        numerator_example=_("Example: Days from referral to first session"),
        denominator_label=_("Of how many cases"),
        denominator_example=_("Example: Children with a first session in the month"),
    ),
    Statistic.DAYS_BETWEEN: StatisticProfile(
        fields=_RANGE,
        unit="days",
        multiplier=1,
        charts=(ChartKind.AUTO, ChartKind.T, ChartKind.G, ChartKind.RUN, ChartKind.I, ChartKind.MR),
        direction=Direction.UP,
        numerator_label=_("Days since which event"),
        numerator_example=_("Example: Days since the last assault on staff"),
    ),
    Statistic.SCORE: StatisticProfile(
        fields=_DENOMINATOR | _SAMPLE | _RANGE,
        unit="points",
        multiplier=1,
        charts=(ChartKind.AUTO, ChartKind.I, ChartKind.RUN, ChartKind.MR),
        direction=Direction.UP,
        numerator_label=_("What is rated or scored"),
        numerator_example=_("Example: The team's own rating of its implementation, from 0 to 5"),
        denominator_label=_("Mean of how many ratings"),
        denominator_example=_("Example: Ratings in the month"),
    ),
}

# What a field holds where its statistic does not ask for it.
_UNASKED: dict[str, Any] = {
    "denominator": "",
    "min_denominator": 0,
    "sampling_ok": False,
    "min_value": None,
    "max_value": None,
}


# Fields that mean nothing for at least one statistic.
SOMETIMES_ASKED = frozenset({"multiplier", *_UNASKED})


def settled(definition: Mapping[str, Any]) -> dict[str, Any]:
    """``definition`` with everything that its statistic fixes: fields that it does not ask for hold nothing.

    Unit, multiplier, direction and chart get the statistic's defaults where they are not given.
    """
    statistic = Statistic(definition.get("stat", Statistic.PROPORTION))
    profile = PROFILES[statistic]
    complete: dict[str, Any] = {
        "stat": statistic.value,
        "unit": profile.unit,
        "multiplier": profile.multiplier,
        "direction": profile.direction.value,
        "chart": profile.charts[0].value,
        **definition,
    }
    if not profile.asks_for("multiplier"):
        # "Percent" is a way to write a proportion: whoever chooses another unit sees the plain fraction.
        is_percent = statistic is Statistic.PROPORTION and complete["unit"] == PERCENT
        complete["multiplier"] = 100 if is_percent else 1
    complete |= {field: nothing for field, nothing in _UNASKED.items() if not profile.asks_for(field)}
    return complete


NEVER_NEGATIVE = frozenset({Statistic.RATE, Statistic.COUNT, Statistic.DAYS_BETWEEN})
# Ten years: what is longer is a slip of the keyboard.
MOST_DAYS = 3660


def contradictions(definition: Mapping[str, Any]) -> dict[str, str]:
    """What contradicts the statistic of a settled definition: field → sentence. Empty when all fits."""
    statistic = Statistic(definition["stat"])
    profile = PROFILES[statistic]
    found: dict[str, str] = {}
    if statistic.has_denominator and not str(definition.get("denominator") or "").strip():
        found["denominator"] = gettext("A %(statistic)s needs a denominator.") % {"statistic": statistic.label.lower()}
    if definition["chart"] not in profile.charts:
        fitting = " · ".join(str(chart.label) for chart in profile.charts)
        found["chart"] = gettext("This chart does not fit the statistic. Choose one of: %(charts)s.") % {
            "charts": fitting
        }
    goal, multiplier = definition.get("goal"), definition["multiplier"]
    if statistic is Statistic.PROPORTION and goal is not None and not 0 <= goal <= multiplier:
        found["goal"] = gettext("The goal of a proportion lies from 0 to %(top)s.") % {"top": f"{multiplier:g}"}
    elif statistic in NEVER_NEGATIVE and goal is not None and goal < 0:
        found["goal"] = gettext("What is counted this way is never below 0, so the goal is not either.")
    if multiplier <= 0:
        found["multiplier"] = gettext("Write a number above 0, such as 1,000 for a rate per 1,000.")
    if (definition.get("maturation_days") or 0) > MOST_DAYS:
        found["maturation_days"] = gettext("Write at most %(days)s days.") % {"days": MOST_DAYS}
    low, high = definition.get("min_value"), definition.get("max_value")
    if low is not None and high is not None and low >= high:
        found["max_value"] = gettext("The highest possible value must be above the lowest.")
    return found
