"""A team's counts by group over its last months together, as one viewer may see them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Sum

from collab.models import Measure
from equity.models import StratifiedObservation, Stratum
from metrics.queries.series import kind_of
from metrics.rules import see_small_counts
from metrics.suppression import Shown, State, shown
from teams.models import Team

MONTHS_TOGETHER = 3
"""Groups are small: one month of them says little and hides much (domain.md section 3.3 asks for 3 or 12)."""


@dataclass(frozen=True)
class GroupCount:
    """One group of one measure, as it may be shown."""

    measure: Measure
    stratum: Stratum
    counts: Shown


@dataclass(frozen=True)
class GroupCounts:
    """The groups in the order of measures, stratifiers and strata, over ``months`` together."""

    months: tuple[dt.date, ...]
    groups: tuple[GroupCount, ...]


def group_counts(team: Team, user: Any, months: Sequence[dt.date]) -> GroupCounts:
    """The last three of ``months`` summed by measure and group. Three queries; two where nothing was counted.

    Only measures whose value is numerator ÷ denominator can be summed over months.
    """
    last = tuple(months[-MONTHS_TOGETHER:])
    sums = {
        (measure, stratum): (numerator, denominator)
        for measure, stratum, numerator, denominator in (
            StratifiedObservation.objects.live()
            .filter(team=team, month__in=last, numerator__isnull=False, stratum__stratifier__retired_on__isnull=True)
            .order_by()
            .values_list("measure", "stratum")
            .annotate(above=Sum("numerator"), below=Sum("denominator"))
        )
    }
    if not sums:
        return GroupCounts(last, ())
    may_see = see_small_counts.check(user, team)
    measures = Measure.objects.in_use().with_versions().filter(pk__in={measure for measure, _stratum in sums})
    strata = list(
        Stratum.objects.filter(pk__in={stratum for _measure, stratum in sums})
        .select_related("stratifier")
        .order_by("stratifier__position", "stratifier__code", "position", "code")
    )
    found: list[GroupCount] = []
    for measure in measures:
        if not measure.latest.statistic.has_denominator:
            continue
        by_stratifier: dict[int, list[GroupCount]] = {}
        for stratum in strata:
            if (measure.pk, stratum.pk) in sums:
                counts = shown(
                    *sums[measure.pk, stratum.pk], kind=kind_of(measure.latest.statistic), may_see_small=may_see
                )
                by_stratifier.setdefault(stratum.stratifier_id, []).append(GroupCount(measure, stratum, counts))
        found += [group for groups in by_stratifier.values() for group in _without_remainders(groups)]
    return GroupCounts(last, tuple(found))


def _without_remainders(groups: list[GroupCount]) -> list[GroupCount]:
    """Hide a second group where one alone is hidden: the team's total minus the others would give it away.

    The next smallest is taken. Groups that overlap do not add up to the total, so nothing can be subtracted.
    """
    hidden = [group for group in groups if group.counts.state is State.HIDDEN]
    seen = [group for group in groups if group.counts.state is State.VALUE]
    if len(hidden) != 1 or not seen or groups[0].stratum.stratifier.overlapping:
        return groups
    second = min(seen, key=lambda group: group.counts.denominator or 0)
    covered = GroupCount(second.measure, second.stratum, Shown(State.HIDDEN, None, None))
    return [covered if group is second else group for group in groups]
